package store

import (
	"testing"

	"tidings/internal/newsletter"
)

// mustMultiply makes so many more of the one notice that there is.
func mustMultiply(t *testing.T, s *Store, n int) {
	t.Helper()
	err := s.update(t.Context(), func(t *tx) error {
		_, err := t.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
			INSERT INTO issue (newsletter, slug, kind, state, mail_id, title, created_at, audience, queued)
			SELECT newsletter, slug || '-' || n.i, kind, state, mail_id, title, created_at, 1, 1 FROM issue, n`, n)
		if err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO delivery (issue_id, subscriber_id, email, state, due_at, created_at, updated_at)
			SELECT i.id, d.subscriber_id, d.email, d.state, d.due_at, d.created_at, d.updated_at FROM delivery d, issue i WHERE i.id <> d.issue_id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A thousand notices that wait, for their time or for a provider that takes none,
// keep neither an issue waiting nor whoever has just signed up.
func TestOpenIssues_ManyNotices(t *testing.T) {
	s := mustOpen(t)
	mustSubscribe(t, s, "ann@example.org", "harbor")
	mustMultiply(t, s, noticesMost)
	mustReaders(t, s, 1)
	mustPublish(t, s, "frost")
	mustSubscribe(t, s, "bob@example.org", "harbor")

	open, err := s.OpenIssues(t.Context())
	if err != nil || len(open) != noticesMost+1 {
		t.Fatalf("%d are open, %v; want %d notices and the issue", len(open), err, noticesMost)
	}
	if last := open[len(open)-1]; last.Slug != "frost" {
		t.Errorf("the last is %s, want the issue", last.Slug)
	}
	newest := open[len(open)-2]
	due, _, err := s.Due(t.Context(), newest.ID, s.now(), Cursor{}, 1)
	if err != nil || len(due) != 1 || due[0].Subscriber.Email != "bob@example.org" {
		t.Errorf("the newest notice is to %+v, %v; want Bob", due, err)
	}

	err = s.update(t.Context(), func(t *tx) error { // none of the notices is due
		_, err := t.exec(`UPDATE delivery SET state = 'deferred', due_at = due_at + 3600000000
			WHERE issue_id IN (SELECT id FROM issue WHERE kind <> 'issue')`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	open, err = s.OpenIssues(t.Context())
	if err != nil || len(open) != 1 || open[0].Kind != newsletter.KindIssue {
		t.Errorf("%d are open, %v; want the issue alone", len(open), err)
	}
	sending, err := s.SendingIssues(t.Context(), "harbor")
	if err != nil || len(sending) != 1 || sending[0].Slug != "frost" {
		t.Errorf("SendingIssues = %d, %v; want the issue alone", len(sending), err)
	}
}
