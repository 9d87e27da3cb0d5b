package delivery

import (
	"context"
	"fmt"
	"sync"

	"tidings/internal/message"
	"tidings/internal/store"
)

// keepTemplates is how many compiled mails stay in memory.
const keepTemplates = 16

// templates compiles each frozen mail once and shares it between connections.
type templates struct {
	store    *store.Store
	composer *message.Composer

	mu   sync.Mutex
	byID map[int64]*message.Template
}

func newTemplates(s *store.Store, c *message.Composer) *templates {
	return &templates{store: s, composer: c, byID: map[int64]*message.Template{}}
}

// find returns the mail of that id, ready to be composed.
func (t *templates) find(ctx context.Context, mail int64) (*message.Template, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, ok := t.byID[mail]; ok {
		return c, nil
	}
	m, err := t.store.Mail(ctx, mail)
	if err != nil {
		return nil, fmt.Errorf("read frozen mail %d: %w", mail, err)
	}
	c, err := t.composer.Compile(m)
	if err != nil {
		return nil, fmt.Errorf("compile frozen mail %d: %w", mail, err)
	}
	if len(t.byID) >= keepTemplates {
		clear(t.byID)
	}
	t.byID[mail] = c
	return c, nil
}
