package newsletter

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Receipt is what a relay answered about one message. A refusal is a Receipt,
// not an error: an error means that there was no answer.
type Receipt struct {
	Command  string // what it answers: "MAIL", "RCPT", "DATA", or "." for the message itself
	Code     int    // SMTP reply code: 250, 451, 550 (RFC 5321, section 4.2.1)
	Enhanced string // enhanced status code such as "5.1.1", or "" (RFC 3463)
	Text     string // the reply's text, one line, at most 512 bytes
	Relay    string // name of the relay that answered
}

// Outcome is what a Receipt, or the lack of one, means for a delivery.
type Outcome struct {
	State DeliveryState // Sent, Deferred, Failed or Unknown
	DueAt time.Time     // for Deferred: when to try again
}

// Retry is when a deferred delivery is tried again and when it is given up.
type Retry struct {
	Waits  []time.Duration // before the 2nd, 3rd … attempt; the last one repeats
	GiveUp time.Duration   // after the delivery was made
}

// DefaultRetry follows RFC 5321, section 4.5.4.1 in spirit, shortened for a
// newsletter: news two days late is no news.
func DefaultRetry() Retry {
	return Retry{
		Waits: []time.Duration{
			10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour,
		},
		GiveUp: 48 * time.Hour,
	}
}

// Outcome decides what the receipt means for d, whose attempt it answers: 2yz
// is sent, 4yz is deferred until the next wait or failed once GiveUp has
// passed, 5yz is failed, and anything else is no answer we understand, hence
// unknown. A refusal of MAIL is about the sender and not about this reader
// (RFC 5321, section 4.5.4.1), and a 552 to RCPT that does not say more may
// mean too many recipients (section 4.5.3.1.10), so they only defer. spread in
// [0, 1) moves the wait by up to a tenth, so that what was deferred together
// does not return together.
func (r Retry) Outcome(d Delivery, receipt Receipt, now time.Time, spread float64) Outcome {
	class := receipt.Code / 100
	if class == 5 && (receipt.Command == "MAIL" || receipt.tooMany()) {
		class = 4
	}
	switch class {
	case 2:
		return Outcome{State: Sent}
	case 4:
		return r.Later(d, now, spread)
	case 5:
		return Outcome{State: Failed}
	}
	return Outcome{State: Unknown}
}

// Later is the outcome of an attempt at d that is to be followed by another:
// deferred until the next wait, or failed where that would end after GiveUp.
func (r Retry) Later(d Delivery, now time.Time, spread float64) Outcome {
	due := now.Add(r.wait(d.Attempt, spread))
	if due.After(d.CreatedAt.Add(r.GiveUp)) {
		return Outcome{State: Failed}
	}
	return Outcome{State: Deferred, DueAt: due}
}

// tooMany says whether a 552 stands for too many recipients.
func (r Receipt) tooMany() bool {
	return r.Command == "RCPT" && r.Code == 552 && (r.Enhanced == "" || r.Enhanced == "5.5.3")
}

// wait is the pause after that many attempts were made before this one.
func (r Retry) wait(attempts int, spread float64) time.Duration {
	if len(r.Waits) == 0 {
		return 0
	}
	w := r.Waits[min(attempts, len(r.Waits)-1)]
	return w + time.Duration(spread*float64(w)/10)
}

// String is the receipt as a log line and a report show it.
func (r Receipt) String() string {
	if r.Code == 0 { // they are words of our own
		return r.Text
	}
	if r.Enhanced != "" {
		return fmt.Sprintf("%d %s %s", r.Code, r.Enhanced, r.Text)
	}
	return fmt.Sprintf("%d %s", r.Code, r.Text)
}

// mentioned is what looks like an address in a relay's words.
var mentioned = regexp.MustCompile(`[^\s<>()\[\]"',;:]+@[^\s<>()\[\]"',;:]+`)

// Discreet is String without the addresses in it, for logs and whatever else is
// not about one reader: many relays repeat whom they refuse.
func (r Receipt) Discreet() string {
	return strings.TrimSpace(mentioned.ReplaceAllString(r.String(), "…"))
}
