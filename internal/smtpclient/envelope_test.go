package smtpclient_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

// What is asked of a relay is what it offers, no more (RFC 1870, 3461, 6152,
// 6531).
func TestSend_Envelope(t *testing.T) {
	const from = "MAIL FROM:<letters@example.org>"
	for _, c := range []struct {
		name  string
		offer []string
		to    string
		body  string
		want  []string // the commands; nil: refused by ourselves
	}{
		{"nothing", nil, "ada@example.org", "", []string{from, "RCPT TO:<ada@example.org>"}},
		{"size", []string{"SIZE"}, "ada@example.org", "", []string{from + " SIZE=3", "RCPT TO:<ada@example.org>"}},
		{"reports", []string{"DSN"}, "ada@example.org", "", []string{from + " RET=HDRS ENVID=id+2Bone+3D@example.org", "RCPT TO:<ada@example.org> NOTIFY=FAILURE,DELAY"}},
		{"8 bits", []string{"8BITMIME"}, "ada@example.org", "f\xc3\xbcr dich", []string{from + " BODY=8BITMIME", "RCPT TO:<ada@example.org>"}},
		{"8 bits not offered", nil, "ada@example.org", "f\xc3\xbcr dich und mich", nil},
		{"8 bits late in the message", []string{"8BITMIME"}, "ada@example.org", "0123456789abcde\xff", []string{from + " BODY=8BITMIME", "RCPT TO:<ada@example.org>"}},
		{"an ASCII domain of another script", nil, "ada@xn--bcher-kva.example", "", []string{from, "RCPT TO:<ada@xn--bcher-kva.example>"}},
		{"letters beyond ASCII", []string{"SMTPUTF8"}, "jörg@example.org", "", []string{from + " SMTPUTF8", "RCPT TO:<jörg@example.org>"}},
		{"letters beyond ASCII not offered", nil, "jörg@example.org", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			s := smtptest.New(t, smtptest.Config{Extensions: slices.Concat(c.offer, []string{"ENHANCEDSTATUSCODES"}), Policy: func(e smtptest.Event) smtptest.Reply {
				if e.Step == smtptest.Mail || e.Step == smtptest.Rcpt {
					got = append(got, e.Line)
				}
				return smtptest.Reply{}
			}})
			m := sample(c.to)
			m.ID, m.Bytes = "id+one=@example.org", []byte(c.body+"a\r\n")
			receipt, claimed, err := send(t, connect(t, s), m)
			if err != nil || claimed != (c.want != nil) || (receipt.Code == 250) != claimed {
				t.Errorf("receipt %v, claimed %v, error %v", receipt, claimed, err)
			}
			s.Close()
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
		})
	}
}

// After its number of messages a connection is closed politely and replaced.
func TestConn_Messages(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{})
	conn := connect(t, s, func(c *smtpclient.Config) { c.Messages = 3 })
	for range 7 {
		if _, _, err := send(t, conn, sample("ada@example.org")); err != nil {
			t.Fatal(err)
		}
	}
	if s.Connections() != 3 || s.Events(smtptest.Quit) != 2 {
		t.Errorf("%d connections, %d goodbyes; want 3 and 2", s.Connections(), s.Events(smtptest.Quit))
	}
}
