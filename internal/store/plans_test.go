package store

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

// readsAll is the plan of a step that reads all of a table which grows with readers,
// or all deliveries of an issue.
var readsAll = regexp.MustCompile(`^SCAN (delivery|subscriber|subscription|consent|suppression|notice|[dpscn]|mine|other)\b` +
	`|^SEARCH (delivery|d|mine|other) USING (PRIMARY KEY|INDEX \S+) \(issue_id=\?\)$`)

// mayRead are the beginnings of statements that seem to, and do not.
var mayRead = []string{
	`SELECT EXISTS (SELECT 1 FROM suppression),`,        // the first row
	`SELECT subscriber_id, state FROM delivery`,         // the first of an index, up to a limit
	`DELETE FROM issue WHERE id = $1`,                   // looks whether a delivery is left
	`DELETE FROM delivery WHERE issue_id = $1`,          // of a mail to one person
	`DELETE FROM notice WHERE issue_id = $1 AND subscr`, // of a mail to one person
}

// No statement of the writer reads all readers, or all deliveries of an issue:
// everybody who signs up or leaves would wait for it.
func TestWriter_ReadsNoWholeTable(t *testing.T) {
	s := mustOpen(t)
	mustDoEverything(t, s)
	looked := 0
	err := s.update(t.Context(), func(x *tx) error {
		for query := range x.w.stmts {
			looked++
			if slices.ContainsFunc(mayRead, func(begin string) bool { return strings.HasPrefix(query, begin) }) {
				continue
			}
			rows, err := x.w.conn.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, argsOf(query)...)
			if err != nil {
				return fmt.Errorf("%s: %w", query, err)
			}
			err = eachRow(rows, func(r *sql.Rows) error {
				var id, parent, unused int
				var plan string
				err := r.Scan(&id, &parent, &unused, &plan)
				if readsAll.MatchString(plan) {
					t.Errorf("%s\nin: %s", plan, query)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked < 80 {
		t.Errorf("only %d statements were looked at", looked)
	}
}

// How many wait for a time of their own is counted without reading the others.
func TestLater_ReadsNoWholeIssue(t *testing.T) {
	s := mustOpen(t)
	var id, parent, unused int
	var plan string
	err := s.read.QueryRowContext(t.Context(), "EXPLAIN QUERY PLAN "+countLater, argsOf(countLater)...).Scan(&id, &parent, &unused, &plan)
	if want := "SEARCH delivery USING INDEX delivery_due (issue_id=? AND due_at>?)"; plan != want || err != nil {
		t.Errorf("%s, %v, want %s", plan, err, want)
	}
}

// argsOf is as many arguments as a query wants.
func argsOf(query string) []any {
	most := 0
	for _, number := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(query, -1) {
		n, _ := strconv.Atoi(number[1])
		most = max(most, n)
	}
	return make([]any, most+strings.Count(query, "?"))
}

// mustDoEverything does all that a site does with its readers, once.
func mustDoEverything(t *testing.T, s *Store) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s.chunk = 8
	epoch := mustBegin(t, s)
	ids := mustReaders(t, s, 30)
	var lives []int64
	for n := range 4 {
		id, _ := mustLife(t, s, n)
		lives = append(lives, id)
	}
	_, err := s.Publish(t.Context(), Publication{Slug: "frost", Mail: sampleMail("frost"), QuietGap: gap})
	must(err)
	frost := mustFind(t, s, "frost")
	due, _, err := s.Due(t.Context(), frost.ID, time.Now(), Cursor{}, 1000)
	must(err)
	states := []newsletter.DeliveryState{newsletter.Sent, newsletter.Deferred, newsletter.Failed, newsletter.Unknown}
	for i, d := range due[:len(due)-8] {
		mustTake(t, s, d, epoch, states[i%len(states)])
	}
	wall := time.Now().Add(time.Hour)
	_, err = s.Publish(t.Context(), Publication{
		Slug: "second", Mail: sampleMail("second"), QuietGap: gap, Wall: wall,
		Audience: mustAudience(t, `tag:clients and field.city = "Tacoma"`),
	})
	must(err)
	second := mustFind(t, s, "second")
	must(s.SetDue(t.Context(), second.ID, map[string]time.Time{"Asia/Tokyo": wall}, wall))
	_, err = s.KeepQuiet(t.Context())
	must(err)
	must(s.update(t.Context(), func(t *tx) error { return t.waitQuietly(due[0]) }))
	must(s.Pause(t.Context(), frost.ID))
	must(s.Resume(t.Context(), frost.ID))
	_, err = s.ResendUnknown(t.Context(), frost.ID, time.Now())
	must(err)
	mustChange(t, s, lives[0], "vanish.second@example.net")
	_, err = s.Unsubscribe(t.Context(), "harbor", ids[0], newsletter.Proof{})
	must(err)
	_, err = s.Resubscribe(t.Context(), "harbor", ids[0], time.Hour, newsletter.Proof{})
	must(err)
	_, err = s.Unsubscribe(t.Context(), "", ids[0], newsletter.Proof{})
	must(err)
	_, err = s.ResubscribeAll(t.Context(), ids[0], time.Hour, newsletter.Proof{})
	must(err)
	_, err = s.PauseReader(t.Context(), "harbor", ids[1], time.Now().Add(time.Hour), newsletter.Proof{})
	must(err)
	must(s.SetPerson(t.Context(), newsletter.Subscriber{ID: ids[2], Timezone: "Asia/Tokyo"}, newsletter.Proof{}))
	mustSuppress(t, s, "reader3@example.org", "", newsletter.SuppressedBounced)
	must(s.Release(t.Context(), "reader3@example.org", ""))
	mustSuppress(t, s, hashOf("reader4@example.org"), "", newsletter.SuppressedBlocked)
	_, err = s.SettleHashes(t.Context())
	must(err)
	must(s.Release(t.Context(), hashOf("reader4@example.org"), ""))
	must(s.SettleSilenced(t.Context()))
	_, err = s.SuppressDead(t.Context(), due[5], "relay")
	must(err)
	must(s.ReleaseDead(t.Context(), due[5], "relay"))
	mustImport(t, s, ImportRow{Email: "reader7@example.org", Tags: []string{"new"}}, ImportRow{Email: "import@example.org"})
	must(s.Erase(t.Context(), lives[1], "page"))
	must(s.Cancel(t.Context(), frost.ID))
	mustSettleMails(t, s, epoch)
	later(s, 400*aDay)
	for _, name := range []string{"harbor", "tides"} {
		_, _, err = s.Remind(t.Context(), name, s.now(), sampleQuestion)
		must(err)
		_, err = s.ExpireUnconfirmed(t.Context(), name, s.now(), nil)
		must(err)
		_, err = s.EraseLeft(t.Context(), name, map[string]time.Time{"harbor": s.now(), "tides": s.now()}, "retention", nil)
		must(err)
		_, err = s.ClearDeliveries(t.Context(), name, s.now())
		must(err)
	}
	_, err = s.DropNotices(t.Context(), s.now())
	must(err)
}
