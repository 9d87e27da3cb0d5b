package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"tidings/internal/store"
)

func (a *app) subscribersVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Check that no receipt of consent was changed",
		Long: "Check the receipts of consent of all people against their seals, and name whose were changed,\n" +
			"taken out or made up. Ends with 1 where there are any.",
		Example: "  tidings subscribers verify",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withSite(c.Context(), a.verifyConsents)
		},
	}
}

// brokenChain is a person whose receipts are not as they were written.
type brokenChain struct {
	Subscriber int64  `json:"subscriber"`
	Email      string `json:"email"`
	Broken     int    `json:"broken"` // number of the first receipt that is not
}

// verified is what verify found.
type verified struct {
	People   int           `json:"people"`
	Receipts int           `json:"receipts"`
	Broken   []brokenChain `json:"broken"`
}

func (a *app) verifyConsents(ctx context.Context, d *desk) error {
	total, err := d.store.CountChains(ctx)
	if err != nil {
		return err
	}
	bar := a.newProgress("checking receipts", total)
	v := verified{Broken: []brokenChain{}}
	for c, err := range d.store.Chains(ctx) {
		if err != nil {
			bar.finish()
			return err
		}
		v.add(c)
		if c.Broken > 0 && !a.json {
			a.printBroken(c)
		}
		bar.show(v.People, "")
	}
	bar.finish()
	if a.json {
		err = a.printJSON(v)
	} else {
		a.printVerified(v)
	}
	if err == nil && len(v.Broken) > 0 {
		return errQuiet
	}
	return err
}

func (v *verified) add(c store.Chain) {
	v.People++
	v.Receipts += c.Receipts
	if c.Broken > 0 {
		v.Broken = append(v.Broken, brokenChain{c.Subscriber, c.Email, c.Broken})
	}
}

// printBroken names a person as soon as they are found.
func (a *app) printBroken(c store.Chain) {
	who := cmp.Or(c.Email, "subscriber "+strconv.FormatInt(c.Subscriber, 10)+", who is not there any more")
	fmt.Fprintf(a.stdout, "CHANGED: %s, from receipt %d on\n", who, c.Broken)
}

func (a *app) printVerified(v verified) {
	if n := len(v.Broken); n > 0 {
		fmt.Fprintf(a.stdout, "%s of %s: those of %d are not as they were written\n", count(v.Receipts, "receipt"), people(v.People), n)
		return
	}
	fmt.Fprintf(a.stdout, "%s of %s, all as they were written\n", count(v.Receipts, "receipt"), people(v.People))
}

// people is "1 person" or "2 people".
func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}
