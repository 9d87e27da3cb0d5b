package site

import (
	"fmt"
	"net/netip"
	"time"

	"tidings/internal/newsletter"
)

// Config is tidings.toml. The comment of each field is the manual of its key:
// what it means, and what holds without it. Unknown keys are errors.
//
//	base_url = "https://news.example.org"
//
//	[[relay]]
//	address = "smtp.example.org:587"
//	username = "tidings"
//	password_env = "TIDINGS_SMTP_PASSWORD"
type Config struct {
	// BaseURL (base_url) is where readers reach the site: scheme and host,
	// without a slash at the end. It must be https, but for localhost and
	// loopback addresses. It has no default.
	BaseURL string

	// DataDir (data_dir) is the folder of all that Tidings writes, relative to
	// the site folder or absolute; here it is absolute. Default: "data".
	DataDir string

	// Database (database) is the SQLite file, written "sqlite:PATH", relative to
	// the site folder or absolute; here it is an absolute path. Default:
	// tidings.db in DataDir.
	Database string

	HTTP     HTTP     // [http]
	Relays   []Relay  // [[relay]], each; none: the built-in mailbox takes all mail
	DKIM     *DKIM    // [dkim]; nil: messages are not signed
	Bounce   Bounce   // [bounce]
	Delivery Delivery // [delivery]
	Notify   Notify   // [notify]
}

// HTTP is the table [http].
type HTTP struct {
	// Listen (listen) is the address of the web server, host:port.
	// Default: "127.0.0.1:8080".
	Listen string

	// Proxies (proxies) are the addresses and networks of the proxies that stand
	// before it and name a visitor's address in X-Forwarded-For, such as
	// ["127.0.0.1", "10.0.0.0/8"]. Without them all visitors that come through a
	// proxy count as one network, of which few may sign up in an hour.
	// Default: none.
	Proxies []netip.Prefix
}

// Delivery is the table [delivery].
type Delivery struct {
	// Retry is made of retry, the waits before the second and further attempts,
	// of which the last repeats, and give_up, the time after which none follows.
	// Default: ["10m", "30m", "1h", "2h", "4h", "8h"] and "48h".
	Retry newsletter.Retry

	// StopWait (stop_wait) is how long a stop waits for answers to messages whose
	// final dot was sent; who has none by then is unknown. Default: "60s".
	StopWait time.Duration

	// DomainRate (domain_rate) is how many messages a second the readers of a
	// domain are sent, over all relays, by the part of their addresses after the
	// "@", as in {"gmail.com" = "20/s"}. Default: as fast as each domain takes
	// them. A domain that refuses for now is slowed down in any case, and holds
	// up no other.
	DomainRate map[string]float64

	// Unknown (unknown) says what happens to deliveries whose outcome was lost.
	// Default: "hold".
	Unknown UnknownPolicy

	// FeedbackID (feedback_id) names this sender in the Feedback-ID of every
	// message, by which Gmail reports complaints: 5 to 15 letters, digits, "-",
	// "_" and ".". Default: no such field.
	FeedbackID string

	// QuietGap (quiet_gap) is the least time between two issues of the site to
	// one reader: the later one waits. Default: 0, none waits.
	QuietGap time.Duration
}

// Notify is the table [notify]: who is told by mail what happens to issues.
type Notify struct {
	// To (to) is a list of bare addresses. Default: none, and the log alone tells.
	To []string
}

// UnknownPolicy says what happens to a delivery when the line went dead between
// its final dot and the answer.
type UnknownPolicy string

// The policies.
const (
	UnknownHold   UnknownPolicy = "hold"   // a person decides
	UnknownResend UnknownPolicy = "resend" // it is sent again: readers may get two
)

// Secret is a password. It prints as a placeholder wherever it is printed; only
// a conversion to string reveals it.
type Secret string

// hidden is what stands for a secret.
const hidden = "(secret)"

// Format prints the placeholder for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalText returns the placeholder, for JSON and logs.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
