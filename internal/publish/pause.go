package publish

import (
	"context"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// PauseQueue lets a newsletter's queue stand still: its slots pass, and issues
// with a time of their own are held when it comes. A From that has passed, or
// the zero time, is now; where another pause holds by then, that one gets the new
// end. What is frozen already goes on, and a person may still publish by hand.
// newsletter.ErrInvalid: it would end before it begins, or has ended.
func (p *Publisher) PauseQueue(ctx context.Context, n *newsletter.Newsletter, pause newsletter.Pause) error {
	now := p.config.Now()
	if pause.From.Before(now) {
		pause.From = now
	}
	if !pause.Until.IsZero() && !pause.Until.After(pause.From) {
		return newsletter.Hint(fmt.Errorf("%w pause: its end, %s, is not after its beginning", newsletter.ErrInvalid,
			pause.Until.In(n.Zone).Format(time.RFC3339)), "nothing was changed")
	}
	pause.Newsletter, pause.Reason = n.ID, oneLine(pause.Reason)
	return p.config.Store.PauseQueue(ctx, pause, now)
}

// ResumeQueue ends the pause of a newsletter's queue, and forgets those that were
// to come. Slots that passed in it are not caught up. newsletter.ErrNotFound:
// there is none.
func (p *Publisher) ResumeQueue(ctx context.Context, n *newsletter.Newsletter) error {
	err := p.config.Store.ResumeQueue(ctx, n.ID, p.config.Now())
	return newsletter.Hint(err, "see: tidings queue "+n.ID)
}

// Pauses lists the pauses of a newsletter's queue that hold or are to come,
// oldest first.
func (p *Publisher) Pauses(ctx context.Context, n *newsletter.Newsletter) ([]newsletter.Pause, error) {
	return p.config.Store.Pauses(ctx, n.ID, p.config.Now())
}
