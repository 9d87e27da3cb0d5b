package delivery

import (
	"context"
	"log/slog"
	"time"
)

// resendAfter is how long a delivery stays unknown before the policy "resend"
// sends the same bytes again: evidence of the first copy may still come in
// (rule R8).
const resendAfter = 15 * time.Minute

// resendUnknown queues unknown deliveries again, until ctx ends, where the
// operator would rather have two copies than none.
func (w *Worker) resendUnknown(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if err := w.resendRipe(ctx); err != nil && ctx.Err() == nil {
			w.config.Log.Error("resend unknown deliveries", slog.Any("error", err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (w *Worker) resendRipe(ctx context.Context) error {
	issues, err := w.config.Store.WithUnknown(ctx)
	if err != nil {
		return err
	}
	for _, i := range issues {
		n, err := w.config.Store.ResendUnknown(ctx, i.ID, time.Now().Add(-resendAfter))
		if err != nil {
			return err
		}
		if n > 0 {
			w.config.Log.Warn("sending unknown deliveries again, as the settings say",
				slog.String("issue", i.Newsletter+"/"+i.Slug), slog.Int("deliveries", n))
		}
	}
	return nil
}
