package main

import (
	"fmt"
	"io"
	"time"

	"tidings/internal/newsletter"
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
			fmt.Fprintf(w, " (again at %s)", h.Until.Local().Format(time.TimeOnly))
		}
		fmt.Fprintln(w)
	}
}
