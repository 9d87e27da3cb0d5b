package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far long work has got: a bar to a person, a line now and
// then to a log. The nil progress shows nothing.
type progress struct {
	bar   *progressbar.ProgressBar // nil: lines
	out   io.Writer
	what  string
	total int
	last  time.Time
	shown int
}

// sayEvery is how often a log hears of progress.
const sayEvery = 5 * time.Second

// newProgress begins to show work of so many steps; a total of -1 is not known.
func (a *app) newProgress(what string, total int) *progress {
	p := &progress{out: a.stderr, what: what, total: total, last: time.Now(), shown: -1}
	if a.interactive() && !a.json {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true),
			progressbar.OptionFullWidth(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	return p
}

// show says that so many steps are done, with a note.
func (p *progress) show(done int, note string) {
	if p.bar != nil {
		p.bar.Describe(p.what + " (" + note + ")")
		_ = p.bar.Set(done) // a bar that cannot be drawn harms nothing
		return
	}
	if done == p.shown || time.Since(p.last) < sayEvery {
		return
	}
	p.last, p.shown = time.Now(), done
	if p.total > 0 {
		fmt.Fprintf(p.out, "tidings: %s: %d of %d, %s\n", p.what, done, p.total, note)
		return
	}
	fmt.Fprintf(p.out, "tidings: %s: %d, %s\n", p.what, done, note)
}

// finish ends the bar's line.
func (p *progress) finish() {
	if p != nil && p.bar != nil {
		_ = p.bar.Finish()
		fmt.Fprintln(p.out)
	}
}
