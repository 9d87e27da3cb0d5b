package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tidings/internal/newsletter"
)

// SubscribeParams is one person who asks for newsletters.
type SubscribeParams struct {
	Newsletters []string              // one at least
	Subscriber  newsletter.Subscriber // ID and CreatedAt are not looked at
	Key         string                // of the address, as newsletter.ParseAddress makes it
	Proof       newsletter.Proof
	// Direct makes a new reader count at once. Whoever left before must confirm
	// all the same.
	Direct bool
	Ask    Ask
}

// Ask is how a pending reader is asked to confirm, and how often it may be.
type Ask struct {
	Mail  AskMail       // nil: nobody is asked
	Every time.Duration // one person is asked once in that time for one newsletter …
	Most  int           // … and that often for all newsletters
	From  newsletter.Origin
}

// AskMail makes the mail that asks to confirm, and says how long it is to be kept
// back. It is called in the transaction that asks, and only when somebody is to be
// asked. Without a mail nobody is.
type AskMail func(Asked) (m *newsletter.Mail, wait time.Duration, err error)

// Asked is who is to be asked.
type Asked struct {
	Newsletters []string
	Language    string            // the reader's; empty: that of the newsletter
	From        newsletter.Origin // who brought their address
}

// Subscribed is what came of Subscribe.
type Subscribed struct {
	Subscriber int64                        // 0: nothing is kept of them
	State      newsletter.SubscriptionState // with the first newsletter
	Asked      bool                         // the confirmation is on its way, or will be
}

// Subscribe records that somebody asked for newsletters, and puts the one mail
// that asks them to confirm all of them on the road in the same transaction. A
// confirmed reader stays as they are and gets nothing. What is known of a person
// changes only as long as they confirmed nothing: anybody can type any address.
// Of whoever complained or is blocked nothing is kept and nothing is asked.
func (s *Store) Subscribe(ctx context.Context, p SubscribeParams) (Subscribed, error) {
	var done Subscribed
	err := s.update(ctx, func(t *tx) (err error) {
		done, err = t.subscribe(p)
		return err
	})
	return done, err
}

func (t *tx) subscribe(p SubscribeParams) (Subscribed, error) {
	against, err := t.suppressions(p.Key)
	if err != nil {
		return Subscribed{}, err
	}
	var open []string // what they may still ask for
	for _, name := range p.Newsletters {
		if !slices.ContainsFunc(against, func(s standing) bool { return s.reason.Final() && (s.newsletter == "" || s.newsletter == name) }) {
			open = append(open, name)
		}
	}
	if len(open) == 0 {
		return Subscribed{State: newsletter.SubscriptionSuppressed}, nil
	}
	p.Direct = p.Direct && len(against) == 0
	id, err := t.person(p.Subscriber, p.Key)
	if err != nil {
		return Subscribed{}, err
	}
	done := Subscribed{Subscriber: id}
	var pending, fresh []string
	for i, name := range open {
		state, began, err := t.want(p, name, id)
		if err != nil {
			return Subscribed{}, err
		}
		if i == 0 {
			done.State = state
		}
		if state == newsletter.SubscriptionPending {
			pending = append(pending, name)
		}
		if began {
			fresh = append(fresh, name)
		}
	}
	asked, err := t.ask(pending, id, p.Ask)
	if err != nil {
		return Subscribed{}, err
	}
	done.Asked = len(asked) > 0
	for _, name := range open {
		if !slices.Contains(fresh, name) && !slices.Contains(asked, name) {
			continue // nothing came of it
		}
		if err := t.keepConsent(id, name, askedAct(p, slices.Contains(pending, name)), p.Proof); err != nil {
			return Subscribed{}, err
		}
	}
	return done, nil
}

// askedAct is what a sign-up that led somewhere is to be called.
func askedAct(p SubscribeParams, pending bool) newsletter.ConsentAct {
	switch {
	case pending:
		return newsletter.ConsentAsked
	case p.Proof.Actor != "":
		return newsletter.ConsentAdded
	}
	return newsletter.ConsentConfirmed
}

// person finds the subscriber with that key, or makes them.
func (t *tx) person(s newsletter.Subscriber, key string) (int64, error) {
	tags, fields, err := t.withKnown(s, key)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(`INSERT INTO subscriber (email, email_key, name, first_name, tags, fields, created_at, updated_at, language, timezone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)
		ON CONFLICT (email_key) DO UPDATE SET updated_at = excluded.updated_at,
			name = CASE WHEN excluded.name = '' THEN subscriber.name ELSE excluded.name END,
			first_name = CASE WHEN excluded.first_name = '' THEN subscriber.first_name ELSE excluded.first_name END,
			tags = excluded.tags, fields = excluded.fields,
			language = CASE WHEN excluded.language = '' THEN subscriber.language ELSE excluded.language END,
			timezone = CASE WHEN excluded.timezone = '' THEN subscriber.timezone ELSE excluded.timezone END
		WHERE NOT EXISTS (SELECT 1 FROM subscription p WHERE p.subscriber_id = subscriber.id AND p.state <> 'pending')`,
		s.Email, key, s.Name, s.FirstName, tags, fields, micros(t.now), s.Language, s.Timezone)
	if err != nil {
		return 0, fmt.Errorf("keep subscriber: %w", err)
	}
	var id int64
	if err := t.row(`SELECT id FROM subscriber WHERE email_key = $1`, []any{key}, &id); err != nil {
		return 0, fmt.Errorf("find subscriber: %w", err)
	}
	return id, nil
}

