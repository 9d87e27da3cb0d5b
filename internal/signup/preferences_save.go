package signup

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/text/language"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
	"tidings/internal/store"
)

// longestPause is the longest that somebody pauses. Whoever wants nothing for
// longer leaves.
const longestPause = 366 * 24 * time.Hour

// Change is what a person chose on their page of preferences.
type Change struct {
	Offered   []string          // the newsletters that the page showed: nothing happens to others
	Wanted    []string          // those of them that they want
	Pauses    map[string]string // by newsletter, the day until which they want nothing, as 2026-12-24; empty: no pause
	Language  string            // BCP 47; empty: that of each newsletter
	Timezone  string            // IANA, or a city; empty: not known
	PlainText bool

	Who // looked at with a fresh link only
	Visit
}

// Who is who a person says they are.
type Who struct {
	Name, FirstName string
	Fields          map[string]string // only what newsletters that they read declare is kept
}

// Saved is what came of a Change.
type Saved struct {
	Left  []newsletter.Newsletter // they get no more of
	Asked []newsletter.Newsletter // a mail asks them to confirm, if they were not asked too often
}

// FieldError is one field that cannot be kept as it is: newsletter.ErrInvalid.
type FieldError struct {
	Field string // such as "timezone", "pause:harbor" or "field:city"
	err   error
}

// Error says what is wrong with the field.
func (f *FieldError) Error() string { return f.Field + ": " + f.err.Error() }

// Unwrap is newsletter.ErrInvalid or wraps it.
func (f *FieldError) Unwrap() error { return f.err }

// SavePreferences does what a person chose; errors are those of Preferences. A
// *FieldError says which field is wrong, and that nothing was changed. Leaving is
// immediate; for what they want new, a mail asks them to confirm.
func (s *Service) SavePreferences(ctx context.Context, tok string, c Change) (Preferences, Saved, error) {
	p, err := s.Preferences(ctx, tok)
	if err != nil {
		return p, Saved{}, err
	}
	sub, err := c.person(&p)
	if err != nil {
		return p, Saved{}, err
	}
	pauses, err := c.pauses(&p, sub, s.Now())
	if err != nil {
		return p, Saved{}, err
	}
	if err := s.Store.SetPerson(ctx, sub, c.proof()); err != nil {
		return p, Saved{}, err
	}
	saved, err := s.choose(ctx, &p, c)
	if err != nil {
		return p, saved, err
	}
	for id, until := range pauses {
		if _, err := s.Store.PauseReader(ctx, id, sub.ID, until, c.proof()); err != nil {
			return p, saved, fmt.Errorf("pause: %w", err)
		}
	}
	p, err = s.Preferences(ctx, tok)
	return p, saved, err
}

// person is who the person is after the change.
func (c *Change) person(p *Preferences) (newsletter.Subscriber, error) {
	sub := p.Subscriber
	if c.Language != "" {
		if _, err := language.Parse(c.Language); err != nil {
			return sub, &FieldError{"language", fmt.Errorf("%w language", newsletter.ErrInvalid)}
		}
	}
	where := zone(c.Timezone)
	if where == "" && c.Timezone != "" {
		return sub, &FieldError{"timezone", fmt.Errorf("%w time zone", newsletter.ErrInvalid)}
	}
	sub.Language, sub.Timezone, sub.PlainText = c.Language, where, c.PlainText
	if !p.Fresh {
		return sub, nil
	}
	var err error
	if sub.Name, err = newsletter.Line("name", c.Name, newsletter.MaxName); err != nil {
		return sub, &FieldError{"name", err}
	}
	if sub.FirstName, err = newsletter.Line("first name", c.FirstName, newsletter.MaxName); err != nil {
		return sub, &FieldError{"first_name", err}
	}
	sub.Fields = maps.Clone(sub.Fields)
	for _, f := range p.Fields {
		v, fault := readField(&f, c.Fields[f.Name])
		switch {
		case fault == newsletter.FaultMissing && !c.needs(p, f.Name):
			// whoever leaves owes no answer
		case fault != "":
			return sub, &FieldError{"field:" + f.Name, newsletter.FieldErrors{{Field: f.Name, Fault: fault}}}
		case v == "":
			delete(sub.Fields, f.Name)
		default:
			sub.Fields[f.Name] = v
		}
	}
	return sub, nil
}

