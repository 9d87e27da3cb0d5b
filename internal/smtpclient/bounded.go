package smtpclient

import (
	"errors"
	"net"
)

// replyMax is how many bytes we read in answer to one step. RFC 5321, section
// 4.5.3.1.5 allows 512 for a line; a handshake may take some thousands.
const replyMax = 64 << 10

var errReplyTooLong = errors.New("the answer is longer than 64 KiB")

// bounded is a connection that reads no more than replyMax bytes between two
// calls of allow, so that an endless answer costs no memory.
type bounded struct {
	net.Conn

	left int
}

func newBounded(c net.Conn) *bounded { return &bounded{Conn: c, left: replyMax} }

func (b *bounded) allow() { b.left = replyMax }

// Read reads what is left of the allowance.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errReplyTooLong
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
