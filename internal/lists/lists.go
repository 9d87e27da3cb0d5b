// Package lists is in charge of lists of people that come in and go out: readers
// as CSV, JSON and the exports of other programs, suppressions, and a whole site
// in one file. Everything is streamed, however long it is; what cannot be right is
// refused with its line and the reason, and nobody who left is brought back.
package lists

import (
	"context"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// Config is what a Service works with. Now may be nil.
type Config struct {
	Store *store.Store
	// Newsletter is the newsletter of an ID; newsletter.ErrNotFound: there is none.
	Newsletter func(ctx context.Context, id string) (newsletter.Newsletter, error)
	// Ask is how people are asked to confirm a newsletter whose consent nobody
	// states.
	Ask func(ctx context.Context, n newsletter.Newsletter) (store.Ask, error)
	Now func() time.Time
}

// Service reads and writes lists. Its methods may be called by many goroutines.
type Service struct{ Config }

// New makes a Service.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Service{c}
}
