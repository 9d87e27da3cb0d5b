package smtptest

import (
	"bufio"
	"bytes"
	"errors"
	"math"
	"strconv"
	"time"
)

// data takes a message in. After it, the transaction is over, however it ended
// (RFC 5321, section 4.1.1.4).
func (c *conn) data(line string) bool {
	usual := Say(354, "go ahead")
	if len(c.pending.to) == 0 {
		usual = Say(503, "5.5.1 no valid recipients")
	}
	code := c.answer(Event{Step: Data, Line: line}, usual)
	if code != 354 {
		return code != gone
	}
	defer func() { c.pending = transaction{} }()
	if err := c.w.Flush(); err != nil {
		return false
	}
	m := Record{Conn: c.number, From: c.pending.from, To: c.pending.to}
	if err := c.readMessage(&m); err != nil {
		if errors.Is(err, errCut) {
			c.reset()
		}
		return false
	}
	m.Time = time.Now()
	usual = Say(250, "2.0.0 taken")
	if m.Size > c.maxSize() {
		usual = Say(552, "5.3.4 too large")
	}
	return c.answer(Event{Step: Dot, Message: &m}, usual) != gone
}

// maxSize is how many bytes a message may have by the SIZE that is offered.
func (c *conn) maxSize() int {
	value, _ := c.parameter("SIZE")
	if n, err := strconv.Atoi(value); err == nil && n > 0 {
		return n
	}
	return math.MaxInt
}

// readMessage reads up to the final dot, which stands alone between two CRLF: a
// bare LF does not end a line (RFC 5321, section 4.1.1.4). It keeps the bytes
// only if asked to, so that a fast sender meets a fast relay.
func (c *conn) readMessage(m *Record) error {
	var id idFinder
	lineStart, afterCR := true, false
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if lineStart {
			if string(line) == ".\r\n" {
				m.MessageID = id.value
				return nil
			}
			line = bytes.TrimPrefix(line, []byte("."))
			id.look(line)
		}
		m.Size += len(line)
		if c.server.config.KeepRaw {
			m.Raw = append(m.Raw, line...)
		}
		lineStart = bytes.HasSuffix(line, []byte("\r\n")) || afterCR && string(line) == "\n"
		afterCR = bytes.HasSuffix(line, []byte("\r")) // a very long line comes in pieces
	}
}

// idFinder finds the Message-ID among the lines of a message.
type idFinder struct {
	value  string
	folded bool // the field has begun, its value is on the next line
	body   bool // the header has ended
}

// look takes the next line.
func (f *idFinder) look(line []byte) {
	const name = "message-id:"
	switch {
	case f.body || f.value != "":
	case len(line) <= len("\r\n"):
		f.body = true
	case f.folded:
		f.value, f.folded = string(bytes.TrimSpace(line)), false
	case len(line) >= len(name) && bytes.EqualFold(line[:len(name)], []byte(name)):
		f.value = string(bytes.TrimSpace(line[len(name):]))
		f.folded = f.value == ""
	}
}
