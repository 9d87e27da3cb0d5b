package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
)

func (a *app) subscribersCountCommand() *cobra.Command {
	var id, expression string
	c := &cobra.Command{
		Use:   "count --newsletter NEWSLETTER",
		Short: "Count the readers whom an issue would reach now",
		Long: "Count the readers of a newsletter whom an issue would reach now: those who confirmed, do not pause\n" +
			"and may be mailed, and of these the ones whom --audience names. It is the count of the query that sends.",
		Example: "  tidings subscribers count --newsletter harbor\n" +
			"  tidings subscribers count --newsletter harbor --audience 'tag:clients and not tag:team and field.city = \"Tacoma\"'",
		Args: wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			audience, err := newsletter.ParseAudience(expression)
			if err != nil {
				return badFlag("--audience", err)
			}
			return a.withNewsletter(c.Context(), id, func(ctx context.Context, d *desk) error {
				if err := d.known(ctx, id, audience); err != nil {
					return err
				}
				n, err := d.store.CountAudience(ctx, id, audience)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]any{"newsletter": id, "audience": audience.String(), "readers": n})
				}
				fmt.Fprintln(a.stdout, count(n, "reader"))
				return nil
			})
		},
	}
	c.Flags().StringVar(&id, "newsletter", "", "the `NEWSLETTER`'s id, which is the name of its folder")
	c.Flags().StringVar(&expression, "audience", "", "only those whom this `EXPRESSION` of tags and fields names, as an issue's audience does")
	must(c.MarkFlagRequired("newsletter"))
	return c
}
