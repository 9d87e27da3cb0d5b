package smtpclient_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

// wire keeps what a client writes, as somebody on the way would see it.
type wire struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

// tapped is a connection whose bytes are kept.
type tapped struct {
	net.Conn

	wire *wire
}

// Write keeps p and hands it on.
func (c tapped) Write(p []byte) (int, error) {
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	c.wire.bytes.Write(p)
	return c.Conn.Write(p)
}

// tap has a client's bytes kept.
func (w *wire) tap(c *smtpclient.Config) {
	c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		return tapped{conn, w}, err
	}
}

// inClear is what can be read of it: everything up to the first record of TLS.
func (w *wire) inClear() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	readable, _, _ := bytes.Cut(w.bytes.Bytes(), []byte{22, 3})
	return string(readable)
}

// Neither a password nor a message goes over a line that is not what was asked
// for (RFC 8314, RFC 7817): all that may be read in clear is EHLO and STARTTLS.
func TestSend_TLS(t *testing.T) {
	good, roots := smtptest.Certificate(t, time.Now().Add(time.Hour), "127.0.0.1")
	other, otherRoots := smtptest.Certificate(t, time.Now().Add(time.Hour), "elsewhere.example")
	expired, expiredRoots := smtptest.Certificate(t, time.Now().Add(-time.Hour), "127.0.0.1")
	serve := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	old := serve(good)
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	injected := "220 2.0.0 go\r\n250-relay.test\r\n250 AUTH PLAIN\r\n235 2.7.0 welcome\r\n"
	for _, c := range []struct {
		name   string
		server smtptest.Config
		mode   smtpclient.TLSMode
		trust  *tls.Config
		ok     bool
	}{
		{"starttls", smtptest.Config{TLS: serve(good)}, smtpclient.StartTLS, &tls.Config{RootCAs: roots}, true},
		{"implicit", smtptest.Config{Implicit: true, TLS: serve(good)}, smtpclient.Implicit, &tls.Config{RootCAs: roots}, true},
		{"stripped", smtptest.Config{}, smtpclient.StartTLS, nil, false},
		{"refused for now", smtptest.Config{TLS: serve(good), Policy: at(smtptest.StartTLS, smtptest.Say(454, "4.7.0 not now"))}, smtpclient.StartTLS, &tls.Config{RootCAs: roots}, false},
		{"agreed, then silent", smtptest.Config{TLS: serve(good), Policy: at(smtptest.StartTLS, smtptest.Reply{Code: 220, Text: "go", Then: smtptest.Close})}, smtpclient.StartTLS, &tls.Config{RootCAs: roots}, false},
		{"answers injected before the handshake", smtptest.Config{TLS: serve(good), Policy: at(smtptest.StartTLS, smtptest.Reply{Raw: injected})}, smtpclient.StartTLS, &tls.Config{RootCAs: roots}, true},
		{"unknown authority", smtptest.Config{TLS: serve(good)}, smtpclient.StartTLS, nil, false},
		{"unknown authority, implicit", smtptest.Config{Implicit: true, TLS: serve(good)}, smtpclient.Implicit, nil, false},
		{"another name", smtptest.Config{TLS: serve(other)}, smtpclient.StartTLS, &tls.Config{RootCAs: otherRoots}, false},
		{"expired", smtptest.Config{TLS: serve(expired)}, smtpclient.StartTLS, &tls.Config{RootCAs: expiredRoots}, false},
		{"TLS 1.1", smtptest.Config{TLS: old}, smtpclient.StartTLS, &tls.Config{RootCAs: roots}, false},
		{"TLS 1.1, though allowed by mistake", smtptest.Config{TLS: old}, smtpclient.StartTLS, &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10}, false},
		{"plain where TLS is expected", smtptest.Config{}, smtpclient.Implicit, &tls.Config{RootCAs: roots}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.server.Username, c.server.Password = "tidings", "s3cret"
			s := smtptest.New(t, c.server)
			var w wire
			_, claimed, err := send(t, connect(t, s, w.tap, func(config *smtpclient.Config) {
				config.Username, config.Password, config.TLS, config.TLSConfig = "tidings", "s3cret", c.mode, c.trust
			}), sample("ada@example.org"))
			if (err == nil) != c.ok {
				t.Fatalf("error %v, want success %v", err, c.ok)
			}
			for line := range strings.Lines(w.inClear()) {
				if !strings.HasPrefix(line, "EHLO ") && line != "STARTTLS\r\n" && line != "QUIT\r\n" {
					t.Errorf("in clear: %q", line)
				}
			}
			if c.ok {
				return
			}
			if claimed || s.Events(smtptest.Auth) != 0 || s.Events(smtptest.Mail) != 0 {
				t.Errorf("claimed %v, %d logins, %d MAIL: nothing may leave", claimed, s.Events(smtptest.Auth), s.Events(smtptest.Mail))
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

// Each way to log in works with the right secret and fails with a wrong one,
// which no error shows.
func TestSend_Login(t *testing.T) {
	cert, roots := smtptest.Certificate(t, time.Now().Add(time.Hour), "127.0.0.1")
	for _, login := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2"} {
		for _, secret := range []string{"s3cret", "wr0ng"} {
			t.Run(login+" "+secret, func(t *testing.T) {
				s := smtptest.New(t, smtptest.Config{
					Username: "tidings", Password: "s3cret", Logins: login,
					TLS: &tls.Config{Certificates: []tls.Certificate{cert}},
				})
				_, claimed, err := send(t, connect(t, s, func(c *smtpclient.Config) {
					c.TLS, c.TLSConfig, c.Username, c.Password = smtpclient.StartTLS, &tls.Config{RootCAs: roots}, "tidings", secret
					if login == "XOAUTH2" {
						c.Password, c.Token = "", func() (string, error) { return secret, nil }
					}
				}), sample("ada@example.org"))
				if right := secret == "s3cret"; right != (err == nil) || right != claimed {
					t.Fatalf("error %v, claimed %v", err, claimed)
				}
				if err == nil {
					return
				}
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows the secret: %v", err)
				}
				if hint, ok := errors.AsType[*newsletter.Hinted](err); !ok || hint.Hint == "" {
					t.Errorf("no hint with %v", err)
				}
			})
		}
	}
}

// The strongest way that both know is taken, and a token is never shown to a
// relay that does not ask for one.
func TestSend_ChoosesLogin(t *testing.T) {
	for offered, want := range map[string]string{
		"PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256": "AUTH SCRAM-SHA-256",
		"LOGIN PLAIN": "AUTH PLAIN",
		"GSSAPI":      "",
	} {
		s := smtptest.New(t, smtptest.Config{Username: "tidings", Password: "s3cret", Logins: offered})
		var w wire
		_, _, err := send(t, connect(t, s, w.tap, func(c *smtpclient.Config) {
			c.Username, c.Password = "tidings", "s3cret"
		}), sample("ada@example.org"))
		if (err == nil) != (want != "") || !strings.Contains(w.inClear(), want) {
			t.Errorf("%s: %v; the client said %q, want %q", offered, err, w.inClear(), want)
		}
	}
	s := smtptest.New(t, smtptest.Config{Username: "tidings", Password: "t0ken"})
	var w wire
	_, _, err := send(t, connect(t, s, w.tap, func(c *smtpclient.Config) {
		c.Username, c.Token = "tidings", func() (string, error) { return "t0ken", nil }
	}), sample("ada@example.org"))
	if err == nil || strings.Contains(w.inClear(), "AUTH") {
		t.Errorf("error %v after %q, want a refusal before AUTH", err, w.inClear())
	}
}

// Who took the one way to encrypt for the other, or has a relay that cannot now,
// is told so.
func TestSend_TLSHints(t *testing.T) {
	good, roots := smtptest.Certificate(t, time.Now().Add(time.Hour), "127.0.0.1")
	_, others := smtptest.Certificate(t, time.Now().Add(time.Hour), "127.0.0.1")
	serve := &tls.Config{Certificates: []tls.Certificate{good}}
	for _, c := range []struct {
		name   string
		server smtptest.Config
		mode   smtpclient.TLSMode
		roots  *x509.CertPool
		hint   string
	}{
		{"plain where TLS is expected", smtptest.Config{TLS: serve}, smtpclient.Implicit, roots, `tls = "starttls"`},
		{"not offered", smtptest.Config{}, smtpclient.StartTLS, roots, `tls = "implicit"`},
		{"unknown authority", smtptest.Config{TLS: serve}, smtpclient.StartTLS, others, "certificate"},
		{"unknown authority, implicit", smtptest.Config{TLS: serve, Implicit: true}, smtpclient.Implicit, others, "certificate"},
		{"refused for now", smtptest.Config{TLS: serve, Policy: at(smtptest.StartTLS, smtptest.Say(454, "4.7.0 not now"))}, smtpclient.StartTLS, roots, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := send(t, connect(t, smtptest.New(t, c.server), func(config *smtpclient.Config) {
				config.TLS, config.TLSConfig = c.mode, &tls.Config{RootCAs: c.roots}
			}), sample("ada@example.org"))
			hint := ""
			if h, ok := errors.AsType[*newsletter.Hinted](err); ok {
				hint = h.Hint
			}
			if err == nil || (hint == "") != (c.hint == "") || !strings.Contains(hint, c.hint) {
				t.Errorf("%v: hint %q, want %q", err, hint, c.hint)
			}
		})
	}
}

// A relay that waits for TLS in silence costs the five minutes of its greeting;
// then it is said what it may want.
func TestSend_SilentGreeting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			t.Cleanup(func() { _ = theirs.Close() })
			return ours, nil
		}
		conn := smtpclient.New(smtpclient.Config{Name: "test", Address: "relay.test:2465", TLS: smtpclient.StartTLS, LocalName: "me", Dial: dial}).Conn()
		_, err := conn.Send(t.Context(), sample("ada@example.org"), func() error { return nil }, nil)
		if h, ok := errors.AsType[*newsletter.Hinted](err); !ok || !strings.Contains(h.Hint, `tls = "implicit"`) {
			t.Errorf("%v: no hint at the other way to encrypt", err)
		}
	})
}
