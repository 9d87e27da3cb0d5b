package lists

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// Rows come back in the order of their addresses, those of one address in the
// order of the file, over many runs.
func TestSorter(t *testing.T) {
	var s sorter
	defer s.close()
	const rows, people = 150_000, 100_003
	for i := range rows {
		row := store.ImportRow{
			Key: fmt.Sprintf("reader%07d@example.org", i*7919%people), Email: "R@example.org", Name: strconv.Itoa(i), Tags: []string{"a", "b"},
			State: newsletter.SubscriptionConfirmed, Fields: map[string]string{"city": "Tacoma", "note": "long enough to fill several runs of the sorter"},
			CreatedAt: time.UnixMicro(int64(i)).UTC(),
		}
		if err := s.add(&row); err != nil {
			t.Fatal(err)
		}
	}
	n, key, name := 0, "", -1
	err := s.each(func(r store.ImportRow) error {
		var i int
		if _, err := fmt.Sscan(r.Name, &i); err != nil {
			return err
		}
		if r.Key < key || r.Key == key && i < name {
			t.Fatalf("%s %d comes after %s %d", r.Key, i, key, name)
		}
		key, name = r.Key, i
		n++
		return nil
	})
	if err != nil || n != rows || len(s.runs) < 3 {
		t.Errorf("%d rows of %d runs, %v", n, len(s.runs), err)
	}
}

// The first rows of a long file are handed on as they come, the rest sorted, and
// none is lost.
func TestFeeder(t *testing.T) {
	out := make(chan batch, 100)
	f := feeder{ctx: t.Context(), out: out, after: store.ImportBatch}
	defer f.later.close()
	const rows = 5*store.ImportBatch + 7
	for i := range rows {
		f.b.rows = append(f.b.rows, store.ImportRow{Key: fmt.Sprintf("r%08d", i*7919%1_000_003), Name: strconv.Itoa(i)})
		if i == rows/2 {
			f.b.refused = append(f.b.refused, Refusal{Line: i})
		}
		if err := f.pass(i == rows-1); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.rest(); err != nil {
		t.Fatal(err)
	}
	close(out)
	var keys []string
	refused := 0
	for b := range out {
		if len(keys) < store.ImportBatch && len(b.rows) > 0 && b.rows[0].Name != strconv.Itoa(len(keys)) {
			t.Errorf("row %s comes at %d", b.rows[0].Name, len(keys))
		}
		for _, r := range b.rows {
			keys = append(keys, r.Key)
		}
		refused += len(b.refused)
	}
	if len(keys) != rows || refused != 1 || !slices.IsSorted(keys[store.ImportBatch:]) || slices.IsSorted(keys[:store.ImportBatch]) {
		t.Errorf("%d rows, %d refused, sorted %t", len(keys), refused, slices.IsSorted(keys[store.ImportBatch:]))
	}
}

func FuzzReadRowOf(f *testing.F) {
	f.Add(string(appendRow(nil, &store.ImportRow{
		Key: "k", Email: "e", Name: "n", Tags: []string{"x", "y"}, Gone: "unsubscribed", GoneAt: time.UnixMicro(-5).UTC(), Fields: map[string]string{"a": "b"},
	})))
	f.Add("\x00\x01")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := readRowOf(text)
		if err != nil {
			return
		}
		again, err := readRowOf(string(appendRow(nil, &r)))
		if diff := cmp.Diff(r, again); err != nil || diff != "" {
			t.Errorf("%v:\n%s", err, diff)
		}
	})
}
