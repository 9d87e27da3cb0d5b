package lists_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
)

func TestService_ImportSuppressions_newsletters(t *testing.T) {
	s := mustSite(t)
	looked := map[string]int{}
	find := s.Service.Newsletter
	s.Service.Newsletter = func(ctx context.Context, id string) (newsletter.Newsletter, error) {
		looked[id]++
		return find(ctx, id)
	}
	file := "email,newsletter\n" + strings.Repeat("ann@example.org,\nbob@example.org,notes\ncy@example.org,gone\n", 3)
	refused := 0
	count, err := s.ImportSuppressions(t.Context(), strings.NewReader(file), lists.SuppressOptions{
		Newsletter: "harbor", Refused: func(lists.Refusal) error { refused++; return nil },
	})
	if err != nil || count.Added != 2 || count.Known != 4 || count.Refused != 3 || refused != 3 {
		t.Errorf("import: %+v with %d refused, %v", count, refused, err)
	}
	for _, id := range []string{"harbor", "notes", "gone"} {
		if looked[id] != 1 {
			t.Errorf("%s was looked for %d times, want once", id, looked[id])
		}
	}
	_, err = s.ImportSuppressions(t.Context(), strings.NewReader(file), lists.SuppressOptions{Newsletter: "gone"})
	if !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("a list for a newsletter that there is not: %v", err)
	}
}
