package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

func (a *app) keysCommand() *cobra.Command {
	c := group(&cobra.Command{
		Use: "keys", Short: "Keys that sign the links in mails",
		Example: "  tidings keys list\n  tidings keys rotate",
	})
	c.AddCommand(a.keysListCommand(), a.keysRotateCommand())
	return c
}

// keyLine is a key as list prints it. Its secret is never shown.
type keyLine struct {
	ID        int64     `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Signs     bool      `json:"signs"` // new links; the others only open old ones
}

func (a *app) keysListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the keys, without their secrets",
		Example: "  tidings keys list",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error {
				keys, err := d.store.TokenKeys(ctx)
				if err != nil {
					return err
				}
				lines := make([]keyLine, len(keys))
				for i, k := range keys {
					lines[i] = keyLine{k.ID, k.CreatedAt, i == 0}
				}
				return a.printKeys(lines)
			})
		},
	}
}

func (a *app) printKeys(keys []keyLine) error {
	if a.json {
		return a.printJSON(keys)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tMADE\tUSE")
	for _, k := range keys {
		use := "opens old links"
		if k.Signs {
			use = "signs new links"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\n", k.ID, k.CreatedAt.Format(day), use)
	}
	return w.Flush()
}

func (a *app) keysRotateCommand() *cobra.Command {
	var despite bool
	c := &cobra.Command{
		Use:   "rotate",
		Short: "Make a new key for the links in mails",
		Long: "Make a new key that signs the links in mails from now on. The old ones stay: the links in old\n" +
			"mails work as before, to unsubscribe above all. serve must not run meanwhile, because it would\n" +
			"not know the new key. While mails wait to be sent nothing is changed, since a mail that is tried\n" +
			"again with another key looks like a second one.",
		Example: "  tidings keys rotate",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error { return a.rotateKeys(ctx, d, despite) })
		},
	}
	c.Flags().BoolVar(&despite, "despite-open", false, "make it although mails wait to be sent")
	return c
}

func (a *app) rotateKeys(ctx context.Context, d *desk, despite bool) (err error) {
	lock, err := store.AcquireLock(d.lockFile())
	if errors.Is(err, newsletter.ErrLocked) {
		return newsletter.Hint(err, "serve would not know the new key: stop it, make the key, and start it again")
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	open, err := d.store.OpenDeliveries(ctx)
	if err != nil {
		return err
	}
	if open > 0 && !despite {
		err := newsletter.Refuse(newsletter.ErrConflict, "%s to be sent, and would get another Message-ID", waiting(open))
		return newsletter.Hint(err, "let serve finish first, or use --despite-open")
	}
	id, err := d.store.RotateTokenKey(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"id": id})
	}
	fmt.Fprintf(a.stdout, "key %d signs new links; the links in old mails work as before\n", id)
	return nil
}

// waiting says how many mails wait.
func waiting(n int) string {
	if n == 1 {
		return "1 mail waits"
	}
	return fmt.Sprintf("%d mails wait", n)
}
