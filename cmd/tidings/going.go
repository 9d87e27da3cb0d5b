package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// going is how the sending of an issue goes at the moment.
type going struct {
	PerSecond float64             `json:"per_second"`             // messages of the whole site that relays take
	Seconds   int                 `json:"seconds_left,omitempty"` // at this rate; 0: nobody can say
	HeldUp    []newsletter.HeldUp `json:"held_up"`
}

func newGoing(h newsletter.Health, t newsletter.Tally, later int) *going {
	return &going{PerSecond: h.PerSecond, Seconds: int(h.TimeLeft(t, later).Seconds()), HeldUp: h.HeldUp}
}

// health is how sending goes for this site at the moment. Where no process sends,
// what the last one reported is of no use: why nothing is sent takes its place.
func (d *desk) health(ctx context.Context) (newsletter.Health, error) {
	lock, held, err := store.LookAtLock(d.lockFile())
	if err != nil {
		return newsletter.Health{}, err
	}
	why := ""
	if err := d.store.Home(ctx, lock); errors.Is(err, store.ErrNotAdopted) {
		why = err.Error()
		if h, ok := errors.AsType[*newsletter.Hinted](err); ok {
			why += "; " + h.Hint
		}
	} else if err != nil {
		return newsletter.Health{}, err
	} else if held == nil {
		why = "nothing sends for this site now; tidings serve does"
	}
	if why != "" {
		return newsletter.Health{HeldUp: []newsletter.HeldUp{{What: "this machine", Why: why}}}, nil
	}
	h, err := d.store.Health(ctx)
	return h.Fresh(time.Now()), err
}

// print tells a person; of nil, nothing.
func (g *going) print(w io.Writer) {
	if g == nil {
		return
	}
	if g.Seconds > 0 {
		fmt.Fprintf(w, "%.1f a second, about %s left\n", g.PerSecond, time.Duration(g.Seconds)*time.Second)
	}
	for _, h := range g.HeldUp {
		fmt.Fprintf(w, "held up by %s: %s", h.What, h.Why)
		if !h.Until.IsZero() {
			fmt.Fprintf(w, " (again at %s)", clockTime(h.Until.Local(), time.Now()))
		}
		fmt.Fprintln(w)
	}
}

// clockTime is a time as a clock shows it, with its day unless that is today.
func clockTime(at, now time.Time) string {
	if at.Format(time.DateOnly) == now.In(at.Location()).Format(time.DateOnly) {
		return at.Format(time.TimeOnly)
	}
	return at.Format(time.DateTime)
}
