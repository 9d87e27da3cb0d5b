package signup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
	"tidings/internal/token"
)

// Limits of mails that people ask for on their page of preferences.
const (
	accessMost   = 3              // links to all that is known, in an hour
	addressMost  = 3              // questions to one address, and of one person …
	addressEvery = 24 * time.Hour // … in that time
)

// MailAccess mails a person the link that shows and changes all that is known of
// them, to the address that we have. It is nil as well when they had as many as
// they may have; errors are those of Preferences, but for an hour that is over.
func (s *Service) MailAccess(ctx context.Context, tok string) error {
	p, err := s.Preferences(ctx, tok)
	if err != nil && !errors.Is(err, token.ErrExpired) {
		return err
	}
	m, err := s.personal(ctx, &p, newsletter.KindAccess, p.Subscriber.Language)
	if err != nil || m == nil {
		return err
	}
	if _, err := s.Store.Write(ctx, p.Subscriber.ID, m, store.Limit{Most: accessMost, Every: time.Hour}); err != nil {
		return fmt.Errorf("mail link: %w", err)
	}
	return nil
}

// personal renders a mail to one person; nil where the whole site may send no
// more for the moment.
func (s *Service) personal(ctx context.Context, p *Preferences, kind newsletter.Kind, language string) (*newsletter.Mail, error) {
	n, err := p.writer()
	if err != nil {
		return nil, err
	}
	if !s.links.AllowN(s.Now(), 1) {
		s.crowded.Do(func() {
			s.Log.WarnContext(ctx, "mails that readers ask for are over the limit of the site; they are not sent",
				slog.String("newsletter", n.ID), slog.String("kind", string(kind)), slog.Int("per_minute", s.ConfirmationsPerMinute))
		})
		return nil, nil //nolint:nilnil // no mail, and nothing went wrong
	}
	m, err := s.PersonalMail(ctx, n, kind, language)
	if err != nil {
		return nil, fmt.Errorf("render mail: %w", err)
	}
	return m, nil
}

// AskAddress writes to a new address of a person and asks whether it is theirs;
// until they say so there, nothing changes. The link must be a fresh one. The
// answer and its time are the same whatever we know of that address: an address
// of somebody else on the list gets a mail that says so. A *FieldError says what is
// wrong with the address as it was typed.
func (s *Service) AskAddress(ctx context.Context, tok, email string) (Preferences, error) {
	began := time.Now()
	p, err := s.askAddress(ctx, tok, email)
	return p, errors.Join(err, answerIn(ctx, began))
}

func (s *Service) askAddress(ctx context.Context, tok, typed string) (Preferences, error) {
	p, err := s.fresh(ctx, tok)
	if err != nil {
		return p, err
	}
	email, key, err := newsletter.ParseAddress(typed)
	if err != nil {
		return p, &FieldError{"email", err}
	}
	theirs := "" // the language of whoever has it
	if other, err := s.Store.SubscriberByKey(ctx, key); err == nil {
		theirs = other.Language
	}
	ask, err := s.personal(ctx, &p, newsletter.KindAddress, p.Subscriber.Language)
	if err != nil || ask == nil {
		return p, err
	}
	taken, err := s.personal(ctx, &p, newsletter.KindTaken, theirs)
	if err != nil || taken == nil {
		return p, err
	}
	// The store counts too, but forgets an address when whoever asked for it asks
	// for another one, or is erased.
	if !s.movers.allow(p.Subscriber.ID, s.Now()) || !s.moves.allow(key, s.Now()) {
		return p, nil
	}
	err = s.Store.AskAddress(ctx, store.AddressChange{
		Subscriber: p.Subscriber.ID, Email: email, Key: key, Ask: ask, Taken: taken,
		Limit: store.Limit{Most: addressMost, Every: addressEvery},
	})
	if err != nil {
		return p, fmt.Errorf("ask about new address: %w", err)
	}
	return p, nil
}

// NewAddress says whom the link to a new address is about and changes nothing.
// NewEmail is empty where the address was confirmed already. Errors are those of
// Preferences; a link that a newer one replaced is token.ErrExpired.
func (s *Service) NewAddress(ctx context.Context, tok string) (Preferences, error) {
	p, _, err := s.newAddress(ctx, tok)
	return p, err
}

func (s *Service) newAddress(ctx context.Context, tok string) (p Preferences, asked time.Time, err error) {
	claims, err := s.Tokens.Open(token.Address, tok, s.Now())
	if err != nil && !errors.Is(err, token.ErrExpired) || claims.Expires.IsZero() {
		return p, asked, fmt.Errorf("open link: %w", errors.Join(newsletter.ErrForged, err))
	}
	expired := err
	if p.Subscriber, err = s.Store.Subscriber(ctx, claims.Subscriber); err != nil {
		return p, asked, err
	}
	if err := s.choices(ctx, &p, claims.Newsletter); err != nil {
		return p, asked, err
	}
	asked = claims.Expires.Add(-token.AddressFor)
	email, at, err := s.Store.PendingAddress(ctx, p.Subscriber.ID)
	switch {
	case err != nil:
	case expired != nil:
		err = fmt.Errorf("open link: %w", expired)
	case email == "" || at.Unix() != asked.Unix():
		var used bool
		if used, err = s.moved(ctx, p.Subscriber.ID, asked); err == nil && !used {
			err = fmt.Errorf("open link: %w: another was asked for", token.ErrExpired)
		}
	default:
		p.NewEmail = email
	}
	return p, asked, err
}

// moved says whether a person confirmed another address since a time.
func (s *Service) moved(ctx context.Context, subscriber int64, since time.Time) (bool, error) {
	all, err := s.Store.Consents(ctx, subscriber)
	return slices.ContainsFunc(all, func(c newsletter.Consent) bool {
		return c.Act == newsletter.ConsentMoved && !c.At.Before(since)
	}), err
}

// ConfirmAddress gives a person their new address and tells the old one; errors
// are those of NewAddress. Twice is as good as once. newsletter.ErrConflict: the
// address is not to be had any more.
func (s *Service) ConfirmAddress(ctx context.Context, tok string, v Visit) (Preferences, error) {
	p, asked, err := s.newAddress(ctx, tok)
	if err != nil || p.NewEmail == "" {
		return p, err
	}
	n, err := p.writer()
	if err != nil {
		return p, err
	}
	told, err := s.PersonalMail(ctx, n, newsletter.KindMoved, p.Subscriber.Language)
	if err != nil {
		return p, fmt.Errorf("render mail: %w", err)
	}
	if err := s.Store.ConfirmAddress(ctx, p.Subscriber.ID, asked, told, v.proof()); err != nil {
		return p, fmt.Errorf("change address: %w", err)
	}
	return p, nil
}
