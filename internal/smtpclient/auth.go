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
	mechanisms := strings.Fields(strings.ToUpper(offered))
	auth := chooseAuth(mechanisms, config, host)
	if config.Token != nil {
		var err error
		if auth, err = tokenAuth(mechanisms, config); err != nil {
			return err
		}
	}
	if auth == nil {
		return fmt.Errorf("it offers no login that we know: %.200q", offered)
	}
	if err := s.smtp.Auth(auth); err != nil {
		return newsletter.Hint(fmt.Errorf("login: %w", err), "check the relay's username and password, or its token")
	}
	return nil
}

// tokenAuth is the login by an OAuth 2 token. Like PLAIN it shows what it
// proves, so it goes over TLS only, unless the operator wants none.
func tokenAuth(offered []string, c Config) (smtp.Auth, error) {
	if !slices.Contains(offered, "XOAUTH2") {
		return nil, newsletter.Hint(errors.New("it does not offer XOAUTH2"), "give it a password instead of a token")
	}
	token, err := c.Token()
	if err != nil {
		return nil, err
	}
	return smtp.XOAuth2Auth(c.Username, token), nil
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
