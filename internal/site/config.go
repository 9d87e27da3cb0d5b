package site

import (
	"fmt"

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
	Relay    *Relay   // [[relay]], one so far; nil: the built-in mailbox takes all mail
	DKIM     *DKIM    // [dkim]; nil: messages are not signed
	Delivery Delivery // [delivery]
}

// HTTP is the table [http].
type HTTP struct {
	// Listen (listen) is the address of the web server, host:port.
	// Default: "127.0.0.1:8080".
	Listen string
}

// Relay is a table [[relay]]: the mail server that takes our messages.
type Relay struct {
	// Name (name) stands in reports. Default: "primary".
	Name string

	// Address (address) is host:port. It has no default.
	Address string

	// TLS (tls) says how the connection is encrypted. Default: "starttls".
	// "none" is for loopback addresses, unless Insecure is set.
	TLS TLS

	// Insecure (insecure) allows tls = "none" to another machine. Default: false.
	Insecure bool

	// Username (username) is the login; without it there is none.
	Username string

	// Password comes from the environment variable named by password_env, or
	// from the first line of the file named by password_file (relative to the
	// site folder or absolute).
	Password Secret

	// Connections (connections) is how many are open at a time, 1 to 100.
	// Default: 8.
	Connections int

	// PerSecond is from rate, such as "50/s", "100/m" or "3000/h": how many
	// messages the relay is given a second. Default: 0, as fast as it takes them.
	PerSecond float64
}

// TLS says how a connection to a relay is encrypted.
type TLS string

// The ways to encrypt.
const (
	TLSStart    TLS = "starttls" // begins in the clear, must switch (RFC 3207)
	TLSImplicit TLS = "implicit" // from the first byte (RFC 8314)
	TLSNone     TLS = "none"     // never
)

// DKIM is the table [dkim]: who signs messages (RFC 6376). Its keys have no
// defaults.
type DKIM struct {
	Domain   string // domain (domain), the d= of the signature
	Selector string // selector (selector), the s= of the signature
	KeyFile  string // private key (key_file), relative to the site folder or absolute; here absolute
}

// Delivery is the table [delivery].
type Delivery struct {
	// Retry is made of retry, the waits before the second and further attempts,
	// of which the last repeats, and give_up, the time after which none follows.
	// Default: ["10m", "30m", "1h", "2h", "4h", "8h"] and "48h".
	Retry newsletter.Retry

	// Unknown (unknown) says what happens to deliveries whose outcome was lost.
	// Default: "hold".
	Unknown UnknownPolicy
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
