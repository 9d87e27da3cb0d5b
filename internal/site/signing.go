package site

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/settings"
)

// DKIM is the table [dkim]: who signs messages (RFC 6376). Its first three keys
// have no defaults.
type DKIM struct {
	Domain   string // domain (domain), the d= of the signature
	Selector string // selector (selector), the s= of the signature
	KeyFile  string // private key (key_file), relative to the site folder or absolute; here absolute

	// Ed25519Selector and Ed25519KeyFile (ed25519_selector, ed25519_key_file) make
	// a second signature beside the first (RFC 8463). Default: there is none.
	Ed25519Selector string
	Ed25519KeyFile  string
}

// Bounce is the table [bounce]: where reports about messages come in.
type Bounce struct {
	// Address (address) is where bounces go. A message to a reader leaves with a
	// return path of its own, made of this address: bounces+TOKEN@example.org for
	// bounces@example.org. So its mail server has to deliver what follows a "+"
	// too. Default: bounces go to the newsletter's from address.
	Address string
}

func (f *Folder) readDKIM(t *settings.Table) *DKIM {
	given := t.Has("dkim")
	table := t.Table("dkim")
	if !given {
		return nil
	}
	table.Require("domain", "selector", "key_file")
	d := &DKIM{
		Domain:          table.Text("domain", "", DNSName),
		Selector:        table.Text("selector", "", DNSName),
		KeyFile:         f.readKeyFile(table, "key_file"),
		Ed25519Selector: table.Text("ed25519_selector", "", DNSName),
		Ed25519KeyFile:  f.readKeyFile(table, "ed25519_key_file"),
	}
	if table.Has("ed25519_selector") != table.Has("ed25519_key_file") {
		table.Require("ed25519_selector", "ed25519_key_file")
	}
	if d.Selector != "" && strings.EqualFold(d.Selector, d.Ed25519Selector) {
		table.Reject("ed25519_selector", errors.New("is that of the first key, and each key has its own DNS record"))
	}
	return d
}

// readKeyFile returns the absolute path of the private key that a key names, and
// makes sure that it can be read.
func (f *Folder) readKeyFile(t *settings.Table, key string) string {
	file := t.Text(key, "", settings.Line)
	if file == "" {
		return ""
	}
	if _, err := f.readSecretFile(file); err != nil {
		t.Reject(key, err)
	}
	return f.abs(file)
}

func readBounce(t *settings.Table) Bounce {
	email, _, err := newsletter.ParseAddress(t.Text("address", "", isMailbox, isReturnPath))
	if err != nil { // none is given, or it was reported
		return Bounce{}
	}
	return Bounce{Address: email}
}

// maxBounceLocal leaves room for a token in the 64 octets of a local part (RFC
// 5321, section 4.5.3.1.1).
const maxBounceLocal = 20

func isReturnPath(text string) error {
	local, _, _ := strings.Cut(text, "@")
	if len(local) > maxBounceLocal || strings.ContainsAny(local, `+"`) {
		return newsletter.Hint(fmt.Errorf(`%.80q has no room for a token: at most %d characters before the "@", without "+"`, text, maxBounceLocal),
			`such as "bounces@example.org"`)
	}
	return nil
}

// feedbackIDs is what Gmail takes as the last part of Feedback-ID.
var feedbackIDs = regexp.MustCompile(`^[A-Za-z0-9._-]{5,15}$`)

func isFeedbackID(text string) error {
	if !feedbackIDs.MatchString(text) {
		return newsletter.Hint(fmt.Errorf("%.40q is not a sender's name, expected 5 to 15 letters, digits and . _ -", text), `such as "example-org"`)
	}
	return nil
}
