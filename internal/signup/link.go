package signup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// Person is whom a link is about.
type Person struct {
	Newsletter  newsletter.Newsletter
	Email       string
	State       newsletter.SubscriptionState
	PausedUntil time.Time
	Language    string                  // as they chose; empty: not
	Others      []newsletter.Newsletter // from Lookup of a link to leave: that they read as well, and that may be named here
	Preferences string                  // token of their page of preferences
	Zone        *time.Location          // in which their days begin
	// Together are the newsletters that a link to confirm is for, as long as it is
	// not used: Newsletter, and those that were chosen with it.
	Together []newsletter.Newsletter
	// From is who brought them, as long as a link to confirm is not used.
	From newsletter.Origin
}

// Lookup says whom a link is about and changes nothing. A link that we did not
// make for this purpose is newsletter.ErrForged, one whose reader or newsletter
// is gone newsletter.ErrNotFound, but the link to leave works without its
// newsletter; one whose time is over is token.ErrExpired.
// Person holds what is known in spite of the last two.
func (s *Service) Lookup(ctx context.Context, purpose token.Purpose, tok string) (Person, error) {
	p, id, err := s.lookup(ctx, purpose, tok)
	if err != nil || purpose != token.Unsubscribe {
		return p, err
	}
	page := Preferences{Subscriber: newsletter.Subscriber{ID: id}}
	if err := s.choices(ctx, &page, p.Newsletter.ID); err != nil {
		return p, err
	}
	for _, c := range page.Choices {
		if c.Reads() && c.Newsletter.ID != p.Newsletter.ID {
			p.Others = append(p.Others, c.Newsletter)
		}
	}
	return p, nil
}

// lookup is Lookup without Others, and returns the subscriber's id.
func (s *Service) lookup(ctx context.Context, purpose token.Purpose, tok string) (p Person, id int64, err error) {
	claims, expired := s.Tokens.Open(purpose, tok, s.Now())
	if expired != nil && !errors.Is(expired, token.ErrExpired) {
		return p, 0, fmt.Errorf("open link: %w", expired)
	}
	p.Newsletter, err = s.Newsletter(ctx, claims.Newsletter)
	if purpose == token.Unsubscribe && errors.Is(err, newsletter.ErrNotFound) { // it is gone, and its mails are not
		p.Newsletter, err = newsletter.Newsletter{ID: claims.Newsletter, Title: claims.Newsletter, Zone: time.UTC}, nil
	}
	if err != nil {
		return p, 0, err
	}
	standing, err := s.Store.Subscription(ctx, claims.Newsletter, claims.Subscriber)
	if err != nil {
		return p, 0, err
	}
	sub, err := s.Store.Subscriber(ctx, claims.Subscriber)
	if err != nil {
		return p, 0, err
	}
	p.Email, p.State, p.PausedUntil, p.Language = sub.Email, standing.State, standing.PausedUntil, sub.Language
	p.Zone = zoneOf(&p.Newsletter, sub)
	p.Preferences = s.Tokens.Sign(token.Preferences, claims.Newsletter, sub.ID, time.Time{})
	if purpose == token.Confirm && standing.State == newsletter.SubscriptionPending {
		if p.Together, err = s.together(ctx, claims); err != nil {
			return p, 0, err
		}
		if p.From, err = s.Store.Origin(ctx, claims.Newsletter, sub.ID); err != nil {
			return p, 0, err
		}
	}
	if expired != nil {
		return p, sub.ID, fmt.Errorf("open link: %w", expired)
	}
	return p, sub.ID, nil
}

// together lists the newsletters that a confirmation is for.
func (s *Service) together(ctx context.Context, c token.Claims) ([]newsletter.Newsletter, error) {
	names, err := s.Store.AskedTogether(ctx, c.Newsletter, c.Subscriber)
	if err != nil {
		return nil, err
	}
	all, err := s.Newsletters(ctx)
	if err != nil {
		return nil, fmt.Errorf("list newsletters: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(n newsletter.Newsletter) bool { return !slices.Contains(names, n.ID) }), nil
}

// Confirm does what the link of a confirmation is for, and puts the mails that
// welcome on the road; errors are those of Lookup. Person.State tells where the
// reader stands now: confirming twice changes nothing, and whoever left since
// stays away.
func (s *Service) Confirm(ctx context.Context, tok string, v Visit) (Person, error) {
	p, id, err := s.lookup(ctx, token.Confirm, tok)
	if err != nil {
		return p, err
	}
	p.State, err = s.Store.Confirm(ctx, p.Newsletter.ID, id, v.proof(), s.welcomes(ctx, p.Together))
	return p, err
}
