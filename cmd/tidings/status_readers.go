package main

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidings/internal/newsletter"
)

// deliveryLine is a reader of an issue as status --readers prints them.
type deliveryLine struct {
	Email     string                   `json:"email"` // empty: erased since
	State     newsletter.DeliveryState `json:"state"`
	Attempts  int                      `json:"attempts"`
	Answer    string                   `json:"answer"` // of the relay, the last one
	UpdatedAt time.Time                `json:"updated_at"`
	DueAt     *time.Time               `json:"due_at"` // of what is still to be sent
}

// readDeliveryState reads --readers; "" is none.
func readDeliveryState(text string) (newsletter.DeliveryState, error) {
	state, all := newsletter.DeliveryState(text), newsletter.DeliveryStates()
	if text != "" && !slices.Contains(all, state) {
		return "", usage("one of "+strings.Join(words(all), ", "), "--readers %q is not known", text)
	}
	return state, nil
}

// statusReaders names the readers of an issue whose deliveries are in a state.
func (a *app) statusReaders(ctx context.Context, d *desk, ref string, state newsletter.DeliveryState) error {
	i, err := findIssue(ctx, d, ref)
	if err != nil {
		return err
	}
	out := newLister(a, "No reader of "+ref+" is "+string(state)+".", "EMAIL", "SINCE", "ATTEMPTS", "ANSWER")
	for r, err := range d.store.Deliveries(ctx, i.ID, state) {
		if err != nil {
			return err
		}
		line := deliveryLine{
			Email: r.Email, State: state, Attempts: r.Attempts, Answer: r.Receipt.String(),
			UpdatedAt: r.UpdatedAt,
		}
		if state == newsletter.Queued || state == newsletter.Deferred {
			line.DueAt = optional(r.DueAt)
		}
		err := out.print(line, cmp.Or(r.Email, "(erased)"), r.UpdatedAt.UTC().Format(day), strconv.Itoa(r.Attempts), line.Answer)
		if err != nil {
			return err
		}
	}
	return out.finish()
}
