package signup

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// Request is what somebody typed into a sign-up form, and where from. It has no
// tags: they may decide who gets what, and are for staff to give.
type Request struct {
	Newsletter string
	Email      string
	Name       string
	FirstName  string
	Fields     map[string]string // only what newsletter.toml declares is kept
	Visit                        // Source "" is "form"
}

// Subscribe signs somebody up as a stranger on the web does it. It returns nil,
// and in step with a slow clock, whether the address is new, pending, confirmed, gone, or
// was asked too often: only a mail to the address tells. An error says that the
// newsletter does not exist (newsletter.ErrNotFound), that what was typed cannot
// be right (newsletter.ErrInvalid), or that the store is in trouble.
func (s *Service) Subscribe(ctx context.Context, r Request) error {
	began := time.Now()
	err := s.subscribe(ctx, r)
	select {
	case <-time.After(answerAfter - time.Since(began)%answerAfter):
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Service) subscribe(ctx context.Context, r Request) error {
	n, err := s.newsletter(ctx, r.Newsletter)
	if err != nil {
		return err
	}
	p, err := form(n, r)
	if err != nil {
		return err
	}
	if !s.networks.allow(r.RemoteAddr, s.Now()) {
		s.Log.WarnContext(ctx, "sign-ups from one network are over the limit; this one is dropped",
			slog.String("newsletter", n.ID), slog.Int("per_hour", signUpsPerHour), slog.String("user_agent", r.UserAgent))
		return nil
	}
	_, err = s.join(ctx, n, p)
	return err
}

// form reads a request into what the store keeps.
func form(n newsletter.Newsletter, r Request) (store.SubscribeParams, error) {
	email, key, err := newsletter.ParseAddress(r.Email)
	if err != nil {
		return store.SubscribeParams{}, err
	}
	sub := newsletter.Subscriber{Email: email, Fields: map[string]string{}}
	if sub.Name, err = line("name", r.Name, maxName); err != nil {
		return store.SubscribeParams{}, err
	}
	if sub.FirstName, err = line("first name", r.FirstName, maxName); err != nil {
		return store.SubscribeParams{}, err
	}
	for _, f := range n.Fields {
		v, err := line(f.Name, r.Fields[f.Name], maxValue)
		if err != nil {
			return store.SubscribeParams{}, err
		}
		if v != "" {
			sub.Fields[f.Name] = v
		}
	}
	proof := r.proof()
	if proof.Source, err = line("source", r.Source, maxName); err != nil {
		return store.SubscribeParams{}, err
	}
	if proof.Source == "" {
		proof.Source = "form"
	}
	return store.SubscribeParams{Newsletters: []string{n.ID}, Subscriber: sub, Key: key, Proof: proof, Direct: !n.DoubleOptIn}, nil
}

// join hands a sign-up to the store, with the mail that asks to confirm as long
// as the whole site may send one.
func (s *Service) join(ctx context.Context, n newsletter.Newsletter, p store.SubscribeParams) (store.Subscribed, error) {
	if s.asks.AllowN(s.Now(), 1) {
		mail := func([]string, string) (*newsletter.Mail, error) { return s.ConfirmMail(ctx, n) }
		p.Ask = store.Ask{Mail: mail, Every: askEvery, Most: askMost}
	} else {
		s.Log.WarnContext(ctx, "confirmations are over the limit of the site; this sign-up is kept but not asked",
			slog.String("newsletter", n.ID), slog.Int("per_minute", s.ConfirmationsPerMinute))
	}
	done, err := s.Store.Subscribe(ctx, p)
	if err != nil {
		return done, fmt.Errorf("subscribe: %w", err)
	}
	return done, nil
}
