package smtpclient

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"tidings/internal/message"
	"tidings/internal/newsletter"
)

// offers is what a relay can do, as it said after EHLO.
type offers struct {
	pipelining bool // RFC 2920
	eightBit   bool // 8BITMIME, RFC 6152
	utf8       bool // SMTPUTF8, RFC 6531
	dsn        bool // RFC 3461
	size       bool // SIZE, RFC 1870
	most       int  // bytes of a message; 0: it has not said
}

// note keeps what the relay has said.
func (o *offers) note(c *smtp.Client) {
	for keyword, offered := range map[string]*bool{
		"PIPELINING": &o.pipelining, "8BITMIME": &o.eightBit, "SMTPUTF8": &o.utf8, "DSN": &o.dsn, "SIZE": &o.size,
	} {
		*offered, _ = c.Extension(keyword)
	}
	_, limit := c.Extension("SIZE")
	o.most, _ = strconv.Atoi(limit) // without a number: no limit
}

// envelopeOf is the MAIL and the RCPT command with the parameters that this
// relay knows, or our own refusal of a message that it could not take.
func (s *session) envelopeOf(m *message.Message) (mail, rcpt string, refusal *newsletter.Receipt) {
	mail, rcpt = "MAIL FROM:<"+m.From+">", "RCPT TO:<"+m.To+">"
	if s.offers.size { // RFC 1870
		if most := s.offers.most; most > 0 && most < len(m.Bytes) {
			return "", "", &newsletter.Receipt{Command: "MAIL", Code: 552, Enhanced: "5.3.4", Text: fmt.Sprintf("larger than the relay takes, which is %d bytes", most)}
		}
		mail += " SIZE=" + strconv.Itoa(len(m.Bytes))
	}
	if !isASCII([]byte(m.From + m.To)) { // RFC 6531, section 3.2
		if !s.offers.utf8 {
			return "", "", &newsletter.Receipt{Code: 553, Enhanced: "5.6.7", Text: "the relay takes no addresses with letters beyond ASCII"}
		}
		mail += " SMTPUTF8"
	}
	if !isASCII(m.Bytes) { // RFC 6152, section 3
		if !s.offers.eightBit {
			return "", "", &newsletter.Receipt{Code: 554, Enhanced: "5.6.3", Text: "the relay takes no message with bytes beyond ASCII"}
		}
		mail += " BODY=8BITMIME"
	}
	if s.offers.dsn {
		mail, rcpt = mail+askForReports(m.ID), rcpt+" NOTIFY=FAILURE,DELAY"
	}
	return mail, rcpt, nil
}

// envidMost is the greatest length of ENVID (RFC 3461, section 4.4).
const envidMost = 100

// askForReports has a report, should one come, bring back the headers only and
// name the message (RFC 3461, sections 4.3 and 4.4).
func askForReports(id string) string {
	if envid := xtext(id); envid != "" && len(envid) <= envidMost {
		return " RET=HDRS ENVID=" + envid
	}
	return " RET=HDRS"
}

// xtext writes what is not printable ASCII as hexadecimal numbers (RFC 3461,
// section 4).
func xtext(s string) string {
	reserved := func(c byte) bool { return c < '!' || c > '~' || c == '+' || c == '=' }
	if !slices.ContainsFunc([]byte(s), reserved) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; reserved(c) {
			fmt.Fprintf(&b, "+%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
