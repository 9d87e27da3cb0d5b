package site

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/settings"
)

// Relay is a table [[relay]]: a mail server that takes our messages. With
// several, those of the lowest order that work share the mail by their weights,
// and those of the next order take over while none of them works.
type Relay struct {
	// Name (name) stands in reports; no two relays have the same. Default:
	// "primary" for the first, then "relay-2" and so on.
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

	// Token is an OAuth 2 access token, for relays that want XOAUTH2 instead of
	// a password. It comes from token_env or token_file like a password. A file
	// is read again for each new connection, since such tokens live for an hour.
	Token Secret

	// NoSecret is why the password or token could not be read, a newsletter.Problems,
	// or nil. Whoever sends needs it; all others go without, so that a send can be
	// paused from any shell.
	NoSecret error

	// TokenFile is the absolute path of token_file, or empty.
	TokenFile string

	// Order (order) says when a relay is used, 1 to 100: as long as one of a
	// lower order works, those of a higher order rest. Default: 1.
	Order int

	// Weight (weight) is a relay's share among those of the same order, 1 to
	// 1000. Default: 1.
	Weight int

	// Connections (connections) is how many are open at a time, 1 to 100.
	// Default: 8.
	Connections int

	// PerSecond is from rate, such as "50/s", "100/m" or "3000/h": how many
	// messages the relay is given a second. Default: 0, as fast as it takes them.
	PerSecond float64

	// Messages (messages) is how many go over one connection before it is
	// closed politely and another is opened, 1 to 100000. Default: 0, as many as
	// the relay takes.
	Messages int

	// Pipelining (pipelining) allows several commands at a time to a relay that offers
	// it (RFC 2920). Default: true; false is for one that offers it and gets confused,
	// or that has something before it which does.
	Pipelining bool

	// Daily (daily) is how many messages the relay is given in any 24 hours,
	// also across restarts. What is beyond it goes to the next relay, or waits.
	// Default: 0, no limit.
	Daily int
}

// TLS says how a connection to a relay is encrypted.
type TLS string

// The ways to encrypt.
const (
	TLSStart    TLS = "starttls" // begins in the clear, must switch (RFC 3207)
	TLSImplicit TLS = "implicit" // from the first byte (RFC 8314)
	TLSNone     TLS = "none"     // never
)

// mostRelays is how many relays a site may have.
const mostRelays = 20

// readRelays reads each [[relay]].
func (f *Folder) readRelays(t *settings.Table) []Relay {
	tables := t.Tables("relay")
	if len(tables) > mostRelays {
		t.Reject("relay", fmt.Errorf("there are %d, expected at most %d", len(tables), mostRelays))
		return nil
	}
	var relays []Relay
	for i, table := range tables {
		name := "primary"
		if i > 0 {
			name = "relay-" + strconv.Itoa(i+1)
		}
		r := f.readRelay(table, name)
		if slices.ContainsFunc(relays, func(other Relay) bool { return other.Name == r.Name }) {
			table.Reject("name", fmt.Errorf("there are two relays %.60q", r.Name))
		}
		relays = append(relays, r)
	}
	return relays
}

func (f *Folder) readRelay(t *settings.Table, name string) Relay {
	t.Require("address")
	r := Relay{
		Name:        t.Text("name", name, settings.Line),
		Address:     t.Text("address", "", isAddress),
		TLS:         settings.Word(t, "tls", TLSStart, TLSStart, TLSImplicit, TLSNone),
		Insecure:    t.Bool("insecure", false),
		Username:    t.Text("username", "", settings.Line),
		Order:       t.Int("order", 1, 1, 100),
		Weight:      t.Int("weight", 1, 1, 1000),
		Connections: t.Int("connections", 8, 1, 100),
		Messages:    t.Int("messages", 0, 1, 100_000),
		Pipelining:  t.Bool("pipelining", true),
		Daily:       t.Int("daily", 0, 1, 1_000_000_000),
	}
	var noPassword, noToken error
	r.Password, noPassword = f.readSecret(t, "password")
	r.Token, noToken = f.readSecret(t, "token")
	r.NoSecret = cmp.Or(noPassword, noToken)
	if file := t.Text("token_file", ""); file != "" {
		r.TokenFile = f.abs(file)
	}
	t.Text("rate", "", func(text string) (err error) {
		r.PerSecond, err = parseRate(text)
		return err
	})
	host, port, _ := net.SplitHostPort(r.Address)
	if r.TLS == TLSNone && !r.Insecure && host != "" && !isLoopback(host) {
		t.Reject("tls", newsletter.Hint(errors.New(`"none" is for this machine only, expected "starttls" or "implicit"`),
			"insecure = true allows it, and everybody on the way can read the mail"))
	}
	if port == "465" && r.TLS != TLSImplicit && !isLoopback(host) { // RFC 8314, section 3.3
		t.Reject("address", newsletter.Hint(fmt.Errorf("port 465 speaks TLS from the first byte, and tls is %q", r.TLS), `set tls = "implicit"`))
	}
	rejectLogin(t, r)
	return r
}

// rejectLogin reports a login that is half there, or there twice.
func rejectLogin(t *settings.Table, r Relay) {
	password := cmp.Or(present(t, "password_env"), present(t, "password_file"))
	token := cmp.Or(present(t, "token_env"), present(t, "token_file"))
	switch {
	case password != "" && token != "":
		t.Reject(token, newsletter.Hint(errors.New("there is a password as well"), "keep one of them"))
	case r.Username == "" && r.Password != "":
		t.Reject(password, errors.New("a password needs a username"))
	case r.Username == "" && r.Token != "":
		t.Reject(token, errors.New("a token needs a username"))
	case r.Username != "" && password == "" && token == "":
		t.Reject("username", newsletter.Hint(errors.New("needs a password"), "name one with password_env or password_file"))
	}
}

// present returns key if it stands in t, or "".
func present(t *settings.Table, key string) string {
	if t.Has(key) {
		return key
	}
	return ""
}

// parseRate reads messages per second, minute or hour as messages per second.
func parseRate(text string) (float64, error) {
	seconds := map[string]float64{"s": 1, "m": 60, "h": 3600}
	count, unit, _ := strings.Cut(text, "/")
	n, err := strconv.ParseUint(count, 10, 32)
	if err != nil || n == 0 || seconds[unit] == 0 {
		return 0, newsletter.Hint(fmt.Errorf("%.40q is not a rate", text), `such as "50/s", "100/m" or "3000/h"`)
	}
	return float64(n) / seconds[unit], nil
}

// mostDomains is how many domains may have a rate of their own.
const mostDomains = 1000

// readDomainRates reads the table domain_rate of [delivery].
func readDomainRates(t *settings.Table) map[string]float64 {
	if !t.Has("domain_rate") {
		return nil
	}
	table := t.Table("domain_rate")
	domains := table.Keys()
	if len(domains) > mostDomains {
		t.Reject("domain_rate", fmt.Errorf("there are %d domains, expected at most %d", len(domains), mostDomains))
		return nil
	}
	rates := make(map[string]float64, len(domains))
	for _, domain := range domains {
		table.Text(domain, "", func(text string) (err error) {
			if err := DNSName(domain); err != nil {
				return err
			}
			rates[strings.ToLower(domain)], err = parseRate(text)
			return err
		})
	}
	return rates
}
