package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/issue"
	"tidings/internal/newsletter"
	"tidings/internal/web"
	"tidings/internal/web/public"
)

// previewFlags is how an issue is to be shown.
type previewFlags struct {
	out    string // folder for the files; empty: none are written
	as     string // address of the reader; empty: one of whom nothing is known
	serve  bool
	listen string
}

func (a *app) previewCommand() *cobra.Command {
	var f previewFlags
	c := &cobra.Command{
		Use:   "preview FILE",
		Short: "Show an issue as one reader would get it",
		Long: "With --serve, open a page to keep beside the editor: it shows what you save, in light and dark, on\n" +
			"a phone, without pictures, as text and as HTML, with its size and what the checks say.\n" +
			"With --out, write mail.html, mail.txt, mail.eml and archive.html into a folder; mail.eml is what\n" +
			"the relay would get, signature included.\n" +
			"The links to leave in a preview belong to nobody, so they may be tried.",
		Example: "  tidings preview newsletters/harbor/2026-11-24-first-frost.md --serve\n" +
			"  tidings preview newsletters/harbor/2026-11-24-first-frost.md --out preview --as ada@example.org",
		Args: wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			if f.out == "" && !f.serve {
				return usage("--serve opens a page to keep beside the editor, --out preview writes files", "preview needs --serve or --out")
			}
			if err := loopbackOnly(f.listen); err != nil {
				return err
			}
			return a.preview(c.Context(), args[0], f)
		},
	}
	c.Flags().BoolVar(&f.serve, "serve", false, "open a page that shows the issue anew whenever it is saved")
	c.Flags().StringVar(&f.listen, "listen", previewListen, "`ADDRESS` of that page, host:port on this machine; port 0 is a free one")
	c.Flags().StringVar(&f.out, "out", "", "the folder `DIR` to write to; made where it is missing")
	c.Flags().StringVar(&f.as, "as", "", "the reader whose mail it is, by `EMAIL` (default a reader of whom nothing is known)")
	return c
}

func (a *app) preview(ctx context.Context, arg string, f previewFlags) error {
	d, err := a.open(ctx, a.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer d.Close()
	if f.out != "" {
		if err := a.writePreview(ctx, d, arg, f); err != nil || !f.serve {
			return err
		}
	}
	ctx, stop := a.untilStopped(ctx)
	defer stop()
	return a.servePreview(ctx, d, arg, f)
}

// writePreview writes the files of a preview.
func (a *app) writePreview(ctx context.Context, d *desk, arg string, f previewFlags) error {
	file, n, err := d.folder.IssuePath(arg)
	if err != nil {
		return err
	}
	i, err := issue.Read(d.folder.FS(), file, n)
	if err != nil {
		return err
	}
	reader, err := d.previewReader(ctx, f.as)
	if err != nil {
		return err
	}
	mail, err := d.renderer.Mail(n, i, d.renderOptions())
	if err != nil {
		return err
	}
	files, err := d.previewFiles(n, mail, reader)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.out, 0o750); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	written := make([]string, 0, len(files))
	for _, part := range files {
		path := filepath.Join(f.out, part.name)
		if err := os.WriteFile(path, part.data, 0o600); err != nil {
			return fmt.Errorf("write preview: %w", err)
		}
		written = append(written, path)
	}
	if a.json {
		return a.printJSON(written)
	}
	fmt.Fprintln(a.stdout, strings.Join(written, "\n"))
	unpublished := func(m newsletter.Media) bool {
		_, err := os.Stat(d.folder.Data("media", m.Hash))
		return err != nil
	}
	if slices.ContainsFunc(mail.Media, unpublished) {
		fmt.Fprintln(a.stderr, "tidings: its pictures are shown by the site, from when it is published or tested; to see them now: tidings preview "+arg+" --serve")
	}
	return nil
}

// previewReader is the reader whose mail is shown. It has no ID, so that no
// link in a preview can unsubscribe a real one.
func (d *desk) previewReader(ctx context.Context, email string) (newsletter.Subscriber, error) {
	if email == "" {
		return newsletter.Subscriber{Email: "reader@example.org"}, nil
	}
	story, err := d.signup.Show(ctx, email)
	if err != nil {
		return newsletter.Subscriber{}, fmt.Errorf("reader %s: %w", email, err)
	}
	story.ID = 0
	return story.Subscriber, nil
}

// previewFile is one file of a preview.
type previewFile struct {
	name string
	data []byte
}

func (d *desk) previewFiles(n *newsletter.Newsletter, mail *newsletter.Mail, reader newsletter.Subscriber) ([]previewFile, error) {
	composer, err := d.composer()
	if err != nil {
		return nil, err
	}
	delivery := newsletter.Delivery{Subscriber: reader, CreatedAt: time.Now()}
	filled, err := composer.Fill(mail, delivery)
	if err != nil {
		return nil, err
	}
	template, err := composer.Compile(mail)
	if err != nil {
		return nil, err
	}
	eml, err := template.Compose(delivery)
	if err != nil {
		return nil, err
	}
	page, err := d.archivePage(n, mail)
	if err != nil {
		return nil, err
	}
	return []previewFile{
		{"mail.html", []byte(filled.HTML)},
		{"mail.txt", []byte(filled.Text)},
		{"mail.eml", eml.Bytes},
		{"archive.html", page},
	}, nil
}

// archivePage is the archive page as one file, with its style inside.
func (d *desk) archivePage(n *newsletter.Newsletter, mail *newsletter.Mail) ([]byte, error) {
	pages, err := web.New(d.templates, d.log)
	if err != nil {
		return nil, err
	}
	return public.Standalone(pages, n, mail)
}
