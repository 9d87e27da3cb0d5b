package main_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tidings/internal/smtptest"
)

// The files of testdata/script are sessions at the command line. Beside the
// commands of testscript they know:
//
//	exits CODE COMMAND ARG...   runs a command that must end with this exit code
//	relay start                 starts an SMTP server, from then on at $RELAY
//	relay refuse CODE           lets it refuse all recipients; 0: none
//	relay stop                  closes its port
//	relay once FILE             it has one message for each line of FILE, and no other
//	closes N                    the last output is an issue's status of N readers, whose equation closes
//	mail FILE                   prints headers and parts of a mail
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", os.Getenv("GORACE"))
			tb, ok := env.T().(testing.TB)
			if !ok {
				return errors.New("this testscript hands out no testing.TB")
			}
			env.Values[relayKey{}] = &scriptRelay{t: tb}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": scriptExits, "relay": scriptRelayCommand, "closes": scriptCloses, "mail": scriptMail,
		},
	})
}

func scriptExits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// relayKey is under which a script keeps its relay.
type relayKey struct{}

// scriptRelay is the SMTP server of one script.
type scriptRelay struct {
	t      testing.TB
	server *smtptest.Server
	refuse atomic.Int32 // with which code all recipients are refused; 0: none
	before []string
}

func scriptRelayCommand(ts *testscript.TestScript, _ bool, args []string) {
	r, ok := ts.Value(relayKey{}).(*scriptRelay)
	if !ok {
		ts.Fatalf("the session has no relay")
	}
	switch args[0] {
	case "start":
		r.start(ts)
	case "refuse":
		code, err := strconv.Atoi(args[1])
		ts.Check(err)
		r.refuse.Store(int32(code))
	case "stop":
		r.before = append(r.before, r.server.Recipients()...)
		r.server.Close()
	case "once":
		got := append(slices.Clone(r.before), r.server.Recipients()...)
		if v := smtptest.Judge(got, strings.Fields(ts.ReadFile(args[1]))); !v.Clean() {
			ts.Fatalf("the relay got: %+v", v)
		}
	default:
		ts.Fatalf("relay %s: unknown", args[0])
	}
}

// start starts the relay, after a stop at the same address.
func (r *scriptRelay) start(ts *testscript.TestScript) {
	config := smtptest.Config{Address: ts.Getenv("RELAY"), Policy: func(e smtptest.Event) smtptest.Reply {
		if code := int(r.refuse.Load()); e.Step == smtptest.Rcpt && code != 0 {
			return smtptest.Say(code, "5.1.1 not here")
		}
		return smtptest.Reply{}
	}}
	r.server = smtptest.New(r.t, config)
	ts.Setenv("RELAY", r.server.Addr())
}

// statusKeys is what every script may rely on in status --json.
var statusKeys = []string{
	"newsletter", "slug", "state", "audience", "queued", "attempting", "deferred", "sent", "failed", "unknown",
	"skipped", "started_at", "finished_at",
}

func scriptCloses(ts *testscript.TestScript, _ bool, args []string) {
	var status map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &status))
	for _, key := range statusKeys {
		if _, ok := status[key]; !ok {
			ts.Fatalf("status has no key %q", key)
		}
	}
	number := func(key string) int { n, _ := status[key].(float64); return int(n) }
	sum := number("sent") + number("failed") + number("unknown") + number("skipped")
	if audience := number("audience"); strconv.Itoa(audience) != args[0] || sum != audience {
		ts.Fatalf("audience %d, want %s; sent + failed + unknown + skipped = %d", audience, args[0], sum)
	}
}

// scriptMail prints a mail's headers and the headers of its parts, in order and
// decoded, one a line.
func scriptMail(ts *testscript.TestScript, _ bool, args []string) {
	m, err := mail.ReadMessage(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	printHeader(ts.Stdout(), m.Header)
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	ts.Check(err)
	if !strings.HasPrefix(kind, "multipart/") {
		return
	}
	parts := multipart.NewReader(bufio.NewReader(m.Body), params["boundary"])
	for {
		part, err := parts.NextPart() // decodes quoted-printable, and fails where it is broken
		if errors.Is(err, io.EOF) {
			return
		}
		ts.Check(err)
		body, err := io.ReadAll(part)
		ts.Check(err)
		fmt.Fprintf(ts.Stdout(), "part %s\n%s\n", part.Header.Get("Content-Type"), body)
	}
}

func printHeader(w io.Writer, h mail.Header) {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range h[name] {
			if text, err := (&mime.WordDecoder{}).DecodeHeader(value); err == nil {
				value = text
			}
			fmt.Fprintf(w, "%s: %s\n", name, value)
		}
	}
}
