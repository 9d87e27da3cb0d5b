package smtpclient_test

import (
	"crypto/tls"
	"errors"
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
