package smtpclient

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"tidings/internal/message"
	"tidings/internal/newsletter"
)

// envelopeOf is the MAIL and the RCPT command with the parameters that this
// relay knows, or our own refusal of a message that it could not take.
func (s *session) envelopeOf(m *message.Message) (mail, rcpt string, refusal *newsletter.Receipt) {
	mail, rcpt = "MAIL FROM:<"+m.From+">", "RCPT TO:<"+m.To+">"
	if ok, limit := s.smtp.Extension("SIZE"); ok { // RFC 1870
		if n, err := strconv.Atoi(limit); err == nil && n > 0 && n < len(m.Bytes) {
			return "", "", &newsletter.Receipt{Code: 552, Enhanced: "5.3.4", Text: "larger than the relay takes, which is " + limit + " bytes"}
		}
		mail += " SIZE=" + strconv.Itoa(len(m.Bytes))
	}
	if !isASCII([]byte(m.From + m.To)) { // RFC 6531, section 3.2
		if ok, _ := s.smtp.Extension("SMTPUTF8"); !ok {
			return "", "", &newsletter.Receipt{Code: 553, Enhanced: "5.6.7", Text: "the relay takes no addresses with letters beyond ASCII"}
		}
		mail += " SMTPUTF8"
	}
	if !isASCII(m.Bytes) { // RFC 6152, section 3
		if ok, _ := s.smtp.Extension("8BITMIME"); !ok {
			return "", "", &newsletter.Receipt{Code: 554, Enhanced: "5.6.3", Text: "the relay takes no message with bytes beyond ASCII"}
		}
		mail += " BODY=8BITMIME"
	}
	if ok, _ := s.smtp.Extension("DSN"); ok {
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
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < '!' || c > '~' || c == '+' || c == '=' {
			fmt.Fprintf(&b, "+%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// isASCII says whether all bytes are below 0x80. It looks at 32 at a time: it is
// asked of every message.
func isASCII(b []byte) bool {
	const high = 0x8080808080808080
	for ; len(b) >= 32; b = b[32:] {
		w := binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
		if w&high != 0 {
			return false
		}
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
