package delivery

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// Connections that fail together count once, and each time after is waited for longer,
// up to a minute, for days.
func TestTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var trouble trouble
		log := slog.New(slog.DiscardHandler)
		for wait, n := firstWait, 0; n < 70; n++ {
			for range 4 {
				trouble.add(log, errors.New("connection refused"))
			}
			began := time.Now()
			trouble.wait(t.Context())
			if got := time.Since(began); got < wait || got > wait*5/4 {
				t.Fatalf("waited %v after %d failures, want %v and a jitter", got, n+1, wait)
			}
			wait = min(2*wait, longWait)
		}
		trouble.clear(log)
		if why, _ := trouble.now(); why != "" {
			t.Errorf("it is over and still says %s", why)
		}
	})
}
