package signup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// Bounds of housekeeping: whoever signs up or leaves, and every send, comes before
// it.
const (
	keepMost    = 40                    // transactions of one kind and newsletter in a round
	keepPause   = 25 * time.Millisecond // between two of them
	keepNotices = 30 * 24 * time.Hour   // how long mails to single people are kept
)

// Kept is what a round of housekeeping did.
type Kept struct {
	Reminded   int  `json:"reminded"`   // were asked once more to confirm
	Expired    int  `json:"expired"`    // sign-ups that nobody confirmed, and that are forgotten
	Erased     int  `json:"erased"`     // people who left long ago, and of whom a keyed hash is left
	Deliveries int  `json:"deliveries"` // that were looked at for names and addresses to clear
	Notices    int  `json:"notices"`    // old mails to single people that are gone
	Mails      int  `json:"mailbox"`    // of the built-in mailbox, to those who are forgotten or erased
	More       bool `json:"more"`       // there is more to do than a round does
}

// Keep does a round of housekeeping by the rules of each newsletter: it reminds
// who has not confirmed, lets sign-ups expire, erases who left long ago, and clears
// what is old. It works in small steps with pauses, so that nothing waits for it,
// and begins nothing after ctx has ended.
func (s *Service) Keep(ctx context.Context) (Kept, error) {
	all, err := s.Newsletters(ctx)
	if err != nil {
		return Kept{}, fmt.Errorf("list newsletters: %w", err)
	}
	r := keeping{Service: s, all: all, now: s.Now().Add(s.Offset), left: map[string]time.Time{}}
	for _, n := range all {
		if n.Retention.Left > 0 {
			r.left[n.ID] = r.now.Add(-n.Retention.Left)
		}
	}
	for i := range all {
		if err := r.newsletter(ctx, &all[i]); err != nil {
			return r.kept, fmt.Errorf("housekeeping of %s: %w", all[i].ID, err)
		}
	}
	err = r.steps(ctx, &r.kept.Notices, func() (int, error) { return s.Store.DropNotices(ctx, r.now.Add(-keepNotices)) })
	if err != nil {
		return r.kept, fmt.Errorf("housekeeping: %w", err)
	}
	return r.kept, r.scrub(ctx)
}

// keeping is a round of housekeeping.
type keeping struct {
	*Service
	all  []newsletter.Newsletter
	now  time.Time
	left map[string]time.Time // who left before that is erased, by newsletter
	kept Kept
}

// newsletter does what the rules of one newsletter ask for.
func (r *keeping) newsletter(ctx context.Context, n *newsletter.Newsletter) error {
	if n.RemindAfter > 0 {
		err := r.steps(ctx, nil, func() (int, error) {
			looked, reminded, err := r.Store.Remind(ctx, n.ID, r.now.Add(-n.RemindAfter), r.reminder(ctx))
			r.kept.Reminded += reminded
			return looked, err
		})
		if err != nil {
			return err
		}
	}
	if n.Unconfirmed > 0 {
		err := r.steps(ctx, &r.kept.Expired, func() (int, error) {
			return r.Store.ExpireUnconfirmed(ctx, n.ID, r.now.Add(-n.Unconfirmed), r.farewell())
		})
		if err != nil {
			return err
		}
	}
	if n.Retention.Left > 0 {
		err := r.steps(ctx, &r.kept.Erased, func() (int, error) {
			return r.Store.EraseLeft(ctx, n.ID, r.left, "retention", r.farewell())
		})
		if err != nil {
			return err
		}
	}
	if n.Retention.Deliveries > 0 {
		return r.steps(ctx, &r.kept.Deliveries, func() (int, error) {
			return r.Store.ClearDeliveries(ctx, n.ID, r.now.Add(-n.Retention.Deliveries))
		})
	}
	return nil
}

// farewell deletes the mails to people who are about to be forgotten; nil where
// there is no built-in mailbox.
func (r *keeping) farewell() store.Farewell {
	if r.Forget == nil {
		return nil
	}
	return func(addresses []string) error {
		n, err := r.Forget(addresses)
		r.kept.Mails += n
		if err != nil {
			return fmt.Errorf("erase mails: %w", err)
		}
		return nil
	}
}

// reminder makes the mail that asks once more.
func (r *keeping) reminder(ctx context.Context) store.AskMail {
	return func(a store.Asked) (*newsletter.Mail, time.Duration, error) {
		m, err := r.confirmMail(ctx, r.all, a, true)
		return m, 0, err
	}
}

// steps runs a step until it does nothing, at most keepMost times, and adds up
// what it did.
func (r *keeping) steps(ctx context.Context, total *int, step func() (int, error)) error {
	for range keepMost {
		n, err := step()
		if err != nil || n == 0 {
			return err
		}
		if total != nil {
			*total += n
		}
		select {
		case <-time.After(keepPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	r.kept.More = true
	return nil
}

// scrub takes what was forgotten out of the database's log. Where another program
// reads just now, the next round does it.
func (r *keeping) scrub(ctx context.Context) error {
	if r.kept.Expired+r.kept.Erased+r.kept.Deliveries == 0 {
		return nil
	}
	err := r.Store.Scrub(ctx)
	if errors.Is(err, newsletter.ErrUnavailable) {
		r.Log.InfoContext(ctx, "housekeeping: traces of who was forgotten stay in the database's log for now", slog.Any("error", err))
		return nil
	}
	return err
}
