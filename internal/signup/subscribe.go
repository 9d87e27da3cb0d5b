package signup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/text/language"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
	"tidings/internal/store"
)

// Request is what somebody typed into a sign-up form, and where from.
type Request struct {
	Newsletter string   // whose form it is
	Also       []string // other newsletters that they chose; unknown ones are passed over
	Email      string
	Name       string
	FirstName  string
	Fields     map[string]string // only what newsletter.toml declares, and lets forms ask for, is kept
	Tags       []string          // only those that newsletter.toml lets forms give are kept
	Language   string            // BCP 47, of the page; kept where it is not the newsletter's own
	Timezone   string            // IANA, or a city; kept where there is such a zone
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
	return errors.Join(err, answerIn(ctx, began))
}

func (s *Service) subscribe(ctx context.Context, r Request) error {
	n, err := s.Newsletter(ctx, r.Newsletter)
	if err != nil {
		return err
	}
	p, err := form(n, r)
	if err != nil {
		return err
	}
	all, err := s.chosen(ctx, n, r.Also)
	if err != nil {
		return err
	}
	if !s.networks.allow(r.RemoteAddr, s.Now()) {
		s.Log.WarnContext(ctx, "sign-ups from one network are over the limit; this one is dropped",
			slog.String("newsletter", n.ID), slog.Int("per_hour", signUpsPerHour), slog.String("user_agent", r.UserAgent))
		return nil
	}
	_, err = s.join(ctx, all, p)
	return err
}

// Check says what Subscribe would find wrong with what was typed, and does nothing.
func (s *Service) Check(ctx context.Context, r Request) error {
	n, err := s.Newsletter(ctx, r.Newsletter)
	if err != nil {
		return err
	}
	_, err = form(n, r)
	return err
}

// mostChosen is how many newsletters one sign-up can be for.
const mostChosen = 50

// chosen is the newsletter of a form with the others that were chosen on it.
func (s *Service) chosen(ctx context.Context, n newsletter.Newsletter, also []string) ([]newsletter.Newsletter, error) {
	chosen := []newsletter.Newsletter{n}
	if len(also) == 0 {
		return chosen, nil
	}
	all, err := s.Newsletters(ctx)
	if err != nil {
		return nil, fmt.Errorf("list newsletters: %w", err)
	}
	for _, other := range all {
		if other.ID != n.ID && slices.Contains(also, other.ID) && len(chosen) < mostChosen {
			chosen = append(chosen, other)
		}
	}
	return chosen, nil
}

// form reads a request into what the store keeps. What is wrong with the address
// and with fields comes back together.
func form(n newsletter.Newsletter, r Request) (store.SubscribeParams, error) {
	email, key, wrong := newsletter.ParseAddress(r.Email)
	fields, err := formFields(n.Fields, r.Fields)
	if err = errors.Join(wrong, err); err != nil {
		return store.SubscribeParams{}, err
	}
	sub := newsletter.Subscriber{
		Email: email, Fields: fields, Tags: formTags(&n, r.Tags), Language: foreign(&n, r.Language), Timezone: zone(r.Timezone),
	}
	if sub.Name, err = newsletter.Line("name", r.Name, newsletter.MaxName); err != nil {
		return store.SubscribeParams{}, err
	}
	if sub.FirstName, err = newsletter.Line("first name", r.FirstName, newsletter.MaxName); err != nil {
		return store.SubscribeParams{}, err
	}
	proof := r.proof()
	if proof.Source, err = newsletter.Line("source", r.Source, newsletter.MaxName); err != nil {
		return store.SubscribeParams{}, err
	}
	if proof.Source == "" {
		proof.Source = "form"
	}
	return store.SubscribeParams{Subscriber: sub, Key: key, Proof: proof}, nil
}

