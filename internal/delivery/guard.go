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
	byIssue map[int64]*answers
}

// An issue is paused when more than faultMost of its last faultSeen answers are
// the sender's fault.
const (
	faultSeen = 100
	faultMost = 20
)

// answers is a ring of the last answers: true is a fault of the sender.
type answers struct {
	ring   [faultSeen]bool
	next   int
	faults int
}

func (a *answers) add(fault bool) {
	if a.ring[a.next] {
		a.faults--
	}
	if fault {
		a.faults++
	}
	a.ring[a.next] = fault
	a.next = (a.next + 1) % faultSeen
}

// note adds an answer about an issue and says whether it is one too many.
func (g *guard) note(issue int64, fault bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.byIssue[issue]
	if a == nil {
		if !fault {
			return false // most issues never need one
		}
		a = &answers{}
		g.byIssue[issue] = a
	}
	a.add(fault)
	if a.faults == 0 {
		delete(g.byIssue, issue)
	}
	if a.faults <= faultMost {
		return false
	}
	delete(g.byIssue, issue) // it begins anew when somebody resumes it
	return true
}

// sendersFault says whether an answer refuses for good what we are or do.
func sendersFault(r newsletter.Receipt) bool { return r.Code/100 == 5 && r.Class().SendersFault() }

// alarm pauses an issue whose last answers are too often the sender's fault.
func (w *Worker) alarm(ctx context.Context, j job, r newsletter.Receipt) {
	if j.first || r.Code == 0 || !w.guard.note(j.delivery.IssueID, sendersFault(r)) {
		return
	}
	why := fmt.Sprintf("more than %d of the last %d answers refuse the sender, not the reader (%s): %s",
		faultMost, faultSeen, r.Class(), r)
	err := w.config.Store.PauseBecause(ctx, j.delivery.IssueID, why)
	if err == nil {
		w.config.Log.Error("issue paused; no reader is suppressed for this; mend it, then resume the issue",
			slog.Int64("issue", j.delivery.IssueID), slog.String("why", why))
	} else if !errors.Is(err, newsletter.ErrConflict) {
		w.config.Log.Error("pause issue", slog.Int64("issue", j.delivery.IssueID), slog.Any("error", err))
	}
}
