package smtpclient_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

func sample(to string) *message.Message {
	return &message.Message{
		From: "letters@example.org", To: to, ID: to,
		Bytes: []byte("From: letters@example.org\r\nMessage-ID: <" + to + ">\r\n\r\nWhat the tide leaves.\r\n"),
	}
}

func connect(t *testing.T, s *smtptest.Server, change ...func(*smtpclient.Config)) *smtpclient.Conn {
	t.Helper()
	config := smtpclient.Config{Name: "test", Address: s.Addr(), TLS: smtpclient.NoTLS}
	for _, c := range change {
		c(&config)
	}
	conn := smtpclient.New(config).Conn()
	t.Cleanup(conn.Close)
	return conn
}

// send sends one message and says whether it was claimed.
func send(t *testing.T, c *smtpclient.Conn, m *message.Message) (receipt newsletter.Receipt, claimed bool, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	receipt, err = c.Send(ctx, m, func() error { claimed = true; return nil }, nil)
	return receipt, claimed, err
}

// at gives a reply at one step, and good health at the others.
func at(step smtptest.Step, reply smtptest.Reply) func(smtptest.Event) smtptest.Reply {
	return func(e smtptest.Event) smtptest.Reply {
		if e.Step == step {
			return reply
		}
		return smtptest.Reply{}
	}
}

// extensions are those of a relay with PIPELINING and of one without.
func extensions() map[string][]string {
	return map[string][]string{"pipelining": smtptest.DefaultExtensions(), "step by step": {"8BITMIME"}}
}