// needs says whether a newsletter that the person goes on reading asks for a field.
func (c *Change) needs(p *Preferences, field string) bool {
	return slices.ContainsFunc(p.Choices, func(choice Choice) bool {
		n := &choice.Newsletter
		stays := choice.Reads() && (!slices.Contains(c.Offered, n.ID) || slices.Contains(c.Wanted, n.ID))
		return stays && slices.ContainsFunc(n.Fields, func(f newsletter.Field) bool { return f.Name == field })
	})
}

// pauses are the pauses that differ from those there are, by newsletter.
func (c *Change) pauses(p *Preferences, sub newsletter.Subscriber, now time.Time) (map[string]time.Time, error) {
	all := map[string]time.Time{}
	for _, choice := range p.Choices {
		id := choice.Newsletter.ID
		day, said := c.Pauses[id]
		if !said || choice.Subscription.State != newsletter.SubscriptionConfirmed || !slices.Contains(c.Wanted, id) {
			continue
		}
		if day == pauseDay(&choice, &p.Subscriber, now) {
			continue
		}
		until, err := pauseUntil(day, zoneOf(&choice.Newsletter, sub), now)
		if err != nil {
			return nil, &FieldError{"pause:" + id, err}
		}
		all[id] = until
	}
	return all, nil
}

// zoneOf is where a reader's days begin.
func zoneOf(n *newsletter.Newsletter, sub newsletter.Subscriber) *time.Location {
	if zone, err := schedule.Zone(sub.Timezone); err == nil {
		return zone
	}
	if n.Zone != nil {
		return n.Zone
	}
	return time.UTC
}

// PauseDay is the day until which a person paused a newsletter, as 2026-12-24;
// empty where they do not.
func (s *Service) PauseDay(c *Choice, sub *newsletter.Subscriber) string {
	return pauseDay(c, sub, s.Now())
}

func pauseDay(c *Choice, sub *newsletter.Subscriber, now time.Time) string {
	if !c.Subscription.Paused(now) {
		return ""
	}
	return c.Subscription.PausedUntil.In(zoneOf(&c.Newsletter, *sub)).Format(time.DateOnly)
}

// pauseUntil reads the day until which somebody wants nothing. A day that is past
// or far away is newsletter.ErrInvalid; an empty one ends the pause.
func pauseUntil(day string, zone *time.Location, now time.Time) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	until, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w day: expected one as 2026-12-24", newsletter.ErrInvalid)
	}
	if !until.After(now) || until.Sub(now) > longestPause {
		return time.Time{}, fmt.Errorf("%w day: expected one within a year from now", newsletter.ErrInvalid)
	}
	return until, nil
}

// choose leaves what is not wanted any more, and asks about what is wanted new.
func (s *Service) choose(ctx context.Context, p *Preferences, c Change) (saved Saved, err error) {
	for _, choice := range p.Choices {
		n := choice.Newsletter
		wanted := slices.Contains(c.Wanted, n.ID)
		switch {
		case !slices.Contains(c.Offered, n.ID) || wanted == choice.Reads():
		case wanted:
			saved.Asked = append(saved.Asked, n)
		default:
			if _, err := s.Store.Unsubscribe(ctx, n.ID, p.Subscriber.ID, c.proof()); err != nil {
				return saved, fmt.Errorf("leave: %w", err)
			}
			saved.Left = append(saved.Left, n)
		}
	}
	return saved, s.askFor(ctx, saved.Asked, p.Subscriber, c.Visit)
}

// askFor asks a person whom we know whether they want more newsletters, as the
// form asks a stranger: a page is not enough to say that they are who they say.
func (s *Service) askFor(ctx context.Context, all []newsletter.Newsletter, sub newsletter.Subscriber, v Visit) error {
	if len(all) == 0 {
		return nil
	}
	_, key, err := newsletter.ParseAddress(sub.Email)
	if err != nil {
		return err
	}
	asked := slices.Clone(all)
	for i := range asked {
		asked[i].DoubleOptIn = true
	}
	_, err = s.join(ctx, asked, store.SubscribeParams{
		Subscriber: newsletter.Subscriber{Email: sub.Email, Language: sub.Language}, Key: key, Proof: v.proof(),
	})
	return err
}