// formFields reads what was given for the fields that a form asks for. What is
// wrong is newsletter.FieldErrors, all of it at once.
func formFields(fields []newsletter.Field, given map[string]string) (map[string]string, error) {
	kept := map[string]string{}
	var faults newsletter.FieldErrors
	for _, f := range fields {
		if f.Unasked {
			continue
		}
		v, fault := readField(&f, given[f.Name])
		switch {
		case fault != "":
			faults = append(faults, newsletter.FieldFault{Field: f.Name, Fault: fault})
		case v != "":
			kept[f.Name] = v
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return kept, nil
}

// readField reads what was given for one field, and says what is wrong with it.
func readField(f *newsletter.Field, given string) (string, newsletter.Fault) {
	v, err := newsletter.Line(f.Name, given, newsletter.MaxValue)
	if err != nil {
		return "", newsletter.FaultLong
	}
	if v, err = f.Read(v); err != nil {
		return "", newsletter.FaultChoice
	}
	if v == "" && f.Required {
		return "", newsletter.FaultMissing
	}
	return v, ""
}

// formTags are those of some tags that the forms of a newsletter may give.
func formTags(n *newsletter.Newsletter, given []string) []string {
	var tags []string
	for _, t := range given {
		if tag, err := newsletter.NormalizeTag(t); err == nil && slices.Contains(n.FormTags, tag) {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// foreign is a language where it is not the newsletter's own, else "".
func foreign(n *newsletter.Newsletter, tag string) string {
	given, err := language.Parse(tag)
	if err != nil {
		return ""
	}
	own, err := language.Parse(n.Language)
	mine, _ := own.Base()
	if theirs, _ := given.Base(); err == nil && mine == theirs {
		return ""
	}
	return given.String()
}

// zone is the name of the time zone that was typed, else "".
func zone(typed string) string {
	const longest = 64
	if len(typed) > longest {
		return "" // and no search for what it may mean
	}
	return schedule.ZoneOf(typed)
}

// join hands a sign-up for newsletters to the store, with the mail that asks to
// confirm them. It counts at once only where none of them wants a confirmation.
func (s *Service) join(ctx context.Context, all []newsletter.Newsletter, p store.SubscribeParams) (store.Subscribed, error) {
	wantsMail := func(n newsletter.Newsletter) bool { return n.DoubleOptIn }
	p.Direct = !slices.ContainsFunc(all, wantsMail)
	for i := range all {
		p.Newsletters = append(p.Newsletters, all[i].ID)
	}
	p.Ask = store.Ask{Mail: s.question(ctx, all), Every: askEvery, Most: askMost, From: origin(p.Proof)}
	done, err := s.Store.Subscribe(ctx, p)
	if err != nil {
		return done, fmt.Errorf("subscribe: %w", err)
	}
	return done, nil
}

// question makes the mail that asks to confirm. It waits for its turn where the
// whole site may send no more for the moment; where that is too long, nobody is asked.
func (s *Service) question(ctx context.Context, all []newsletter.Newsletter) store.AskMail {
	return func(a store.Asked) (*newsletter.Mail, time.Duration, error) {
		now := s.Now()
		turn := s.asks.ReserveN(now, 1)
		wait := turn.DelayFrom(now)
		if wait > askLatest {
			turn.CancelAt(now)
			s.crowded.Do(func() {
				s.Log.WarnContext(ctx, "confirmations are far over the limit of the site; sign-ups are kept but not asked",
					slog.String("newsletter", a.Newsletters[0]), slog.Int("per_minute", s.ConfirmationsPerMinute))
			})
			return nil, 0, nil
		}
		m, err := s.confirmMail(ctx, all, a, false)
		return m, wait, err
	}
}

// Ask is how the people of a list are asked to confirm a newsletter: as often as
// anybody, but however many they are. The mail is rendered once.
func (s *Service) Ask(ctx context.Context, n newsletter.Newsletter) (store.Ask, error) {
	asked := store.Asked{Newsletters: []string{n.ID}, From: newsletter.FromList}
	m, err := s.confirmMail(ctx, []newsletter.Newsletter{n}, asked, false)
	if err != nil {
		return store.Ask{}, err
	}
	mail := func(store.Asked) (*newsletter.Mail, time.Duration, error) { return m, 0, nil }
	return store.Ask{Mail: mail, Every: askEvery, Most: askMost, From: asked.From}, nil
}

// origin is who brings an address, by what is kept of it.
func origin(p newsletter.Proof) newsletter.Origin {
	switch {
	case p.Actor != "":
		return newsletter.FromStaff
	case p.Source == string(newsletter.FromPage):
		return newsletter.FromPage
	}
	return newsletter.FromForm
}

// confirmMail renders the mail that asks to confirm those of some newsletters
// that somebody is asked for.
func (s *Service) confirmMail(ctx context.Context, all []newsletter.Newsletter, a store.Asked, again bool) (*newsletter.Mail, error) {
	q := newsletter.Question{Language: a.Language, From: a.From, Again: again}
	for i := range all {
		if slices.Contains(a.Newsletters, all[i].ID) {
			q.Newsletters = append(q.Newsletters, all[i])
		}
	}
	if len(q.Newsletters) == 0 {
		return nil, fmt.Errorf("newsletters %v: %w", a.Newsletters, newsletter.ErrNotFound)
	}
	m, err := s.ConfirmMail(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("render confirmation: %w", err)
	}
	return m, nil
}
