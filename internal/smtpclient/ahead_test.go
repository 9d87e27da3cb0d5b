package smtpclient_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

// sendAll sends one message after another, each of which is told of the next, and
// returns how often the next one was asked for.
func sendAll(t *testing.T, c *smtpclient.Conn, messages ...*message.Message) (receipts []newsletter.Receipt, asked int) {
	t.Helper()
	for i, m := range messages {
		claimed, before := false, asked
		receipt, err := c.Send(t.Context(), m, func() error { claimed = true; return nil }, func() *message.Message {
			if asked++; claimed {
				t.Errorf("%s: asked for the next one after the claim", m.To)
			}
			if i+1 == len(messages) {
				return nil
			}
			return messages[i+1]
		})
		if err != nil {
			t.Fatalf("%s: %v", m.To, err)
		}
		if asked > before+1 {
			t.Errorf("%s: asked %d times for the next one", m.To, asked-before)
		}
		receipts = append(receipts, receipt)
	}
	return receipts, asked
}

func samples(n int) []*message.Message {
	list := make([]*message.Message, n)
	for i := range list {
		list[i] = sample(fmt.Sprintf("r%d@example.org", i+1))
	}
	return list
}

func served(t *testing.T, s *smtptest.Server, want ...string) {
	t.Helper()
	if v := smtptest.Judge(s.Recipients(), want); !v.Clean() {
		t.Errorf("%+v", v)
	}
}

// The envelope of the next message is at the relay when the answer to the dot comes.
func TestSend_AnnouncesTheNext(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{})
	conn, both := connect(t, s), samples(2)
	if _, err := conn.Send(t.Context(), both[0], func() error { return nil }, func() *message.Message { return both[1] }); err != nil {
		t.Fatal(err)
	}
	if n := s.Events(smtptest.Data); n != 2 {
		t.Errorf("DATA came %d times, want 2", n)
	}
	if _, _, err := send(t, conn, both[1]); err != nil {
		t.Fatal(err)
	}
	served(t, s, both[0].To, both[1].To)
	if n := s.Events(smtptest.Mail); n != 2 || s.Connections() != 1 {
		t.Errorf("MAIL came %d times over %d connections", n, s.Connections())
	}
}

// The bytes of a message are looked at when it is sent, whatever its envelope was.
func TestSend_LooksAtTheAnnounced(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{})
	conn, both := connect(t, s), samples(2)
	if _, err := conn.Send(t.Context(), both[0], func() error { return nil }, func() *message.Message { return both[1] }); err != nil {
		t.Fatal(err)
	}
	both[1].Bytes = []byte("a\r\n.\r\nMAIL FROM:<x@evil.test>\r\n")
	if _, claimed, err := send(t, conn, both[1]); !errors.Is(err, newsletter.ErrInvalid) || claimed {
		t.Errorf("%v, claimed %v", err, claimed)
	}
	served(t, s, both[0].To)
}

// Neither another message nor a goodbye goes where the relay waits for the one
// that was announced.
func TestSend_AnnouncedInVain(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{})
	conn, list := connect(t, s), samples(3)
	announce := func(m, next *message.Message) {
		t.Helper()
		if _, err := conn.Send(t.Context(), m, func() error { return nil }, func() *message.Message { return next }); err != nil {
			t.Fatal(err)
		}
	}
	announce(list[0], list[1])
	announce(list[2], list[1])
	conn.Close()
	announce(list[1], nil)
	served(t, s, list[0].To, list[1].To, list[2].To)
	if s.Connections() != 3 || s.Events(smtptest.Quit) != 0 {
		t.Errorf("%d connections, %d times QUIT", s.Connections(), s.Events(smtptest.Quit))
	}
}

// What a relay says of an announced reader is said of that one, and the others have
// theirs over the same connection.
func TestSend_RefusesTheAnnounced(t *testing.T) {
	list := samples(4)
	for step, command := range map[smtptest.Step]string{smtptest.Mail: "MAIL", smtptest.Rcpt: "RCPT", smtptest.Dot: "."} {
		t.Run(command, func(t *testing.T) {
			s := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
				if e.Step == step && e.Nth == 2 {
					return smtptest.Say(550, "5.1.1 no such user")
				}
				return smtptest.Reply{}
			}})
			receipts, _ := sendAll(t, connect(t, s), list...)
			for i, r := range receipts {
				want := newsletter.Receipt{Command: ".", Code: 250}
				if i == 1 {
					want = newsletter.Receipt{Command: command, Code: 550}
				}
				if r.Command != want.Command || r.Code != want.Code {
					t.Errorf("message %d: %+v", i+1, r)
				}
			}
			served(t, s, list[0].To, list[2].To, list[3].To)
			if s.Connections() != 1 {
				t.Errorf("%d connections", s.Connections())
			}
		})
	}
}

