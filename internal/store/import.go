package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// ImportBatch is how many rows one call of Import takes at most: enough to
// share a commit, few enough that nobody waits for it who signs up or leaves.
const ImportBatch = 1024

// Import is what holds for all rows of one import.
type Import struct {
	Newsletter string
	Proof      newsletter.Proof // where the list says consent came from, to which words, and who brings it
	Began      time.Time        // tells this import from all others
	Ask        Ask              // for those who are pending and new
	Rehearsal  *Rehearsal       // not nil: say what would become of the rows, and keep nothing
	// KeptOut is told of each row that would have brought somebody in who left or
	// must not be mailed, and what stands against them; "": an earlier row said so.
	// It may be nil.
	KeptOut func(*ImportRow, newsletter.SuppressionReason)
}

// ImportRow is one person of an import, checked. Empty values say nothing and
// replace nothing.
type ImportRow struct {
	Line               int    // of the list
	Email, Key         string // Key as newsletter.ParseAddress makes it
	Name, FirstName    string
	Language, Timezone string
	Tags               []string // normalised, sorted
	Fields             map[string]string
	// State is what a new subscription begins with. One that is there becomes
	// confirmed by it, never pending.
	State newsletter.SubscriptionState
	// Gone is why the list says that they must not be mailed: it ends what is
	// there, and is kept. Whoever only left is remembered as somebody who left;
	// for the other reasons nothing but the suppression is kept.
	Gone newsletter.SuppressionReason
	// When, as the list has it; zero where it does not say.
	CreatedAt, ConfirmedAt, GoneAt time.Time
}

// Imported is what became of one row.
type Imported string

// What can become of a row.
const (
	ImportAdded     Imported = "added"     // a new subscription
	ImportUpdated   Imported = "updated"   // a reader who was known and changed
	ImportUnchanged Imported = "unchanged" // all of it was known
	ImportDouble    Imported = "double"    // an earlier row of the same import had that address
	ImportKeptOut   Imported = "kept_out"  // somebody who left or must not be mailed, and stays away
)

// errRehearsed rolls a transaction back that was for show.
var errRehearsed = errors.New("rehearsed")

