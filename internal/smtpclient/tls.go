package smtpclient

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"tidings/internal/newsletter"
)

func (s *session) startTLS(config *tls.Config) error {
	if ok, _ := s.smtp.Extension("STARTTLS"); !ok {
		return newsletter.Hint(errors.New("it does not offer STARTTLS, so nothing was sent"),
			`for a relay that speaks TLS from the start set tls = "implicit"`)
	}
	if err := s.smtp.StartTLS(config); err != nil {
		return hintTLS(StartTLS, fmt.Errorf("STARTTLS: %w", err))
	}
	return nil
}

func (c *Config) tls(host string) *tls.Config {
	t := &tls.Config{}
	if c.TLSConfig != nil {
		t = c.TLSConfig.Clone()
	}
	t.ServerName, t.MinVersion = host, max(t.MinVersion, tls.VersionTLS12)
	return t
}

// hintTLS adds a word on how to mend it to an error that comes of the certificate,
// or of the one way to encrypt taken for the other.
func hintTLS(mode TLSMode, err error) error {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return newsletter.Hint(err, "the relay's certificate must be valid for its name")
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok && mode == Implicit {
		return newsletter.Hint(err, `for a relay that begins in the clear set tls = "starttls"`)
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() && mode == StartTLS {
		return newsletter.Hint(err, `a relay that speaks TLS from the start waits in silence: set tls = "implicit"`)
	}
	return err
}
