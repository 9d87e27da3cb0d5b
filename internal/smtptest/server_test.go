package smtptest

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// script is a list of what the client sends, "C: ", and what the server must
// say to it, "S: ". "S: EOF" and "S: RST" are the two ends of a connection.
type script string

const (
	hello   = "S: 220 relay.test ESMTP\nC: HELO me\nS: 250 relay.test\n"
	toDot   = hello + "C: MAIL FROM:<a@x.org>\nS: 250 2.1.0 sender noted\nC: RCPT TO:<b@x.org>\nS: 250 2.1.5 recipient noted\n" + dataDot
	dataDot = "C: DATA\nS: 354 go ahead\nC: Message-ID: <1@x.org>\nC: \nC: Hello\nC: .\n"
)

func TestServer_conversation(t *testing.T) {
	at := func(step Step, nth int, reply Reply) func(Event) Reply {
		return func(ev Event) Reply {
			if ev.Step == step && ev.Nth == nth {
				return reply
			}
			return Reply{}
		}
	}
	tests := []struct {
		name     string
		config   Config
		talk     script
		accepted int
	}{
		{name: "all is well", talk: toDot + "S: 250 2.0.0 taken\nC: QUIT\nS: 221 2.0.0 goodbye\nS: EOF", accepted: 1},
		{
			name: "extensions", config: Config{Extensions: []string{"PIPELINING", "SIZE 10"}},
			talk: "S: 220 relay.test ESMTP\nC: EHLO me\nS: 250-relay.test\nS: 250-PIPELINING\nS: 250 SIZE 10\n" +
				"C: MAIL FROM:<a@x.org> SIZE=11\nS: 552 5.3.4 too large\n" +
				"C: MAIL FROM:<a@x.org> BODY=8BITMIME\nS: 555 5.5.4 BODY was not offered\n" +
				"C: MAIL FROM:<ä@x.org>\nS: 553 5.6.7 an address beyond ASCII needs SMTPUTF8",
		},
		{
			name: "SMTPUTF8",
			talk: hello + "C: MAIL FROM:<a@x.org> SMTPUTF8\nS: 250 2.1.0 sender noted\nC: RCPT TO:<ö@x.org>\nS: 250 2.1.5 recipient noted",
		},
		{
			name: "out of order",
			talk: hello + "C: RCPT TO:<b@x.org>\nS: 503 5.5.1 MAIL comes first\nC: DATA\nS: 503 5.5.1 no valid recipients\n" +
				"C: MAIL a@x.org\nS: 501 5.5.4 expected MAIL FROM:<address>\nC: WHAT\nS: 500 5.5.2 not a command\nC: NOOP\nS: 250 2.0.0 still here",
		},
		{
			name: "a refused recipient leaves the others", config: Config{Policy: at(Rcpt, 1, Say(550, "5.1.1 no such user"))},
			talk: hello + "C: MAIL FROM:<a@x.org>\nS: 250 2.1.0 sender noted\nC: RCPT TO:<no@x.org>\nS: 550 5.1.1 no such user\n" +
				"C: RCPT TO:<b@x.org>\nS: 250 2.1.5 recipient noted\n" + dataDot + "S: 250 2.0.0 taken",
			accepted: 1,
		},
		{
			name: "RSET forgets",
			talk: hello + "C: MAIL FROM:<a@x.org>\nS: 250 2.1.0 sender noted\nC: RSET\nS: 250 2.0.0 forgotten\nC: RCPT TO:<b@x.org>\nS: 503 5.5.1 MAIL comes first",
		},
		{name: "busy at the greeting", config: Config{Policy: at(Greeting, 1, Reply{Code: 421, Text: "4.3.2 busy", Then: Close})}, talk: "S: 421 4.3.2 busy\nS: EOF"},
		{name: "refused at the dot", config: Config{Policy: at(Dot, 1, Say(451, "4.7.1 later"))}, talk: toDot + "S: 451 4.7.1 later\nC: NOOP\nS: 250 2.0.0 still here"},
		{name: "several lines", config: Config{Policy: at(Dot, 1, Say(550, "5.7.1 no\n5.7.1 really not"))}, talk: toDot + "S: 550-5.7.1 no\nS: 550 5.7.1 really not"},
		{name: "closed before MAIL is answered", config: Config{Policy: at(Mail, 1, Drop(Close))}, talk: hello + "C: MAIL FROM:<a@x.org>\nS: EOF"},
		{name: "closed after the dot, not taken", config: Config{Policy: at(Dot, 1, Drop(Close))}, talk: toDot + "S: EOF"},
		{name: "closed after the dot, taken", config: Config{Policy: at(Dot, 1, Lose(Close))}, talk: toDot + "S: EOF", accepted: 1},
		{name: "torn down after the dot, taken", config: Config{Policy: at(Dot, 1, Lose(Reset))}, talk: toDot + "S: RST", accepted: 1},
		{name: "half a reply", config: Config{Policy: at(Dot, 1, Half())}, talk: toDot + "S: 25\nS: EOF", accepted: 1},
		{name: "garbage that reads like a yes", config: Config{Policy: at(Dot, 1, Reply{Raw: "250 \x00\xff\r\n"})}, talk: toDot + "S: 250 \x00\xff", accepted: 1},
		{name: "slow", config: Config{Policy: at(Dot, 1, Reply{Delay: time.Millisecond})}, talk: toDot + "S: 250 2.0.0 taken", accepted: 1},
		{name: "cut inside EHLO", config: Config{Cut: func(int) int { return 3 }}, talk: "S: 220 relay.test ESMTP\nC: HELO me\nS: RST"},
		{name: "cut inside the message", config: Config{Cut: func(int) int { return 80 }}, talk: toDot + "S: RST"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New(t, tt.config)
			tt.talk.play(t, s.Addr())
			if got := len(s.Accepted()); got != tt.accepted {
				t.Errorf("%d messages accepted, want %d", got, tt.accepted)
			}
		})
	}
}

