package signup

import (
	"context"
	"log/slog"

	"tidings/internal/newsletter"
)

// welcomes makes the mails that greet the new readers of newsletters, by their
// IDs. One that cannot be made stops nobody from joining: staff are told.
func (s *Service) welcomes(ctx context.Context, all []newsletter.Newsletter) map[string]*newsletter.Mail {
	mails := map[string]*newsletter.Mail{}
	if s.WelcomeMail == nil {
		return mails
	}
	for _, n := range all {
		m, err := s.WelcomeMail(ctx, n)
		switch {
		case err != nil:
			s.noWelcome(ctx, n.ID, err)
		case m != nil:
			mails[n.ID] = m
		}
	}
	return mails
}

// noWelcome logs why nobody is welcomed, and has staff told once.
func (s *Service) noWelcome(ctx context.Context, newsletterID string, why error) {
	s.Log.ErrorContext(ctx, "the welcome mail cannot be made; the reader is confirmed without it",
		slog.String("newsletter", newsletterID), slog.Any("error", why))
	_, err := s.Store.Note(ctx, newsletterID, "welcome",
		"New readers of "+newsletterID+" are confirmed, but not welcomed, because its welcome.md cannot be sent. What is wrong: tidings check "+newsletterID+"/welcome")
	if err != nil {
		s.Log.ErrorContext(ctx, "keep a note for staff", slog.Any("error", err))
	}
}
