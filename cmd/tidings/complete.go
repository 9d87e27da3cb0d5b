package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tidings/internal/check"
	"tidings/internal/lists"
	"tidings/internal/newsletter"
)

// completes lets a shell offer the site's own names for what the usage of a
// command and of those below it calls NEWSLETTER and ISSUE, and for a FILE that is
// an issue beside the names of files. A site that cannot be read offers none: a
// shell has no place for an error.
func (a *app) completes(c *cobra.Command) {
	switch _, args, _ := strings.Cut(c.Use, " "); {
	case strings.HasPrefix(strings.Trim(args, "["), "NEWSLETTER"):
		c.ValidArgsFunction = first(a.newsletterNames)
	case strings.HasPrefix(strings.Trim(args, "["), "ISSUE"):
		c.ValidArgsFunction = first(a.issueNames)
	case args == "FILE...":
		c.ValidArgsFunction = a.issueFiles
	case strings.HasPrefix(args, "FILE") && c.Name() != "import":
		c.ValidArgsFunction = first(a.issueFiles)
	}
	if c.Flags().Lookup("newsletter") != nil {
		_ = c.RegisterFlagCompletionFunc("newsletter", a.newsletterNames) // the flag is there, and has none yet
	}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if values := flagValues(c, f.Name); values != nil {
			_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
		}
	})
	for _, below := range c.Commands() {
		a.completes(below)
	}
}

// flagValues are the values of a flag that takes one of a few.
func flagValues(c *cobra.Command, flag string) []string {
	switch _, path, _ := strings.Cut(c.CommandPath(), " "); path + " --" + flag {
	case "check --format":
		return checkFormats
	case "check --explain":
		return ruleIDs()
	case "status --readers":
		return words(newsletter.DeliveryStates())
	case "subscribers list --state", "subscribers export --state":
		return words(readerStates)
	case "subscribers export --format":
		return []string{string(lists.ExportCSV), string(lists.ExportTSV), string(lists.ExportJSONL)}
	case "subscribers import --from":
		return lists.Formats()
	case "suppressions add --reason", "suppressions list --reason", "suppressions import --reason":
		return words(newsletter.SuppressionReasons())
	}
	return nil
}

// words are the values of an enum as they are typed.
func words[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}

// ruleIDs are the ids of the rules of check.
func ruleIDs() []string {
	rules, _ := check.Rules() // none where their pages cannot be read
	all := make([]string, len(rules))
	for i, r := range rules {
		all[i] = r.ID
	}
	return all
}

// first offers names for the first argument alone.
func first(offer cobra.CompletionFunc) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(c, args, begun)
	}
}

// newsletterNames are the ids of the site's newsletters, with their titles.
func (a *app) newsletterNames(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const done = cobra.ShellCompDirectiveNoFileComp
	d, err := a.openFolder(nil)
	if err != nil {
		return nil, done
	}
	defer d.Close()
	all, err := d.folder.Newsletters()
	if err != nil {
		return nil, done
	}
	var names []cobra.Completion
	for _, n := range all {
		if strings.HasPrefix(n.ID, begun) {
			names = append(names, cobra.CompletionWithDesc(n.ID, n.Title))
		}
	}
	return names, done
}

// issueNames are the newest issues as newsletter/slug, with their titles, and what
// waits in the queues.
func (a *app) issueNames(c *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const done, newest = cobra.ShellCompDirectiveNoFileComp, 50
	d, err := a.openToRead(c.Context())
	if err != nil {
		return nil, done
	}
	defer d.Close()
	if d.store == nil {
		return nil, done
	}
	var names []cobra.Completion
	add := func(id, slug, title string) {
		name := id + "/" + slug
		same := func(n cobra.Completion) bool { known, _, _ := strings.Cut(n, "\t"); return known == name }
		if strings.HasPrefix(name, begun) && !slices.ContainsFunc(names, same) {
			names = append(names, cobra.CompletionWithDesc(name, title))
		}
	}
	issues, _ := d.store.Issues(c.Context(), newest)
	for _, i := range issues {
		add(i.Newsletter, i.Slug, i.Title)
	}
	all, _ := d.folder.Newsletters()
	for _, n := range all {
		queue, _ := d.store.Queue(c.Context(), n.ID)
		for _, e := range queue {
			add(e.Newsletter, e.Slug, "in the queue")
		}
	}
	return names, done
}

// issueFiles are the issues that have a file, as newsletter/slug. Where none fits,
// the shell offers files.
func (a *app) issueFiles(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	d, err := a.openFolder(nil)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	defer d.Close()
	var names []cobra.Completion
	for _, ref := range d.folder.Issues() {
		if strings.HasPrefix(ref, begun) && !slices.Contains(args, ref) {
			names = append(names, ref)
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}
