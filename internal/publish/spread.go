package publish

import (
	"context"
	"log/slog"
	"time"

	"tidings/internal/schedule"
)

// spread gives the deliveries of issues in their readers' own time the instant
// at which their reader's clock shows it. A zone that is not known is the
// newsletter's own.
func (p *Publisher) spread(ctx context.Context) error {
	issues, err := p.config.Store.Unzoned(ctx)
	if err != nil {
		return err
	}
	for id, i := range issues {
		home := time.UTC
		if n, err := p.config.Site.Newsletter(i.Newsletter); err == nil {
			home = n.Zone // a newsletter that is gone meanwhile has none
		}
		names, err := p.config.Store.ReaderZones(ctx, id)
		if err != nil {
			return err
		}
		due := map[string]time.Time{}
		for _, name := range names {
			if zone, err := schedule.Zone(name); err == nil {
				due[name] = schedule.Instant(i.Wall, zone).Add(-p.config.Offset)
			}
		}
		if err := p.config.Store.SetDue(ctx, id, due, schedule.Instant(i.Wall, home).Add(-p.config.Offset)); err != nil {
			return err
		}
		p.config.Log.Info("each reader gets it in their own time", slog.String("issue", i.Newsletter+"/"+i.Slug),
			slog.String("time", i.Wall.Format("Monday 15:04")), slog.Int("zones", len(due)))
	}
	return nil
}

// keepQuiet moves what would come too soon after another issue to its reader.
func (p *Publisher) keepQuiet(ctx context.Context) error {
	if p.config.Site.Config.Delivery.QuietGap == 0 {
		return nil
	}
	n, err := p.config.Store.KeepQuiet(ctx)
	if n > 0 {
		p.config.Log.Info("readers wait for their next issue, so that two do not come close together",
			slog.Int("readers", n), slog.Duration("quiet_gap", p.config.Site.Config.Delivery.QuietGap))
	}
	return err
}
