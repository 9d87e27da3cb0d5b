package publish

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/store"
)

func TestLetter(t *testing.T) {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		notes      []store.Note
		subject    string
		paragraphs []string
	}{
		"one": {
			[]store.Note{{Message: "harbor/first is held: its send_by has passed. It keeps its place. To let it go: tidings queue release harbor/first", Times: 1}},
			"harbor/first is held: its send_by has passed",
			[]string{"It keeps its place. To let it go:\ntidings queue release harbor/first"},
		},
		"one sentence": {
			[]store.Note{{Message: "The queue of harbor is empty: nothing will go out", Times: 1}},
			"The queue of harbor is empty: nothing will go out",
			[]string{"The queue of harbor is empty: nothing will go out."},
		},
		"several, one of them again": {
			[]store.Note{{Message: "A. B", Times: 3, FirstAt: at}, {Message: "C, then: tidings approve x/y", Times: 1}},
			"harbor: 2 things to know",
			[]string{"3 times since 09:00 UTC. A. B.", "C, then:\ntidings approve x/y"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			subject, paragraphs := letter("harbor", test.notes)
			if subject != test.subject {
				t.Errorf("subject %q, want %q", subject, test.subject)
			}
			if diff := cmp.Diff(test.paragraphs, paragraphs); diff != "" {
				t.Errorf("paragraphs (-want +got):\n%s", diff)
			}
		})
	}
}
