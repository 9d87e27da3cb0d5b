package main

import (
	"context"
	"fmt"
	"log/slog"
)

// holdQueues holds every issue that waits in a queue, and those whose files say
// ready, before this copy of the database begins to send: another copy may have
// sent them meanwhile.
func (d *desk) holdQueues(ctx context.Context) error {
	newsletters, err := d.folder.Newsletters()
	if err != nil {
		return err
	}
	for i := range newsletters {
		if _, _, err := d.publisher.Queue(ctx, &newsletters[i]); err != nil {
			return fmt.Errorf("look at the queue of %s: %w", newsletters[i].ID, err)
		}
	}
	held, err := d.store.HoldQueues(ctx, "restored: another copy may have sent it")
	if err == nil && held > 0 {
		d.log.Warn("adopted; issues in the queues are held, because another copy may have sent them: release or remove each",
			slog.Int("held", held))
	}
	return err
}
