package main_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// setup are the commands with which a newcomer begins. README.md shows both.
var setup = []string{"go run ./cmd/tidings demo", "go test ./..."}

// readyWord is in the last line that demo and serve print when they stand:
// after it, every address printed before must answer.
const readyWord = "Ctrl-C"

// stepLimit is how long one command of README.md may take.
const stepLimit = 2 * time.Minute

func TestReadme_setup(t *testing.T) {
	t.Parallel()
	all := readmeSteps(t)
	for _, c := range setup {
		if !slices.ContainsFunc(all, func(s step) bool { return s.command == c }) {
			t.Errorf("README.md: no sh block has the line %q, with which a newcomer begins", "$ "+c)
		}
	}
	built := slices.IndexFunc(all, func(s step) bool { return strings.HasPrefix(s.command, "go build -o tidings ") })
	first := slices.IndexFunc(all, func(s step) bool { return strings.HasPrefix(s.command, "tidings ") })
	if first >= 0 && (built < 0 || first < built) {
		t.Errorf("README.md:%d: %s: nothing before it builds tidings", all[first].line, all[first])
	}
}

// TestReadme_sessions takes every step that README.md shows, in one walk from
// top to bottom, in a folder of its own.
func TestReadme_sessions(t *testing.T) {
	t.Parallel()
	all := readmeSteps(t)
	w := newWalk(t)
	for _, s := range all {
		if err := w.take(t.Context(), s); err != nil {
			t.Fatalf("README.md:%d: %s: %v", s.line, s, err)
		}
	}
}

// TestReadme_names looks up every command and flag that README.md names in the
// help of the program.
func TestReadme_names(t *testing.T) {
	t.Parallel()
	named := mentions(readme(t), readmeSteps(t))
	help := readHelp(t, buildTidings(t))
	for _, m := range named {
		for _, fault := range help.faults(m.text) {
			t.Errorf("README.md:%d: `%s`: %s", m.line, m.text, fault)
		}
	}
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readmeSteps(t *testing.T) []step {
	t.Helper()
	all, err := steps(readme(t))
	if err != nil {
		t.Fatalf("README.md:%v", err)
	}
	return all
}

// buildTidings builds the program and returns the path of the binary.
func buildTidings(t *testing.T) string {
	t.Helper()
	needGo(t)
	bin := filepath.Join(t.TempDir(), "tidings")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./cmd/tidings")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// walk takes the steps of README.md one after the other, as its reader does.
type walk struct {
	bin string   // the program
	dir string   // where the reader stands
	env []string // a home of its own, and the program on the path
}

func newWalk(t *testing.T) *walk {
	t.Helper()
	bin := buildTidings(t)
	path := filepath.Dir(bin) + string(filepath.ListSeparator) + os.Getenv("PATH")
	return &walk{
		bin: bin,
		dir: t.TempDir(),
		env: append(os.Environ(), "PATH="+path, "HOME="+t.TempDir()),
	}
}

// take takes one step, which must end well. Commands that set up the checkout
// are not repeated: this test runs inside the one and builds for the other.
func (w *walk) take(ctx context.Context, s step) error {
	ctx, stop := context.WithTimeout(ctx, stepLimit)
	defer stop()
	words := strings.Fields(s.tidings())
	switch {
	case s.file != "":
		return os.WriteFile(filepath.Join(w.dir, s.file), []byte(s.content), 0o600)
	case strings.HasPrefix(s.command, "go test "), strings.HasPrefix(s.command, "go build "):
		return nil
	case words[0] == "cd" && len(words) == 2:
		w.dir = filepath.Join(w.dir, words[1])
		_, err := os.Stat(w.dir)
		return err
	case serving.MatchString(s.tidings()):
		return w.serve(ctx, words[1:])
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", s.tidings())
	cmd.Dir, cmd.Env = w.dir, w.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

// serving is a command that runs until it is interrupted.
var serving = regexp.MustCompile(`^tidings( --site \S+)? (demo|serve)( |$)`)

// serve starts a command that runs until it is interrupted, asks every address
// that it prints, and interrupts it. It takes a free port.
func (w *walk) serve(ctx context.Context, args []string) error {
	cmd := exec.CommandContext(ctx, w.bin, append(args, "--listen", "127.0.0.1:0")...)
	cmd.Dir, cmd.Env = w.dir, w.env
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return err
	}
	said, err := awaitAnswers(ctx, out)
	if err == nil {
		err = cmd.Process.Signal(os.Interrupt)
	} else {
		_ = cmd.Process.Kill() // it may have ended already
	}
	rest, _ := io.ReadAll(out) // ends with the process
	if waitErr := cmd.Wait(); err == nil && waitErr != nil {
		err = fmt.Errorf("interrupted: %w", waitErr)
	}
	if err != nil {
		return fmt.Errorf("%w\n%s%s", err, said, rest)
	}
	return nil
}

// addresses finds those that a server prints.
var addresses = regexp.MustCompile(`http://[^\s"]+`)

// awaitAnswers reads what a server says until it says that it is ready, and
// asks each address in it. It returns what was said.
func awaitAnswers(ctx context.Context, out io.Reader) (string, error) {
	var said strings.Builder
	for lines := bufio.NewScanner(out); !strings.Contains(said.String(), readyWord); {
		if !lines.Scan() {
			return said.String(), fmt.Errorf("ended before a line with %q", readyWord)
		}
		said.WriteString(lines.Text() + "\n")
	}
	found := addresses.FindAllString(said.String(), -1)
	if len(found) == 0 {
		return said.String(), errors.New("printed no address")
	}
	for _, address := range found {
		if err := ask(ctx, address); err != nil {
			return said.String(), err
		}
	}
	return said.String(), nil
}

// ask opens an address as a browser does, which must show a page.
func ask(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s, want 200", address, res.Status)
	}
	return nil
}