// Nothing is announced of a reader whom the relay cannot serve, and the others have
// theirs over the same connection.
func TestSend_AnnouncesNoneThatCannotGo(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{Extensions: []string{"PIPELINING"}})
	list := samples(3)
	list[1] = sample("jörg@example.org")
	receipts, _ := sendAll(t, connect(t, s), list...)
	if receipts[1].Enhanced != "5.6.7" {
		t.Errorf("no SMTPUTF8: %+v", receipts[1])
	}
	served(t, s, list[0].To, list[2].To)
	if s.Connections() != 1 {
		t.Errorf("%d connections", s.Connections())
	}
}

// A relay that hangs up on an announced reader has that message over another
// connection, and the one before it once.
func TestSend_HangsUpOnTheAnnounced(t *testing.T) {
	for _, step := range []smtptest.Step{smtptest.Mail, smtptest.Rcpt, smtptest.Data} {
		for name, reply := range map[string]smtptest.Reply{
			"closes": smtptest.Drop(smtptest.Close), "resets": smtptest.Drop(smtptest.Reset), "421": smtptest.Say(421, "4.3.2 closing"),
		} {
			t.Run(name+" at "+string(step), func(t *testing.T) {
				s := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
					if e.Step == step && e.Nth == 2 {
						return reply
					}
					return smtptest.Reply{}
				}})
				list := samples(3)
				sendAll(t, connect(t, s), list...)
				served(t, s, list[0].To, list[1].To, list[2].To)
			})
		}
	}
}

// A relay that closes or resets each connection after some messages, with words of
// ours unread, costs nobody anything, and is soon left alone with them.
func TestSend_LearnsWhenARelayCloses(t *testing.T) {
	const messages, each = 24, 4
	for name, then := range map[string]smtptest.Then{"closes": smtptest.Close, "resets": smtptest.Reset} {
		t.Run(name, func(t *testing.T) {
			s := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
				if e.Step == smtptest.Dot && e.Nth%each == 0 {
					return smtptest.Reply{Then: then}
				}
				return smtptest.Reply{}
			}})
			list := samples(messages)
			var want []string
			for _, m := range list {
				want = append(want, m.To)
			}
			_, asked := sendAll(t, connect(t, s), list...)
			served(t, s, want...)
			if most := messages - (messages/each - 1); asked != most {
				t.Errorf("asked %d times for the next message, want %d", asked, most)
			}
		})
	}
}

// Where a connection lasts longer than one did before, that was no rule.
func TestSend_ForgetsThatARelayClosed(t *testing.T) {
	s := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && e.Nth == 2 {
			return smtptest.Reply{Then: smtptest.Close}
		}
		return smtptest.Reply{}
	}})
	_, asked := sendAll(t, connect(t, s), samples(12)...)
	if asked != 11 { // all but the second message of the second connection
		t.Errorf("asked %d times for the next message, want 11", asked)
	}
}

// Nothing is announced where it could not be sent over that connection, or where
// the relay has not said that it knows how.
func TestSend_AnnouncesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		extensions []string
		messages   int
	}{
		"no pipelining": {[]string{"8BITMIME"}, 0}, "one message for each connection": {smtptest.DefaultExtensions(), 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := smtptest.New(t, smtptest.Config{Extensions: c.extensions})
			list := samples(3)
			conn := connect(t, s, func(config *smtpclient.Config) { config.Messages = c.messages })
			if _, asked := sendAll(t, conn, list...); asked != 0 {
				t.Errorf("asked %d times for the next message", asked)
			}
			served(t, s, list[0].To, list[1].To, list[2].To)
		})
	}
}