// Import takes rows in one transaction and says what became of each. The first
// row of an address counts, but a "no" counts wherever it stands. The same rows
// again change nothing, and nobody who left, is suppressed or was erased is
// revived.
func (s *Store) Import(ctx context.Context, im Import, rows []ImportRow) ([]Imported, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	if err := breathe(ctx); err != nil { // the batch before this one has just let go of the database
		return nil, err
	}
	met, err := im.Rehearsal.met(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	var b importBatch
	err = s.update(ctx, func(t *tx) error {
		b = importBatch{tx: t, Import: im, met: met, rows: rows, fates: make([]Imported, len(rows)), ids: make([]int64, len(rows))}
		if err := b.run(); err != nil || im.Rehearsal == nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = im.Rehearsal.keep(ctx, &b)
	}
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	if im.KeptOut != nil {
		for i := range b.rows {
			if b.fates[i] == ImportKeptOut && b.rows[i].Gone == "" {
				im.KeptOut(&b.rows[i], b.why(i))
			}
		}
	}
	return b.fates, nil
}

// importBatch is one call of Import at work. What belongs to a row stands under
// its index.
type importBatch struct {
	*tx
	Import
	rows   []ImportRow
	fates  []Imported
	ids    []int64                                 // of the rows' subscribers; 0: none
	known  map[string]*importKnown                 // by key
	barred map[string]newsletter.SuppressionReason // keys that a suppression keeps out, and why
	met    map[string]bool                         // in a rehearsal: keys of earlier batches, and whether they have a subscription by now

	fresh   []int // rows whose subscriber is new
	joining []int // rows whose subscription is new, those of fresh included
	seen    []int // rows whose subscription was there
	gone    []int // rows that end something
}

func (b *importBatch) run() error {
	for _, step := range []func() error{
		b.look, b.lookSuppressed, b.placeAll, b.addSubscribers, b.addSubscriptions, b.keepConsents, b.settleGone, b.stamp, b.askAll,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (b *importBatch) placeAll() error {
	for i := range b.rows {
		if err := b.place(i); err != nil {
			return err
		}
	}
	return b.number()
}

// place decides what becomes of a row.
func (b *importBatch) place(i int) error {
	row, began := &b.rows[i], micros(b.Began)
	k := b.known[row.Key]
	_, barred := b.barred[row.Key]
	switch {
	case k != nil && k.imported == began, b.met[row.Key]:
		b.fates[i] = ImportDouble
		if row.Gone != "" {
			b.gone = append(b.gone, i) // a "no" counts wherever it stands
		}
		return nil
	case row.Gone.Silences(), barred && (k == nil || row.Gone == ""):
		b.keepOut(i, k)
		return nil
	case k == nil:
		b.known[row.Key] = &importKnown{imported: began, fresh: true} // the next row of that address is a double
		b.fresh, b.joining = append(b.fresh, i), append(b.joining, i)
		b.fates[i] = firstFate(row)
		if row.Gone != "" {
			b.gone = append(b.gone, i)
		}
		return nil
	}
	k.imported, b.ids[i] = began, k.id
	return b.placeKnown(i, k)
}

// keepOut leaves out somebody who must not be mailed, and ends what the row
// says has ended.
func (b *importBatch) keepOut(i int, k *importKnown) {
	b.fates[i] = ImportKeptOut
	if b.rows[i].Gone != "" {
		b.barred[b.rows[i].Key] = b.rows[i].Gone
		b.gone = append(b.gone, i)
	}
	if k != nil && k.state != "" {
		k.imported, b.ids[i] = micros(b.Began), k.id
		b.seen = append(b.seen, i)
	}
}

// why is what keeps a row out that says no "no" itself: a suppression, or else that
// they left.
func (b *importBatch) why(i int) newsletter.SuppressionReason {
	if reason, barred := b.barred[b.rows[i].Key]; barred {
		return reason
	}
	return newsletter.SuppressedLeft
}

// placeKnown decides about a row of somebody who was there before.
func (b *importBatch) placeKnown(i int, k *importKnown) error {
	row := &b.rows[i]
	if k.state == "" {
		b.joining = append(b.joining, i)
		b.fates[i] = firstFate(row)
		if row.Gone != "" {
			b.gone = append(b.gone, i)
		}
		_, err := b.improve(row, k)
		return err
	}
	b.seen = append(b.seen, i)
	switch {
	case row.Gone != "":
		b.fates[i] = ImportKeptOut
		if b.laterThan(k, row) {
			b.fates[i] = ImportUnchanged // they came back here since
			return nil
		}
		b.gone = append(b.gone, i)
		return nil
	case k.left > 0 && k.state != newsletter.SubscriptionConfirmed, k.state == newsletter.SubscriptionSuppressed:
		b.fates[i] = ImportKeptOut
		return nil
	}
	return b.update(i, k)
}

// laterThan says whether a person confirmed here after the day on which the list
// says that they left there.
func (b *importBatch) laterThan(k *importKnown, row *ImportRow) bool {
	return k.state == newsletter.SubscriptionConfirmed && !row.GoneAt.IsZero() && k.confirmed > micros(row.GoneAt)
}

// firstFate is what becomes of a row that begins a subscription.
func firstFate(row *ImportRow) Imported {
	if row.Gone != "" {
		return ImportKeptOut
	}
	return ImportAdded
}

// update brings a reader who is there up to what the row says.
func (b *importBatch) update(i int, k *importKnown) error {
	row := &b.rows[i]
	changed, err := b.improve(row, k)
	if err == nil && row.State == newsletter.SubscriptionConfirmed && k.state == newsletter.SubscriptionPending {
		changed = true
		if err = b.move(b.Newsletter, k.id, `state = 'confirmed', source = $3, confirmed_at = $4
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'pending'`, b.Proof.Source, b.confirmedAt(row)); err == nil {
			err = b.keepConsent(k.id, b.Newsletter, newsletter.ConsentImported, b.Proof)
		}
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
		if b.rows[i].State != newsletter.SubscriptionPending || b.rows[i].Gone != "" {
			continue
		}
		if _, err := b.ask([]string{b.Newsletter}, b.ids[i], b.Ask); err != nil {
			return err
		}
	}
	return nil
}
