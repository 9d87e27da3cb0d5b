package newsletter

import "time"

// Subscriber is one person, known by one address. What they get is told by
// their subscriptions, one for each newsletter.
type Subscriber struct {
	ID        int64             `json:"id,omitzero"`
	Email     string            `json:"email"` // as given; the domain in lower case
	Name      string            `json:"name"`
	FirstName string            `json:"first_name"`
	Tags      []string          `json:"tags"`       // lower case, sorted
	Fields    map[string]string `json:"fields"`     // by field name
	Language  string            `json:"language"`   // BCP 47, as they chose; empty: the newsletter's
	Timezone  string            `json:"timezone"`   // IANA zone, as they chose or signed up in; empty: not known
	PlainText bool              `json:"plain_text"` // they want the text part alone
	CreatedAt time.Time         `json:"created_at"`
}

// Subscription is a subscriber's standing with one newsletter.
type Subscription struct {
	Newsletter     string            `json:"newsletter"`
	State          SubscriptionState `json:"state"`
	Source         string            `json:"source"` // how consent came: "form", "import: spring fair", …
	CreatedAt      time.Time         `json:"created_at"`
	ConfirmedAt    time.Time         `json:"confirmed_at,omitzero"`
	UnsubscribedAt time.Time         `json:"unsubscribed_at,omitzero"`
	PausedUntil    time.Time         `json:"paused_until,omitzero"` // nothing is sent before this
	LeftBecause    string            `json:"left_because,omitempty"`
}

// SubscriptionState is where a subscription stands.
type SubscriptionState string

// The states of a subscription:
//
//	pending -> confirmed
//	pending, confirmed -> unsubscribed
//	unsubscribed -> pending    (somebody signs them up again; UnsubscribedAt stays)
//	unsubscribed -> confirmed  (they take it back within a day)
//	any -> suppressed          (bounced, complained, blocked)
//	suppressed -> where it stood, when no suppression is left
const (
	SubscriptionPending      SubscriptionState = "pending"      // signed up, not yet confirmed
	SubscriptionConfirmed    SubscriptionState = "confirmed"    // gets every issue
	SubscriptionUnsubscribed SubscriptionState = "unsubscribed" // left; only they can come back
	SubscriptionSuppressed   SubscriptionState = "suppressed"   // must not be mailed, whatever a list says
)

// Paused says whether the person wants nothing for the time being.
func (s *Subscription) Paused(now time.Time) bool { return now.Before(s.PausedUntil) }

// Left says whether the person once left and has not confirmed since: nothing
// but their own confirmation brings them back.
func (s *Subscription) Left() bool {
	return !s.UnsubscribedAt.IsZero() && s.State != SubscriptionConfirmed
}