// A relay that throws away what stands behind a dot, against RFC 2920, section 3.2,
// holds up one message in an hour for as long as it, or we, wait for a command.
func TestSend_DeafBehindTheDot(t *testing.T) {
	for _, idle := range []time.Duration{time.Minute, 5*time.Minute - time.Second, time.Hour} {
		t.Run(idle.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &deaf{idle: idle}
				conn := d.client().Conn()
				defer conn.Close()
				began := time.Now()
				_, asked := sendAll(t, conn, samples(100)...)
				if took := time.Since(began); d.taken.Load() != 100 || took > 5*time.Minute || asked > 2 {
					t.Errorf("%d messages taken in %v, %d of them told of the next", d.taken.Load(), took, asked)
				}
				time.Sleep(61 * time.Minute)
				if _, asked := sendAll(t, conn, samples(2)...); asked == 0 {
					t.Error("it is not tried again")
				}
			})
		})
	}
}

// A relay that loses its answer to a dot where words stand behind it, because it
// closes then, does so once.
func TestSend_LosesTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deaf{idle: time.Hour, listens: true, closes: 4}
		conn, list, lost := d.client().Conn(), samples(101), 0
		for i := range 100 {
			if _, err := conn.Send(t.Context(), list[i], func() error { return nil }, func() *message.Message { return list[i+1] }); err != nil {
				lost++
			}
		}
		conn.Close()
		if lost != 1 {
			t.Errorf("%d messages in doubt, want 1", lost)
		}
	})
}

// A large message over a slow line takes as long as it takes: the time is for a part of
// it (RFC 5321, section 4.5.3.2.5).
func TestSend_SlowLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deaf{idle: time.Hour, slow: time.Second}
		conn, m := d.client().Conn(), sample("ada@example.org")
		defer conn.Close()
		m.Bytes = append(m.Bytes, bytes.Repeat([]byte(strings.Repeat("x", 998)+"\r\n"), 1000)...)
		receipt, err := conn.Send(t.Context(), m, func() error { return nil }, nil)
		if err != nil || receipt.Code != 250 {
			t.Errorf("Send = %+v, %v; want 250", receipt, err)
		}
	})
}

// A relay that takes no more of a message is given up after the time for a part of it.
func TestSend_StalledLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deaf{idle: time.Hour, slow: 10 * time.Minute}
		conn, m := d.client().Conn(), sample("ada@example.org")
		defer conn.Close()
		m.Bytes = append(m.Bytes, bytes.Repeat([]byte(strings.Repeat("x", 998)+"\r\n"), 10)...)
		began := time.Now()
		claimed := false
		_, err := conn.Send(t.Context(), m, func() error { claimed = true; return nil }, nil)
		if took := time.Since(began); !errors.Is(err, newsletter.ErrHungUp) || claimed || took > 3*time.Minute {
			t.Errorf("%v after %v, claimed %v", err, took, claimed)
		}
		time.Sleep(2 * time.Hour) // until the relay has noticed
	})
}

// deaf is a relay that reads a line at a time, and at a dot forgets what it has read
// ahead, unless it listens. It waits so long for a command, takes so long over a line
// of a message, and closes after so many messages, without its last answer where words
// stand behind the dot.
type deaf struct {
	idle    time.Duration
	slow    time.Duration
	listens bool
	closes  int // 0: never
	taken   atomic.Int32
}

func (d *deaf) client() *smtpclient.Client {
	return smtpclient.New(smtpclient.Config{Name: "deaf", Address: "relay.test:25", TLS: smtpclient.NoTLS, LocalName: "me", Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go d.serve(theirs)
		return ours, nil
	}})
}

func (d *deaf) serve(c net.Conn) {
	defer c.Close()
	say := func(text string) { _, _ = io.WriteString(c, text) }
	say("220 deaf\r\n")
	r := bufio.NewReader(c)
	data, recipient, n := false, false, 0
	for {
		_ = c.SetReadDeadline(time.Now().Add(d.idle))
		line, err := r.ReadString('\n')
		if err != nil {
			say("421 4.4.2 timeout\r\n")
			return
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case data && line == ".\r\n":
			data, recipient = false, false
			n++
			if n == d.closes && r.Buffered() > 0 {
				return
			}
			d.taken.Add(1)
			if !d.listens {
				r.Reset(c)
			}
			say("250 taken\r\n")
			if n == d.closes {
				return
			}
		case data:
			time.Sleep(d.slow)
		case verb == "EHLO":
			say("250-deaf\r\n250 PIPELINING\r\n")
		case verb == "DATA":
			data = recipient
			say("354 go on\r\n")
		case verb == "QUIT":
			say("221 goodbye\r\n")
			return
		default:
			recipient = verb == "RCPT"
			say("250 yes\r\n")
		}
	}
}
