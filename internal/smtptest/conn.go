package smtptest

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// bufferSize is also the longest line that is understood.
const bufferSize = 64 << 10

// errCut ends a connection whose bytes are used up.
var errCut = errors.New("connection cut on purpose")

// conn is one client's connection.
type conn struct {
	server  *Server
	number  int
	tcp     net.Conn // the raw connection
	stream  net.Conn // what is spoken over: tcp, or TLS on top of it
	r       *bufio.Reader
	w       *bufio.Writer
	secure  bool // TLS is on
	known   bool // it has logged in
	pending transaction
}

// transaction is what a client has said of the message to come.
type transaction struct {
	begun bool // MAIL was accepted
	utf8  bool // with SMTPUTF8
	from  string
	to    []string
}

func newConn(s *Server, number int, tcp net.Conn) *conn {
	c := &conn{server: s, number: number, tcp: tcp}
	if s.config.Cut != nil {
		if n := s.config.Cut(number); n > 0 {
			c.tcp = &cutConn{Conn: tcp, left: n}
		}
	}
	c.use(c.tcp)
	if s.config.TLS != nil && s.config.Implicit {
		c.secure = true
		c.use(tls.Server(c.tcp, s.config.TLS))
	}
	return c
}

// use makes stream what is spoken over; what was read ahead is dropped.
func (c *conn) use(stream net.Conn) {
	c.stream = stream
	c.r = bufio.NewReaderSize(stream, bufferSize)
	c.w = bufio.NewWriter(stream)
}

// serve holds the conversation until one side ends it.
func (c *conn) serve() {
	defer context.AfterFunc(c.server.ctx, func() { _ = c.tcp.Close() })()
	defer c.tcp.Close()
	alive := c.answer(Event{Step: Greeting}, Say(220, "relay.test ESMTP")) != gone
	for alive {
		line, err := c.readLine()
		if errors.Is(err, errCut) {
			c.lastWords()
			c.reset()
		}
		if err != nil {
			return
		}
		alive = c.command(line)
	}
}

// readLine reads a command without its line end. Replies that wait are sent
// first when there is nothing left to read: so the replies to a batch of
// commands go out together (RFC 2920, section 3.2).
func (c *conn) readLine() (string, error) {
	if c.r.Buffered() == 0 {
		if cut, ok := c.tcp.(*cutConn); ok && cut.left == 0 {
			return "", errCut
		}
		if err := c.w.Flush(); err != nil {
			return "", err
		}
	}
	line, err := c.r.ReadSlice('\n')
	return strings.TrimRight(string(line), "\r\n"), err
}

// gone is the reply code of answer when the connection is at its end.
const gone = -1

// answer asks the policy what to say at ev, says it, and returns the code that
// the client got: 0 when it got none, gone when the conversation is over. usual is
// what a relay in good health says.
func (c *conn) answer(ev Event, usual Reply) int {
	reply := c.decide(ev, usual)
	if ev.Step == Dot && (reply.Accept || reply.code()/100 == 2) {
		if err := c.server.accept(*ev.Message); err != nil {
			reply = Say(451, "4.3.0 "+err.Error())
		}
	}
	return c.say(reply)
}

// decide completes the policy's reply by the usual one.
func (c *conn) decide(ev Event, usual Reply) Reply {
	ev.Conn, ev.TLS, ev.From = c.number, c.secure, c.pending.from
	if n := len(c.pending.to); ev.To == "" && n > 0 {
		ev.To = c.pending.to[n-1]
	}
	reply := c.server.decide(ev)
	if reply.Code == 0 && reply.Raw == "" && !reply.Quiet {
		reply.Code, reply.Text = usual.Code, usual.Text
		reply.Then = max(reply.Then, usual.Then)
	}
	return reply
}

// say carries a reply out.
func (c *conn) say(reply Reply) int {
	if !c.late(reply.Delay) {
		return gone
	}
	for _, b := range []byte(reply.bytes()) {
		if !c.late(reply.Drip) {
			return gone
		}
		_ = c.w.WriteByte(b) // a client that has gone is found out at the next read
	}
	if reply.Then == Stay {
		return reply.code()
	}
	if !c.holds() {
		_ = c.w.Flush()
	}
	switch reply.Then {
	case Reset:
		c.reset()
	case Hang:
		_, _ = io.Copy(io.Discard, c.tcp)
	case Stay, Close:
	}
	return gone
}

// lastWords says what was not said yet of what came before a cut. What the client
// sent meanwhile goes nowhere; a pipe would have no room for it.
func (c *conn) lastWords() {
	if cut, ok := c.tcp.(*cutConn); ok && c.w.Buffered() > 0 {
		go func() { _, _ = io.Copy(io.Discard, cut.Conn) }()
		_ = c.w.Flush()
	}
}

// holds says whether answers wait until more was read.
func (c *conn) holds() bool { return c.server.config.Holds && c.r.Buffered() > 0 }

// late lets time pass, while earlier replies go out; false: the server is down.
func (c *conn) late(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	if !c.holds() {
		_ = c.w.Flush()
	}
	select {
	case <-time.After(d):
		return true
	case <-c.server.ctx.Done():
		return false
	}
}

// reset tears the connection down: the client sees "connection reset by peer".
func (c *conn) reset() {
	tcp := c.tcp
	if cut, ok := tcp.(*cutConn); ok {
		tcp = cut.Conn
	}
	if tcp, ok := tcp.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.tcp.Close()
}

// cutConn is a connection that ends after a number of bytes were read from it.
type cutConn struct {
	net.Conn

	left int
}

// Read reads at most what is left.
func (c *cutConn) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, errCut
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}
