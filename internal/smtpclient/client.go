// Package smtpclient is in charge of the conversation with the relay: it opens
// connections, keeps them, secures them, logs in, and hands over one message to
// one reader at a time. Whatever the relay says about a message is a Receipt; an
// error means that it said nothing.
package smtpclient

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"tidings/internal/newsletter"
)

// TLSMode says how a connection to the relay is secured.
type TLSMode string

// The ways to secure a connection. There is no "if offered": a relay that stops
// offering STARTTLS is refused, since someone may have stripped it.
const (
	StartTLS TLSMode = "starttls" // RFC 3207, required
	Implicit TLSMode = "implicit" // RFC 8314, section 3.3
	NoTLS    TLSMode = "none"     // loopback only, or insecure on purpose
)

// Config is one relay.
type Config struct {
	Name      string      // for logs and receipts
	Address   string      // host:port
	TLS       TLSMode     // how to secure it
	TLSConfig *tls.Config // nil: the system's roots, TLS 1.2 or newer
	Username  string      // empty: no login
	Password  string      // never logged
	Messages  int         // over one connection, before it is replaced; 0: as many as the relay takes
	LocalName string      // for EHLO; empty: this machine's name

	// NoPipelining has commands go one by one, even if the relay offers PIPELINING
	// (RFC 2920).
	NoPipelining bool

	// Dial opens a TCP connection, for those who need more than a net.Dialer. nil:
	// net.Dialer with a timeout.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Token returns an OAuth 2 access token for XOAUTH2, never logged. It is
	// asked anew for each connection. nil: the login is by Password.
	Token func() (string, error)
}

// Client opens connections to one relay.
type Client struct {
	config    Config
	foresight foresight
}

// New returns a client for a relay. It does not connect yet.
func New(c Config) *Client {
	if c.LocalName == "" {
		c.LocalName = localName()
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{Timeout: connectTimeout}).DialContext
	}
	return &Client{config: c}
}

// localName is this machine's name if it can stand in EHLO (RFC 5321, section
// 4.1.1.1), else "localhost".
func localName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "localhost"
	}
	for _, c := range name {
		if c != '.' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return "localhost"
		}
	}
	return name
}

// The deadlines of RFC 5321, section 4.5.3.2. The one for the final dot is the
// longest: to give up too early there means a second copy later.
const (
	connectTimeout = 30 * time.Second
	commandTimeout = 5 * time.Minute
	dataTimeout    = 2 * time.Minute
	blockTimeout   = 3 * time.Minute
	dotTimeout     = 10 * time.Minute
)

// dial opens a connection that is secured, logged in and ready for MAIL.
func (c *Client) dial(ctx context.Context) (*session, error) {
	conn, err := c.config.Dial(ctx, "tcp", c.config.Address)
	if err != nil {
		return nil, newsletter.Hint(fmt.Errorf("connect to relay %s: %w", c.config.Name, err), "is it running, and is its address right")
	}
	s := &session{conn: newBounded(conn), client: c}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })
	defer stop()
	if err := s.open(); err != nil {
		_ = conn.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("relay %s: %w", c.config.Name, err)
	}
	return s, nil
}

// open greets, secures and logs in.
func (s *session) open() error {
	config := s.client.config
	host, _, err := net.SplitHostPort(config.Address)
	if err != nil {
		return fmt.Errorf("address: %w", err)
	}
	if err := s.deadline(commandTimeout); err != nil {
		return err
	}
	var conn net.Conn = s.conn
	if config.TLS == Implicit {
		conn = tls.Client(conn, config.tls(host))
	}
	if s.smtp, err = smtp.NewClient(conn, host); err != nil {
		return hintTLS(config.TLS, fmt.Errorf("greeting: %w", err))
	}
	if err := s.smtp.Hello(config.LocalName); err != nil {
		return fmt.Errorf("hello: %w", err)
	}
	if config.TLS == StartTLS {
		if err := s.startTLS(config.tls(host)); err != nil {
			return err
		}
	}
	if err := s.login(host); err != nil {
		return err
	}
	s.offers.note(s.smtp)
	s.offers.pipelining = s.offers.pipelining && !config.NoPipelining
	return nil
}