// withKnown is the tags and fields of a person, in addition to those that are
// known, as they are stored.
func (t *tx) withKnown(s newsletter.Subscriber, key string) (tags, fields string, err error) {
	fields = "{}"
	err = t.row(`SELECT tags, fields FROM subscriber WHERE email_key = $1`, []any{key}, &tags, &fields)
	if err != nil && !notFound(err) {
		return "", "", fmt.Errorf("find subscriber: %w", err)
	}
	fields, err = mergeFields(fields, s.Fields)
	return joinTags(union(splitTags(tags), s.Tags)), fields, err
}

// want moves a subscription to where a sign-up leads, and returns its state and
// whether that is a beginning.
func (t *tx) want(p SubscribeParams, name string, id int64) (state newsletter.SubscriptionState, began bool, err error) {
	var left int64
	err = t.row(`SELECT state, unsubscribed_at FROM subscription WHERE newsletter = $1 AND subscriber_id = $2`,
		[]any{name, id}, &state, &left)
	switch {
	case notFound(err):
		state, err = t.begin(p, name, id)
		return state, true, err
	case err != nil:
		return "", false, fmt.Errorf("find subscription: %w", err)
	case state == newsletter.SubscriptionUnsubscribed, state == newsletter.SubscriptionSuppressed:
		return newsletter.SubscriptionPending, true, t.move(name, id, `state = 'pending', source = $3, confirmed_at = 0, paused_until = 0, reminded_at = 0
			WHERE newsletter = $1 AND subscriber_id = $2 AND state IN ('unsubscribed', 'suppressed')`, p.Proof.Source)
	case state == newsletter.SubscriptionPending && p.Direct && left == 0:
		return newsletter.SubscriptionConfirmed, true, t.move(name, id, `state = 'confirmed', source = $3, confirmed_at = $4
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'pending'`, p.Proof.Source, micros(t.now))
	}
	return state, false, nil
}

// begin makes a subscription.
func (t *tx) begin(p SubscribeParams, name string, id int64) (newsletter.SubscriptionState, error) {
	state, confirmed := newsletter.SubscriptionPending, int64(0)
	if p.Direct {
		state, confirmed = newsletter.SubscriptionConfirmed, micros(t.now)
	}
	_, err := t.exec(`INSERT INTO subscription (newsletter, subscriber_id, state, source, created_at, confirmed_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, name, id, state, p.Proof.Source, micros(t.now), confirmed)
	if err != nil {
		return "", fmt.Errorf("make subscription: %w", err)
	}
	return state, nil
}

// move changes one subscription. change is the text after SET, whose arguments
// begin at $3.
func (t *tx) move(newsletterID string, subscriberID int64, change string, args ...any) error {
	_, err := t.moved(newsletterID, subscriberID, change, args...)
	return err
}

// moved is move, and says whether the subscription stood where it moves from.
func (t *tx) moved(newsletterID string, subscriberID int64, change string, args ...any) (bool, error) {
	n, err := t.exec(`UPDATE subscription SET `+change, append([]any{newsletterID, subscriberID}, args...)...)
	if err != nil {
		return false, fmt.Errorf("move subscription: %w", err)
	}
	return n == 1, nil
}

// ask sends one mail that asks a person to confirm these newsletters, unless
// they were asked often enough. It returns for which they are asked; those that
// are asked together have the same asked_at, and are confirmed together.
func (t *tx) ask(names []string, subscriberID int64, a Ask) (asked []string, err error) {
	if a.Mail == nil || len(names) == 0 {
		return nil, nil
	}
	since := micros(t.now.Add(-a.Every))
	var lately int
	err = t.row(`SELECT count(DISTINCT asked_at) FROM subscription WHERE subscriber_id = $1 AND asked_at > $2`, []any{subscriberID, since}, &lately)
	if err != nil {
		return nil, fmt.Errorf("count confirmations: %w", err)
	}
	if lately >= a.Most {
		return nil, nil
	}
	var due []string
	for _, name := range names {
		var ok bool
		err := t.row(`SELECT EXISTS (SELECT 1 FROM subscription
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'pending' AND asked_at <= $3)`, []any{name, subscriberID, since}, &ok)
		if err != nil {
			return nil, fmt.Errorf("find who is to be asked: %w", err)
		}
		if ok {
			due = append(due, name)
		}
	}
	if len(due) == 0 {
		return nil, nil
	}
	return t.question(Asked{Newsletters: due, From: a.From}, subscriberID, a.Mail, "")
}

// question puts the one mail on the road that asks to confirm newsletters, and
// notes it at each of them. More is what else is noted. It returns for which
// newsletters they are asked: none where there is no mail.
func (t *tx) question(a Asked, subscriberID int64, mail AskMail, more string) (asked []string, err error) {
	if err := t.row(`SELECT language FROM subscriber WHERE id = $1`, []any{subscriberID}, &a.Language); err != nil {
		return nil, fmt.Errorf("find subscriber: %w", err)
	}
	m, wait, err := mail(a)
	if err != nil || m == nil {
		return nil, err
	}
	for _, name := range a.Newsletters {
		if err := t.move(name, subscriberID, `asked_at = $3`+more+` WHERE newsletter = $1 AND subscriber_id = $2`, micros(t.now)); err != nil {
			return nil, err
		}
	}
	return a.Newsletters, t.notifyAt(m, subscriberID, "", wait)
}
