package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

func (a *app) statusCommand() *cobra.Command {
	var readers string
	c := &cobra.Command{
		Use:   "status [ISSUE]",
		Short: "Show how far issues have got",
		Long: "Show an issue, named newsletter/slug, or the newest issues of the site. Each report closes\n" +
			"with the equation: sent + failed + unknown + skipped = audience. With --readers, name those readers\n" +
			"of an issue who are in one of its states, each with the last answer of the relay.",
		Example: "  tidings status\n  tidings status harbor/first-frost --json\n  tidings status harbor/first-frost --readers unknown",
		Args:    wants("[ISSUE]"),
		RunE: func(c *cobra.Command, args []string) error {
			state, err := readDeliveryState(readers)
			if err != nil {
				return err
			}
			if state != "" && len(args) == 0 {
				return usage("write tidings status newsletter/slug --readers "+readers, "--readers wants an issue")
			}
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error {
				switch {
				case state != "":
					return a.statusReaders(ctx, d, args[0], state)
				case len(args) == 1:
					return a.statusOf(ctx, d, args[0])
				}
				return a.statusOfAll(ctx, d)
			})
		},
	}
	c.Flags().StringVar(&readers, "readers", "", "name the readers in this `STATE`: "+strings.Join(words(newsletter.DeliveryStates()), ", "))
	return c
}

// issueStatus is an issue as status prints it.
type issueStatus struct {
	Newsletter string `json:"newsletter"`
	Slug       string `json:"slug"`
	Title      string `json:"title"`
	State      string `json:"state"` // a newsletter.IssueState, or in the queue a publish.Standing
	newsletter.Tally
	Reason     string     `json:"reason,omitempty"` // why it is held or paused
	SlotAt     *time.Time `json:"slot_at"`
	StartedAt  *time.Time `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
	Going      *going     `json:"going,omitempty"` // only of an issue that is being sent
}

func newIssueStatus(i *store.Issue) issueStatus {
	return issueStatus{
		Newsletter: i.Newsletter, Slug: i.Slug, Title: i.Title, State: string(i.State), Tally: i.Tally, Reason: i.Reason,
		SlotAt: optional(i.SlotAt), StartedAt: optional(i.StartedAt), FinishedAt: optional(i.FinishedAt),
	}
}

// optional is nil for the zero time, which JSON shows as null.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (a *app) statusOf(ctx context.Context, d *desk, ref string) error {
	i, err := findIssue(ctx, d, ref)
	if errors.Is(err, newsletter.ErrNotFound) {
		return a.statusOfQueued(ctx, d, ref, err)
	}
	if err != nil {
		return err
	}
	status := newIssueStatus(i)
	later, last, err := d.store.Later(ctx, i.ID, time.Now())
	if err != nil {
		return err
	}
	if i.State == newsletter.IssueSending {
		h, err := d.health(ctx)
		if err != nil {
			return err
		}
		status.Going = newGoing(h, i.Tally, later)
	}
	if a.json {
		return a.printJSON(status)
	}
	fmt.Fprintf(a.stdout, "%s/%s  %s\n%s\n", i.Newsletter, i.Slug, i.State, equation(i.Tally))
	if i.Reason != "" {
		fmt.Fprintf(a.stdout, "%s because: %s\n", i.State, i.Reason)
	}
	if err := a.printAnswers(ctx, d, i); err != nil {
		return err
	}
	status.Going.print(a.stdout)
	if later > 0 {
		fmt.Fprintf(a.stdout, "later, for local_time or quiet_gap: %s, the last at %s\n", count(later, "reader"), last.Format(time.RFC3339))
	}
	return nil
}

// printAnswers says why readers did not get an issue, or not yet, or may not have.
func (a *app) printAnswers(ctx context.Context, d *desk, i *store.Issue) error {
	if i.Failed+i.Deferred+i.Unknown == 0 {
		return nil
	}
	answers, err := d.store.Answers(ctx, i.ID)
	if err != nil {
		return err
	}
	for _, r := range answers {
		fmt.Fprintf(a.stdout, "%s, %s: %s\n", r.State, count(r.Readers, "reader"), cmp.Or(r.Receipt.Discreet(), "no words"))
	}
	if len(answers) > 0 {
		fmt.Fprintf(a.stdout, "To see who: tidings status %s/%s --readers %s\n", i.Newsletter, i.Slug, answers[0].State)
	}
	return nil
}

// findIssue finds an issue by newsletter/slug.
func findIssue(ctx context.Context, d *desk, ref string) (*store.Issue, error) {
	id, slug, ok := strings.Cut(ref, "/")
	if !ok {
		return nil, usage("write newsletter/slug, such as harbor/first-frost", "%q names no issue", ref)
	}
	i, err := d.store.FindIssue(ctx, id, slug)
	if err != nil {
		return nil, newsletter.Hint(fmt.Errorf("issue %s: %w", ref, err), "tidings status lists what was published")
	}
	return i, nil
}

func (a *app) statusOfAll(ctx context.Context, d *desk) error {
	const newest = 50
	issues, err := d.store.Issues(ctx, newest)
	if err != nil {
		return err
	}
	if a.json {
		all := make([]issueStatus, len(issues))
		for n := range issues {
			all[n] = newIssueStatus(&issues[n])
		}
		return a.printJSON(all)
	}
	if err := a.announceSending(ctx, d); err != nil {
		return err
	}
	if len(issues) == 0 {
		fmt.Fprintln(a.stdout, "No issue was published yet. Try: tidings publish FILE --now --wait")
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ISSUE\tSTATE\tSENT\tOPEN\tFAILED\tUNKNOWN\tSKIPPED\tAUDIENCE")
	for _, i := range issues {
		fmt.Fprintf(w, "%s/%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n",
			i.Newsletter, i.Slug, i.State, i.Sent, i.Open(), i.Failed, i.Unknown, i.Skipped, i.Audience)
	}
	return w.Flush()
}

// equation is what every report ends with.
func equation(t newsletter.Tally) string {
	s := fmt.Sprintf("sent %d + failed %d + unknown %d + skipped %d", t.Sent, t.Failed, t.Unknown, t.Skipped)
	if open := t.Open(); open > 0 {
		s += fmt.Sprintf(" + still open %d", open)
	}
	s += fmt.Sprintf(" = audience %d", t.Audience)
	if t.Unknown > 0 {
		s += "\nUnknown: the relay took the letter but the line went dead before it said so. It most likely\n" +
			"arrived. We will not send it again unless you ask."
	}
	return s
}
