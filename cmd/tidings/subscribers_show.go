package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
)

func (a *app) subscribersShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show EMAIL",
		Short: "Tell all that is known of one person",
		Long: "Tell all that is known of one person: who they are, what they read, each consent with the words\n" +
			"that were shown, what stands against their address, and every mail. Receipts of consent are\n" +
			"sealed one to the next: a change to any of them is said.",
		Example: "  tidings subscribers show ada@example.org\n  tidings subscribers show ada@example.org --json",
		Args:    wants("EMAIL"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error {
				story, err := d.signup.Show(ctx, args[0])
				if err != nil {
					return fmt.Errorf("%s: %w", args[0], err)
				}
				if a.json {
					return a.printJSON(story)
				}
				return printStory(a.stdout, &story)
			})
		},
	}
}

const day = "2006-01-02 15:04 MST"

// printStory tells a person's story, a section after the other.
func printStory(out io.Writer, s *signup.Story) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	printPerson(w, s)
	fmt.Fprintln(w)
	for _, p := range s.Subscriptions {
		fmt.Fprintf(w, "%s\t%s\n", p.Newsletter, standing(&p))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	printConsents(w, s)
	if len(s.Suppressions) > 0 {
		fmt.Fprintln(w, "\nSUPPRESSED\tFOR\tREASON\tBY")
		for _, p := range s.Suppressions {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.CreatedAt.Format(day), cmp.Or(p.Newsletter, "all"), p.Reason, p.Source)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(s.Mails) > 0 {
		fmt.Fprintln(w, "\nMAIL\tWHAT\tTO\tSTATE\tANSWER")
		for _, m := range s.Mails {
			fmt.Fprintf(w, "%s\t%s/%s\t%s\t%s\t%s\n", m.At.Format(day), m.Newsletter, m.Slug, m.Email, m.State, oneLine(m.Reply))
		}
	}
	return w.Flush()
}

func printPerson(w io.Writer, s *signup.Story) {
	fmt.Fprintf(w, "email\t%s\n", s.Email)
	mails := ""
	if s.PlainText {
		mails = "as plain text"
	}
	for _, line := range [][2]string{
		{"wants to move to", s.NewEmail},
		{"name", s.Name},
		{"first name", s.FirstName},
		{"tags", strings.Join(s.Tags, ", ")},
		{"language", s.Language},
		{"time zone", s.Timezone},
		{"gets mail", mails},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", line[0], line[1])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
		fmt.Fprintf(w, "field %s\t%s\n", name, s.Fields[name])
	}
	fmt.Fprintf(w, "known since\t%s\n", s.CreatedAt.Format(day))
}

// standing is where a subscription stands, in words.
func standing(p *newsletter.Subscription) string {
	words := fmt.Sprintf("%s, by %s, since %s", p.State, p.Source, p.CreatedAt.Format(day))
	if !p.ConfirmedAt.IsZero() {
		words += ", confirmed " + p.ConfirmedAt.Format(day)
	}
	if !p.UnsubscribedAt.IsZero() {
		words += ", left " + p.UnsubscribedAt.Format(day)
	}
	if p.LeftBecause != "" {
		words += fmt.Sprintf(" because %q", p.LeftBecause)
	}
	if p.Paused(time.Now()) {
		words += ", paused until " + p.PausedUntil.Format(day)
	}
	return words
}

// printConsents lists the receipts, says loudly where they were changed, and
// prints each text that was shown once, below its version.
func printConsents(w io.Writer, s *signup.Story) {
	if len(s.Consents) == 0 {
		return
	}
	fmt.Fprintln(w, "\nCONSENT\tWHEN\tWHAT\tFOR\tHOW\tWORDS\tNETWORK\tPROGRAM")
	shown, order := map[string]string{}, []string{}
	broken := 0
	for _, c := range s.Consents {
		how := c.Source
		if c.Actor != "" {
			how += " (" + c.Actor + ")"
		}
		mark := ""
		if !c.Intact {
			mark = "  CHANGED, or one before it"
			broken = cmp.Or(broken, c.N)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s%s\n", c.N, c.At.Format(day), c.Act, cmp.Or(c.Newsletter, "all"), how,
			cmp.Or(c.Version, "-"), cmp.Or(short(c.Network), "-"), cmp.Or(short(c.Agent), "-"), mark)
		if c.Version != "" && shown[c.Version] == "" {
			shown[c.Version], order = c.Words, append(order, c.Version)
		}
	}
	if broken > 0 {
		fmt.Fprintf(w, "\nTHESE RECEIPTS ARE NOT AS THEY WERE WRITTEN, from number %d on: somebody changed the database.\n", broken)
	}
	for _, version := range order {
		fmt.Fprintf(w, "\nThe words %s:\n  %s\n", version, strings.ReplaceAll(shown[version], "\n", "\n  "))
	}
}

// short is as much of a keyed hash as tells two apart.
func short(hash string) string { return hash[:min(len(hash), 8)] }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
