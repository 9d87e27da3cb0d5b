package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/issue"
	"tidings/internal/newsletter"
	"tidings/internal/web"
	"tidings/internal/web/public"
)

func (a *app) previewCommand() *cobra.Command {
	var out, as string
	c := &cobra.Command{
		Use:   "preview FILE",
		Short: "Write an issue as one reader would get it",
		Long: "Write mail.html, mail.txt, mail.eml and archive.html into a folder. mail.eml is what the relay\n" +
			"would get, signature included. The links to leave in it belong to nobody, so they may be tried.",
		Example: "  tidings preview newsletters/harbor/2026-11-24-first-frost.md --out preview\n" +
			"  tidings preview newsletters/harbor/2026-11-24-first-frost.md --out preview --as ada@example.org",
		Args: wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return usage("such as --out preview", "--out is missing: preview needs a folder to write to")
			}
			return a.preview(c.Context(), args[0], out, as)
		},
	}
	c.Flags().StringVar(&out, "out", "", "the folder to write to; made where it is missing")
	c.Flags().StringVar(&as, "as", "", "address of the reader whose mail it is (default a reader of whom nothing is known)")
	return c
}

func (a *app) preview(ctx context.Context, arg, out, as string) error {
	d, err := a.open(ctx, a.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer d.Close()
	file, n, err := d.folder.IssuePath(arg)
	if err != nil {
		return err
	}
	i, err := issue.Read(d.folder.FS(), file, n)
	if err != nil {
		return err
	}
	reader, err := d.previewReader(ctx, as)
	if err != nil {
		return err
	}
	files, err := d.previewFiles(n, i, reader)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o750); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	for _, f := range files {
		path := filepath.Join(out, f.name)
		if err := os.WriteFile(path, f.data, 0o600); err != nil {
			return fmt.Errorf("write preview: %w", err)
		}
		fmt.Fprintln(a.stdout, path)
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
		return newsletter.Subscriber{}, newsletter.Hint(fmt.Errorf("reader %s: %w", email, err), "tidings subscribers list shows who is there")
	}
	story.Subscriber.ID = 0
	return story.Subscriber, nil
}

// previewFile is one file of a preview.
type previewFile struct {
	name string
	data []byte
}

func (d *desk) previewFiles(n *newsletter.Newsletter, i *newsletter.Issue, reader newsletter.Subscriber) ([]previewFile, error) {
	mail, err := d.renderer.Mail(n, i, d.renderOptions())
	if err != nil {
		return nil, err
	}
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
		{"mail.html", []byte(filled.HTML)}, {"mail.txt", []byte(filled.Text)},
		{"mail.eml", eml.Bytes}, {"archive.html", page},
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
