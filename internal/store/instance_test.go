package store

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

func TestAcquireLock_OneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "data.lock")
	lock, err := AcquireLock(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = AcquireLock(path)
	hint, ok := errors.AsType[*newsletter.Hinted](err)
	if !errors.Is(err, newsletter.ErrLocked) || !ok || !strings.Contains(hint.Hint, Holder()) {
		t.Errorf("second holder: %v (%+v); want refused, with who holds it", err, hint)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := AcquireLock(path)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
}
