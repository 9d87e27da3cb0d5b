package main

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far long work has got: a bar to a person, a line now and
// then to a log. The nil progress shows nothing.
type progress struct {
	bar   *progressbar.ProgressBar // nil: lines
	out   io.Writer
	what  string
	total int // -1: not known
	last  time.Time
	said  string
}

// sayEvery is how often a log hears of progress.
const sayEvery = 5 * time.Second

// newProgress begins to show work of so many steps; a total of -1 is not known.
func (a *app) newProgress(what string, total int) *progress {
	p := &progress{out: a.stderr, what: what, total: total, last: time.Now()}
	if !a.interactive() || a.json {
		return p
	}
	options := []progressbar.Option{
		progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionThrottle(100 * time.Millisecond), progressbar.OptionUseANSICodes(true),
	}
	if total > 0 {
		options = append(options, progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth())
	} else {
		options = append(options, progressbar.OptionSetElapsedTime(false), progressbar.OptionSpinnerType(14),
			progressbar.OptionSetSpinnerChangeInterval(0)) // else it draws by itself, also after its end
	}
	p.bar = progressbar.NewOptions(total, options...)
	return p
}

// show says that so many steps are done, with a note that may be empty.
func (p *progress) show(done int, note string) {
	so := strconv.Itoa(done)
	if p.total > 0 {
		so = fmt.Sprintf("%d of %d", done, p.total)
	}
	if note != "" {
		so += ", " + note
		note = ", " + note
	}
	switch {
	case p.bar != nil && p.total > 0:
		p.bar.Describe(p.what + note)
		_ = p.bar.Set(done) // a bar that cannot be drawn harms nothing
	case p.bar != nil:
		p.bar.Describe(p.what + ": " + so)
		_ = p.bar.Set(done)
	case so != p.said && time.Since(p.last) >= sayEvery:
		p.last, p.said = time.Now(), so
		fmt.Fprintf(p.out, "tidings: %s: %s\n", p.what, so)
	}
}

// finish ends the bar's line, full or not. Where no end was known, nothing is
// left of it.
func (p *progress) finish() {
	if p == nil || p.bar == nil {
		return
	}
	_ = p.bar.Exit() // draws nothing more
	if p.total > 0 {
		fmt.Fprintln(p.out)
	} else {
		fmt.Fprint(p.out, clearLine)
	}
}

// clearLine makes a terminal forget the line that is being written.
const clearLine = "\r\x1b[K"

// overBar writes whole lines over a progress bar, which is drawn again below.
type overBar struct{ terminal io.Writer }

// Write clears the line of the bar and writes lines in its place.
func (o overBar) Write(lines []byte) (int, error) {
	if _, err := io.WriteString(o.terminal, clearLine); err != nil {
		return 0, err
	}
	return o.terminal.Write(lines)
}

// lines is where lines go that may come while a bar is shown.
func (a *app) lines() io.Writer {
	if a.interactive() {
		return overBar{a.stderr}
	}
	return a.stderr
}
