package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"tidings/internal/newsletter"
)

// The logo of a confirmation is there to be loaded, also on a site that has sent no
// issue yet: it is the first mail that a reader gets.
func TestDesk_logoOfTheFirstMail(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "site")
	if err := makeSite(dir, siteSettings, draft); err != nil {
		t.Fatal(err)
	}
	var logo bytes.Buffer
	if err := png.Encode(&logo, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	a := &app{dir: dir, stderr: io.Discard}
	if err := os.WriteFile(filepath.Join(dir, "newsletters", "harbor", "logo.png"), logo.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := a.open(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	n, err := d.folder.Newsletter("harbor")
	if err != nil {
		t.Fatal(err)
	}
	n.Theme.Logo = "logo.png"
	for kind, render := range map[string]func(context.Context) (*newsletter.Mail, error){
		"confirmation": func(ctx context.Context) (*newsletter.Mail, error) {
			return d.signup.ConfirmMail(ctx, newsletter.Question{Newsletters: []newsletter.Newsletter{*n}})
		},
		"mail about a person": func(ctx context.Context) (*newsletter.Mail, error) {
			return d.signup.PersonalMail(ctx, *n, newsletter.KindAccess, "")
		},
	} {
		if err := os.RemoveAll(d.folder.Data("media")); err != nil {
			t.Fatal(err)
		}
		m, err := render(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Media) != 1 {
			t.Fatalf("%s: %d pictures, want the logo", kind, len(m.Media))
		}
		if _, err := os.Stat(d.folder.Data("media", m.Media[0].Hash, m.Media[0].Name)); err != nil {
			t.Errorf("%s: its logo is not there: %v", kind, err)
		}
	}
}
