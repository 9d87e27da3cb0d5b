package signup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// Everything is all that is known of the person of a link, which must be a fresh
// one. The mails that asked an address whether it is theirs are left out: there is
// none where somebody else has that address, and nobody is to learn that. Nor are
// there our numbers: those of two files tell whether somebody came in between.
func (s *Service) Everything(ctx context.Context, tok string) (Story, error) {
	p, err := s.fresh(ctx, tok)
	if err != nil {
		return Story{}, err
	}
	story, err := s.story(ctx, p.Subscriber)
	story.Mails = slices.DeleteFunc(story.Mails, func(m store.Received) bool { return m.Kind == newsletter.KindAddress })
	story.ID = 0
	for i := range story.Mails {
		if m := &story.Mails[i]; m.Kind != newsletter.KindIssue {
			m.Slug = ""
		}
	}
	return story, err
}

// EraseSelf erases the person of a link, which must be a fresh one; see
// EraseAddress. Traces in the log of the database go with the next erasure.
func (s *Service) EraseSelf(ctx context.Context, tok string) (Preferences, error) {
	p, err := s.fresh(ctx, tok)
	if err != nil {
		return p, err
	}
	story, err := s.story(ctx, p.Subscriber)
	if err != nil {
		return p, err
	}
	_, err = s.erase(ctx, story, "page")
	if errors.Is(err, store.ErrTraces) {
		s.Log.WarnContext(ctx, "a reader is erased", slog.Any("but", err))
		err = nil
	}
	return p, err
}

// Erased is what an erasure took away besides the database's records.
type Erased struct {
	Mails int // of the built-in mailbox
}

// EraseAddress erases all that is known of a person but a keyed hash of their
// address, and the mails to them in the built-in mailbox. newsletter.ErrNotFound:
// nobody of that address is known. store.ErrTraces: it is done, but not yet out
// of the log of the database.
func (s *Service) EraseAddress(ctx context.Context, email string) (Erased, error) {
	story, err := s.Show(ctx, email)
	if err != nil {
		return Erased{}, err
	}
	return s.erase(ctx, story, "staff")
}

func (s *Service) erase(ctx context.Context, story Story, source string) (done Erased, err error) {
	if s.Forget != nil { // first: the addresses are known now
		if done.Mails, err = s.Forget(story.Addresses()); err != nil {
			return done, fmt.Errorf("erase mails: %w", err)
		}
	}
	if err := s.Store.Erase(ctx, story.ID, source); err != nil {
		return done, fmt.Errorf("erase: %w", err)
	}
	return done, nil
}
