package store

import (
	"fmt"
	"iter"
	"strings"

	"tidings/internal/newsletter"
)

// together is how many rows share a statement of an import.
const together = 64

// number gives the new subscribers their ids, which are known before they are
// written: the transaction lets nobody else write.
func (b *importBatch) number() error {
	if len(b.fresh) == 0 {
		return nil
	}
	var last int64
	err := b.row(`SELECT seq FROM sqlite_sequence WHERE name = 'subscriber'`, nil, &last)
	if err != nil && !notFound(err) {
		return fmt.Errorf("number subscribers: %w", err)
	}
	for n, i := range b.fresh {
		b.ids[i] = last + 1 + int64(n)
		b.known[b.rows[i].Key].id = b.ids[i]
	}
	return nil
}

// addSubscribers makes the subscribers that are new.
func (b *importBatch) addSubscribers() error {
	for part := range parts(b.fresh) {
		const columns = 10
		args := make([]any, 0, 1+len(part)*columns)
		args = append(args, micros(b.now))
		for _, i := range part {
			row := &b.rows[i]
			fields, err := fieldsJSON(row.Fields)
			if err != nil {
				return err
			}
			args = append(args, b.ids[i], row.Email, row.Key, row.Name, row.FirstName, joinTags(row.Tags), fields,
				row.Language, row.Timezone, b.past(row.CreatedAt))
		}
		_, err := b.exec(`INSERT INTO subscriber (updated_at, id, email, email_key, name, first_name, tags, fields, language, timezone, created_at)
			VALUES `+tuples(len(part), columns, "$1, "), args...)
		if err != nil {
			return fmt.Errorf("add subscribers: %w", err)
		}
	}
	return nil
}

// addSubscriptions makes the subscriptions that are new.
func (b *importBatch) addSubscriptions() error {
	for part := range parts(b.joining) {
		const columns = 5
		args := make([]any, 0, 3+len(part)*columns)
		args = append(args, b.Newsletter, b.Proof.Source, micros(b.Began))
		for _, i := range part {
			row := &b.rows[i]
			state, confirmed, left := row.State, int64(0), int64(0)
			switch {
			case row.Gone != "":
				state, left = newsletter.SubscriptionUnsubscribed, b.past(row.GoneAt)
			case state == newsletter.SubscriptionConfirmed:
				confirmed = b.confirmedAt(row)
			}
			args = append(args, b.ids[i], state, b.past(row.CreatedAt), confirmed, left)
		}
		_, err := b.exec(`INSERT INTO subscription (newsletter, source, imported_at,
			subscriber_id, state, created_at, confirmed_at, unsubscribed_at) VALUES `+tuples(len(part), columns, "$1, $2, $3, "), args...)
		if err != nil {
			return fmt.Errorf("add subscriptions: %w", err)
		}
	}
	return nil
}

// confirmedAt is when a person confirmed, as the list has it, or else when they
// were first on it, or else now.
func (b *importBatch) confirmedAt(row *ImportRow) int64 {
	if row.ConfirmedAt.IsZero() {
		return b.past(row.CreatedAt)
	}
	return b.past(row.ConfirmedAt)
}

// keepConsents writes the receipts of the new subscriptions. Those of new
// subscribers are the first of their chain, and go in together.
func (b *importBatch) keepConsents() error {
	r := b.seal.newReceipt(0, b.Newsletter, "", b.Proof, b.now)
	if err := b.keepWords(r.words, b.Proof.Words); err != nil {
		return err
	}
	for part := range parts(b.fresh) {
		const columns = 3
		args := make([]any, 0, 7+len(part)*columns)
		args = append(args, r.newsletter, r.source, r.words, r.network, r.agent, r.actor, r.at)
		for _, i := range part {
			r.subscriber, r.act = b.ids[i], string(importAct(&b.rows[i]))
			args = append(args, r.subscriber, r.act, r.sealed(b.seal, nil))
		}
		_, err := b.exec(`INSERT INTO consent (n, newsletter, source, words, network, agent, actor, at, subscriber_id, act, seal)
			VALUES `+tuples(len(part), columns, "1, $1, $2, $3, $4, $5, $6, $7, "), args...)
		if err != nil {
			return fmt.Errorf("keep receipts: %w", err)
		}
	}
	for _, i := range b.joining {
		if b.known[b.rows[i].Key].fresh {
			continue
		}
		if err := b.keepConsent(b.ids[i], b.Newsletter, importAct(&b.rows[i]), b.Proof); err != nil {
			return err
		}
	}
	return nil
}

// importAct is what the receipt of a row is about.
func importAct(row *ImportRow) newsletter.ConsentAct {
	switch {
	case row.Gone != "":
		return newsletter.ConsentLeft
	case row.State == newsletter.SubscriptionPending:
		return newsletter.ConsentAsked
	}
	return newsletter.ConsentImported
}

// parts cuts rows into parts of two sizes only, so that there are only two
// statements to prepare.
func parts(rows []int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		for len(rows) > 0 {
			n := together
			if len(rows) < together {
				n = 1
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

// places is "(?, ?, …)" with n places.
func places(n int) string { return tuples(1, n, "") }

// tuples is n times "(head ?, ?, …)" with that many places after the head. They
// have no numbers: looking a number up takes longer the more there are. What the
// head names comes first among the arguments.
func tuples(n, columns int, head string) string {
	tuple := "(" + head + strings.TrimSuffix(strings.Repeat("?, ", columns), ", ") + ")"
	return strings.TrimSuffix(strings.Repeat(tuple+", ", n), ", ")
}
