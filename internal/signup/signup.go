// Package signup is in charge of how people come onto a newsletter's list and
// leave it: the form, the confirmation by mail, the links in every mail, and what
// staff do by address. It decides who may be asked how often and never tells a
// stranger who is on a list.
package signup

import (
	"context"
	"fmt"
	"log/slog"
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
	askLatest      = time.Hour      // what is above waits as long as this at most
	signUpsPerHour = 60             // from one network
)

// answerAfter is how long every answer to a sign-up takes, or two or three times
// that under load, so that a clock does not tell who is on a list.
const answerAfter = 150 * time.Millisecond

// answerIn waits until an answer has taken a whole number of answerAfter, so that
// a clock does not tell what came of it.
func answerIn(ctx context.Context, began time.Time) error {
	select {
	case <-time.After(answerAfter - time.Since(began)%answerAfter):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Config is what a Service works with. Log and Now may be nil.
type Config struct {
	Store  *store.Store
	Tokens *token.Ring
	// Newsletters lists the newsletters of the site as they are now.
	Newsletters func(ctx context.Context) ([]newsletter.Newsletter, error)
	// ConfirmMail renders the mail that asks somebody to confirm newsletters, one
	// at least. Nothing that came with a sign-up is in it, so that no form can be
	// used to send texts to strangers.
	ConfirmMail func(ctx context.Context, q newsletter.Question) (*newsletter.Mail, error)
	// WelcomeMail makes the mail that greets the new readers of a newsletter; no
	// mail: it has none. It may be nil.
	WelcomeMail func(ctx context.Context, n newsletter.Newsletter) (*newsletter.Mail, error)
	// PersonalMail renders a mail to one person about their address or what is
	// known of them, of kind access, address, moved or taken, in the language that
	// they chose; empty: the newsletter's. Nothing that anybody typed is in it.
	PersonalMail func(ctx context.Context, n newsletter.Newsletter, kind newsletter.Kind, language string) (*newsletter.Mail, error)
	// Forget deletes what the built-in mailbox keeps of mails to some addresses and
	// says how many they were; nil: there is no such mailbox.
	Forget func(addresses []string) (int, error)
	// ConfirmationsPerMinute bounds the whole site; 0: 60. What is above it waits, up
	// to an hour. Above that a sign-up is kept but not asked, until the person signs up
	// again. As many mails go to readers who ask for a link of their own.
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
	asks     *rate.Limiter   // confirmations of the whole site
	links    *rate.Limiter   // mails that readers ask for, of the whole site
	crowded  *rate.Sometimes // that this is too much is logged
	networks networks        // sign-ups by where they come from
	movers   *counts[int64]  // questions to new addresses by who asks for them …
	moves    *counts[string] // … and by the key of the address
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
		links:    rate.NewLimiter(perMinute, c.ConfirmationsPerMinute),
		crowded:  &rate.Sometimes{Interval: time.Minute},
		networks: newNetworks(signUpsPerHour, time.Hour),
		movers:   newCounts[int64](addressMost, addressEvery),
		moves:    newCounts[string](addressMost, addressEvery),
	}
}

// Newsletter returns the newsletter of that ID; newsletter.ErrNotFound if the
// site has none.
func (s *Service) Newsletter(ctx context.Context, id string) (newsletter.Newsletter, error) {
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