// play holds the conversation with the server at addr.
func (s script) play(t *testing.T, addr string) {
	t.Helper()
	c := mustDial(t, addr)
	r := bufio.NewReader(c)
	torn := false // a write has met the reset already, a read then sees a plain end
	for line := range strings.SplitSeq(strings.TrimSuffix(string(s), "\n"), "\n") {
		if said, ok := strings.CutPrefix(line, "C: "); ok {
			_, err := io.WriteString(c, said+"\r\n")
			torn = torn || isReset(err)
			if err != nil && !torn {
				t.Fatal(err)
			}
			continue
		}
		want := strings.TrimPrefix(line, "S: ")
		got, err := r.ReadString('\n')
		switch {
		case want == "EOF" && got == "" && errors.Is(err, io.EOF):
		case want == "RST" && got == "" && (torn || isReset(err)):
		case strings.TrimRight(got, "\r\n") != want:
			t.Fatalf("the server said %q, %v; want %q", got, err, want)
		}
	}
}

// isReset says whether the other side has torn the connection down.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func TestServer_hang(t *testing.T) {
	s := New(t, Config{Policy: func(ev Event) Reply {
		if ev.Step == Mail {
			return Drop(Hang)
		}
		return Reply{}
	}})
	c := mustDial(t, s.Addr())
	if _, err := io.WriteString(c, "HELO me\r\nMAIL FROM:<a@x.org>\r\n"); err != nil {
		t.Fatal(err)
	}
	r := textproto.NewReader(bufio.NewReader(c))
	for range 2 {
		if _, err := r.ReadLine(); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if line, err := r.ReadLine(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the server said %q, %v; want silence", line, err)
	}
}

