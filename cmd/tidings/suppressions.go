package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
)

func (a *app) suppressionsCommand() *cobra.Command {
	c := group(&cobra.Command{
		Use:   "suppressions",
		Short: "Say who must not be mailed, whatever a list says",
		Long: "Say who must not be mailed, whatever a list says: on all newsletters or on one, each with a reason,\n" +
			"who said so and when. People who leave, whose mailbox is gone, who complain or are erased come here by\n" +
			"themselves.",
		Example: "  tidings suppressions list",
	})
	c.AddCommand(a.suppressionsListCommand(), a.suppressionsAddCommand(), a.suppressionsRemoveCommand(),
		a.suppressionsImportCommand(), a.suppressionsExportCommand())
	return c
}

// readReason reads --reason; "" is any.
func readReason(text string) (newsletter.SuppressionReason, error) {
	if text == "" {
		return "", nil
	}
	reason, err := newsletter.ParseSuppressionReason(text)
	return reason, badFlag("--reason", err)
}

func (a *app) suppressionsListCommand() *cobra.Command {
	var id, text string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List suppressions",
		Example: "  tidings suppressions list --newsletter harbor\n  tidings suppressions list --reason complained --json",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			reason, err := readReason(text)
			if err != nil {
				return err
			}
			return a.withNewsletter(c.Context(), id, func(ctx context.Context, d *desk) error {
				return a.listSuppressions(ctx, d, id, reason)
			})
		},
	}
	c.Flags().StringVar(&id, "newsletter", "", "only those of this `NEWSLETTER` alone")
	c.Flags().StringVar(&text, "reason", "", "only those for this `REASON`: unsubscribed, erased, bounced, complained or blocked")
	return c
}

// listSuppressions prints suppressions as they come.
func (a *app) listSuppressions(ctx context.Context, d *desk, id string, reason newsletter.SuppressionReason) error {
	out := newLister(a, "Nobody is suppressed.", "WHO", "NEWSLETTER", "REASON", "SINCE", "SOURCE")
	for p, err := range d.store.Suppressions(ctx, id) {
		if err != nil {
			return err
		}
		if reason != "" && p.Reason != reason {
			continue
		}
		if err := out.print(p, who(p), where(p.Newsletter), string(p.Reason), p.CreatedAt.Format(day), p.Source); err != nil {
			return err
		}
	}
	return out.finish()
}

// who names whom a suppression is about; of a hash its beginning.
func who(p newsletter.Suppression) string {
	if p.Email != "" {
		return p.Email
	}
	kind, hash, ok := strings.Cut(p.Value, ":")
	if !ok || strings.Contains(p.Value, "@") {
		return p.Value
	}
	return kind + ":" + hash[:min(len(hash), 12)] + "…"
}

// where names the reach of a suppression.
func where(id string) string {
	if id == "" {
		return "all"
	}
	return id
}

func (a *app) suppressionsExportCommand() *cobra.Command {
	var id, out string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write suppressions as CSV",
		Long: "Write suppressions as CSV that import takes back. Whoever was erased stands there as a hash that only\n" +
			"this site can make. A FILE that ends in .gz or .zip is packed.",
		Example: "  tidings suppressions export --out suppressions.csv",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withNewsletter(c.Context(), id, func(ctx context.Context, d *desk) error {
				if out == "" {
					_, err := d.lists.ExportSuppressions(ctx, a.stdout, id)
					return err
				}
				n := 0
				err := writeNew(out, "suppressions.csv", func(w io.Writer) (err error) {
					n, err = d.lists.ExportSuppressions(ctx, w, id)
					return err
				})
				if err != nil {
					return fmt.Errorf("export: %w", err)
				}
				fmt.Fprintf(a.stderr, "tidings: %s written to %s\n", count(n, "suppression"), out)
				return nil
			})
		},
	}
	c.Flags().StringVar(&id, "newsletter", "", "only those of this `NEWSLETTER` alone")
	c.Flags().StringVar(&out, "out", "", "the `FILE` to write (default standard output)")
	return c
}
