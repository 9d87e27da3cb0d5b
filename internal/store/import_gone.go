package store

import (
	"database/sql"
	"fmt"
	"slices"

	"tidings/internal/newsletter"
)

// lookSuppressed finds the addresses of a batch that suppressions keep out of
// the newsletter. Only the forms that the table has are looked for.
func (b *importBatch) lookSuppressed() error {
	b.barred = map[string]newsletter.SuppressionReason{}
	for key, listed := range b.met {
		if !listed {
			b.barred[key] = "" // what an earlier batch suppressed was taken back
		}
	}
	var plain, hashed, erased bool
	err := b.row(`SELECT EXISTS (SELECT 1 FROM suppression),
		EXISTS (SELECT 1 FROM suppression WHERE value >= 'sha256:' AND value < 'sha256;'),
		EXISTS (SELECT 1 FROM suppression WHERE value >= 'erased:' AND value < 'erased;')`, nil, &plain, &hashed, &erased)
	if err != nil {
		return fmt.Errorf("look up suppressions: %w", err)
	}
	if !plain {
		return nil
	}
	forms := func(key string) []string {
		switch {
		case erased:
			v := b.seal.values(key)
			return v[:]
		case hashed:
			return []string{key, hashOf(key)}
		}
		return []string{key}
	}
	by := map[string]string{} // key by the form that names it
	for part := range slices.Chunk(b.rows, together) {
		clear(by)
		for i := range part {
			for _, form := range forms(part[i].Key) {
				by[form] = part[i].Key
			}
		}
		if err := b.barAmong(by); err != nil {
			return err
		}
	}
	return nil
}

// barAmong notes the keys that a suppression names.
func (b *importBatch) barAmong(by map[string]string) error {
	const most = 3 * together
	args := make([]any, 1, 1+most)
	args[0] = b.Newsletter
	for form := range by {
		args = append(args, form)
	}
	for len(args) < cap(args) {
		args = append(args, args[len(args)-1])
	}
	err := b.tx.rows(`SELECT value, reason FROM suppression WHERE newsletter IN ('', $1) AND value IN `+places(most), args, func(r *sql.Rows) error {
		var value string
		var reason newsletter.SuppressionReason
		err := r.Scan(&value, &reason)
		if b.barred[by[value]] != newsletter.SuppressedErasure { // says most
			b.barred[by[value]] = reason
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look up suppressions: %w", err)
	}
	return nil
}

// settleGone ends what the list says has ended, and keeps it as a suppression.
func (b *importBatch) settleGone() error {
	for _, i := range b.gone {
		row := &b.rows[i]
		p := newsletter.Suppression{Value: row.Key, Email: row.Email, Reason: row.Gone, Source: b.Proof.Source, CreatedAt: row.GoneAt}
		if row.Gone.Silences() {
			if _, err := b.suppress(p); err != nil {
				return err
			}
			continue
		}
		p.Newsletter = b.Newsletter
		if _, err := b.keepSuppression(p); err != nil {
			return err
		}
		if err := b.endOne(i); err != nil {
			return err
		}
	}
	return nil
}

// endOne ends the subscription of somebody who left elsewhere.
func (b *importBatch) endOne(i int) error {
	k := b.known[b.rows[i].Key]
	if k == nil {
		return nil
	}
	left, err := b.leave(b.Newsletter, k.id)
	if err != nil || !left {
		return err
	}
	if b.fates[i] == ImportKeptOut {
		b.fates[i] = ImportUpdated
	}
	return b.keepConsent(k.id, b.Newsletter, newsletter.ConsentLeft, b.Proof)
}
