package store

import (
	"context"
	"fmt"
	"strings"

	"tidings/internal/newsletter"
)

// audienceSQL is an audience as a condition on the table subscriber under the
// name s, and its arguments, of which the first is numbered firstArg. The issue
// that is frozen and the count that people see use the same condition.
func audienceSQL(a newsletter.Audience, firstArg int) (cond string, args []any) {
	w := audienceWriter{first: firstArg}
	w.write(a)
	return w.text.String(), w.args
}

// reachable is the condition on the table subscription, under the name p, for
// who gets an issue that is frozen at the time $2.
const reachable = `p.state = 'confirmed' AND p.paused_until <= $2`

// CountAudience is how many readers of a newsletter an issue for that audience
// would have now.
func (s *Store) CountAudience(ctx context.Context, newsletterID string, a newsletter.Audience) (int, error) {
	query, args := `SELECT count(*) FROM subscription p WHERE p.newsletter = $1 AND `+reachable, []any{newsletterID, micros(s.now())}
	if a.Op != newsletter.AudienceAll {
		cond, more := audienceSQL(a, 3)
		query = `SELECT count(*) FROM subscription p JOIN subscriber s ON s.id = p.subscriber_id
			WHERE p.newsletter = $1 AND ` + reachable + ` AND ` + cond
		args = append(args, more...)
	}
	var n int
	if err := s.read.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count audience: %w", plain(err))
	}
	return n, nil
}

// CountBlank is how many of the readers that CountAudience counts have nothing
// where {{ subscriber.field }} stands: their name, their first_name, or a field
// that the newsletter declares.
func (s *Store) CountBlank(ctx context.Context, newsletterID string, a newsletter.Audience, field string) (int, error) {
	blank := newsletter.Audience{Op: newsletter.AudienceField, Name: field}
	and := ""
	switch field {
	case "name":
		blank, and = newsletter.Audience{}, " AND s.name = ''"
	case "first_name":
		blank, and = newsletter.Audience{}, " AND s.first_name = ''"
	}
	cond, args := audienceSQL(newsletter.Audience{Op: newsletter.AudienceAnd, Of: []newsletter.Audience{a, blank}}, 3)
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM subscription p JOIN subscriber s ON s.id = p.subscriber_id
		WHERE p.newsletter = $1 AND `+reachable+` AND `+cond+and, append([]any{newsletterID, micros(s.now())}, args...)...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count readers without %s: %w", field, plain(err))
	}
	return n, nil
}

// audienceWriter writes a condition. What people wrote goes into arguments only.
type audienceWriter struct {
	text  strings.Builder
	args  []any
	first int
}

func (w *audienceWriter) write(a newsletter.Audience) {
	switch a.Op {
	case newsletter.AudienceAll:
		w.text.WriteString("TRUE")
	case newsletter.AudienceAnd:
		w.join(a.Of, " AND ")
	case newsletter.AudienceOr:
		w.join(a.Of, " OR ")
	case newsletter.AudienceNot:
		w.text.WriteString("NOT ")
		w.join(a.Of, "")
	case newsletter.AudienceTag:
		fmt.Fprintf(&w.text, `s.tags LIKE $%d ESCAPE '\'`, w.arg(likeTag(a.Name)))
	case newsletter.AudienceField:
		w.text.WriteString(`coalesce(s.fields ->> `)
		fmt.Fprintf(&w.text, `CAST($%d AS TEXT), '') = $%d`, w.arg(a.Name), w.arg(a.Value))
	}
}

func (w *audienceWriter) join(of []newsletter.Audience, between string) {
	w.text.WriteString("(")
	for i, a := range of {
		if i > 0 {
			w.text.WriteString(between)
		}
		w.write(a)
	}
	w.text.WriteString(")")
}

// arg adds an argument and returns its number.
func (w *audienceWriter) arg(v any) int {
	w.args = append(w.args, v)
	return w.first + len(w.args) - 1
}

// likeTag is the pattern for one tag in ',a,b,'.
func likeTag(tag string) string { return "%," + likeEscape(tag) + ",%" }

// likeEscape makes s stand for itself in LIKE … ESCAPE '\'.
func likeEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
