package smtpclient

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"tidings/internal/newsletter"
)

// login authenticates by the strongest way that both sides know.
func (s *session) login(host string) error {
	config := s.client.config
	if config.Username == "" {
		return nil
	}
	ok, offered := s.smtp.Extension("AUTH")
	if !ok {
		return newsletter.Hint(errors.New("it does not offer a login"), "many relays offer it only after TLS")
	}
	auth := chooseAuth(strings.Fields(strings.ToUpper(offered)), config, host)
	if auth == nil {
		return fmt.Errorf("it offers logins that we do not know: %s", offered)
	}
	if err := s.smtp.Auth(auth); err != nil {
		return newsletter.Hint(fmt.Errorf("login: %w", err), "check the relay's username and password")
	}
	return nil
}

// chooseAuth prefers ways that do not show the password to the relay. PLAIN and
// LOGIN go over TLS only, unless the operator wants none.
func chooseAuth(offered []string, c Config, host string) smtp.Auth {
	inClear := c.TLS == NoTLS
	known := []struct {
		name string
		auth smtp.Auth
	}{
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(c.Username, c.Password)},
		{"SCRAM-SHA-1", smtp.ScramSHA1Auth(c.Username, c.Password)},
		{"CRAM-MD5", smtp.CRAMMD5Auth(c.Username, c.Password)},
		{"PLAIN", smtp.PlainAuth("", c.Username, c.Password, host, inClear)},
		{"LOGIN", smtp.LoginAuth(c.Username, c.Password, host, inClear)},
	}
	for _, k := range known {
		if slices.Contains(offered, k.name) {
			return k.auth
		}
	}
	return nil
}
