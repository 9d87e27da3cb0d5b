package smtpclient

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

var errEarly = errors.New("the relay spoke before the final dot")

// listens looks, without waiting, whether the relay still waits for the final
// dot. One that has hung up meanwhile will not get it, and one that has said
// something would have its words taken for the answer to it.
func (s *session) listens() error {
	if s.smtp.Text.R.Buffered() > 0 {
		return errEarly
	}
	tcp, ok := s.conn.Conn.(syscall.Conn)
	if !ok { // in memory
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return err
	}
	var n int
	var peek error
	err = raw.Read(func(fd uintptr) bool {
		var one [1]byte
		n, _, peek = syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	})
	switch {
	case err != nil:
		return err
	case errors.Is(peek, syscall.EAGAIN), errors.Is(peek, syscall.EINTR):
		return s.decrypts(0) // silent, as it should be
	case peek != nil:
		return fmt.Errorf("before the final dot: %w", peek)
	case n == 0:
		return fmt.Errorf("before the final dot: %w", io.ErrUnexpectedEOF)
	case s.client.config.TLS != NoTLS:
		return s.decrypts(decryptTimeout) // TLS has messages of its own
	}
	return errEarly
}

// decryptTimeout is how long bytes that have arrived may take to be made words.
const decryptTimeout = 5 * time.Millisecond

// decrypts looks whether what has arrived over TLS, or arrives within that time, has
// words of the relay in it.
func (s *session) decrypts(within time.Duration) error {
	if s.client.config.TLS == NoTLS {
		return nil
	}
	if err := s.conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err := s.smtp.Text.R.Peek(1)
	switch {
	case err == nil:
		return errEarly
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil
	}
	return fmt.Errorf("before the final dot: %w", err)
}
