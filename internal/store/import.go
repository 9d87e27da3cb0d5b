package store

import (
	"context"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// ImportBatch is how many rows one call of Import takes at most: enough to
// share a commit, few enough that a send beside it hardly waits.
const ImportBatch = 2048

// Import is what holds for all rows of one import.
type Import struct {
	Newsletter string
	Source     string    // how consent came
	Began      time.Time // tells this import from all others
	Ask        Ask       // for those who are pending and new
}

// ImportRow is one person of an import, checked. Empty values say nothing and
// replace nothing.
type ImportRow struct {
	Email, Key      string // Key as newsletter.ParseAddress makes it
	Name, FirstName string
	Tags            []string // normalised, sorted
	Fields          map[string]string
	// State is what a new subscription begins with. One that is there becomes
	// confirmed or unsubscribed by it, never pending.
	State newsletter.SubscriptionState
}

// Imported is what became of one row.
type Imported string

// What can become of a row.
const (
	ImportAdded     Imported = "added"     // a new subscription
	ImportUpdated   Imported = "updated"   // a reader who was known and changed
	ImportUnchanged Imported = "unchanged" // all of it was known
	ImportDouble    Imported = "double"    // an earlier row of the same import had that address
	ImportKeptOut   Imported = "kept_out"  // somebody who left, and stays away
)

// Import takes rows in one transaction and says what became of each. The first
// row of an address counts, the same rows again change nothing, and nobody who
// left is revived.
func (s *Store) Import(ctx context.Context, im Import, rows []ImportRow) ([]Imported, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var b importBatch
	err := s.update(ctx, func(t *tx) error {
		b = importBatch{tx: t, Import: im, rows: rows, fates: make([]Imported, len(rows)), ids: make([]int64, len(rows))}
		return b.run()
	})
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	return b.fates, nil
}

// importBatch is one call of Import at work. What belongs to a row stands under
// its index.
type importBatch struct {
	*tx
	Import
	rows  []ImportRow
	fates []Imported
	ids   []int64                 // of the rows' subscribers
	known map[string]*importKnown // by key

	fresh   []int // rows whose subscriber is new
	joining []int // rows whose subscription is new, those of fresh included
	seen    []int // rows whose subscription was there
}

func (b *importBatch) run() error {
	if err := b.look(); err != nil {
		return err
	}
	for i := range b.rows {
		if err := b.place(i); err != nil {
			return err
		}
	}
	if err := b.addSubscribers(); err != nil {
		return err
	}
	if err := b.addSubscriptions(); err != nil {
		return err
	}
	if err := b.stamp(); err != nil {
		return err
	}
	return b.askAll()
}

// place decides what becomes of a row.
func (b *importBatch) place(i int) error {
	row, began := &b.rows[i], micros(b.Began)
	k, ok := b.known[row.Key]
	switch {
	case !ok:
		b.known[row.Key] = &importKnown{imported: began} // the next row of that address is a double
		b.fresh, b.joining = append(b.fresh, i), append(b.joining, i)
		b.fates[i] = firstFate(row.State)
		return nil
	case k.imported == began:
		b.fates[i] = ImportDouble
		return nil
	}
	k.imported, b.ids[i] = began, k.id
	if k.state == "" {
		b.joining = append(b.joining, i)
		b.fates[i] = firstFate(row.State)
		_, err := b.improve(row, k)
		return err
	}
	b.seen = append(b.seen, i)
	if k.left > 0 && k.state != newsletter.SubscriptionConfirmed {
		b.fates[i] = ImportKeptOut
		return nil
	}
	return b.update(i, k)
}

// firstFate is what becomes of a row that begins a subscription.
func firstFate(state newsletter.SubscriptionState) Imported {
	if state == newsletter.SubscriptionUnsubscribed {
		return ImportKeptOut
	}
	return ImportAdded
}

// update brings a reader who is there up to what the row says.
func (b *importBatch) update(i int, k *importKnown) error {
	changed, err := b.improve(&b.rows[i], k)
	if err != nil {
		return err
	}
	switch state := b.rows[i].State; {
	case state == newsletter.SubscriptionUnsubscribed:
		changed = true
		_, err = b.leave(b.Newsletter, k.id)
	case state == newsletter.SubscriptionConfirmed && k.state == newsletter.SubscriptionPending:
		changed = true
		err = b.move(b.Newsletter, k.id, `state = 'confirmed', source = $3, confirmed_at = $4
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'pending'`, b.Source, micros(b.now))
	}
	b.fates[i] = ImportUnchanged
	if changed {
		b.fates[i] = ImportUpdated
	}
	return err
}

// askAll asks the new readers who are pending to confirm.
func (b *importBatch) askAll() error {
	if b.Ask.Mail == nil {
		return nil
	}
	for _, i := range b.joining {
		if b.rows[i].State != newsletter.SubscriptionPending {
			continue
		}
		if _, err := b.ask([]string{b.Newsletter}, b.ids[i], b.Ask); err != nil {
			return err
		}
	}
	return nil
}
