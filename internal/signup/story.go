package signup

import (
	"context"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// Story is all that is known of a person.
type Story struct {
	newsletter.Subscriber
	NewEmail      string                    `json:"new_email,omitempty"` // wanted, not confirmed
	Subscriptions []newsletter.Subscription `json:"subscriptions"`
	Consents      []newsletter.Consent      `json:"consents"`
	Intact        bool                      `json:"intact"` // all receipts are as they were written
	Suppressions  []newsletter.Suppression  `json:"suppressions"`
	Mails         []store.Received          `json:"mails"` // every one, the newest first
}

// Show tells a person's whole story; newsletter.ErrNotFound where nobody of that
// address is known.
func (s *Service) Show(ctx context.Context, email string) (Story, error) {
	sub, err := s.find(ctx, email)
	if err != nil {
		return Story{}, err
	}
	return s.story(ctx, sub)
}

// story gathers all that is known of one person. They are one person: their
// mails are as many as there were issues.
func (s *Service) story(ctx context.Context, sub newsletter.Subscriber) (story Story, err error) {
	story = Story{Subscriber: sub, Intact: true, Mails: []store.Received{}}
	if story.Subscriptions, err = s.Store.Subscriptions(ctx, sub.ID); err != nil {
		return Story{}, err
	}
	if story.Consents, err = s.Store.Consents(ctx, sub.ID); err != nil {
		return Story{}, err
	}
	for _, c := range story.Consents {
		story.Intact = story.Intact && c.Intact
	}
	if story.Suppressions, err = s.suppressionsOf(ctx, sub.Email); err != nil {
		return Story{}, err
	}
	if story.NewEmail, _, err = s.Store.PendingAddress(ctx, sub.ID); err != nil {
		return Story{}, err
	}
	for m, err := range s.Store.Received(ctx, sub.ID) {
		if err != nil {
			return Story{}, err
		}
		story.Mails = append(story.Mails, m)
	}
	return story, nil
}

func (s *Service) suppressionsOf(ctx context.Context, email string) ([]newsletter.Suppression, error) {
	_, key, err := newsletter.ParseAddress(email)
	if err != nil {
		return nil, err
	}
	return s.Store.SuppressionsOf(ctx, key)
}

// Addresses are those at which a person gets or got mail, and to which one about
// them went.
func (s *Story) Addresses() []string {
	seen := map[string]bool{s.Email: true}
	all := []string{s.Email}
	for _, m := range s.Mails {
		if m.Email != "" && !seen[m.Email] {
			seen[m.Email] = true
			all = append(all, m.Email)
		}
	}
	return all
}
