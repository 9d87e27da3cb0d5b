package main_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// helpPages are the answers to --help: "" is the page of the program, "queue
// add" that of `tidings queue add`.
type helpPages map[string]string

// readHelp asks for the help of every command that help names.
func readHelp(t *testing.T, bin string) helpPages {
	t.Helper()
	pages := helpPages{}
	for todo := []string{""}; len(todo) > 0; todo = todo[1:] {
		path := todo[0]
		args := append(strings.Fields(path), "--help")
		out, err := exec.CommandContext(t.Context(), bin, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s --help: %v\n%s", command(path), err, out)
		}
		pages[path] = string(out)
		for _, name := range commandsIn(string(out)) {
			todo = append(todo, strings.TrimSpace(path+" "+name))
		}
	}
	return pages
}

// entry is the line of one command in a page of help.
var entry = regexp.MustCompile(`^  ([a-z][a-z0-9-]*) +\S`)

// commandsIn lists the commands of a page of help: the entries of its sections
// that are about something else than the command itself.
func commandsIn(page string) []string {
	var names []string
	section := ""
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		if title, ok := strings.CutSuffix(line, ":"); ok && !strings.HasPrefix(line, " ") {
			section = title
		}
		other := slices.Contains([]string{"", "Usage", "Aliases", "Examples", "Flags", "Global Flags"}, section)
		if m := entry.FindStringSubmatch(line); m != nil && !other {
			names = append(names, m[1])
		}
	}
	return names
}

// command is what a person types for the command of a page.
func command(path string) string { return strings.TrimSpace("tidings " + path) }

// argument is a placeholder in a line of usage.
var argument = regexp.MustCompile(`(?m)^ +tidings.* \[?[A-Z]{2,}`)

// faults lists what in a mention, like "tidings queue add FILE --json", the
// help does not know.
func (h helpPages) faults(text string) []string {
	words := strings.Fields(text)
	if strings.HasPrefix(words[0], "--") {
		return h.flagFaults(words[0])
	}
	var faults []string
	path, deeper := "", true
	for i := 1; i < len(words); i++ {
		word := strings.Trim(words[i], "[]()")
		switch {
		case word == ">" || word == "<" || word == "&&":
			return faults
		case strings.HasPrefix(word, "-") && word != "-":
			known, value := h.flag(path, word)
			if !known {
				faults = append(faults, fmt.Sprintf("`%s --help` knows no flag %s", command(path), word))
			}
			if value && !strings.Contains(word, "=") {
				i++
			}
		case deeper:
			next, fault := h.descend(path, word)
			if fault != "" {
				return append(faults, fault)
			}
			path, deeper = next, next != path
		}
	}
	return faults
}

// flagFaults checks a flag that is named without a command.
func (h helpPages) flagFaults(flag string) []string {
	for path := range h {
		if known, _ := h.flag(path, flag); known {
			return nil
		}
	}
	return []string{"no command has this flag in its help"}
}

// flag says whether the help of a command knows a flag, and whether the flag
// takes a value.
func (h helpPages) flag(path, flag string) (known, value bool) {
	name, _, _ := strings.Cut(flag, "=")
	line := regexp.MustCompile(`(?m)^ +(-\w, )?` + regexp.QuoteMeta(name) + `(, --[\w-]+)?( \S+)?(  |$)`)
	m := line.FindStringSubmatch(h[path])
	return m != nil, m != nil && m[3] != ""
}

// descend follows a word, or each of "add|move", from the page of a command to
// those below it. It stays where it is when the word is an argument.
func (h helpPages) descend(path, word string) (next, fault string) {
	for name := range strings.SplitSeq(word, "|") {
		below := strings.TrimSpace(path + " " + name)
		switch _, known := h[below]; {
		case known:
			next = below
		case argument.MatchString(h[path]) || path == "" && name == strings.ToUpper(name):
			next = path
		default:
			return "", fmt.Sprintf("`%s --help` knows no command %s and takes no argument", command(path), name)
		}
	}
	return next, ""
}

func TestHelpPages_faults(t *testing.T) {
	t.Parallel()
	const rootPage = "Tidings publishes newsletters.\n\nUsage:\n  tidings [command]\n\nExamples:\n  tidings  serve\n\n" +
		"Available Commands:\n  demo         show it\n  queue        the queue\n  suppressions never again\n\n" +
		"Flags:\n  -h, --help       help for tidings\n      --site DIR   the site folder\n"
	const global = "\nGlobal Flags:\n      --site DIR   the site folder\n"
	help := helpPages{
		"":             rootPage,
		"demo":         "Usage:\n  tidings demo [flags]\n\nFlags:\n      --listen string   address\n" + global,
		"queue":        "Usage:\n  tidings queue NEWSLETTER\n\nAvailable Commands:\n  add   one more\n" + global,
		"queue add":    "Usage:\n  tidings queue add FILE\n\nFlags:\n      --json        for scripts\n  -n, --count int   how many\n" + global,
		"suppressions": "Usage:\n  tidings suppressions [command]\n" + global,
	}
	if got, want := commandsIn(rootPage), []string{"demo", "queue", "suppressions"}; !slices.Equal(got, want) {
		t.Errorf("commandsIn = %q, want %q", got, want)
	}
	tests := []struct{ text, want string }{
		{"tidings demo", ""},
		{"tidings --site DIR queue harbor", ""},
		{"tidings [--site DIR] COMMAND", ""},
		{"tidings queue add x.md --json -n 3 > out.json", ""},
		{"tidings queue add x.md --count=3 --site s", ""},
		{"--json", ""},
		{"--listen=ADDRESS", ""},
		{"tidings bonus", "`tidings --help` knows no command bonus"},
		{"tidings suppressions bonus", "`tidings suppressions --help` knows no command bonus"},
		{"tidings demo harbor", "`tidings demo --help` knows no command harbor"},
		{"tidings demo --json", "`tidings demo --help` knows no flag --json"},
		{"tidings queue add --js x.md", "`tidings queue add --help` knows no flag --js"},
		{"tidings queue add -x", "`tidings queue add --help` knows no flag -x"},
		{"--bonus", "no command has this flag"},
	}
	for _, tc := range tests {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(help.faults(tc.text), "\n")
			if !strings.HasPrefix(got, tc.want) || tc.want == "" && got != "" {
				t.Errorf("faults = %q, want %q", got, tc.want)
			}
		})
	}
}
