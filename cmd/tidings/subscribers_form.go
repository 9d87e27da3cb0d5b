package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/web"
	"tidings/internal/web/public"
)

// formFlags say what a form does besides signing up.
type formFlags struct {
	tags               []string
	leadBack, language string
}

func (a *app) subscribersFormCommand() *cobra.Command {
	var f formFlags
	c := &cobra.Command{
		Use:   "form NEWSLETTER",
		Short: "Print a sign-up form for a page of another site",
		Long: "Print the sign-up form of a newsletter as plain HTML, to copy into a page of any site. It needs\n" +
			"no script, and asks for what the newsletter's own form asks for. A tag must stand in form_tags\n" +
			"of newsletter.toml, and a page to lead back to in form_returns.",
		Example: "  tidings subscribers form harbor > form.html\n" +
			"  tidings subscribers form harbor --tag spring-fair --return https://www.example.org/thanks",
		Args: wants("NEWSLETTER"),
		RunE: func(_ *cobra.Command, args []string) error { return a.subscribersForm(args[0], f) },
	}
	c.Flags().StringArrayVar(&f.tags, "tag", nil, "a `TAG` that the form gives; may be repeated")
	c.Flags().StringVar(&f.leadBack, "return", "", "the `URL` that it leads back to (default our own page)")
	c.Flags().StringVar(&f.language, "language", "", "the `LANGUAGE` of its words (default the newsletter's)")
	return c
}

func (a *app) subscribersForm(id string, f formFlags) error {
	d, err := a.openFolder(a.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer d.folder.Close()
	n, err := d.folder.Newsletter(id)
	if err != nil {
		return err
	}
	if err := f.allowed(n); err != nil {
		return err
	}
	pages, err := web.New(d.templates, d.log)
	if err != nil {
		return err
	}
	speech := pages.Languages().Choose(f.language, n.Language)
	if f.language != "" && !pages.Languages().Speaks(f.language) {
		var spoken []string
		for _, l := range speech.Languages() {
			spoken = append(spoken, l.Tag)
		}
		return usage("one of "+strings.Join(spoken, ", "), "--language %q is not known", f.language)
	}
	e := public.Embed{
		Locale: speech, Newsletter: n,
		BaseURL: d.folder.Config.BaseURL, Tags: f.tags, Return: f.leadBack,
	}
	html, err := e.HTML(pages)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(a.stdout, html)
	return err
}

// allowed refuses what the site would not take from the form.
func (f *formFlags) allowed(n *newsletter.Newsletter) error {
	for _, tag := range f.tags {
		if !slices.Contains(n.FormTags, tag) {
			return newsletter.Hint(fmt.Errorf("%w tag %q: no form of %s may give it", newsletter.ErrInvalid, tag, n.ID),
				fmt.Sprintf("add it to newsletter.toml: form_tags = [%q]", tag))
		}
	}
	if f.leadBack != "" && !slices.Contains(n.FormReturns, f.leadBack) {
		return newsletter.Hint(fmt.Errorf("%w page %q: no form of %s may lead back to it", newsletter.ErrInvalid, f.leadBack, n.ID),
			fmt.Sprintf("add it to newsletter.toml: form_returns = [%q]", f.leadBack))
	}
	return nil
}
