package newsletter

import (
	"errors"
	"fmt"
)

// Sentinels that one table in each face turns into an exit code or an HTTP
// status. Anything else is an internal error: the person sees a plain sentence
// and the cause goes to the log.
var (
	ErrNotFound    = errors.New("not found")         // no such newsletter, issue, subscriber or page
	ErrInvalid     = errors.New("invalid")           // what was given cannot be right; nothing was changed
	ErrConflict    = errors.New("already there")     // it exists, or it was already done
	ErrForged      = errors.New("link not valid")    // a token that we did not make, or not for this
	ErrLocked      = errors.New("in use already")    // another process sends for this site
	ErrUnavailable = errors.New("not available now") // a full disk, a busy database: try again
	ErrNoDot       = errors.New("not sent whole")    // the relay cannot have got the end of the message
	ErrHungUp      = errors.New("cut off")           // before the dot, though the relay had taken the sender: this may be about the message
)

// worded is an error of the kind of a sentinel, in its own words.
type worded struct {
	kind error
	text string
}

// Error returns the words, without those of the kind.
func (w *worded) Error() string { return w.text }

// Unwrap returns the kind.
func (w *worded) Unwrap() error { return w.kind }

// Refuse returns an error of the kind of a sentinel where the sentinel's own
// words, behind a sentence that says it all, would only confuse.
func Refuse(kind error, format string, args ...any) error {
	return &worded{kind: kind, text: fmt.Sprintf(format, args...)}
}

// Hinted is an error that a person can mend, with a word on how.
type Hinted struct {
	Err  error
	Hint string // lower case, no full stop
}

// Error returns the error without its hint.
func (h *Hinted) Error() string { return h.Err.Error() }

// Unwrap returns the error that the hint is about.
func (h *Hinted) Unwrap() error { return h.Err }

// Hint adds a hint to err; a nil err stays nil.
func Hint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &Hinted{Err: err, Hint: hint}
}
