package lists

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// format is how one program writes its lists of readers.
type format struct {
	name  string            // as --from takes it
	title string            // as people know it
	marks []string          // headings, as snake writes them, that only its files have all of
	as    map[string]string // what its headings hold, where their names do not say it
	// ignore are the headings, or beginnings of them that end in "*", of what a
	// program keeps for itself: ratings, numbers, addresses of machines.
	ignore []string
}

// ownFormat is our own export, and plainFormat everything else.
const (
	ownFormat   = "tidings"
	plainFormat = "plain"
)

// recognize finds the format of a file by its headings, as snake writes them.
func recognize(names []string) format {
	for _, f := range formats() {
		if f.fits(names) == len(f.marks) {
			return f
		}
	}
	return format{name: plainFormat}
}

// fits is how many of a format's marks a file has.
func (f *format) fits(names []string) int {
	n := 0
	for _, mark := range f.marks {
		if slices.Contains(names, mark) {
			n++
		}
	}
	return n
}

// Formats are the names of the formats that ImportOptions.From takes.
func Formats() []string {
	all := []string{plainFormat}
	for _, f := range formats() {
		if !slices.Contains(all, f.name) {
			all = append(all, f.name)
		}
	}
	return all
}

// formatNamed is the format that people name, and of several under one name the
// one that fits the file best.
func formatNamed(name string, names []string) (format, error) {
	best, most := format{}, -1
	for _, f := range formats() {
		if n := f.fits(names); f.name == name && n > most {
			best, most = f, n
		}
	}
	switch {
	case name == plainFormat:
		return format{name: plainFormat}, nil
	case most < 0:
		err := fmt.Errorf("%w format %.40q", newsletter.ErrInvalid, name)
		return format{}, newsletter.Hint(err, "one of "+strings.Join(Formats(), ", "))
	}
	return best, nil
}

// peer says whether a file comes from another program, whose words are taken
// more freely than those of a list that somebody wrote for us.
func (f *format) peer() bool { return f.name != plainFormat && f.name != ownFormat }

// meaning is what a heading holds in this format; "" where it does not say.
func (f *format) meaning(name string) string {
	if as, ok := f.as[name]; ok {
		return as
	}
	for _, pattern := range f.ignore {
		if prefix, open := strings.CutSuffix(pattern, "*"); name == pattern || open && strings.HasPrefix(name, prefix) {
			return columnIgnored
		}
	}
	return ""
}

// fileState is what Mailchimp says by the name of a file alone: its export has
// one file for each state, and only two of them tell by their columns.
func (f *format) fileState(file string) string {
	if f.name != "mailchimp" {
		return ""
	}
	base := strings.ToLower(path.Base(strings.ReplaceAll(file, `\`, "/")))
	for _, state := range []string{"unsubscribed", "cleaned", "nonsubscribed", "non-subscribed"} {
		if strings.HasPrefix(base, state) {
			return state
		}
	}
	return ""
}
