package main_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What README.md shows is run as it stands there, so it is written like this:
//
//   - A block ```sh is a session. A line that begins with "$ " is a command,
//     the other lines are what a person sees, and are not compared.
//   - A block with a file name after its language, like ```csv readers.csv, is
//     that file, in the folder where the commands after it run.
//   - "$ cd DIR" holds for all that follows, over the end of its block.
//   - Elsewhere, a code span that begins with "tidings" names a command and one
//     that begins with "--" a flag. Words in capitals are placeholders.
//
// A command in any other kind of block is an error: it would never be tried.

// step is one thing for the reader to do: write a file or run a command.
type step struct {
	line    int    // of README.md
	command string // without "$ " and without the comment behind it
	file    string // name of the file to write; empty: run command
	content string
}

// String is the step as it looks in README.md.
func (s step) String() string {
	if s.file != "" {
		return s.file
	}
	return "$ " + s.command
}

// tidings is the command for a reader who has built the program.
func (s step) tidings() string {
	return strings.Replace(s.command, "go run ./cmd/tidings", "tidings", 1)
}

// block is a fenced block of code.
type block struct {
	line  int // of its first line of content
	lang  string
	file  string // may be empty
	lines []string
}

// steps lists what README.md tells its reader to do, in order. Errors begin
// with the line.
func steps(text string) ([]step, error) {
	blocks, err := fenced(text)
	if err != nil {
		return nil, err
	}
	var all []step
	for _, b := range blocks {
		found := b.commands()
		switch {
		case b.file != "":
			all = append(all, step{line: b.line, file: b.file, content: strings.Join(b.lines, "\n") + "\n"})
		case b.lang == "sh" && len(found) == 0:
			return nil, fmt.Errorf("%d: a block sh without a command: begin it with \"$ \"", b.line)
		case b.lang == "sh":
			all = append(all, found...)
		case len(found) > 0 || b.lang == "bash" || b.lang == "shell" || b.lang == "console":
			return nil, fmt.Errorf("%d: commands in a block %q are not tried: mark it as sh", b.line, b.lang)
		}
	}
	return all, nil
}

// fenced lists the fenced blocks of a Markdown text.
func fenced(text string) ([]block, error) {
	var all []block
	open := false
	for i, line := range strings.Split(text, "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !open:
			lang, file, _ := strings.Cut(strings.TrimSpace(info), " ")
			all = append(all, block{line: i + 2, lang: lang, file: file})
			open = true
		case fence:
			open = false
		case open:
			b := &all[len(all)-1]
			b.lines = append(b.lines, line)
		}
	}
	if open {
		return nil, fmt.Errorf("%d: a block is never closed", all[len(all)-1].line)
	}
	return all, nil
}

// commands lists the lines of a block that begin with "$ ", each together with
// the lines on which it goes on after a backslash.
func (b block) commands() []step {
	var all []step
	more := false
	for i, line := range b.lines {
		c, prompt := strings.CutPrefix(line, "$ ")
		if !prompt && !more {
			continue
		}
		c, _, _ = strings.Cut(c, " # ")
		if !more {
			all = append(all, step{line: b.line + i})
		}
		s := &all[len(all)-1]
		c, more = strings.CutSuffix(strings.TrimSpace(c), `\`)
		s.command = strings.TrimSpace(s.command + " " + strings.TrimSpace(c))
	}
	return all
}

// mention is a place in README.md where a command or a flag is named.
type mention struct {
	line int
	text string // "tidings queue add" or "--json"
}

// spans finds inline code.
var spans = regexp.MustCompile("`([^`]+)`")

// mentions lists the commands and flags that README.md names, in its steps and
// in the code spans of its text.
func mentions(text string, all []step) []mention {
	var found []mention
	for _, s := range all {
		for part := range strings.SplitSeq(s.tidings(), " | ") {
			if strings.HasPrefix(part, "tidings ") {
				found = append(found, mention{s.line, part})
			}
		}
	}
	inBlock := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "```") {
			inBlock = !inBlock
		}
		if inBlock {
			continue
		}
		for _, span := range spans.FindAllStringSubmatch(line, -1) {
			name := strings.ReplaceAll(span[1], `\|`, "|") // as tables write it
			if strings.HasPrefix(name, "tidings ") || strings.HasPrefix(name, "--") {
				found = append(found, mention{i + 1, name})
			}
		}
	}
	return found
}

const smallReadme = "# Tidings\n" +
	"Run `tidings serve`, add `--json`; `queue` is no mention.\n" +
	"```sh\n" +
	"$ go run ./cmd/tidings demo     # all of it\n" +
	"tidings: mailbox http://127.0.0.1:8080/mailbox\n" +
	"$ go test ./...\n" +
	"```\n" +
	"```csv readers.csv\n" +
	"email\n" +
	"ada@example.org\n" +
	"```\n" +
	"```toml\n" +
	"title = \"no step\"\n" +
	"```\n" +
	"```sh\n" +
	"$ cat readers.csv | tidings subscribers import - \\\n" +
	"    --newsletter harbor\n" +
	"1 reader imported\n" +
	"```\n" +
	"| `tidings queue add\\|move` | the queue |\n"

func TestSteps(t *testing.T) {
	t.Parallel()
	got, err := steps(smallReadme)
	if err != nil {
		t.Fatal(err)
	}
	want := []step{
		{line: 4, command: "go run ./cmd/tidings demo"},
		{line: 6, command: "go test ./..."},
		{line: 9, file: "readers.csv", content: "email\nada@example.org\n"},
		{line: 16, command: "cat readers.csv | tidings subscribers import - --newsletter harbor"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(step{})); diff != "" {
		t.Errorf("steps (-want +got)\n%s", diff)
	}
}

func TestSteps_refused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"no command":        {"```sh\ntidings serve\n```\n", "2: a block sh without a command"},
		"unmarked block":    {"\n```\n$ tidings serve\n```\n", `3: commands in a block "" are not tried`},
		"other shell names": {"```bash\ntidings serve\n```\n", `2: commands in a block "bash" are not tried`},
		"never closed":      {"```sh\n$ tidings serve\n", "2: a block is never closed"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := steps(tc.in); err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("steps: %v, want %q", err, tc.want)
			}
		})
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	all, err := steps(smallReadme)
	if err != nil {
		t.Fatal(err)
	}
	want := []mention{
		{4, "tidings demo"},
		{16, "tidings subscribers import - --newsletter harbor"},
		{2, "tidings serve"},
		{2, "--json"},
		{20, "tidings queue add|move"},
	}
	if diff := cmp.Diff(want, mentions(smallReadme, all), cmp.AllowUnexported(mention{})); diff != "" {
		t.Errorf("mentions (-want +got)\n%s", diff)
	}
}
