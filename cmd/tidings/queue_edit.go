package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/publish"
)

func (a *app) queueAddCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "add FILE",
		Short:   "Put an issue at the end of the queue",
		Long:    "Put an issue at the end of its newsletter's queue, whatever its status says. One that was\nremoved comes back.",
		Example: "  tidings queue add newsletters/harbor/2026-12-01-spare-keys.md",
		Args:    wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error {
				file, n, err := d.folder.IssuePath(args[0])
				if err != nil {
					return err
				}
				i, err := d.publisher.Add(ctx, n, file)
				if err != nil {
					return err
				}
				return a.showPlace(ctx, d, n, i.Slug)
			})
		},
	}
}

func (a *app) queueMoveCommand() *cobra.Command {
	var to publish.Target
	c := &cobra.Command{
		Use:   "move ISSUE",
		Short: "Give an issue another place in the queue",
		Example: "  tidings queue move harbor/spare-keys --to 1\n" +
			"  tidings queue move harbor/spare-keys --before first-frost\n" +
			"  tidings queue move harbor/spare-keys --after low-water",
		Args: wants("ISSUE"),
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("to") && to.Position < 1 {
				return usage("the first place is 1", "--to %d", to.Position)
			}
			return a.editQueue(c.Context(), args[0], func(d *desk, n *newsletter.Newsletter, slug string) error {
				to.Before, to.After = strings.TrimPrefix(to.Before, n.ID+"/"), strings.TrimPrefix(to.After, n.ID+"/")
				return d.publisher.Move(c.Context(), n, slug, to)
			})
		},
	}
	c.Flags().IntVar(&to.Position, "to", 0, "the place `N`, counted from 1")
	c.Flags().StringVar(&to.Before, "before", "", "before the issue of this `SLUG`")
	c.Flags().StringVar(&to.After, "after", "", "after the issue of this `SLUG`")
	c.MarkFlagsOneRequired("to", "before", "after")
	c.MarkFlagsMutuallyExclusive("to", "before", "after")
	return c
}

func (a *app) queueRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove ISSUE",
		Short: "Take an issue out of the queue",
		Long: "Take an issue out of the queue. Its file stays as it is, and does not bring it back before it\n" +
			"changes; queue add does.",
		Example: "  tidings queue remove harbor/spare-keys",
		Args:    wants("ISSUE"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error {
				n, slug, err := d.publisher.Find(ctx, args[0])
				if err != nil {
					return err
				}
				if err := d.publisher.Remove(ctx, n, slug); err != nil {
					return err
				}
				fmt.Fprintf(a.stderr, "tidings: %s/%s is out of the queue; its file stays\n", n.ID, slug)
				return nil
			})
		},
	}
}

func (a *app) queueHoldCommand() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "hold ISSUE",
		Short: "Keep an issue from going out, also in its last minutes",
		Long: "Hold an issue: it keeps its place but takes no slot, and those behind it move up. An issue that\n" +
			"is about to go out is stopped. queue release lets it go.",
		Example: "  tidings queue hold harbor/first-frost --reason \"a name is misspelled\"",
		Args:    wants("ISSUE"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.editQueue(c.Context(), args[0], func(d *desk, n *newsletter.Newsletter, slug string) error {
				return d.publisher.Hold(c.Context(), n, slug, reason)
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why, as a `TEXT` for whoever looks at the queue")
	return c
}

func (a *app) queueReleaseCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "release ISSUE",
		Short:   "Let a held issue take its slot again",
		Example: "  tidings queue release harbor/first-frost",
		Args:    wants("ISSUE"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.editQueue(c.Context(), args[0], func(d *desk, n *newsletter.Newsletter, slug string) error {
				return d.publisher.Release(c.Context(), n, slug)
			})
		},
	}
}

// editQueue changes the place of an issue, or whether it goes out, and shows
// where it stands then.
func (a *app) editQueue(ctx context.Context, arg string, change func(d *desk, n *newsletter.Newsletter, slug string) error) error {
	return a.withSite(ctx, func(ctx context.Context, d *desk) error {
		n, slug, err := d.publisher.Find(ctx, arg)
		if err != nil {
			return err
		}
		if err := change(d, n, slug); err != nil {
			return err
		}
		return a.showPlace(ctx, d, n, slug)
	})
}

// showPlace prints where an issue stands in its queue, and says at once what
// would stop it at its slot.
func (a *app) showPlace(ctx context.Context, d *desk, n *newsletter.Newsletter, slug string) error {
	entries, _, err := d.publisher.Queue(ctx, n)
	if err != nil {
		return err
	}
	for i := range entries {
		if entries[i].Slug != slug {
			continue
		}
		if err := d.publisher.Review(ctx, n, entries[i:i+1]); err != nil {
			return err
		}
		if n := entries[i].Errors; n > 0 {
			fmt.Fprintf(a.stderr, "tidings: %s has %s, and does not go out before they are mended\n", entries[i].Ref(), count(n, "error"))
		}
		q := newQueued(i+1, &entries[i])
		if a.json {
			return a.printJSON(q)
		}
		return a.printQueue([]queued{q})
	}
	return nil
}

// moveQueued does what pause, cancel and resume mean for an issue that is still in
// the queue: it is held, or released. For any other, the error is returned.
func (a *app) moveQueued(ctx context.Context, d *desk, ref, word string, unknown error) error {
	n, slug, err := d.publisher.Find(ctx, ref)
	if err != nil {
		return unknown
	}
	switch word {
	case "resume":
		err = d.publisher.Release(ctx, n, slug)
	case "cancel":
		err = d.publisher.Cancel(ctx, n, slug, "stopped with "+word)
	default:
		err = d.publisher.Hold(ctx, n, slug, "stopped with "+word)
	}
	switch {
	case errors.Is(err, newsletter.ErrNotFound):
		return unknown
	case err != nil:
		return err
	}
	return a.showPlace(ctx, d, n, slug)
}
