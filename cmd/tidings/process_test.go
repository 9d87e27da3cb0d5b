package main_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// patience is how long a test waits for what must come.
const patience = 2 * time.Minute

// process is a tidings that runs beside the test.
type process struct {
	t     testing.TB
	cmd   *exec.Cmd
	lines chan string // what it says, line by line; closed at its end
	said  strings.Builder
}

// start starts a tidings in a folder. It does not outlive the test.
func start(t testing.TB, dir string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command("tidings", args...), lines: make(chan string, 1024)}
	p.cmd.Dir = dir
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = w, w
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close() // the child has its own
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it has ended, if all went well
		_ = p.cmd.Wait()
	})
	go p.listen(r)
	return p
}

func (p *process) listen(r *os.File) {
	defer r.Close()
	defer close(p.lines)
	for s := bufio.NewScanner(r); s.Scan(); {
		p.lines <- s.Text()
	}
}

// await waits for a line that matches, and returns what its groups matched.
func (p *process) await(pattern string) []string {
	p.t.Helper()
	match := regexp.MustCompile(pattern)
	late := time.After(patience)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("ended before it said %q:\n%s", pattern, p.said.String())
			}
			p.said.WriteString(line + "\n")
			if found := match.FindStringSubmatch(line); found != nil {
				return found
			}
		case <-late:
			p.t.Fatalf("never said %q:\n%s", pattern, p.said.String())
		}
	}
}

// end waits for its end and returns the exit code and all that it said; -1
// stands for a signal.
func (p *process) end() (code int, said string) {
	p.t.Helper()
	late := time.After(patience)
	for open := true; open; {
		var line string
		select {
		case line, open = <-p.lines:
			p.said.WriteString(line + "\n")
		case <-late:
			p.t.Fatalf("does not end:\n%s", p.said.String())
		}
	}
	_ = p.cmd.Wait() // its code says it
	return p.cmd.ProcessState.ExitCode(), p.said.String()
}

// signal sends it a signal.
func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// database opens the database of a site beside the program.
func database(t testing.TB, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data", "tidings.db")+"?_pragma=busy_timeout(30000)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// run runs a tidings to its end, which must be a good one, and returns what it
// prints.
func run(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "tidings", args...)
	cmd.Dir = dir
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tidings %s: %v\n%s", strings.Join(args, " "), err, complaint.String())
	}
	return string(out)
}

// mustSite makes a site whose mails go to the SMTP server at relay, or to the
// built-in mailbox if that is empty, with so many confirmed readers of harbor.
func mustSite(t testing.TB, relay string, readers int) (dir string, addresses []string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "site")
	run(t, ".", "init", dir)
	if relay != "" {
		settings, err := os.OpenFile(filepath.Join(dir, "tidings.toml"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer settings.Close()
		fmt.Fprintf(settings, "\n[[relay]]\naddress = %q\ntls = \"none\"\nconnections = %d\n", relay, relayConnections)
	}
	var csv strings.Builder
	csv.WriteString("email\n")
	for i := range readers {
		addresses = append(addresses, fmt.Sprintf("reader%d@example.org", i))
		csv.WriteString(addresses[i] + "\n")
	}
	list := filepath.Join(t.TempDir(), "readers.csv")
	if err := os.WriteFile(list, []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if readers > 0 {
		run(t, dir, "subscribers", "import", list, "--newsletter", "harbor", "--confirmed", "--source", "test")
	}
	return dir, addresses
}

// relayConnections is how many connections a site of mustSite sends over.
const relayConnections = 3

// report is what status --json prints of an issue.
type report struct {
	State                                                                  string
	Audience, Queued, Attempting, Deferred, Sent, Failed, Unknown, Skipped int
}

// closes says whether everything adds up to the audience, and nothing is in the
// air.
func (r report) closes() bool {
	return r.Attempting == 0 && r.Sent+r.Failed+r.Unknown+r.Skipped+r.Queued+r.Deferred == r.Audience
}

// status asks for the state of an issue.
func status(t testing.TB, dir, issue string) report {
	t.Helper()
	var r report
	if err := json.Unmarshal([]byte(run(t, dir, "status", issue, "--json")), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// fetch asks for a page and returns its status and body.
func fetch(ctx context.Context, t testing.TB, method, url, contentType, body string) (code int, page string) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(data)
}
