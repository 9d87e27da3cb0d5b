package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"tidings/internal/check"
	"tidings/internal/issue"
	"tidings/internal/newsletter"
	"tidings/templates"
)

// checkFormats are what check can write.
var checkFormats = []string{"text", "json", "sarif"}

func (a *app) checkCommand() *cobra.Command {
	var format, explain string
	var online, rules bool
	c := &cobra.Command{
		Use:   "check FILE...",
		Short: "Find what is wrong with issues before readers do",
		Long: "Run every check on issues. Errors stop an issue from going out; warnings are shown. An issue\n" +
			"can waive a check in its front matter, with a reason. The exit code is 1 when an error is left.\n" +
			"Where the site has readers already, those are counted for whom a merge tag would be blank.",
		Example: "  tidings check newsletters/harbor/*.md\n  tidings check newsletters/harbor/2026-11-24-first-frost.md --format json\n" +
			"  tidings check --explain link-text",
		Args: func(c *cobra.Command, args []string) error {
			if rules || explain != "" {
				return wants()(c, args)
			}
			return wants("FILE...")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if a.json {
				format = "json"
			}
			switch {
			case !slices.Contains(checkFormats, format):
				return usage("text, json or sarif", "--format %q is not known", format)
			case rules:
				return a.checkRules()
			case explain != "":
				return a.checkExplain(explain)
			}
			return a.check(c.Context(), args, format, online)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "`FORMAT`: text, json or sarif")
	c.Flags().BoolVar(&online, "online", false, "follow the links to the public web and report those that do not answer")
	c.Flags().BoolVar(&rules, "rules", false, "list all rules")
	c.Flags().StringVar(&explain, "explain", "", "say what a `RULE` is about, why, and how to mend it")
	c.MarkFlagsMutuallyExclusive("rules", "explain")
	return c
}

func (a *app) check(ctx context.Context, args []string, format string, online bool) error {
	d, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	var links *check.Prober
	if online {
		links = check.NewProber()
	}
	problems, doubles := newsletter.Problems{}, doubles{}
	for _, arg := range args {
		found, err := d.check(ctx, arg, links)
		if err != nil {
			return err
		}
		problems = append(append(problems, found...), doubles.of(d.folder, arg)...)
	}
	problems = append(problems, d.folder.Strays(templates.FS)...)
	if err := a.printProblems(problems, len(args), format); err != nil {
		return err
	}
	if len(problems.Errors()) > 0 {
		return errQuiet
	}
	return nil
}

// check returns what is wrong with one file. An error means that the file could
// not be looked at.
func (d *desk) check(ctx context.Context, arg string, links *check.Prober) (newsletter.Problems, error) {
	problems, err := d.checkFile(ctx, arg, links)
	if found, ok := errors.AsType[newsletter.Problems](err); ok {
		return found, nil
	}
	return problems, err
}

func (d *desk) checkFile(ctx context.Context, arg string, links *check.Prober) (newsletter.Problems, error) {
	file, n, err := d.folder.IssuePath(arg)
	if err != nil {
		return nil, err
	}
	i, err := issue.Read(d.folder.FS(), file, n)
	if err != nil {
		return nil, err
	}
	_, problems, err := d.publisher.Check(ctx, n, i, links)
	return problems, err
}

func (a *app) printProblems(problems newsletter.Problems, files int, format string) error {
	switch format {
	case "json":
		return a.printJSON(problems)
	case "sarif":
		return check.WriteSARIF(a.stdout, problems, readVersion().Version)
	}
	if err := check.WriteText(a.stdout, problems); err != nil {
		return err
	}
	errs := len(problems.Errors())
	_, err := fmt.Fprintf(a.stdout, "%s checked: %s, %s\n", count(files, "file"), count(errs, "error"), count(len(problems)-errs, "warning"))
	return err
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
