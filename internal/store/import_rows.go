package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tidings/internal/newsletter"
)

// together is how many rows share a statement of an import.
const together = 32

// importKnown is what the database has of an address.
type importKnown struct {
	id                            int64
	name, firstName, tags, fields string
	state                         newsletter.SubscriptionState // "": no subscription
	left, imported                int64
}

// look reads what is known of the batch's addresses.
func (b *importBatch) look() error {
	b.known = make(map[string]*importKnown, len(b.rows))
	query := `SELECT s.email_key, s.id, s.name, s.first_name, s.tags, s.fields,
			coalesce(p.state, ''), coalesce(p.unsubscribed_at, 0), coalesce(p.imported_at, 0)
		FROM subscriber s LEFT JOIN subscription p ON p.newsletter = $1 AND p.subscriber_id = s.id
		WHERE s.email_key IN ` + places(2, together)
	for part := range slices.Chunk(b.rows, together) {
		args := make([]any, 1, 1+together)
		args[0] = b.Newsletter
		for i := range together { // the last address fills up a short part
			args = append(args, part[min(i, len(part)-1)].Key)
		}
		if err := b.tx.rows(query, args, b.scanKnown); err != nil {
			return fmt.Errorf("look up rows: %w", err)
		}
	}
	return nil
}

func (b *importBatch) scanKnown(r *sql.Rows) error {
	var (
		key string
		k   importKnown
	)
	if err := r.Scan(&key, &k.id, &k.name, &k.firstName, &k.tags, &k.fields, &k.state, &k.left, &k.imported); err != nil {
		return err
	}
	b.known[key] = &k
	return nil
}

// improve writes what a row says and the database does not know yet: values
// replace values, tags and fields come in addition.
func (b *importBatch) improve(row *ImportRow, k *importKnown) (changed bool, err error) {
	name, first := k.name, k.firstName
	if row.Name != "" {
		name = row.Name
	}
	if row.FirstName != "" {
		first = row.FirstName
	}
	tags := joinTags(union(splitTags(k.tags), row.Tags))
	fields, err := mergeFields(k.fields, row.Fields)
	if err != nil {
		return false, err
	}
	if name == k.name && first == k.firstName && tags == k.tags && fields == k.fields {
		return false, nil
	}
	_, err = b.exec(`UPDATE subscriber SET name = $2, first_name = $3, tags = $4, fields = $5, updated_at = $6 WHERE id = $1`,
		k.id, name, first, tags, fields, micros(b.now))
	if err != nil {
		return false, fmt.Errorf("update subscriber: %w", err)
	}
	return true, nil
}

// union is all tags of both, sorted, each once.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// mergeFields is the stored fields with those of a row in addition.
func mergeFields(stored string, more map[string]string) (string, error) {
	if len(more) == 0 {
		return stored, nil
	}
	all := map[string]string{}
	if err := json.Unmarshal([]byte(stored), &all); err != nil {
		return "", fmt.Errorf("decode fields: %w", err)
	}
	maps.Copy(all, more)
	return fieldsJSON(all)
}

// addSubscribers makes the subscribers that are new and notes their ids.
func (b *importBatch) addSubscribers() error {
	const columns = 6 // before the times
	byKey := make(map[string]int, len(b.fresh))
	for part := range parts(b.fresh) {
		args := make([]any, 0, 1+len(part)*columns)
		args = append(args, micros(b.now))
		for _, i := range part {
			row := &b.rows[i]
			fields, err := fieldsJSON(row.Fields)
			if err != nil {
				return err
			}
			byKey[row.Key] = i
			args = append(args, row.Email, row.Key, row.Name, row.FirstName, joinTags(row.Tags), fields)
		}
		query := `INSERT INTO subscriber (email, email_key, name, first_name, tags, fields, created_at, updated_at) VALUES ` +
			tuples(len(part), columns, 2, ", $1, $1") + ` RETURNING id, email_key`
		err := b.tx.rows(query, args, func(r *sql.Rows) error {
			var (
				id  int64
				key string
			)
			if err := r.Scan(&id, &key); err != nil {
				return err
			}
			b.ids[byKey[key]] = id
			return nil
		})
		if err != nil {
			return fmt.Errorf("add subscribers: %w", err)
		}
	}
	return nil
}

// addSubscriptions makes the subscriptions that are new.
func (b *importBatch) addSubscriptions() error {
	now := micros(b.now)
	for part := range parts(b.joining) {
		args := make([]any, 0, 4+len(part)*4)
		args = append(args, b.Newsletter, b.Source, now, micros(b.Began))
		for _, i := range part {
			confirmed, left := int64(0), int64(0)
			switch b.rows[i].State {
			case newsletter.SubscriptionConfirmed:
				confirmed = now
			case newsletter.SubscriptionUnsubscribed:
				left = now
			case newsletter.SubscriptionPending, newsletter.SubscriptionSuppressed:
			}
			args = append(args, b.ids[i], b.rows[i].State, confirmed, left)
		}
		_, err := b.exec(`INSERT INTO subscription (subscriber_id, state, confirmed_at, unsubscribed_at,
			newsletter, source, created_at, imported_at) VALUES `+tuples(len(part), 4, 5, ", $1, $2, $3, $4"), args...)
		if err != nil {
			return fmt.Errorf("add subscriptions: %w", err)
		}
	}
	return nil
}

// stamp marks the subscriptions that this import has met, so that a second row
// of the same address is known for one however long the file is.
func (b *importBatch) stamp() error {
	query := `UPDATE subscription SET imported_at = $1 WHERE newsletter = $2 AND subscriber_id IN ` + places(3, together)
	for part := range slices.Chunk(b.seen, together) {
		args := make([]any, 2, 2+together)
		args[0], args[1] = micros(b.Began), b.Newsletter
		for i := range together {
			args = append(args, b.ids[part[min(i, len(part)-1)]])
		}
		if _, err := b.exec(query, args...); err != nil {
			return fmt.Errorf("mark rows: %w", err)
		}
	}
	return nil
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

// places is "($first, $first+1, …)" with n places.
func places(first, n int) string { return tuples(1, n, first, "") }

// tuples is n times "($first, … tail)" with that many columns before the tail,
// the places numbered on.
func tuples(n, columns, first int, tail string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		before := "($"
		for range columns {
			b.WriteString(before + strconv.Itoa(first))
			first++
			before = ", $"
		}
		b.WriteString(tail + ")")
	}
	return b.String()
}