// Whoever wants it one by one gets it so, whatever the relay offers: no DATA goes out
// before the answer to RCPT, and no envelope with a dot.
func TestSend_OneByOne(t *testing.T) {
	var data atomic.Int64
	s := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		switch {
		case e.Step == smtptest.Data:
			data.Add(1)
		case e.Step == smtptest.Rcpt && e.To == "nobody@example.org":
			return smtptest.Say(550, "5.1.1 no such user")
		}
		return smtptest.Reply{}
	}})
	conn := connect(t, s, func(c *smtpclient.Config) { c.NoPipelining = true })
	for _, to := range []string{"nobody@example.org", "ada@example.org"} {
		_, err := conn.Send(t.Context(), sample(to), func() error { return nil }, func() *message.Message {
			t.Error("asked for the next message")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := data.Load(); n != 1 {
		t.Errorf("DATA was sent %d times, want 1", n)
	}
}

func TestSend_Verdicts(t *testing.T) {
	for _, c := range []struct {
		name    string
		policy  func(smtptest.Event) smtptest.Reply
		want    newsletter.Receipt
		claimed bool
	}{
		{"forwarded", at(smtptest.Rcpt, smtptest.Say(251, "2.1.5 lives elsewhere")), newsletter.Receipt{Command: ".", Code: 250}, true},
		{"accepted", nil, newsletter.Receipt{Command: ".", Code: 250}, true},
		{
			"unknown user", at(smtptest.Rcpt, smtptest.Say(550, "5.1.1 no such user")),
			newsletter.Receipt{Command: "RCPT", Code: 550, Enhanced: "5.1.1", Text: "no such user"},
			false,
		},
		{
			"greylisted", at(smtptest.Rcpt, smtptest.Say(451, "4.7.1 come back\n4.7.1 later")),
			newsletter.Receipt{Command: "RCPT", Code: 451, Enhanced: "4.7.1", Text: "come back later"},
			false,
		},
		{
			"sender refused", at(smtptest.Mail, smtptest.Say(550, "5.7.1 not you")),
			newsletter.Receipt{Command: "MAIL", Code: 550, Enhanced: "5.7.1", Text: "not you"},
			false,
		},
		{
			"no data", at(smtptest.Data, smtptest.Say(554, "5.5.1 no")),
			newsletter.Receipt{Command: "DATA", Code: 554, Enhanced: "5.5.1", Text: "no"},
			false,
		},
		{
			"refused as spam", at(smtptest.Dot, smtptest.Say(554, "5.7.1 spam")),
			newsletter.Receipt{Command: ".", Code: 554, Enhanced: "5.7.1", Text: "spam"},
			true,
		},
		{
			"deferred after the dot", at(smtptest.Dot, smtptest.Say(452, "4.3.1 disk full")),
			newsletter.Receipt{Command: ".", Code: 452, Enhanced: "4.3.1", Text: "disk full"},
			true,
		},
		{
			"closing after the dot", at(smtptest.Dot, smtptest.Say(421, "4.3.2 going down")),
			newsletter.Receipt{Command: ".", Code: 421, Enhanced: "4.3.2", Text: "going down"},
			true,
		},
	} {
		for way, ext := range extensions() {
			t.Run(c.name+", "+way, func(t *testing.T) {
				s := smtptest.New(t, smtptest.Config{Policy: c.policy, Extensions: ext})
				conn := connect(t, s)
				for range 2 { // a refusal leaves the connection fit for the next
					receipt, claimed, err := send(t, conn, sample("ada@example.org"))
					if err != nil {
						t.Fatal(err)
					}
					want := c.want
					want.Relay = "test"
					if want.Text == "" { // the words of a good answer do not matter
						receipt.Enhanced, receipt.Text = "", ""
					}
					if diff := cmp.Diff(want, receipt); diff != "" {
						t.Errorf("receipt (-want +got):\n%s", diff)
					}
					if claimed != c.claimed {
						t.Errorf("claimed %v, want %v", claimed, c.claimed)
					}
					if closing := c.want.Code == 421; conn.Open() == closing {
						t.Errorf("open %v after %v", conn.Open(), receipt)
					}
				}
			})
		}
	}
}

// Nothing that goes wrong before the dot may look like a claim, and nothing
// that goes wrong after it may look clean (rule R6).
func TestSend_Lost(t *testing.T) {
	for _, c := range []struct {
		name    string
		policy  func(smtptest.Event) smtptest.Reply
		claimed bool
	}{
		{"no greeting", at(smtptest.Greeting, smtptest.Drop(smtptest.Close)), false},
		{"greeting refuses", at(smtptest.Greeting, smtptest.Say(554, "no")), false},
		{"closed at EHLO", at(smtptest.Hello, smtptest.Drop(smtptest.Reset)), false},
		{"closed at MAIL", at(smtptest.Mail, smtptest.Drop(smtptest.Close)), false},
		{"closed at RCPT", at(smtptest.Rcpt, smtptest.Drop(smtptest.Reset)), false},
		{"421 at RCPT", at(smtptest.Rcpt, smtptest.Say(421, "4.3.2 closing")), false},
		{"closed at DATA", at(smtptest.Data, smtptest.Drop(smtptest.Close)), false},
		{"garbage at MAIL", at(smtptest.Mail, smtptest.Reply{Raw: "\x00\xff what\r\n"}), false},
		{"goodbye at MAIL", at(smtptest.Mail, smtptest.Say(221, "2.0.0 goodbye")), false},
		{"goodbye at RCPT", at(smtptest.Rcpt, smtptest.Say(221, "2.0.0 goodbye")), false},
		{"a code that means nothing at RCPT", at(smtptest.Rcpt, smtptest.Say(354, "go on")), false},
		{"thanks at DATA, but no leave to send", at(smtptest.Data, smtptest.Say(250, "2.0.0 thanks")), false},
		{"closed after the dot", at(smtptest.Dot, smtptest.Lose(smtptest.Close)), true},
		{"reset after the dot", at(smtptest.Dot, smtptest.Lose(smtptest.Reset)), true},
		{"half a reply", at(smtptest.Dot, smtptest.Half()), true},
		{"garbage after the dot", at(smtptest.Dot, smtptest.Reply{Raw: "hello\r\n"}), true},
		{"a code that means nothing", at(smtptest.Dot, smtptest.Say(354, "more")), true},
	} {
		for way, ext := range extensions() {
			t.Run(c.name+", "+way, func(t *testing.T) {
				s := smtptest.New(t, smtptest.Config{Policy: c.policy, Extensions: ext})
				receipt, claimed, err := send(t, connect(t, s), sample("ada@example.org"))
				if err == nil {
					t.Fatalf("no error, but %v", receipt)
				}
				if claimed != c.claimed {
					t.Errorf("claimed %v, want %v (%v)", claimed, c.claimed, err)
				}
				if c.name == "goodbye at MAIL" && errors.Is(err, newsletter.ErrHungUp) {
					t.Errorf("%v: the sender was not taken, so it is not about this message", err)
				}
				if late := strings.HasSuffix(c.name, "RCPT") || c.name == "closed at DATA"; late && !errors.Is(err, newsletter.ErrHungUp) {
					t.Errorf("%v: does not say that it hung up on this message", err)
				}
				if n := s.Connections(); n != 1 {
					t.Errorf("tried over %d connections", n)
				}
			})
		}
	}
}

// What a relay says of a reader counts, also where it hangs up right after it
// and the answer to a command that was sent ahead never comes.
func TestSend_RefusesAndHangsUp(t *testing.T) {
	for name, then := range map[string]smtptest.Reply{
		"closes":      {Then: smtptest.Close},
		"resets":      {Then: smtptest.Reset},
		"closes, 421": {Raw: "550 5.1.1 no such user\r\n421 4.7.0 too many errors\r\n", Then: smtptest.Close},
	} {
		for way, ext := range extensions() {
			t.Run(name+", "+way, func(t *testing.T) {
				s := smtptest.New(t, smtptest.Config{Extensions: ext, Policy: func(e smtptest.Event) smtptest.Reply {
					if e.Step != smtptest.Rcpt || e.To != "nobody@example.org" {
						return smtptest.Reply{}
					}
					r := then
					r.Code, r.Text, r.Delay = 550, "5.1.1 no such user", 20*time.Millisecond // else a reset may overtake the words
					return r
				}})
				conn := connect(t, s)
				receipt, claimed, err := send(t, conn, sample("nobody@example.org"))
				if err != nil || claimed || receipt.Code != 550 || receipt.Command != "RCPT" {
					t.Fatalf("receipt %+v, claimed %v, error %v", receipt, claimed, err)
				}
				if receipt, _, err := send(t, conn, sample("ada@example.org")); err != nil || receipt.Code != 250 {
					t.Errorf("the next message: %+v, %v", receipt, err)
				}
			})
		}
	}
}

// A refusal before DATA leaves a transaction open, which RSET ends, once (RFC 5321,
// section 4.1.4).
func TestSend_EndsATransaction(t *testing.T) {
	for way, ext := range extensions() {
		t.Run(way, func(t *testing.T) {
			s := smtptest.New(t, smtptest.Config{Extensions: ext, Policy: func(e smtptest.Event) smtptest.Reply {
				if e.Step == smtptest.Rcpt && e.To == "nobody@example.org" {
					return smtptest.Say(550, "5.1.1 no such user")
				}
				return smtptest.Reply{}
			}})
			conn := connect(t, s)
			for _, to := range []string{"nobody@example.org", "ada@example.org", "bob@example.org"} {
				if _, _, err := send(t, conn, sample(to)); err != nil {
					t.Fatal(err)
				}
			}
			served(t, s, "ada@example.org", "bob@example.org")
			if s.Events(smtptest.Rset) != 1 || s.Connections() != 1 {
				t.Errorf("RSET %d times over %d connections", s.Events(smtptest.Rset), s.Connections())
			}
		})
	}
}

// A relay that refuses the reader and wants the message all the same does not take
// the next one for it.
func TestSend_RefusesAndGoesOn(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		switch {
		case e.Step == smtptest.Rcpt && e.To == "nobody@example.org":
			return smtptest.Say(550, "5.1.1 no such user")
		case e.Step == smtptest.Data:
			return smtptest.Say(354, "go on")
		}
		return smtptest.Reply{}
	}})
	conn := connect(t, s)
	if receipt, claimed, err := send(t, conn, sample("nobody@example.org")); err != nil || claimed || receipt.Code != 550 {
		t.Fatalf("receipt %+v, claimed %v, error %v", receipt, claimed, err)
	}
	if _, _, err := send(t, conn, sample("ada@example.org")); err != nil {
		t.Errorf("the next message: %v", err)
	}
	served(t, s, "ada@example.org")
}

