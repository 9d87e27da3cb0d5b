package smtpclient

import (
	"errors"
	"fmt"
	"io"
	"syscall"
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
		return nil // it is silent, as it should be
	case peek != nil:
		return fmt.Errorf("before the final dot: %w", peek)
	case n == 0:
		return fmt.Errorf("before the final dot: %w", io.ErrUnexpectedEOF)
	case s.client.config.TLS != NoTLS:
		return nil // TLS has messages of its own; a word of the relay would be among them
	}
	return errEarly
}
