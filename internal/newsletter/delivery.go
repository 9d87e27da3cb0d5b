package newsletter

import "time"

// DeliveryState is the state of one delivery: one issue to one subscriber.
type DeliveryState string

// The states of a delivery, and the only moves between them:
//
//	queued -> attempting -> sent | deferred (due later) | failed | unknown
//	attempting -> queued | deferred        (as before: the line broke before its dot)
//	queued -> deferred | failed            (refused before its final dot)
//	deferred -> attempting | deferred | failed
//	queued, deferred -> skipped            (unsubscribed, suppressed, erased, cancelled)
//	unknown -> sent (evidence) | queued    (a person resends the same bytes)
//
// Only package store moves them, each with an update that names the state it
// moves from, so that two workers cannot both win.
const (
	Queued     DeliveryState = "queued"     // waits for a connection
	Attempting DeliveryState = "attempting" // claimed: its final dot may have been sent
	Deferred   DeliveryState = "deferred"   // refused for now, due again later
	Sent       DeliveryState = "sent"       // the relay took it
	Failed     DeliveryState = "failed"     // refused for good
	Unknown    DeliveryState = "unknown"    // the line went dead between the dot and the answer
	Skipped    DeliveryState = "skipped"    // not sent, on purpose
)

// DeliveryStates lists them, in the order in which they come about.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{Queued, Attempting, Deferred, Sent, Failed, Unknown, Skipped}
}

// Delivery is one issue on its way to one subscriber: the only truth of who
// got what. What a message needs is frozen in it, so that a second attempt has
// the same bytes as the first.
type Delivery struct {
	IssueID    int64
	Subscriber Subscriber // as frozen; of a mail without merge tags only ID and Email
	State      DeliveryState
	Attempt    int       // dots sent or refusals taken so far
	DueAt      time.Time // not before this
	CreatedAt  time.Time // also the Date header of every attempt
}

// Tally counts an issue's deliveries by state.
type Tally struct {
	Audience   int `json:"audience"`
	Queued     int `json:"queued"`
	Attempting int `json:"attempting"`
	Deferred   int `json:"deferred"`
	Sent       int `json:"sent"`
	Failed     int `json:"failed"`
	Unknown    int `json:"unknown"`
	Skipped    int `json:"skipped"`
}

// Open is how many deliveries still wait for their outcome.
func (t Tally) Open() int { return t.Queued + t.Attempting + t.Deferred }

// Closes says whether the equation of every report holds:
// sent + failed + unknown + skipped + what is still open = audience.
func (t Tally) Closes() bool {
	return t.Sent+t.Failed+t.Unknown+t.Skipped+t.Open() == t.Audience
}
