package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"tidings/internal/newsletter"
)

// guard watches for refusals that are the sender's fault: a missing DKIM
// record, a block list, a quota. They would fail reader after reader, so when
// many of an issue's last answers are of that kind it is paused, and a person
// decides.
type guard struct {
	mu      sync.Mutex
	byIssue map[int64]*lastAnswers
}

// An issue is paused when more than faultMost of its last faultSeen answers are
// the sender's fault, or all of the first faultFirst, or all of those that there are:
// most issues have few readers.
const (
	faultSeen  = 100
	faultMost  = 20
	faultFirst = 5
)

// lastAnswers is a ring of the last answers: true is a fault of the sender.
type lastAnswers struct {
	ring   [faultSeen]bool
	next   int
	faults int
	good   bool // there was another answer, ever
}

func (a *lastAnswers) add(fault bool) {
	if a.ring[a.next] {
		a.faults--
	}
	if fault {
		a.faults++
	} else {
		a.good = true
	}
	a.ring[a.next] = fault
	a.next = (a.next + 1) % faultSeen
}

// bad says in words that too many answers are the sender's fault, or nothing, of an
// issue for so many readers.
func (a *lastAnswers) bad(readers int) string {
	switch first := min(faultFirst, readers); {
	case a.faults > faultMost:
		return fmt.Sprintf("more than %d of the last %d answers refuse", faultMost, faultSeen)
	case a.faults < first || a.good:
		return ""
	case first <= 1:
		return "the first answer refuses"
	default:
		return fmt.Sprintf("all of the first %d answers refuse", first)
	}
}

// heard adds the answer to a job and says in words that it is one too many, or nothing.
func (g *guard) heard(j job, r newsletter.Receipt) string {
	if j.first || r.Code == 0 {
		return ""
	}
	return g.note(j.delivery.IssueID, j.readers, sendersFault(r))
}

// note adds an answer about an issue for so many readers and says in words that it is
// one too many, or nothing.
func (g *guard) note(issue int64, readers int, fault bool) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.byIssue[issue]
	if a == nil {
		a = &lastAnswers{}
		g.byIssue[issue] = a
	}
	a.add(fault)
	bad := a.bad(readers)
	if bad != "" {
		delete(g.byIssue, issue) // it begins anew when somebody resumes it
	}
	return bad
}

// forget drops what is known of an issue that nothing more is sent of.
func (g *guard) forget(issue int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.byIssue, issue)
}

// sendersFault says whether an answer refuses for good what we are or do.
func sendersFault(r newsletter.Receipt) bool { return r.Code/100 == 5 && r.Class().SendersFault() }

// alarm pauses an issue whose last answers are too often the sender's fault.
func (w *Worker) alarm(ctx context.Context, j job, r newsletter.Receipt) {
	bad := w.guard.heard(j, r)
	if bad == "" {
		return
	}
	why := fmt.Sprintf("%s the sender, not the reader (%s): %s", bad, r.Class(), r.Discreet())
	err := w.config.Store.PauseBecause(ctx, j.delivery.IssueID, why)
	if err == nil {
		w.config.Log.Error("issue paused; no reader is suppressed for this; mend it, then resume the issue",
			slog.Int64("issue", j.delivery.IssueID), slog.String("why", why))
	} else if !errors.Is(err, newsletter.ErrConflict) {
		w.config.Log.Error("pause issue", slog.Int64("issue", j.delivery.IssueID), slog.Any("error", err))
	}
}
