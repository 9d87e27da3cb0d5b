package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"tidings/internal/newsletter"
)

// rateMeter counts what was taken in each of the last seconds and in the one
// that runs.
type rateMeter struct {
	counts [meterSeconds + 1]int
	second int64 // the one that runs
}

const meterSeconds = 10

func (m *rateMeter) add(now time.Time) {
	m.advance(now)
	m.counts[m.second%int64(len(m.counts))]++
}

// perSecond is the mean of the last ten whole seconds, or of those since sending
// began again.
func (m *rateMeter) perSecond(now time.Time) float64 {
	m.advance(now)
	sum, seconds := 0, 0
	for s := m.second - meterSeconds; s < m.second; s++ {
		n := m.counts[max(s, 0)%int64(len(m.counts))]
		if sum += n; sum > 0 {
			seconds++
		}
	}
	return float64(sum) / float64(max(seconds, 1))
}

// advance empties the seconds that have begun since.
func (m *rateMeter) advance(now time.Time) {
	second := now.Unix()
	for s := max(m.second+1, second-meterSeconds); s <= second; s++ {
		m.counts[s%int64(len(m.counts))] = 0
	}
	m.second = max(m.second, second)
}

// perSecond is how many messages the relays take.
func (p *pool) perSecond() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken.perSecond(time.Now())
}

// heldUpMost is how many reasons a report names.
const heldUpMost = 10

// health is how sending goes.
func (p *pool) health(now time.Time) newsletter.Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := newsletter.Health{At: now, PerSecond: p.taken.perSecond(now), HeldUp: []newsletter.HeldUp{}}
	for _, r := range p.routes {
		if why, until := r.heldUp(now); why != "" {
			h.HeldUp = append(h.HeldUp, newsletter.HeldUp{What: "relay " + r.Name, Why: why, Until: until})
		}
	}
	var slowed []*lane
	for _, l := range p.lanes {
		if len(l.jobs) > 0 && l.paced() {
			slowed = append(slowed, l)
		}
	}
	slices.SortFunc(slowed, func(a, b *lane) int { return strings.Compare(a.domain, b.domain) })
	for _, l := range slowed[:min(len(slowed), heldUpMost)] {
		why, until := l.heldUp()
		h.HeldUp = append(h.HeldUp, newsletter.HeldUp{What: l.domain, Why: why, Until: until})
	}
	return h
}

// silentAfter is how long a relay may say nothing before that is worth a word. It is
// waited for all the same, as long as RFC 5321 asks (section 4.5.3.2).
const silentAfter = 10 * time.Second

// heldUp says why a route takes nothing now, or less than it could.
func (r *route) heldUp(now time.Time) (why string, until time.Time) {
	silent := now.Sub(r.heard).Truncate(silentAfter)
	switch {
	case r.trouble.count > 0:
		return strings.TrimPrefix(r.trouble.why, "relay "+r.Name+": "), r.trouble.until
	case r.inFlight > 0 && silent > 0:
		return fmt.Sprintf("it has said nothing for %s, and is waited for", silent), time.Time{}
	case r.spent && r.left == 0:
		return fmt.Sprintf("its %d messages of the last 24 hours are spent", r.Daily), nextHour(now)
	case r.brake.stopped():
		return r.brake.why, r.brake.until
	case r.brake.slow > 0:
		return fmt.Sprintf("slowed down to one message in %s: %s", r.brake.slow.Round(time.Millisecond), r.brake.why), time.Time{}
	}
	return "", time.Time{}
}

func (l *lane) heldUp() (why string, until time.Time) {
	switch {
	case l.brake.stopped():
		return l.brake.why, l.brake.until
	case l.brake.slow > l.pacer.interval:
		return fmt.Sprintf("slowed down to one message in %s: %s", l.brake.slow.Round(time.Millisecond), l.brake.why), time.Time{}
	}
	return fmt.Sprintf("its rate is set to %.3g a second", 1/l.pacer.interval.Seconds()), time.Time{}
}

// Health is how sending goes at this moment.
func (w *Worker) Health() newsletter.Health {
	h := w.pool.health(time.Now())
	if why, until := w.trouble.now(); why != "" {
		own := newsletter.HeldUp{What: "this machine", Why: why, Until: until}
		h.HeldUp = slices.Insert(h.HeldUp, 0, own)
	}
	return h
}

// renewAfter is when a report that has not changed is written again, as long as
// there is something to report.
const renewAfter = 20 * time.Second

// reportHealth writes the health down, so that other processes can show it: at
// most each second, and only if it has changed or grows old.
func (w *Worker) reportHealth(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var last newsletter.Health
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		h := w.Health()
		same := h.PerSecond == last.PerSecond && slices.EqualFunc(h.HeldUp, last.HeldUp, sameHold)
		empty := h.PerSecond == 0 && len(h.HeldUp) == 0
		if same && (empty || h.At.Sub(last.At) < renewAfter) {
			continue
		}
		if err := w.config.Store.SetHealth(ctx, w.config.Epoch, h); err != nil {
			w.config.Log.Debug("write health", slog.Any("error", err)) // the disk's trouble is told by those who need it more
			continue
		}
		last = h
	}
}

func sameHold(a, b newsletter.HeldUp) bool {
	return a.What == b.What && a.Why == b.Why && a.Until.Equal(b.Until)
}