// A connection carries as many messages as the relay takes, however much it says.
func TestSend_Talkative(t *testing.T) {
	const messages = 200
	s := smtptest.New(t, smtptest.Config{Policy: at(smtptest.Dot, smtptest.Say(250, "2.0.0 "+strings.Repeat("words ", 80)))})
	if receipts, _ := sendAll(t, connect(t, s), samples(messages)...); len(receipts) != messages || s.Connections() != 1 {
		t.Errorf("%d messages over %d connections", len(receipts), s.Connections())
	}
}

// A relay that closes kept connections without a word costs nobody anything.
func TestSend_ReplacesClosedConnections(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot {
			return smtptest.Reply{Then: smtptest.Close}
		}
		return smtptest.Reply{}
	}})
	conn := connect(t, s)
	for i := range 5 {
		if _, _, err := send(t, conn, sample(fmt.Sprintf("r%d@example.org", i))); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	if n := len(s.Accepted()); n != 5 {
		t.Errorf("%d accepted, want 5", n)
	}
}

func TestSend_NoClaimNoDot(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{})
	conn := connect(t, s)
	no := errors.New("left a moment ago")
	if _, err := conn.Send(t.Context(), sample("ada@example.org"), func() error { return no }, nil); !errors.Is(err, no) {
		t.Errorf("error %v, want the claim's", err)
	}
	if s.Events(smtptest.Dot) != 0 {
		t.Error("a dot was sent without a claim")
	}
	if _, _, err := send(t, conn, sample("bob@example.org")); err != nil {
		t.Errorf("the next message: %v", err)
	}
}

