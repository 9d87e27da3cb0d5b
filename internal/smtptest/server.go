// Package smtptest is in charge of the relay that tests talk to: an SMTP server
// on loopback that follows a policy step by step, well or badly as the test
// asks, and writes down each message that it accepts before it says so. That
// list is the truth against which a sender is judged.
package smtptest

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
)

// Config says how a Server behaves. The zero value is a relay in good health.
type Config struct {
	Policy     func(Event) Reply // decides at each step; nil: all goes well. Calls never overlap
	Extensions []string          // offered after EHLO; nil: DefaultExtensions
	Address    string            // to listen on; empty: a free port of 127.0.0.1
	Piped      bool              // listens nowhere: Dial makes connections in memory, which fake time can wait for

	TLS      *tls.Config // offers STARTTLS; nil: none
	Implicit bool        // speaks TLS from the first byte instead

	Username, Password string // asks for a login; empty: none
	Logins             string // offered, such as "PLAIN XOAUTH2"; empty: PLAIN and LOGIN

	// Holds makes the server keep what it says until it has read all that has come,
	// as Postfix does: what it had not said is lost where it drops a connection.
	Holds bool

	// Cut says after how many bytes from the client a connection is torn down
	// with a TCP reset. 0 and a nil Cut: never.
	Cut func(conn int) int

	KeepRaw bool   // keeps each accepted message's bytes
	LogFile string // file to which a line is added for each accepted message; empty: none
}

// DefaultExtensions is what a relay usually offers (RFC 2920, 6152, 6531, 1870).
func DefaultExtensions() []string {
	return []string{"PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 26214400", "ENHANCEDSTATUSCODES"}
}

// Server is a relay for one test. Its methods may be called from several
// goroutines.
type Server struct {
	config Config
	ln     net.Listener
	log    *os.File // nil: none
	ctx    context.Context
	stop   context.CancelFunc
	conns  sync.WaitGroup

	policy sync.Mutex // held while the policy decides
	events map[Step]int

	mu       sync.Mutex
	records  []Record
	byRcpt   map[string]int
	opened   int // connections so far
	most     int // of them open at once
	lines    map[net.Conn]struct{}
	accepted chan struct{} // closed at the next accepted message
}

// New starts a server that runs until the test ends.
func New(t testing.TB, config Config) *Server {
	t.Helper()
	s, err := start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func start(config Config) (*Server, error) {
	if config.Extensions == nil {
		config.Extensions = DefaultExtensions()
	}
	config.Logins = cmp.Or(config.Logins, "PLAIN LOGIN")
	if config.Address == "" {
		config.Address = "127.0.0.1:0"
	}
	s := &Server{
		config: config, events: make(map[Step]int),
		byRcpt: make(map[string]int), accepted: make(chan struct{}), lines: make(map[net.Conn]struct{}),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("starting test relay: %w", err)
	}
	if !config.Piped {
		s.conns.Go(s.acceptAll)
	}
	return s, nil
}

// open opens the log and the port.
func (s *Server) open() (err error) {
	if s.config.LogFile != "" {
		s.log, err = os.OpenFile(s.config.LogFile, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
	}
	if s.config.Piped {
		return nil
	}
	var lc net.ListenConfig
	s.ln, err = lc.Listen(s.ctx, "tcp", s.config.Address)
	return err
}

// acceptAll serves each connection until the port is closed.
func (s *Server) acceptAll() {
	for {
		nc, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.serve(nc)
	}
}

func (s *Server) serve(nc net.Conn) {
	s.mu.Lock()
	s.opened++
	n := s.opened
	s.lines[nc] = struct{}{}
	s.most = max(s.most, len(s.lines))
	s.mu.Unlock()
	s.conns.Go(func() {
		newConn(s, n, nc).serve()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.lines, nc)
	})
}

// HangUp closes every connection. The server stays up.
func (s *Server) HangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for nc := range s.lines {
		_ = nc.Close()
	}
}

// Dial connects to a Piped server, whatever the address. Down from Close on, it
// refuses.
func (s *Server) Dial(context.Context, string, string) (net.Conn, error) {
	if s.ctx.Err() != nil {
		return nil, errors.New("connection refused: the test relay is down")
	}
	client, server := net.Pipe()
	s.serve(server)
	return client, nil
}

// Close closes the port and every connection and waits for them to end: from
// then on the relay is down. A new Server may take its Address. Closing twice
// is no harm.
func (s *Server) Close() {
	s.stop()
	if s.ln != nil {
		_ = s.ln.Close()
	}
	s.conns.Wait()
	if s.log != nil {
		_ = s.log.Close()
	}
}

// Addr is the address to connect to, host:port.
func (s *Server) Addr() string {
	if s.ln == nil {
		return "relay.test:25"
	}
	return s.ln.Addr().String()
}

// Connections is how many connections were opened so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// MostOpen is how many connections were open at once, at most.
func (s *Server) MostOpen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// Events is how often a step was reached so far.
func (s *Server) Events(step Step) int {
	s.policy.Lock()
	defer s.policy.Unlock()
	return s.events[step]
}

// Accepted returns what was accepted so far, in order.
func (s *Server) Accepted() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.records)
}

// Recipients returns the recipients of all accepted messages, in order; one who
// got two messages stands there twice.
func (s *Server) Recipients() []string {
	var list []string
	for _, r := range s.Accepted() {
		list = append(list, r.To...)
	}
	return list
}

// Count is how many messages were accepted for a recipient.
func (s *Server) Count(rcpt string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byRcpt[rcpt]
}

// Wait waits until n messages were accepted since the start.
func (s *Server) Wait(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		got, next := len(s.records), s.accepted
		s.mu.Unlock()
		if got >= n {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return fmt.Errorf("the relay has %d of %d messages: %w", got, n, ctx.Err())
		}
	}
}

// decide asks the policy what to do at a step.
func (s *Server) decide(ev Event) Reply {
	s.policy.Lock()
	defer s.policy.Unlock()
	s.events[ev.Step]++
	ev.Nth = s.events[ev.Step]
	if s.config.Policy == nil {
		return Reply{}
	}
	return s.config.Policy(ev)
}

// accept writes a message down. Only when it has returned without error may the
// client be told.
func (s *Server) accept(r Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log != nil {
		if _, err := s.log.WriteString(r.line()); err != nil {
			return errors.Join(errors.New("writing the log of accepted messages"), err)
		}
	}
	s.records = append(s.records, r)
	for _, to := range r.To {
		s.byRcpt[to]++
	}
	close(s.accepted)
	s.accepted = make(chan struct{})
	return nil
}