// TestServer_pipelined sends two whole transactions ahead of their replies, as
// far as RFC 2920 allows, and a message in which a bare LF is no line
// end, neither for the final dot nor for a doubled one.
func TestServer_pipelined(t *testing.T) {
	s := New(t, Config{KeepRaw: true})
	c := mustDial(t, s.Addr())
	talk := textproto.NewConn(c)
	send := func(text string) {
		t.Helper()
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(codes ...int) {
		t.Helper()
		for _, code := range codes {
			if _, _, err := talk.ReadResponse(code); err != nil {
				t.Fatal(err)
			}
		}
	}
	send("EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<b@x.org>\r\nRCPT TO:<c@x.org>\r\nDATA\r\n")
	expect(220, 250, 250, 250, 250, 354)
	send("MESSAGE-ID:\r\n <1@x.org>\r\n\r\n..one\r\n.\n\n...\r\n.\r\nMAIL FROM:<a@x.org>\r\nRCPT TO:<d@x.org>\r\nDATA\r\n")
	expect(250, 250, 250, 354)
	send("Subject: x\r\n\r\nMessage-ID: <in the body>\r\n.\r\n")
	expect(250)

	want := []Record{
		{Conn: 1, To: []string{"b@x.org", "c@x.org"}, MessageID: "<1@x.org>", Size: 40, Raw: []byte("MESSAGE-ID:\r\n <1@x.org>\r\n\r\n.one\r\n\n\n...\r\n")},
		{Conn: 1, From: "a@x.org", To: []string{"d@x.org"}, Size: 41, Raw: []byte("Subject: x\r\n\r\nMessage-ID: <in the body>\r\n")},
	}
	if diff := cmp.Diff(want, s.Accepted(), cmpopts.IgnoreFields(Record{}, "Time")); diff != "" {
		t.Errorf("accepted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"b@x.org", "c@x.org", "d@x.org"}, s.Recipients()); diff != "" {
		t.Errorf("recipients (-want +got):\n%s", diff)
	}
}

// TestServer_holds drops a connection at the recipient behind a dot: a server that
// holds its answers loses the one to the dot with it.
func TestServer_holds(t *testing.T) {
	for _, holds := range []bool{false, true} {
		s := New(t, Config{Holds: holds, Policy: func(e Event) Reply {
			if e.Step == Rcpt && e.Nth == 2 {
				return Drop(Close)
			}
			return Reply{}
		}})
		c := mustDial(t, s.Addr())
		talk := textproto.NewConn(c)
		for _, group := range []struct {
			text    string
			answers int
		}{
			{"EHLO me\r\nMAIL FROM:<a@x.org>\r\nRCPT TO:<b@x.org>\r\nDATA\r\n", 5},
			{"Subject: x\r\n\r\n.\r\nMAIL FROM:<a@x.org>\r\nRCPT TO:<c@x.org>\r\nDATA\r\n", 1},
		} {
			if _, err := io.WriteString(c, group.text); err != nil {
				t.Fatal(err)
			}
			for i := range group.answers {
				_, line, err := talk.ReadResponse(0)
				if lost := holds && group.answers == 1; lost != (err != nil) {
					t.Errorf("holds %v: answer %d is %q, %v", holds, i+1, line, err)
				}
			}
		}
		if len(s.Accepted()) != 1 {
			t.Errorf("holds %v: %d accepted, want 1", holds, len(s.Accepted()))
		}
	}
}

func TestServer_TLS(t *testing.T) {
	certificate, roots := Certificate(t, time.Now().AddDate(1, 0, 0), "127.0.0.1")
	server := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	trusting := &tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
	var secure []Step
	policy := func(ev Event) Reply {
		if ev.TLS {
			secure = append(secure, ev.Step)
		}
		return Reply{}
	}
	s := New(t, Config{TLS: server, Username: "u", Password: "p", Policy: policy})
	client, err := smtp.Dial(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if err := client.StartTLS(trusting); err != nil {
		t.Fatal(err)
	}
	if ok, _ := client.Extension("STARTTLS"); ok {
		t.Error("STARTTLS is offered again under TLS")
	}
	if err := client.Mail("a@x.org"); err == nil {
		t.Error("MAIL is allowed before the login")
	}
	if err := client.Auth(smtp.PlainAuth("", "u", "p", "127.0.0.1")); err != nil {
		t.Errorf("login: %v", err)
	}
	if err := client.Quit(); err != nil {
		t.Error(err)
	}
	s.Close()
	if diff := cmp.Diff([]Step{Hello, Mail, Auth, Quit}, secure); diff != "" {
		t.Errorf("steps under TLS (-want +got):\n%s", diff)
	}

	implicit := New(t, Config{TLS: server, Implicit: true})
	c, err := tls.Dial("tcp", implicit.Addr(), trusting)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, _, err := textproto.NewConn(c).ReadResponse(220); err != nil {
		t.Error(err)
	}
}

func TestServer_login(t *testing.T) {
	s := New(t, Config{Username: "u", Password: "p"})
	script(hello+"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dQ==\nS: 334 UGFzc3dvcmQ6\nC: cA==\nS: 235 2.7.0 welcome\n"+
		"C: MAIL FROM:<a@x.org>\nS: 250 2.1.0 sender noted").play(t, s.Addr())
	script(hello+"C: AUTH PLAIN AHUAeA==\nS: 535 5.7.8 wrong username or password\nC: AUTH CRAM-MD5\nS: 504 5.5.4 no such login\n"+
		"C: AUTH PLAIN !\nS: 501 5.5.2 not base64\nC: MAIL FROM:<a@x.org>\nS: 530 5.7.0 log in first").play(t, s.Addr())
}

func TestServer_log(t *testing.T) {
	name := filepath.Join(t.TempDir(), "accepted.tsv")
	s := New(t, Config{LogFile: name})
	script(toDot+"S: 250 2.0.0 taken").play(t, s.Addr())
	line, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(line), "\t")
	if diff := cmp.Diff("1\ta@x.org\tb@x.org\t<1@x.org>\n", rest); diff != "" {
		t.Errorf("line without its time (-want +got):\n%s", diff)
	}
}

// TestServer_downAndUp closes the port and opens it again at the same address.
func TestServer_downAndUp(t *testing.T) {
	first := New(t, Config{})
	mustDial(t, first.Addr())
	first.Close()
	var d net.Dialer
	if c, err := d.DialContext(t.Context(), "tcp", first.Addr()); err == nil {
		_ = c.Close()
		t.Error("the port is still open")
	}
	second := New(t, Config{Address: first.Addr()})
	script(toDot+"S: 250 2.0.0 taken").play(t, second.Addr())
}

func TestServer_Wait(t *testing.T) {
	s := New(t, Config{})
	done := make(chan error, 1)
	go func() { done <- s.Wait(t.Context(), 2) }()
	for range 2 {
		script(toDot+"S: 250 2.0.0 taken").play(t, s.Addr())
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := s.Count("b@x.org"); got != 2 {
		t.Errorf("Count = %d, want 2", got)
	}
	if c, e := s.Connections(), s.Events(Dot); c != 2 || e != 2 {
		t.Errorf("%d connections and %d dots, want 2 and 2", c, e)
	}
	if n := s.MostOpen(); n < 1 || n > 2 {
		t.Errorf("%d open at once, want 1 or 2", n)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Wait(ended, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait for one more: %v, want context.Canceled", err)
	}
}

func TestJudge(t *testing.T) {
	tests := []struct {
		name           string
		accepted, want []string
		verdict        Verdict
	}{
		{name: "nothing"},
		{name: "each once, in any order", accepted: []string{"b", "a"}, want: []string{"a", "b"}},
		{name: "wanted twice, got twice", accepted: []string{"a", "a"}, want: []string{"a", "a"}},
		{name: "wanted twice, got once", accepted: []string{"a"}, want: []string{"a", "a"}, verdict: Verdict{Lost: []string{"a"}}},
		{
			name: "all that can go wrong", accepted: []string{"x", "a", "c", "a", "x", "a"}, want: []string{"d", "a", "b", "c"},
			verdict: Verdict{Duplicates: []string{"a"}, Lost: []string{"b", "d"}, Unwanted: []string{"x"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Judge(tt.accepted, tt.want)
			if diff := cmp.Diff(tt.verdict, got); diff != "" {
				t.Errorf("verdict (-want +got):\n%s", diff)
			}
			if clean := cmp.Equal(tt.verdict, Verdict{}); got.Clean() != clean {
				t.Errorf("Clean() = %v, want %v", got.Clean(), clean)
			}
		})
	}
}

func mustDial(t testing.TB, addr string) net.Conn {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// BenchmarkServer sends mails of 10 kB over four connections, pipelined as the
// fastest senders do.
func BenchmarkServer(b *testing.B) {
	const connections = 4
	s := New(b, Config{LogFile: filepath.Join(b.TempDir(), "accepted.tsv")})
	body := "Message-ID: <1@x.org>\r\n\r\n" + strings.Repeat("A line of an essay, of about seventy characters, as letters have.\r\n", 150)
	var senders sync.WaitGroup
	start := time.Now()
	for range connections {
		c := mustDial(b, s.Addr())
		senders.Go(func() { sendMany(b, c, body, (b.N+connections-1)/connections) })
	}
	senders.Wait()
	b.ReportMetric(float64(len(s.Accepted()))/time.Since(start).Seconds(), "mails/s")
}

func sendMany(b *testing.B, c net.Conn, body string, n int) {
	talk := textproto.NewConn(c)
	expect := func(codes ...int) {
		for _, code := range codes {
			if _, _, err := talk.ReadResponse(code); err != nil {
				b.Error(err)
			}
		}
	}
	expect(220)
	for i := range n {
		_, _ = fmt.Fprintf(c, "MAIL FROM:<a@x.org>\r\nRCPT TO:<r%d@x.org>\r\nDATA\r\n", i)
		expect(250, 250, 354)
		_, _ = io.WriteString(c, body+".\r\n")
		expect(250)
	}
}
