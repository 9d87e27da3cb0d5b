package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"tidings/internal/newsletter"
)

// importKnown is what the database has of an address.
type importKnown struct {
	id                                                int64
	name, firstName, tags, fields, language, timezone string
	state                                             newsletter.SubscriptionState // "": no subscription
	confirmed, left, imported                         int64
	fresh                                             bool // it is a row of this batch that is new
}

// look reads what is known of the batch's addresses.
func (b *importBatch) look() error {
	b.known = make(map[string]*importKnown, len(b.rows))
	query := `SELECT s.email_key, s.id, s.name, s.first_name, s.tags, s.fields, s.language, s.timezone,
			coalesce(p.state, ''), coalesce(p.confirmed_at, 0), coalesce(p.unsubscribed_at, 0), coalesce(p.imported_at, 0)
		FROM subscriber s LEFT JOIN subscription p ON p.newsletter = $1 AND p.subscriber_id = s.id
		WHERE s.email_key IN ` + places(together)
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
	err := r.Scan(&key, &k.id, &k.name, &k.firstName, &k.tags, &k.fields, &k.language, &k.timezone, &k.state, &k.confirmed, &k.left, &k.imported)
	if err != nil {
		return err
	}
	b.known[key] = &k
	return nil
}

// improve writes what a row says and the database does not know yet: values
// replace values, tags and fields come in addition. What a person chose
// themselves, their language and zone, stays.
func (b *importBatch) improve(row *ImportRow, k *importKnown) (changed bool, err error) {
	now := *k
	replace(&now.name, row.Name)
	replace(&now.firstName, row.FirstName)
	if k.language == "" {
		now.language = row.Language
	}
	if k.timezone == "" {
		now.timezone = row.Timezone
	}
	now.tags = joinTags(union(splitTags(k.tags), row.Tags))
	if now.fields, err = mergeFields(k.fields, row.Fields); err != nil {
		return false, err
	}
	if now == *k {
		return false, nil
	}
	_, err = b.exec(`UPDATE subscriber SET name = $2, first_name = $3, tags = $4, fields = $5, language = $6, timezone = $7,
		updated_at = $8 WHERE id = $1`, k.id, now.name, now.firstName, now.tags, now.fields, now.language, now.timezone, micros(b.now))
	if err != nil {
		return false, fmt.Errorf("update subscriber: %w", err)
	}
	return true, nil
}

func replace(old *string, with string) {
	if with != "" {
		*old = with
	}
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

// stamp marks the subscriptions that this import has met, so that a second row
// of the same address is known for one however long the file is.
func (b *importBatch) stamp() error {
	query := `UPDATE subscription SET imported_at = $1 WHERE newsletter = $2 AND subscriber_id IN ` + places(together)
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
