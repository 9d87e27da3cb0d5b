package signup

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// AddRequest is one person as staff add them.
type AddRequest struct {
	Newsletter string
	Email      string
	Name       string
	FirstName  string
	Fields     map[string]string
	Tags       []string
	Confirmed  bool   // consent was given elsewhere: nothing is asked
	Source     string // where consent came from; "" is "staff"
	Actor      string // who adds them, for the receipt; "" is "staff"
}

// Add subscribes a person in the name of staff and says where they stand then.
// Without Confirmed they are asked by mail like anybody else, and within the
// same limits. Whoever left, was erased or is suppressed is newsletter.ErrConflict,
// and nothing is kept of them.
func (s *Service) Add(ctx context.Context, r AddRequest) (newsletter.SubscriptionState, error) {
	n, err := s.Newsletter(ctx, r.Newsletter)
	if err != nil {
		return "", err
	}
	p, err := added(n, r)
	if err != nil {
		return "", err
	}
	if err := s.mayAdd(ctx, n.ID, p.Key); err != nil {
		return "", err
	}
	if r.Confirmed { // nothing to ask
		p.Newsletters, p.Direct = []string{n.ID}, true
		done, err := s.Store.Subscribe(ctx, p)
		return done.State, err
	}
	n.DoubleOptIn = true
	done, err := s.join(ctx, []newsletter.Newsletter{n}, p)
	return done.State, err
}

// added reads what staff gave into what the store keeps.
func added(n newsletter.Newsletter, r AddRequest) (store.SubscribeParams, error) {
	tags, err := newsletter.NormalizeTags(r.Tags)
	if err != nil {
		return store.SubscribeParams{}, err
	}
	n.Fields = slices.Clone(n.Fields)
	for i := range n.Fields { // staff know what they leave out
		n.Fields[i].Required, n.Fields[i].Unasked = false, false
	}
	for name := range r.Fields {
		if !newsletter.FieldName(name) {
			return store.SubscribeParams{}, fmt.Errorf("%w field %q: expected a-z, 0-9 and _", newsletter.ErrInvalid, name)
		}
		if _, declared := n.Field(name); !declared {
			n.Fields = append(n.Fields, newsletter.Field{Name: name})
		}
	}
	if r.Source == "" {
		r.Source = "staff"
	}
	if r.Actor == "" {
		r.Actor = "staff"
	}
	p, err := form(n, Request{
		Newsletter: r.Newsletter, Email: r.Email, Name: r.Name, FirstName: r.FirstName,
		Fields: r.Fields, Visit: Visit{Source: r.Source},
	})
	p.Subscriber.Tags, p.Proof.Actor = tags, r.Actor
	return p, err
}

// onlyThey is who can bring back whoever left.
const onlyThey = "only they can come back, by signing up and confirming"

// mayAdd refuses whoever left, and whoever must not be mailed.
func (s *Service) mayAdd(ctx context.Context, newsletterID, key string) error {
	against, err := s.Store.SuppressionsOf(ctx, key)
	if err != nil {
		return err
	}
	for _, p := range against {
		if p.Newsletter == "" || p.Newsletter == newsletterID {
			return suppressed(&p)
		}
	}
	sub, err := s.Store.SubscriberByKey(ctx, key)
	if errors.Is(err, newsletter.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	standing, err := s.Store.Subscription(ctx, newsletterID, sub.ID)
	if errors.Is(err, newsletter.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !standing.Left() {
		return nil
	}
	return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "they left on %s", day(standing.UnsubscribedAt)), onlyThey)
}

// suppressed refuses whom a suppression names, in the words of its reason.
func suppressed(p *newsletter.Suppression) error {
	where := "everywhere"
	if p.Newsletter != "" {
		where = "on " + p.Newsletter
	}
	switch p.Reason {
	case newsletter.SuppressedLeft:
		return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "they left on %s", day(p.CreatedAt)), onlyThey)
	case newsletter.SuppressedErasure:
		return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "they were erased on %s", day(p.CreatedAt)), onlyThey)
	case newsletter.SuppressedBounced, newsletter.SuppressedComplained, newsletter.SuppressedBlocked:
	}
	err := newsletter.Refuse(newsletter.ErrConflict, "they are suppressed %s since %s: %s", where, day(p.CreatedAt), p.Reason)
	return newsletter.Hint(err, "tidings suppressions remove lets an address be mailed again")
}

// day is a day in a sentence.
func day(t time.Time) string { return t.Format("2 January 2006") }

// List streams readers; see store.Readers.
func (s *Service) List(ctx context.Context, f store.ReaderFilter) iter.Seq2[store.Reader, error] {
	return s.Store.Readers(ctx, f)
}

// UnsubscribeAddress ends a person's subscription to one newsletter, or to all
// of them where newsletterID is empty, and returns which ones ended.
// newsletter.ErrNotFound: nobody of that address is known, or not there.
func (s *Service) UnsubscribeAddress(ctx context.Context, newsletterID, email, actor string) ([]string, error) {
	sub, err := s.find(ctx, email)
	if err != nil {
		return nil, err
	}
	ended, err := s.Store.Unsubscribe(ctx, newsletterID, sub.ID, newsletter.Proof{Source: "staff", Actor: actor})
	switch {
	case errors.Is(err, newsletter.ErrNotFound):
		return nil, newsletter.Hint(newsletter.Refuse(newsletter.ErrNotFound, "they never signed up for it"), "tidings subscribers show tells where they are")
	case err != nil:
		return nil, fmt.Errorf("unsubscribe: %w", err)
	}
	return ended, nil
}

// find is the person of an address as it is typed.
func (s *Service) find(ctx context.Context, email string) (newsletter.Subscriber, error) {
	_, key, err := newsletter.ParseAddress(email)
	if err != nil {
		return newsletter.Subscriber{}, err
	}
	sub, err := s.Store.SubscriberByKey(ctx, key)
	if errors.Is(err, newsletter.ErrNotFound) {
		err = newsletter.Hint(newsletter.Refuse(newsletter.ErrNotFound, "nobody of that address is known"), "tidings subscribers list shows who is there")
	}
	return sub, err
}
