package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tidings/internal/signup"
	"tidings/internal/store"
)

func (a *app) subscribersEraseCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "erase EMAIL",
		Short: "Erase all that is known of one person",
		Long: "Erase all that is known of one person, for good: who they are, what they read, each consent, and\n" +
			"their name in every list of mails. A keyed hash of their address stays, so that no list brings\n" +
			"them back, and numbers without a name, so that reports still add up. Mails to them in the\n" +
			"built-in mailbox go too. Backups that were made before, and your relay, are not touched.",
		Example: "  tidings subscribers erase ada@example.org\n  tidings subscribers erase ada@example.org --yes",
		Args:    wants("EMAIL"),
		RunE: func(c *cobra.Command, args []string) error {
			if !yes && !a.asks() {
				return usage("add --yes: there is nobody to ask, and it cannot be undone", "erase wants to be sure")
			}
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error {
				return a.eraseSubscriber(ctx, d, args[0], yes)
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

// eraseSubscriber says what goes, asks unless it was told not to, and erases.
func (a *app) eraseSubscriber(ctx context.Context, d *desk, email string, yes bool) error {
	story, err := d.signup.Show(ctx, email)
	if err != nil {
		return fmt.Errorf("%s: %w", email, err)
	}
	goes := fmt.Sprintf("%s, %s of consent and their name on %s",
		count(len(story.Subscriptions), "subscription"), count(len(story.Consents), "receipt"), count(len(story.Mails), "mail"))
	if !yes {
		question := fmt.Sprintf("This erases %s for good: %s.\nA keyed hash stays, so that no list brings them back. Go on?", story.Email, goes)
		if err := a.confirm(question); err != nil {
			return err
		}
	}
	done, err := d.signup.EraseAddress(ctx, email)
	traces := errors.Is(err, store.ErrTraces)
	if err != nil && !traces {
		return err
	}
	return errors.Join(a.printErased(&story, done, goes, traces), err)
}

// printErased says what was erased, and what was not touched.
func (a *app) printErased(story *signup.Story, done signup.Erased, goes string, traces bool) error {
	if a.json {
		return a.printJSON(map[string]any{
			"erased": true, "subscriptions": len(story.Subscriptions), "receipts": len(story.Consents),
			"mails": len(story.Mails), "mailbox": done.Mails, "log_emptied": !traces,
		})
	}
	fmt.Fprintf(a.stdout, "erased: %s\n", goes)
	if done.Mails > 0 {
		fmt.Fprintf(a.stdout, "built-in mailbox: %s deleted\n", count(done.Mails, "mail"))
	}
	fmt.Fprintln(a.stdout, "kept: a keyed hash, so that no list brings them back")
	fmt.Fprintln(a.stdout, "not touched: backups made before, and what your relay keeps")
	return nil
}
