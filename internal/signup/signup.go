// Package signup is in charge of how people come onto a newsletter's list and
// leave it: the form, the confirmation by mail, the links in every mail, what
// staff do by address, and lists of addresses coming in and going out as CSV.
// It decides who may be asked how often and never tells a stranger who is on a
// list.
package signup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"tidings/internal/newsletter"
	"tidings/internal/store"
	"tidings/internal/token"
)

// Limits of signing up. They hold mail bombs off other people's mailboxes: a
// form that sends mail to any address is a weapon.
const (
	askEvery       = 24 * time.Hour // one confirmation for an address and newsletter in that time …
	askMost        = 3              // … and three for an address over all newsletters
	askPerMinute   = 60             // confirmations of the whole site, unless Config says otherwise
	signUpsPerHour = 60             // from one network
)

// answerAfter is how long every answer to a sign-up takes, or two or three times
// that under load, so that a clock does not tell who is on a list.
const answerAfter = 150 * time.Millisecond

// undoWithin is how long an unsubscribe can be taken back.
const undoWithin = 24 * time.Hour

// Config is what a Service works with. Log and Now may be nil.
type Config struct {
	Store  *store.Store
	Tokens *token.Ring
	// Newsletters lists the newsletters of the site as they are now.
	Newsletters func(ctx context.Context) ([]newsletter.Newsletter, error)
	// ConfirmMail renders the mail that asks somebody to confirm newsletters, one
	// at least, in a language or, with "", that of the first; again: for the second
	// and last time. Nothing that came with a sign-up is in it, so that no form can
	// be used to send texts to strangers.
	ConfirmMail func(ctx context.Context, all []newsletter.Newsletter, language string, again bool) (*newsletter.Mail, error)
	// WelcomeMail makes the mail that greets the new readers of a newsletter; no
	// mail: it has none. It may be nil.
	WelcomeMail func(ctx context.Context, n newsletter.Newsletter) (*newsletter.Mail, error)
	// ConfirmationsPerMinute bounds the whole site; 0: 60. A sign-up above it is
	// kept but not asked, and asked when the person signs up again.
	ConfirmationsPerMinute int
	Log                    *slog.Logger
	Now                    func() time.Time
	// Offset is how far ahead of Now housekeeping is, to try it.
	Offset time.Duration
}

// Service is the rules of signing up and leaving. Its methods may be called by
// many goroutines.
type Service struct {
	Config
	asks     *rate.Limiter // confirmations of the whole site
	networks *networks     // sign-ups by where they come from
}

// New makes a Service.
func New(c Config) *Service {
	if c.ConfirmationsPerMinute <= 0 {
		c.ConfirmationsPerMinute = askPerMinute
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	perMinute := rate.Limit(float64(c.ConfirmationsPerMinute) / time.Minute.Seconds())
	return &Service{
		Config:   c,
		asks:     rate.NewLimiter(perMinute, c.ConfirmationsPerMinute),
		networks: newNetworks(signUpsPerHour, time.Hour),
	}
}

// newsletter returns the newsletter of that ID; newsletter.ErrNotFound if the
// site has none.
func (s *Service) newsletter(ctx context.Context, id string) (newsletter.Newsletter, error) {
	all, err := s.Newsletters(ctx)
	if err != nil {
		return newsletter.Newsletter{}, fmt.Errorf("list newsletters: %w", err)
	}
	for _, n := range all {
		if n.ID == id {
			return n, nil
		}
	}
	return newsletter.Newsletter{}, fmt.Errorf("newsletter %q: %w", id, newsletter.ErrNotFound)
}

// Person is whom a link is about.
type Person struct {
	Newsletter newsletter.Newsletter
	Email      string
	Language   string // BCP 47, as they chose; empty: they did not
	State      newsletter.SubscriptionState
	// Together are the newsletters that a link to confirm is for, as long as it is
	// not used: Newsletter, and those that were chosen with it.
	Together []newsletter.Newsletter
}

// Lookup says whom a link is about and changes nothing. A link that we did not
// make for this purpose is newsletter.ErrForged, one whose reader or newsletter
// is gone newsletter.ErrNotFound; one whose time is over is token.ErrExpired.
// Person holds what is known in spite of the last two.
func (s *Service) Lookup(ctx context.Context, purpose token.Purpose, tok string) (Person, error) {
	p, _, err := s.lookup(ctx, purpose, tok)
	return p, err
}

// lookup is Lookup, and returns the subscriber's id.
func (s *Service) lookup(ctx context.Context, purpose token.Purpose, tok string) (p Person, id int64, err error) {
	claims, expired := s.Tokens.Open(purpose, tok, s.Now())
	if expired != nil && !errors.Is(expired, token.ErrExpired) {
		return p, 0, fmt.Errorf("open link: %w", expired)
	}
	if p.Newsletter, err = s.newsletter(ctx, claims.Newsletter); err != nil {
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
	p.Email, p.Language, p.State = sub.Email, sub.Language, standing.State
	if purpose == token.Confirm && standing.State == newsletter.SubscriptionPending {
		if p.Together, err = s.together(ctx, claims); err != nil {
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
	p.State, err = s.Store.ConfirmAndWelcome(ctx, p.Newsletter.ID, id, v.proof(), s.welcomes(ctx, p.Together))
	return p, err
}

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
		err = fmt.Errorf("%w: they left more than a day ago", newsletter.ErrConflict)
		return p, newsletter.Hint(err, "sign up again, with the form")
	}
	return p, err
}
