package delivery

import (
	"log/slog"
	"time"

	"tidings/internal/newsletter"
)

// fate is how handing over one message went, as far as it says something about
// the relay and the domain.
type fate struct {
	end      end
	receipt  newsletter.Receipt // what was answered
	err      error              // of silent and lost
	recorded bool               // an outcome is on its way to the disk
	late     bool               // of unused: the answer before it came late or never
}

// end is how the handing over of a message ended.
type end int

const (
	answered end = iota // the relay answered; where nothing is recorded, it took no notice of the reader
	silent              // it gave no answer, and cannot have the whole message
	lost                // it gave no answer, and may have the message
	ours                // we ended it, for reasons of our own
	unused              // it was taken ahead and not begun
)

// lostMost is how many answers in a row may be lost after the dot before we
// wait: each makes a delivery unknown.
const lostMost = 3

// aliveFor is how long after an answer a relay is taken to work, although one of
// its connections does not.
const aliveFor = 2 * time.Second

// settle notes what came of a job that take handed out. A job whose message
// certainly did not go is given back, and back is true: it goes by the next
// connection that works. alone says that others of the same relay do, so that
// this connection had better rest by itself. A message on which the relay hung up,
// or may be slow, goes behind the others of its domain: they are not to wait for it.
func (p *pool) settle(log *slog.Logger, r *route, j job, f fate) (back, alone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lane(domainOf(j.delivery.Subscriber.Email))
	p.count(l, -1)
	now := time.Now()
	l.inFlight, r.inFlight = max(l.inFlight-1, 0), r.inFlight-1
	switch f.end {
	case unused:
		l.brake.released()
		r.untake()
		if f.late {
			j.shy, r.single = true, now.Add(singleFor)
		}
		back = !p.closed
	case ours:
		l.brake.released()
		r.brake.released()
	case answered:
		p.answered(log, l, r, f.receipt, now)
		back = !f.recorded && !p.closed
	case silent, lost:
		if f.hungUp() { // perhaps over this domain only
			l.brake.hungUp(now, f.err.Error())
		} else {
			l.brake.released()
		}
		r.brake.released()
		alone = p.unanswered(log, r, f, now)
		back = !f.recorded && !p.closed
	}
	if f.hungUp() {
		j.hungUp++
	}
	j.message = nil // its memory is the connection's
	p.count(l, 1)
	if back {
		p.enter(l, j, !f.hungUp() && !f.late)
	} else {
		p.place(l)
	}
	p.lookForMore(l)
	if l.idle() && l.brake.clean() && l.pacer.interval == 0 && !l.passed {
		delete(p.lanes, l.domain)
	}
	p.match()
	return back, alone
}

// answered notes an answer, which says that the route works.
func (p *pool) answered(log *slog.Logger, l *lane, r *route, receipt newsletter.Receipt, now time.Time) {
	r.heard, r.answered, r.lost = now, now, 0
	if r.trouble.count > 0 {
		r.trouble.clear(log.With(slog.String("relay", r.Name)))
		r.catchUp(p.routes)
	}
	switch receipt.Code / 100 {
	case 2:
		l.brake.ok()
		r.brake.ok()
		p.taken.add(now)
	case 4:
		refusedForNow(log, l, r, receipt, now)
	default:
		l.brake.ok()
		r.brake.released()
	}
}

// tooFast says whether an answer asks us to slow down.
func tooFast(r newsletter.Receipt) bool {
	return r.Code == 421 || r.Code/100 == 4 && r.Class() == newsletter.ReplyRate
}

// refusedForNow puts a refusal for now where it belongs: one of MAIL is the
// relay's, one of RCPT is the domain's, and one of the message may be either. So
// of those, a second one in a row from the same domain says nothing of the relay.
func refusedForNow(log *slog.Logger, l *lane, r *route, receipt newsletter.Receipt, now time.Time) {
	fast := tooFast(receipt)
	relays := receipt.Command == "MAIL" || receipt.Command != "RCPT" && r.refuser != l.domain
	if fast && relays {
		r.refuser = l.domain
		if r.brake.refused(now, true, receipt.Discreet()) {
			logStop(log, "relay", r.Name, r.brake)
		}
	} else {
		r.brake.released()
	}
	if receipt.Command == "MAIL" {
		l.brake.released()
	} else if l.brake.refused(now, fast, receipt.Discreet()) {
		logStop(log, "domain", l.domain, l.brake)
	}
}

// logStop says that nothing goes there for a while.
func logStop(log *slog.Logger, what, name string, b brake) {
	log.Warn("too much at once for them; nothing is lost",
		slog.String(what, name), slog.String("answer", b.why), slog.Time("again_at", b.until))
}

// unanswered notes that a route said nothing. alone: it answers others, so the
// trouble is this connection's, such as one more than the relay takes at a time.
func (p *pool) unanswered(log *slog.Logger, r *route, f fate, now time.Time) (alone bool) {
	if f.end == lost {
		if r.lost++; r.lost < lostMost {
			return false
		}
	} else if r.inFlight > 0 && now.Sub(r.answered) < aliveFor {
		return true
	}
	r.trouble.add(log.With(slog.String("relay", r.Name)), f.err)
	return false
}
