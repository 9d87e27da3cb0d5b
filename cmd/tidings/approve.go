package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
)

// approveFlags is how an approval is asked for.
type approveFlags struct {
	by   string
	hash string
	list bool
}

func (a *app) approveCommand() *cobra.Command {
	var f approveFlags
	c := &cobra.Command{
		Use:   "approve FILE",
		Short: "Approve an issue exactly as it is",
		Long: "Approve an issue, for newsletters with approval = \"required\". The approval is bound to the\n" +
			"SHA-256 of what would be sent: when a byte of the file, a picture, the theme or a template\n" +
			"changes, the issue is not approved any more. Who approved what and when is kept.",
		Example: "  tidings approve harbor/first-frost\n  tidings approve harbor/first-frost --list",
		Args:    wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error { return a.approve(ctx, d, args[0], f) })
		},
	}
	c.Flags().StringVar(&f.by, "by", "", "the `NAME` of who approves (default who is logged in here)")
	c.Flags().StringVar(&f.hash, "sha256", "", "refuse unless this is the `HASH` of what would be sent, as shown before")
	c.Flags().BoolVar(&f.list, "list", false, "print who approved it and when, and approve nothing")
	return c
}

// approval is a consent as it is printed.
type approval struct {
	Newsletter string     `json:"newsletter"`
	Slug       string     `json:"slug"`
	SHA256     string     `json:"sha256"`
	By         string     `json:"by"`
	At         time.Time  `json:"at"`
	EndedAt    *time.Time `json:"ended_at"` // null: it holds
	Ended      string     `json:"ended"`
}

func (a *app) approve(ctx context.Context, d *desk, arg string, f approveFlags) error {
	if f.list {
		n, slug, err := d.publisher.Find(ctx, arg)
		if err != nil {
			return err
		}
		return a.printApprovals(ctx, d, n, slug, 0)
	}
	file, n, err := d.folder.IssuePath(arg)
	if err != nil {
		return err
	}
	draft, err := d.publisher.Prepare(ctx, n, file)
	if err != nil {
		return err
	}
	if f.hash != "" && f.hash != draft.SHA256 {
		return newsletter.Hint(fmt.Errorf("%s is not what was looked at: its SHA-256 is %s", draft.Issue.Ref(), draft.SHA256),
			"look at it again; nothing was approved")
	}
	if err := d.publisher.Approve(ctx, draft, actor(f.by)); err != nil {
		return err
	}
	switch {
	case n.Approval != newsletter.ApprovalRequired:
		fmt.Fprintf(a.stderr, "tidings: approved, but %s goes out without that too: to change this set approval = \"required\" in its newsletter.toml\n", n.ID)
	case draft.Issue.Status != newsletter.IssueReady:
		fmt.Fprintf(a.stderr, "tidings: %s is a draft: write \"status: ready\", and approve it then\n", draft.Issue.Ref())
	}
	return a.printApprovals(ctx, d, n, draft.Issue.Slug, 1)
}

// actor is who does something, for the record: whoever by says, or else the user
// of this machine.
func actor(by string) string {
	if by != "" {
		return by
	}
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return name
}

// printApprovals prints the newest approvals of an issue, all of them for 0.
func (a *app) printApprovals(ctx context.Context, d *desk, n *newsletter.Newsletter, slug string, newest int) error {
	all, err := d.publisher.Approvals(ctx, n, slug)
	if err != nil {
		return err
	}
	if newest > 0 {
		all = all[max(0, len(all)-newest):]
	}
	list := make([]approval, 0, len(all))
	for _, p := range all {
		list = append(list, approval{p.Newsletter, p.Slug, p.SHA256, p.By, p.At, optional(p.EndedAt), p.Ended})
	}
	if a.json && newest == 1 && len(list) == 1 {
		return a.printJSON(list[0])
	}
	if a.json {
		return a.printJSON(list)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, p := range list {
		holds := "holds"
		if p.EndedAt != nil {
			holds = p.Ended + " " + p.EndedAt.In(n.Zone).Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s/%s\t%s\t%s\t%s\t%s\n", p.Newsletter, p.Slug, p.SHA256, p.By, p.At.In(n.Zone).Format(time.RFC3339), holds)
	}
	return w.Flush()
}
