package smtpclient

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"tidings/internal/message"
	"tidings/internal/newsletter"
)

// Conn is one connection to the relay, made when it is first needed and kept
// until the relay or Close ends it. It is for one goroutine.
type Conn struct {
	client  *Client
	session *session // nil: none is open
}

// Conn returns a connection that is not open yet.
func (c *Client) Conn() *Conn { return &Conn{client: c} }

// Send hands one message to the relay. It streams the message, calls claim, and
// only when claim returned nil sends the final dot (rule R3); so a claim that
// was never called, or that failed, means that nothing was sent.
//
// The receipt is what the relay answered: about the recipient before the dot,
// or about the message after it. An error means that there was no answer. A
// kept connection that the relay closed meanwhile is replaced once.
//
// next, if not nil, is for those who have one message after another: it may be
// called once, before claim, and returns the message of the following Send, or nil
// where none is at hand. Its envelope may go with the final dot of m. The bytes of
// m are not needed any more then. A following Send of another message, or Close
// before it, costs the connection and nothing else.
func (c *Conn) Send(ctx context.Context, m *message.Message, claim func() error, next func() *message.Message) (newsletter.Receipt, error) {
	if s := c.session; s != nil {
		if most := c.client.config.Messages; most > 0 && s.sent >= most || s.ahead != nil && s.ahead != m {
			c.Close()
		}
	}
	claimed := false
	once := func() error { claimed = true; return claim() }
	kept := c.session != nil
	receipt, err := c.send(ctx, m, once, next)
	if err != nil && kept && !claimed && ctx.Err() == nil {
		receipt, err = c.send(ctx, m, once, next)
	}
	receipt.Relay = c.client.config.Name
	return receipt, err
}

func (c *Conn) send(ctx context.Context, m *message.Message, claim func() error, next func() *message.Message) (newsletter.Receipt, error) {
	if c.session == nil {
		s, err := c.client.dial(ctx)
		if err != nil {
			return newsletter.Receipt{}, err
		}
		c.session = s
	}
	s := c.session
	s.sent++
	stop := context.AfterFunc(ctx, s.stop)
	defer stop()
	receipt, err := s.transaction(m, claim, next)
	if err != nil || receipt.Code == serviceClosing || s.gone {
		c.drop()
	}
	if err != nil && ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	if err != nil {
		return newsletter.Receipt{}, err // what was said last is in the error
	}
	return receipt, nil
}

// Open says whether the connection is open, as far as we have heard.
func (c *Conn) Open() bool { return c.session != nil }

// drop closes the connection without a word.
func (c *Conn) drop() {
	if c.session != nil {
		_ = c.session.conn.Close()
		c.session = nil
	}
}

// quitTimeout is how long we wait for the relay to say goodbye.
const quitTimeout = 2 * time.Second

// Close says goodbye to the relay and closes the connection, without a word where
// the relay waits for a message by now. A Send after it opens another.
func (c *Conn) Close() {
	if c.session == nil {
		return
	}
	if c.session.ahead == nil && c.session.deadline(quitTimeout) == nil {
		_ = c.session.smtp.Quit() // whatever it answers, we go
	}
	c.drop()
}

// session is an open connection, ready for a mail transaction.
type session struct {
	client *Client
	conn   *bounded
	smtp   *smtp.Client
	offers offers
	sent   int              // messages that it was used for
	dirty  bool             // the last transaction was left half-way: RSET first
	gone   bool             // nothing more can be sent over it
	waited time.Duration    // for the first answer to the last group
	ahead  *message.Message // its envelope went with the last dot; nil: none did

	stopped atomic.Bool // nobody waits for it any more
}

// deadline gives the next step that long, and a fresh allowance of bytes; none after
// stop.
func (s *session) deadline(d time.Duration) error {
	s.conn.allow()
	if err := s.conn.SetDeadline(time.Now().Add(d)); err != nil {
		return err
	}
	if s.stopped.Load() { // stop's own deadline may have been before this one
		return os.ErrDeadlineExceeded
	}
	return nil
}

// stop ends the step that runs, and all that would follow.
func (s *session) stop() {
	s.stopped.Store(true)
	_ = s.conn.SetDeadline(time.Now())
}
