package smtpclient_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

// A relay that has hung up before the final dot has not got the message: the
// error says so, although the claim is made.
func TestSend_HangsUpBeforeTheDot(t *testing.T) {
	cert, roots := smtptest.Certificate(t, time.Now().Add(time.Hour), "127.0.0.1")
	for name, mode := range map[string]smtpclient.TLSMode{"in clear": smtpclient.NoTLS, "over TLS": smtpclient.StartTLS} {
		t.Run(name, func(t *testing.T) {
			s := smtptest.New(t, smtptest.Config{TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
			conn := connect(t, s, func(c *smtpclient.Config) { c.TLS, c.TLSConfig = mode, &tls.Config{RootCAs: roots} })
			_, err := conn.Send(t.Context(), sample("ada@example.org"), func() error { s.Close(); return nil }, nil)
			if !errors.Is(err, newsletter.ErrNoDot) {
				t.Errorf("error %v, want %v", err, newsletter.ErrNoDot)
			}
		})
	}
}

// What a relay says before the final dot is not taken for the answer to it.
func TestSend_AnswersBeforeTheDot(t *testing.T) {
	for name, early := range map[string]smtptest.Reply{
		"with the answer to DATA": {Raw: "354 go ahead\r\n250 2.0.0 taken\r\n"},
		"a closing relay":         {Raw: "354 go ahead\r\n421 4.3.2 closing\r\n", Then: smtptest.Close},
	} {
		t.Run(name, func(t *testing.T) {
			s := smtptest.New(t, smtptest.Config{Policy: at(smtptest.Data, early)})
			receipt, _, err := send(t, connect(t, s), sample("ada@example.org"))
			if err == nil || s.Events(smtptest.Dot) != 0 {
				t.Errorf("%v, %v: want an error and no dot", receipt, err)
			}
		})
	}
}

// The early words may arrive after the answer to DATA, and over TLS in a record of
// their own.
func TestSend_AnswersBeforeTheDot_Later(t *testing.T) {
	cert, roots := smtptest.Certificate(t, time.Now().Add(time.Hour), "127.0.0.1")
	for name, c := range map[string]struct {
		mode  smtpclient.TLSMode
		later bool
	}{
		"over TLS, with the answer to DATA": {smtpclient.Implicit, false}, "over TLS, after it": {smtpclient.Implicit, true},
		"in the clear, after it": {smtpclient.NoTLS, true},
	} {
		t.Run(name, func(t *testing.T) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			if c.mode == smtpclient.Implicit {
				ln = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}})
			}
			defer ln.Close()
			begun, said, dots := make(chan struct{}), make(chan struct{}), make(chan int, 1)
			go func() {
				dots <- hasty(ln, func(say func(string)) {
					if c.later {
						<-begun
					}
					say("250 2.0.0 taken\r\n")
					close(said)
				})
			}()
			conn := smtpclient.New(smtpclient.Config{
				Name: "hasty", Address: ln.Addr().String(), TLS: c.mode, TLSConfig: &tls.Config{RootCAs: roots}, LocalName: "me",
			}).Conn()
			receipt, err := conn.Send(t.Context(), sample("ada@example.org"), func() error { close(begun); <-said; return nil }, nil)
			conn.Close()
			if n := <-dots; !errors.Is(err, newsletter.ErrNoDot) || n != 0 {
				t.Errorf("%+v, %v, %d dots: want %v and no dot", receipt, err, n, newsletter.ErrNoDot)
			}
		})
	}
}

// hasty is a relay for one message that says something when it has asked for it, and
// refuses it. It returns how many final dots it got.
func hasty(ln net.Listener, early func(say func(string))) (dots int) {
	c, err := ln.Accept()
	if err != nil {
		return 0
	}
	defer c.Close()
	say := func(text string) { _, _ = io.WriteString(c, text) }
	say("220 hasty\r\n")
	for lines := bufio.NewScanner(c); lines.Scan(); {
		switch line := lines.Text(); {
		case line == "DATA":
			say("354 go on\r\n")
			early(say)
		case line == ".":
			dots++
			say("554 5.7.1 no\r\n")
		case strings.HasPrefix(line, "EHLO"), strings.HasPrefix(line, "MAIL"), strings.HasPrefix(line, "RCPT"):
			say("250 yes\r\n")
		}
	}
	return dots
}
