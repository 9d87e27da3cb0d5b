package signup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// undoWithin is how long an unsubscribe can be taken back.
const undoWithin = 24 * time.Hour

// maxReason is the most that is kept of why somebody left, in bytes.
const maxReason = 500

// Unsubscribe ends the subscription that the link is about (RFC 8058); errors
// are those of Lookup. When it returns, no mail of that newsletter begins its
// way to them any more.
func (s *Service) Unsubscribe(ctx context.Context, tok string, v Visit) (Person, error) {
	p, id, err := s.lookup(ctx, token.Unsubscribe, tok)
	if err != nil {
		return p, err
	}
	p.State = newsletter.SubscriptionUnsubscribed
	_, err = s.Store.Unsubscribe(ctx, p.Newsletter.ID, id, v.proof())
	return p, err
}

// UnsubscribeAll is Unsubscribe from every newsletter of the site.
func (s *Service) UnsubscribeAll(ctx context.Context, tok string, v Visit) (Person, error) {
	p, id, err := s.lookup(ctx, token.Unsubscribe, tok)
	if err != nil {
		return p, err
	}
	p.State = newsletter.SubscriptionUnsubscribed
	_, err = s.Store.Unsubscribe(ctx, "", id, v.proof())
	return p, err
}

// Resubscribe takes an Unsubscribe back within a day; errors are those of
// Lookup. Later it is newsletter.ErrConflict, and signing up again is the way:
// a mail that was forwarded years ago must not bring anybody back.
func (s *Service) Resubscribe(ctx context.Context, tok string, v Visit) (Person, error) {
	p, id, err := s.lookup(ctx, token.Unsubscribe, tok)
	if err != nil {
		return p, err
	}
	p.State, err = s.Store.Resubscribe(ctx, p.Newsletter.ID, id, undoWithin, v.proof())
	if err == nil && p.State == newsletter.SubscriptionUnsubscribed {
		return p, tooLate()
	}
	return p, err
}

func tooLate() error {
	err := fmt.Errorf("%w: they left more than a day ago", newsletter.ErrConflict)
	return newsletter.Hint(err, "sign up again, with the form")
}

// ResubscribeAll takes back all that ended in the person's last step, within a
// day, as Resubscribe does for one newsletter.
func (s *Service) ResubscribeAll(ctx context.Context, tok string, v Visit) (Person, error) {
	p, id, err := s.lookup(ctx, token.Unsubscribe, tok)
	if err != nil {
		return p, err
	}
	if _, err := s.Store.ResubscribeAll(ctx, id, undoWithin, v.proof()); err != nil {
		return p, err
	}
	standing, err := s.standings(ctx, id)
	if err != nil {
		return p, err
	}
	for _, sub := range standing {
		if sub.State == newsletter.SubscriptionConfirmed {
			p.State = newsletter.SubscriptionConfirmed
			return p, nil
		}
	}
	return p, tooLate()
}

// Pause lets the reader of the link get nothing until a day, as 2026-12-24 where
// they live, and returns when it ends; empty ends the pause. Errors are those of
// Lookup; a day that is past, or more than a year away, is a *FieldError. Whoever does
// not read the newsletter has nothing to pause: newsletter.ErrConflict.
func (s *Service) Pause(ctx context.Context, tok, day string, v Visit) (Person, error) {
	p, id, err := s.lookup(ctx, token.Unsubscribe, tok)
	if err != nil {
		return p, err
	}
	if p.State != newsletter.SubscriptionConfirmed {
		return p, fmt.Errorf("pause: %w: they do not read it", newsletter.ErrConflict)
	}
	until, err := pauseUntil(day, p.Zone, s.Now())
	if err != nil {
		return p, &FieldError{"pause", err}
	}
	standing, err := s.Store.PauseReader(ctx, p.Newsletter.ID, id, until, v.proof())
	p.State, p.PausedUntil = standing.State, standing.PausedUntil
	return p, err
}

// LeftBecause keeps why the reader of the link left, in the choices and words
// they gave, cut to what is kept. With all it is the reason for everything that
// ended in the same step. Errors are those of Lookup.
func (s *Service) LeftBecause(ctx context.Context, tok, choice, words string, all bool) (Person, error) {
	p, id, err := s.lookup(ctx, token.Unsubscribe, tok)
	if err != nil {
		return p, err
	}
	because, err := reason(choice, words)
	if err != nil || because == "" {
		return p, err
	}
	standing, err := s.standings(ctx, id)
	if err != nil {
		return p, err
	}
	var at time.Time // of their last step
	for _, sub := range standing {
		if sub.UnsubscribedAt.After(at) {
			at = sub.UnsubscribedAt
		}
	}
	for name, sub := range standing {
		if name != p.Newsletter.ID && (!all || !sub.UnsubscribedAt.Equal(at)) {
			continue
		}
		if err := s.Store.LeftBecause(ctx, name, id, because); err != nil && !errors.Is(err, newsletter.ErrNotFound) {
			return p, err
		}
	}
	return p, nil
}

// reason joins a choice and words, and cuts them to what is kept.
func reason(choice, words string) (string, error) {
	parts := make([]string, 0, 2)
	for _, part := range []string{choice, words} {
		part, err := newsletter.Line("reason", strings.ToValidUTF8(part, ""), 64<<10)
		if err != nil {
			return "", err
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	return newsletter.Beginning(strings.Join(parts, ": "), maxReason), nil
}