func TestSend_KeepsBytes(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{KeepRaw: true})
	m := sample("ada@example.org")
	if _, _, err := send(t, connect(t, s), m); err != nil {
		t.Fatal(err)
	}
	if got := s.Accepted()[0].Raw; !bytes.Equal(got, m.Bytes) {
		t.Errorf("the relay got %q, want %q", got, m.Bytes)
	}
}

func TestSend_RefusesBytesThatCouldEndThemselves(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{})
	for _, body := range []string{
		"a\r\n.\r\nMAIL FROM:<x@evil.test>\r\n", "a\n.\n", "a\r.\rb\r\n", "a\r\n..\r\n", ".\r\n", "a\nb\r\n", "a\rb\nc\r\n", "no end",
	} {
		m := sample("ada@example.org")
		m.Bytes = []byte(body)
		if _, claimed, err := send(t, connect(t, s), m); !errors.Is(err, newsletter.ErrInvalid) || claimed {
			t.Errorf("%q: %v, claimed %v", body, err, claimed)
		}
	}
	if s.Events(smtptest.Data) != 0 {
		t.Error("something of it was sent")
	}
}

func TestSend_LimitsOfTheRelay(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{Extensions: []string{"SIZE 20"}})
	receipt, _, err := send(t, connect(t, s), sample("ada@example.org"))
	if err != nil || receipt.Code != 552 || receipt.Command != "MAIL" { // no reader's fault: it is deferred
		t.Errorf("too large: %+v, %v; want 552 to MAIL", receipt, err)
	}
	s = smtptest.New(t, smtptest.Config{Extensions: []string{"8BITMIME"}})
	receipt, _, err = send(t, connect(t, s), sample("jörg@example.org"))
	if err != nil || receipt.Enhanced != "5.6.7" {
		t.Errorf("no SMTPUTF8: %v, %v; want 5.6.7", receipt, err)
	}
	s = smtptest.New(t, smtptest.Config{})
	if receipt, _, err = send(t, connect(t, s), sample("jörg@example.org")); err != nil || receipt.Code != 250 {
		t.Errorf("SMTPUTF8: %v, %v; want 250", receipt, err)
	}
}

func TestSend_StopsWhenAsked(t *testing.T) {
	for _, step := range []smtptest.Step{smtptest.Greeting, smtptest.Hello, smtptest.Mail, smtptest.Dot} {
		t.Run(string(step), func(t *testing.T) {
			hang := make(chan struct{})
			s := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
				if e.Step == step {
					close(hang)
					return smtptest.Reply{Quiet: true}
				}
				return smtptest.Reply{}
			}, Extensions: []string{"8BITMIME"}})
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-hang; cancel() }()
			_, err := connect(t, s).Send(ctx, sample("ada@example.org"), func() error { return nil }, nil)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want canceled", err)
			}
		})
	}
}

// An endless answer is cut off, not kept.
func TestSend_EndlessReply(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{Policy: at(smtptest.Mail, smtptest.Reply{Raw: strings.Repeat("250-more\r\n", 1<<17) + "250 done\r\n"})})
	if _, claimed, err := send(t, connect(t, s), sample("ada@example.org")); err == nil || claimed {
		t.Errorf("error %v, claimed %v", err, claimed)
	}
}
