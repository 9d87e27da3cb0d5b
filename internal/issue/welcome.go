package issue

import (
	"errors"
	"path"

	"tidings/internal/newsletter"
)

// Welcome is the name of the file that greets new readers. It lies among the
// issues of its newsletter and is written like one, but has no date and no place
// in the queue: each reader gets it when they confirm.
const Welcome = "welcome.md"

// kindOf tells a welcome from an issue, by the name of its file.
func kindOf(file string) newsletter.Kind {
	if path.Base(file) == Welcome {
		return newsletter.KindWelcome
	}
	return newsletter.KindIssue
}

// welcome refuses what says when, or to whom, an issue goes.
func (r *reader) welcome() {
	if r.issue.Kind != newsletter.KindWelcome {
		return
	}
	for _, key := range []string{"status", "send_at", "send_by", "audience", "slug"} {
		if r.table.Has(key) {
			r.table.Reject(key, newsletter.Hint(errors.New("does not apply here: each reader is welcomed when they confirm"), "remove the line"))
		}
	}
}
