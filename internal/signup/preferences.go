package signup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// Preferences is what a person's page of preferences is about. Two links lead to
// it: the one in every mail, which is good for ever and may be forwarded, and one
// that was asked for a moment ago and went to their address. Only the second
// shows and changes who they are.
type Preferences struct {
	Newsletter newsletter.Newsletter // in whose mail the link was; zero: gone from the site
	Subscriber newsletter.Subscriber // without Fresh the address is for masking, and the rest not for showing
	Fresh      bool                  // the link went to their address within the hour
	Choices    []Choice              // newsletters to choose from
	Fields     []newsletter.Field    // with Fresh: what is asked by the newsletters that they read
	NewEmail   string                // with Fresh: an address that they want and can still confirm
	Permanent  string                // token of the page that is good for ever
}

// Choice is a newsletter of the site and how a person stands with it.
type Choice struct {
	Newsletter   newsletter.Newsletter
	Subscription newsletter.Subscription // zero: never signed up
}

// Reads says whether the person is on its list, be it that they have yet to
// confirm.
func (c *Choice) Reads() bool {
	return c.Subscription.State == newsletter.SubscriptionConfirmed || c.Subscription.State == newsletter.SubscriptionPending
}

// Preferences opens the page of a link and changes nothing. A link that we did
// not make for it is newsletter.ErrForged, one whose reader is gone
// newsletter.ErrNotFound; one whose hour is over, or that went to an address which
// they left since, is token.ErrExpired, and Preferences then says what the permanent
// link would.
func (s *Service) Preferences(ctx context.Context, tok string) (Preferences, error) {
	claims, expired := s.Tokens.Open(token.Preferences, tok, s.Now())
	if expired != nil && !errors.Is(expired, token.ErrExpired) {
		return Preferences{}, fmt.Errorf("open link: %w", expired)
	}
	sub, err := s.Store.Subscriber(ctx, claims.Subscriber)
	if err != nil {
		return Preferences{}, err
	}
	if expired == nil && !claims.Expires.IsZero() {
		moved, err := s.moved(ctx, sub.ID, claims.Expires.Add(-token.AccessFor))
		if err != nil {
			return Preferences{}, err
		}
		if moved { // the link went to the address that they had before
			expired = fmt.Errorf("%w: they have another address since", token.ErrExpired)
		}
	}
	p := Preferences{
		Subscriber: sub, Fresh: expired == nil && !claims.Expires.IsZero(),
		Permanent: s.Tokens.Sign(token.Preferences, claims.Newsletter, sub.ID, time.Time{}),
	}
	if err := s.choices(ctx, &p, claims.Newsletter); err != nil {
		return Preferences{}, err
	}
	if p.Fresh {
		email, asked, err := s.Store.PendingAddress(ctx, sub.ID)
		if err != nil {
			return Preferences{}, err
		}
		if s.Now().Before(asked.Add(token.AddressFor)) {
			p.NewEmail = email
		}
	}
	if expired != nil {
		return p, fmt.Errorf("open link: %w", expired)
	}
	return p, nil
}

// choices fills in the newsletters of the site. One that is discreet is shown to
// nobody but whoever came from one of its own mails, or with a fresh link: a mail
// of another newsletter that was forwarded must not say who is on its list.
func (s *Service) choices(ctx context.Context, p *Preferences, from string) error {
	all, err := s.Newsletters(ctx)
	if err != nil {
		return fmt.Errorf("list newsletters: %w", err)
	}
	standing, err := s.standings(ctx, p.Subscriber.ID)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, n := range all {
		if n.ID == from {
			p.Newsletter = n
		}
		if n.Discreet != nil && n.ID != from && !p.Fresh {
			continue
		}
		c := Choice{Newsletter: n, Subscription: standing[n.ID]}
		p.Choices = append(p.Choices, c)
		for _, f := range n.Fields {
			if c.Reads() && !seen[f.Name] && !f.Unasked {
				seen[f.Name] = true
				p.Fields = append(p.Fields, f)
			}
		}
	}
	return nil
}

// standings is how a person stands with each newsletter.
func (s *Service) standings(ctx context.Context, subscriber int64) (map[string]newsletter.Subscription, error) {
	list, err := s.Store.Subscriptions(ctx, subscriber)
	if err != nil {
		return nil, err
	}
	standing := make(map[string]newsletter.Subscription, len(list))
	for _, sub := range list {
		standing[sub.Newsletter] = sub
	}
	return standing, nil
}

// fresh is Preferences of a link that must be a fresh one; any other that we made
// is token.ErrExpired.
func (s *Service) fresh(ctx context.Context, tok string) (Preferences, error) {
	p, err := s.Preferences(ctx, tok)
	if err == nil && !p.Fresh {
		err = fmt.Errorf("open link: %w: one that is good for ever is not enough", token.ErrExpired)
	}
	return p, err
}

// writer is the newsletter in whose name a person is written to: the one of the
// link, or any that they chose, or the site's first.
func (p *Preferences) writer() (newsletter.Newsletter, error) {
	if p.Newsletter.ID != "" {
		return p.Newsletter, nil
	}
	for _, c := range p.Choices {
		if c.Reads() {
			return c.Newsletter, nil
		}
	}
	if len(p.Choices) > 0 {
		return p.Choices[0].Newsletter, nil
	}
	return newsletter.Newsletter{}, fmt.Errorf("the site's newsletters: %w", newsletter.ErrNotFound)
}
