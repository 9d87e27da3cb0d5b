package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"
)

// What the server takes at most, so that a client gone wild cannot fill the
// machine.
const (
	maxMessage     = 25 << 20 // bytes of one message
	maxLine        = 2000     // bytes of one line, twice what RFC 5321, section 4.5.3.1.6 allows
	maxRecipients  = 100      // of one message (RFC 5321, section 4.5.3.1.8)
	maxConnections = 200
	readTimeout    = 5 * time.Minute // for the next command, and for a whole message
	writeTimeout   = time.Minute
)

// Listen returns a listener for Serve on address, such as "127.0.0.1:0". An
// address that other machines can reach is an error.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("opening the mailbox's port: %w", err)
	}
	if err := checkLoopback(ln); err != nil {
		_ = ln.Close()
		return nil, err
	}
	return ln, nil
}

// Serve receives mail over SMTP on ln, which it closes, until ctx ends. It
// offers PIPELINING, 8BITMIME, SMTPUTF8, SIZE, CHUNKING and enhanced status
// codes. When it returns, no message is half written; a client that still
// waits for an answer then gets none, so stop whoever sends before you end ctx.
func (m *Mailbox) Serve(ctx context.Context, ln net.Listener) error {
	if err := checkLoopback(ln); err != nil {
		_ = ln.Close()
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	bound := netutil.LimitListener(&boundListener{Listener: ln, ctx: ctx}, maxConnections)
	context.AfterFunc(ctx, func() { _ = bound.Close() })

	server := m.server()
	err := server.Serve(bound)
	asked := ctx.Err() != nil
	cancel()
	_ = server.Shutdown(context.WithoutCancel(ctx)) // waits for the last message; the port is closed already
	if asked {
		return nil
	}
	return fmt.Errorf("receiving mail: %w", err)
}

// server returns an SMTP server that puts what it gets into m.
func (m *Mailbox) server() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{box: m, helo: c.Hostname()}, nil
	}))
	s.Domain = "localhost"
	s.MaxMessageBytes = maxMessage
	s.MaxLineLength = maxLine
	s.MaxRecipients = maxRecipients
	s.ReadTimeout = readTimeout
	s.WriteTimeout = writeTimeout
	s.EnableSMTPUTF8 = true
	s.ErrorLog = slog.NewLogLogger(m.log.Handler(), slog.LevelWarn)
	return s
}

// session is one client's conversation with the mailbox.
type session struct {
	box  *Mailbox
	helo string
	from string
	to   []string
}

// Mail notes the return path (RFC 5321, section 4.1.1.2).
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from, s.to = from, nil
	return nil
}

// Rcpt notes one recipient; the mailbox is everybody's.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data keeps the message. Once it returns without error, the client is told
// that the mailbox has taken it.
func (s *session) Data(r io.Reader) error {
	err := s.box.keep(envelope{helo: s.helo, from: s.from, to: s.to}, r)
	if err == nil {
		return nil
	}
	if reply, ok := errors.AsType[*smtp.SMTPError](err); ok {
		return reply // the library's own: the message is too large
	}
	if errors.Is(err, smtp.ErrTooLongLine) {
		return &smtp.SMTPError{Code: 500, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "line too long"}
	}
	return &smtp.SMTPError{
		Code:         452, // RFC 5321, section 4.2.3: insufficient system storage
		EnhancedCode: smtp.EnhancedCode{4, 3, 1},
		Message:      "the mailbox cannot keep the message: " + err.Error(),
	}
}

// Reset forgets the envelope.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout ends the conversation; there is nothing to give back.
func (s *session) Logout() error { return nil }

// boundListener closes the connections it accepted when ctx ends: the SMTP
// library on its own would wait for each client to leave.
type boundListener struct {
	net.Listener

	ctx context.Context // Accept takes none
}

// Accept waits for the next connection.
func (l *boundListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &boundConn{Conn: c, stop: context.AfterFunc(l.ctx, func() { _ = c.Close() })}, nil
}

// boundConn is a connection whose end is bound to a context.
type boundConn struct {
	net.Conn

	stop func() bool
}

// Close closes the connection and lets go of the context.
func (c *boundConn) Close() error {
	c.stop()
	return c.Conn.Close()
}

// checkLoopback refuses a listener that other machines can reach.
func checkLoopback(ln net.Listener) error {
	if addr, ok := ln.Addr().(*net.TCPAddr); ok && addr.IP.IsLoopback() {
		return nil
	}
	return fmt.Errorf("the mailbox listens on %s, expected a loopback address such as 127.0.0.1:2525", ln.Addr())
}
