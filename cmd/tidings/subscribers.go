package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/store"
)

func (a *app) subscribersCommand() *cobra.Command {
	c := group(&cobra.Command{
		Use:     "subscribers",
		Short:   "Add, find, import, export, unsubscribe and erase readers",
		Example: "  tidings subscribers list --newsletter harbor",
	})
	c.AddCommand(
		a.subscribersAddCommand(), a.subscribersShowCommand(), a.subscribersListCommand(), a.subscribersCountCommand(),
		a.subscribersImportCommand(), a.subscribersExportCommand(), a.subscribersUnsubscribeCommand(),
		a.subscribersFormCommand(), a.subscribersTidyCommand(),
		a.subscribersEraseCommand(), a.subscribersVerifyCommand(),
	)
	return c
}

// withSite runs a command on the open site.
func (a *app) withSite(ctx context.Context, work func(context.Context, *desk) error) error {
	d, err := a.open(ctx, a.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	return errors.Join(work(ctx, d), d.Close())
}

// withNewsletter is withSite for a command about one newsletter, which must be
// there; "" stands for all of them.
func (a *app) withNewsletter(ctx context.Context, id string, work func(context.Context, *desk) error) error {
	return a.withSite(ctx, func(ctx context.Context, d *desk) error {
		if id != "" {
			if _, err := d.folder.Newsletter(id); err != nil {
				return err
			}
		}
		return work(ctx, d)
	})
}

func (a *app) subscribersAddCommand() *cobra.Command {
	var r signup.AddRequest
	var fields []string
	c := &cobra.Command{
		Use:   "add EMAIL --newsletter NEWSLETTER",
		Short: "Subscribe one person",
		Long: "Subscribe one person. They are asked to confirm by mail, unless --confirmed says that they\n" +
			"consented elsewhere; --source then says where. Somebody who left can only come back by themselves.",
		Example: "  tidings subscribers add ada@example.org --newsletter harbor --first-name Ada\n" +
			"  tidings subscribers add ada@example.org --newsletter harbor --confirmed --source 'paper form, 3 May'",
		Args: wants("EMAIL"),
		RunE: func(c *cobra.Command, args []string) error {
			r.Email = args[0]
			var err error
			if r.Fields, err = readFields(fields); err != nil {
				return err
			}
			return a.withNewsletter(c.Context(), r.Newsletter, func(ctx context.Context, d *desk) error {
				r.Actor = actor("")
				state, err := d.signup.Add(ctx, r)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]any{"email": r.Email, "newsletter": r.Newsletter, "state": state})
				}
				fmt.Fprintf(a.stdout, "%s is %s on %s\n", r.Email, state, r.Newsletter)
				return nil
			})
		},
	}
	f := c.Flags()
	f.StringVar(&r.Newsletter, "newsletter", "", "the `NEWSLETTER`'s id, which is the name of its folder")
	f.StringVar(&r.Name, "name", "", "full `NAME`")
	f.StringVar(&r.FirstName, "first-name", "", "first `NAME`")
	f.StringSliceVar(&r.Tags, "tag", nil, "a `TAG`; may be repeated")
	f.StringArrayVar(&fields, "field", nil, "a field as `NAME=VALUE`; may be repeated")
	f.BoolVar(&r.Confirmed, "confirmed", false, "consent was given elsewhere: do not ask")
	f.StringVar(&r.Source, "source", "", "where consent was given, a `TEXT` that is kept as proof")
	must(c.MarkFlagRequired("newsletter"))
	return c
}

// must panics on an error that only a slip in this program can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func readFields(pairs []string) (map[string]string, error) {
	fields := map[string]string{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usage("write --field city=Tacoma", "--field %q has no value", pair)
		}
		fields[name] = value
	}
	return fields, nil
}

func (a *app) subscribersListCommand() *cobra.Command {
	var f readerFlags
	c := &cobra.Command{
		Use:     "list",
		Short:   "List readers",
		Example: "  tidings subscribers list --newsletter harbor --state confirmed\n  tidings subscribers list --tag clients --json",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			filter, err := f.read()
			if err != nil {
				return err
			}
			return a.withNewsletter(c.Context(), filter.Newsletter, func(ctx context.Context, d *desk) error {
				if err := d.known(ctx, filter.Newsletter, filter.Audience); err != nil {
					return err
				}
				return a.listReaders(ctx, d, filter)
			})
		},
	}
	f.add(c, "only this `NEWSLETTER`'s")
	c.Flags().StringVar(&f.filter.Query, "query", "", "only those with this `TEXT` in their address or name")
	return c
}

// readerStates are what --state takes.
var readerStates = []newsletter.SubscriptionState{
	newsletter.SubscriptionPending, newsletter.SubscriptionConfirmed, newsletter.SubscriptionUnsubscribed, newsletter.SubscriptionSuppressed,
}

// readState reads --state; "" is any.
func readState(text string) (newsletter.SubscriptionState, error) {
	state := newsletter.SubscriptionState(text)
	if text == "" || slices.Contains(readerStates, state) {
		return state, nil
	}
	return "", usage("pending, confirmed, unsubscribed or suppressed", "--state %q is not known", text)
}

// readerLine is a reader as list prints it, one JSON object a line.
type readerLine struct {
	Email      string                       `json:"email"`
	Name       string                       `json:"name"`
	FirstName  string                       `json:"first_name"`
	Newsletter string                       `json:"newsletter"`
	State      newsletter.SubscriptionState `json:"state"`
	Tags       []string                     `json:"tags"`
	Fields     map[string]string            `json:"fields"`
}

// listReaders prints readers.
func (a *app) listReaders(ctx context.Context, d *desk, f store.ReaderFilter) error {
	out := newLister(a, "No readers match.", "EMAIL", "NEWSLETTER", "STATE", "NAME")
	for r, err := range d.signup.List(ctx, f) {
		if err != nil {
			return err
		}
		sub, standing := r.Subscriber, r.Subscription
		line := readerLine{
			Email: sub.Email, Name: sub.Name, FirstName: sub.FirstName,
			Newsletter: standing.Newsletter, State: standing.State, Tags: sub.Tags, Fields: sub.Fields,
		}
		if err := out.print(line, sub.Email, standing.Newsletter, string(standing.State), cmp.Or(sub.Name, sub.FirstName)); err != nil {
			return err
		}
	}
	return out.finish()
}

func (a *app) subscribersUnsubscribeCommand() *cobra.Command {
	var id string
	c := &cobra.Command{
		Use:   "unsubscribe EMAIL",
		Short: "End a person's subscription in their name",
		Long: "End a person's subscription to one newsletter, or to all of them. A send that is running\n" +
			"leaves them out from this moment.",
		Example: "  tidings subscribers unsubscribe ada@example.org --newsletter harbor\n  tidings subscribers unsubscribe ada@example.org",
		Args:    wants("EMAIL"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error {
				ended, err := d.signup.UnsubscribeAddress(ctx, id, args[0], actor(""))
				if err != nil {
					return fmt.Errorf("%s: %w", args[0], err)
				}
				if a.json {
					return a.printJSON(map[string]any{"email": args[0], "ended": ended})
				}
				if len(ended) == 0 {
					fmt.Fprintf(a.stdout, "%s had left already; nothing was changed\n", args[0])
					return nil
				}
				fmt.Fprintf(a.stdout, "%s gets no more mail of %s\n", args[0], strings.Join(ended, ", "))
				return nil
			})
		},
	}
	c.Flags().StringVar(&id, "newsletter", "", "only this `NEWSLETTER` (default all)")
	return c
}
