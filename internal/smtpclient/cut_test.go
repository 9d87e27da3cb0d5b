package smtpclient_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strconv"
	"testing"

	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

// cutConn breaks in the write that begins with a final dot, after so many bytes.
type cutConn struct {
	net.Conn

	after int
}

func (c cutConn) Write(b []byte) (int, error) {
	if !bytes.HasPrefix(b, []byte(".\r\n")) {
		return c.Conn.Write(b)
	}
	n, err := c.Conn.Write(b[:c.after])
	return n, errors.Join(err, c.Close(), net.ErrClosed)
}

// Where the line breaks within the final dot the relay cannot have the message, and
// the error says so; where it breaks within the envelope behind it, it may.
func TestSend_BreaksWithinTheDot(t *testing.T) {
	for after := range 8 {
		t.Run(strconv.Itoa(after), func(t *testing.T) {
			s := smtptest.New(t, smtptest.Config{})
			conn := connect(t, s, func(c *smtpclient.Config) {
				c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					tcp, err := (&net.Dialer{}).DialContext(ctx, network, address)
					return cutConn{tcp, after}, err
				}
			})
			both := samples(2)
			_, err := conn.Send(t.Context(), both[0], func() error { return nil }, func() *message.Message { return both[1] })
			if whole := after >= len(".\r\n"); err == nil || errors.Is(err, newsletter.ErrNoDot) == whole {
				t.Errorf("error %v", err)
			} else if whole {
				err = s.Wait(t.Context(), 1) // it had it
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}
