package smtptest

import (
	"strconv"
	"strings"
	"time"
)

// Step is a point of the conversation at which the policy decides.
type Step string

// The steps, in the order in which a client comes by.
const (
	Greeting Step = "greeting" // a connection was opened
	Hello    Step = "EHLO"     // or HELO
	StartTLS Step = "STARTTLS"
	Auth     Step = "AUTH" // once the client has said who it is
	Mail     Step = "MAIL"
	Rcpt     Step = "RCPT"
	Data     Step = "DATA" // before the message
	Dot      Step = "dot"  // after the message's final dot
	Rset     Step = "RSET"
	Quit     Step = "QUIT"
)

// Event is what the policy is asked about.
type Event struct {
	Step Step
	Nth  int    // how often this step was reached on this server, from 1
	Conn int    // number of the connection, from 1
	TLS  bool   // whether the connection is encrypted
	Line string // the command as it came, without its line end; empty at Greeting and Dot

	From    string  // return path, from Mail on
	To      string  // recipient: this one at Rcpt, the latest one after it
	Message *Record // at Dot: the message as it would be written down
}

// Reply is what the server does at a step. The zero value is what a relay in
// good health says.
type Reply struct {
	Code  int           // reply code; 0: as a relay in good health
	Text  string        // after the code; lines are parted by "\n"
	Raw   string        // these very bytes instead of Code and Text
	Quiet bool          // no answer at all
	Delay time.Duration // before the answer
	Drip  time.Duration // before each of its bytes
	Then  Then          // what becomes of the connection after the answer

	// Accept, at Dot, writes the message down as accepted whatever is said of
	// it. Without it, only a 2yz reply does.
	Accept bool
}

// Then is what becomes of a connection after a reply.
type Then int

// What can become of a connection.
const (
	Stay  Then = iota // the conversation goes on
	Close             // it is closed
	Reset             // it is torn down with a TCP reset
	Hang              // nothing more is said until the client closes
)

// Say answers with a code and a text such as "5.1.1 no such user".
func Say(code int, text string) Reply { return Reply{Code: code, Text: text} }

// Drop says nothing and ends the connection in one of the ways of Then.
func Drop(then Then) Reply { return Reply{Quiet: true, Then: then} }

// Lose, at Dot, takes the message but drops the connection before saying so:
// the case in which a sender cannot know.
func Lose(then Then) Reply { return Reply{Quiet: true, Then: then, Accept: true} }

// Half, at Dot, takes the message, says the first digits of "250" and closes.
func Half() Reply { return Reply{Raw: "25", Then: Close, Accept: true} }

// code is the reply code that a client can read in the answer, 0 if none.
func (r Reply) code() int {
	switch {
	case r.Quiet:
		return 0
	case r.Raw != "":
		line, _, whole := strings.Cut(r.Raw, "\n")
		if code, err := strconv.Atoi(line[:min(3, len(line))]); err == nil && whole {
			return code
		}
		return 0
	}
	return r.Code
}

// bytes is the answer as it goes over the wire (RFC 5321, section 4.2).
func (r Reply) bytes() string {
	switch {
	case r.Quiet:
		return ""
	case r.Raw != "":
		return r.Raw
	}
	var b strings.Builder
	code := strconv.Itoa(r.Code)
	lines := strings.Split(r.Text, "\n")
	for i, line := range lines {
		mark := "-"
		if i == len(lines)-1 {
			mark = " "
		}
		b.WriteString(code + mark + line + "\r\n")
	}
	return b.String()
}
