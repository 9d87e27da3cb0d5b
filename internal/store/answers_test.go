package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// What became of an issue's readers is told by what was answered, the most
// frequent answer first.
func TestAnswers(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 5)
	i, due := mustPublish(t, s, "frost")
	epoch := mustBegin(t, s)
	for n, c := range []struct {
		state newsletter.DeliveryState
		r     newsletter.Receipt
	}{
		{newsletter.Failed, newsletter.Receipt{Code: 550, Enhanced: "5.1.1", Text: "no <a@example.org>"}},
		{newsletter.Failed, newsletter.Receipt{Code: 550, Enhanced: "5.1.1", Text: "no <b@example.org>"}},
		{newsletter.Deferred, newsletter.Receipt{Code: 451, Text: "later"}},
		{newsletter.Unknown, newsletter.Receipt{Text: "no answer"}},
		{newsletter.Sent, newsletter.Receipt{Code: 250}},
	} {
		if err := s.Record(t.Context(), due[n], epoch, newsletter.Outcome{State: c.state, DueAt: time.Now()}, c.r); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Answers(t.Context(), i.ID)
	want := []Answer{
		{newsletter.Failed, 2, newsletter.Receipt{Code: 550, Enhanced: "5.1.1", Text: "no <a@example.org>"}},
		{newsletter.Deferred, 1, newsletter.Receipt{Code: 451, Text: "later"}},
		{newsletter.Unknown, 1, newsletter.Receipt{Text: "no answer"}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
