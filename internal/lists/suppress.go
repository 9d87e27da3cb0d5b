package lists

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// SuppressOptions says what holds for each line of a list of suppressions that
// does not say otherwise. Progress and Refused may be nil.
type SuppressOptions struct {
	Newsletter string                       // "": all of the site
	Reason     newsletter.SuppressionReason // "": blocked
	Source     string                       // "": "import"
	Progress   func(SuppressCount)
	Refused    func(Refusal) error
}

// SuppressCount counts the lines of a list by what became of them.
type SuppressCount struct {
	Rows    int `json:"rows"`
	Added   int `json:"added"`
	Known   int `json:"known"`
	Refused int `json:"refused"`
	Readers int `json:"readers_looked_at"` // because of hashes, which name readers only when each is tried
}

// Suppress keeps one suppression, by address or by the SHA-256 of one, and takes
// whom it names out of every send that is running. added is false where it says
// nothing new.
func (s *Service) Suppress(ctx context.Context, who string, o SuppressOptions) (added bool, err error) {
	if err := s.offers(ctx, o.Newsletter); err != nil {
		return false, err
	}
	p, err := suppression(who, o)
	if err != nil {
		return false, err
	}
	n, err := s.Store.Suppress(ctx, []newsletter.Suppression{p})
	if err == nil && p.Email == "" {
		_, err = s.Store.SettleHashes(ctx)
	}
	return n > 0, err
}

// offers is newsletter.ErrNotFound where the site does not have the newsletter that
// a suppression is for; "" is all of them.
func (s *Service) offers(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := s.Newsletter(ctx, id)
	return err
}

// suppression reads what people say into what the store keeps.
func suppression(who string, o SuppressOptions) (newsletter.Suppression, error) {
	p := newsletter.Suppression{Newsletter: o.Newsletter, Reason: o.Reason}
	if p.Reason == "" {
		p.Reason = newsletter.SuppressedBlocked
	}
	var err error
	if p.Source, err = newsletter.Line("source", o.Source, newsletter.MaxName); err != nil {
		return p, err
	}
	p.Value, p.Email, err = suppressed(who)
	return p, err
}

var erasedValue = regexp.MustCompile(`^erased:[0-9a-f]{64}$`)

// suppressed reads whom a line names: an address, the hash of one, or what an
// export of this site has for somebody who was erased.
func suppressed(who string) (value, email string, err error) {
	who = strings.TrimSpace(who)
	if erasedValue.MatchString(who) {
		return who, "", nil
	}
	return newsletter.ParseSuppression(who)
}

// FindSuppressions lists what stands against an address, or under a hash.
func (s *Service) FindSuppressions(ctx context.Context, who string) ([]newsletter.Suppression, error) {
	value, email, err := suppressed(who)
	if err != nil {
		return nil, err
	}
	if email != "" {
		return s.Store.SuppressionsOf(ctx, value)
	}
	return s.Store.SuppressionsUnder(ctx, value)
}

// Unsuppress takes suppressions away, and brings readers whom nothing else
// silences back to where they stood.
func (s *Service) Unsuppress(ctx context.Context, all []newsletter.Suppression) error {
	for _, p := range all {
		if err := s.Store.Release(ctx, p.Value, p.Newsletter); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(all, func(p newsletter.Suppression) bool { return p.Email == "" }) {
		return s.Store.SettleSilenced(ctx)
	}
	return nil
}
