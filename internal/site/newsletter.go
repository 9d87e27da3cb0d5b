package site

import (
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"path"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
	"tidings/internal/settings"
	"tidings/internal/theme"
)

// parseNewsletter reads a newsletter.toml. The keys are those of
// newsletter.Newsletter; title, from, postal_address and timezone have no
// defaults.
func (f *Folder) parseNewsletter(id string, src []byte) (*newsletter.Newsletter, error) {
	dir := path.Join(newslettersDir, id)
	t, err := settings.TOML(path.Join(dir, settingsFile), src)
	if err != nil {
		return nil, err
	}
	t.Require("title", "from", "postal_address", "timezone")
	n := &newsletter.Newsletter{
		ID:            id,
		Title:         t.Text("title", "", settings.Line),
		Description:   t.Text("description", "", settings.Line),
		PostalAddress: t.Text("postal_address", "", settings.Line),
		Language:      t.Text("language", "en", settings.Language),
		Unspoken:      !t.Has("language"),
		Schedule:      t.Texts("schedule", isCronLine),
		MaxLateness:   t.Duration("max_lateness", 6*time.Hour),
		LocalTime:     t.Bool("local_time", false),
		DoubleOptIn:   t.Bool("double_opt_in", true),
	}
	if from := readAddress(t, "from"); from != nil {
		n.From = *from
	}
	n.ReplyTo = readAddress(t, "reply_to")
	readPolicies(t, n)
	readReaders(t, n)
	t.Text("timezone", "", func(name string) (err error) {
		n.Zone, err = schedule.Zone(name)
		return err
	})
	n.Theme = f.readTheme(t.Table("theme"), dir)
	if t.Has("discreet") {
		n.Discreet = readDiscreet(t.Table("discreet"))
	}
	if problems := t.Problems(); len(problems) > 0 {
		return nil, problems
	}
	return n, nil
}

// maxUndo is the longest time for which an issue can be stopped after its slot.
const maxUndo = 24 * time.Hour

func readPolicies(t *settings.Table, n *newsletter.Newsletter) {
	n.CatchUp = settings.Word(t, "catch_up", newsletter.CatchUpLatest,
		newsletter.CatchUpLatest, newsletter.CatchUpAll, newsletter.CatchUpNone)
	n.Approval = settings.Word(t, "approval", newsletter.ApprovalNone,
		newsletter.ApprovalNone, newsletter.ApprovalRequired)
	if t.Has("undo") {
		n.Undo = t.Duration("undo", 0)
		if n.Undo > maxUndo {
			t.Reject("undo", errors.New("is longer than a day"))
		}
	}
	n.Images = settings.Word(t, "images", newsletter.ImagesHosted,
		newsletter.ImagesHosted, newsletter.ImagesEmbedded)
	n.Archive = settings.Word(t, "archive", newsletter.ArchivePublic,
		newsletter.ArchivePublic, newsletter.ArchiveUnlisted, newsletter.ArchiveReaders, newsletter.ArchiveOff)
	n.Layout = settings.Word(t, "layout", newsletter.LayoutLetter,
		newsletter.LayoutLetter, newsletter.LayoutDigest, newsletter.LayoutAnnouncement)
}

// readAddress reads a mailbox with its display name (RFC 5322, section 3.4), or
// nil.
func readAddress(t *settings.Table, key string) *mail.Address {
	var address *mail.Address
	t.Text(key, "", settings.Line, func(text string) (err error) {
		address, err = parseAddress(text)
		return err
	})
	if address != nil && key == "from" && address.Name == "" {
		t.Reject(key, newsletter.Hint(errors.New("has no display name"), `such as "Harbor Letters <letters@example.org>"`))
	}
	return address
}

func parseAddress(text string) (*mail.Address, error) {
	address, err := mail.ParseAddress(text)
	if err != nil {
		return nil, newsletter.Hint(fmt.Errorf("%.120q is not an address", text), `such as "Harbor Letters <letters@example.org>"`)
	}
	if _, domain, _ := strings.Cut(address.Address, "@"); DNSName(domain) != nil || !strings.Contains(domain, ".") {
		return nil, fmt.Errorf("%.120q has no domain that mail could come from", text)
	}
	return address, nil
}

func isCronLine(line string) error {
	_, err := schedule.Parse([]string{line}, time.UTC)
	return err
}

// readDiscreet reads [discreet], which is meant when it is there, even empty.
func readDiscreet(t *settings.Table) *newsletter.Discreet {
	return &newsletter.Discreet{Words: t.Texts("words", settings.Line)}
}

// readTheme reads [theme] and has its colors checked. Dir is the newsletter's
// folder, in which the logo lies.
func (f *Folder) readTheme(t *settings.Table, dir string) newsletter.Theme {
	theme := newsletter.Theme{
		Preset: t.Text("preset", ""),
		Accent: t.Text("accent", ""), AccentDark: t.Text("accent_dark", ""),
		Paper: t.Text("paper", ""), PaperDark: t.Text("paper_dark", ""),
		Sheet: t.Text("sheet", ""), SheetDark: t.Text("sheet_dark", ""),
		Ink: t.Text("ink", ""), InkDark: t.Text("ink_dark", ""),
		TextFont: t.Text("text_font", ""),
		MetaFont: t.Text("meta_font", ""),
		Width:    t.Int("width", 0, 0, 10_000),
	}
	theme.Logo = t.Text("logo", "", settings.Line, func(name string) error {
		file := path.Join(dir, name)
		if !strings.HasPrefix(file, dir+"/") {
			return errors.New("leads out of the newsletter's folder")
		}
		if info, err := fs.Stat(f.FS(), file); err != nil || !info.Mode().IsRegular() {
			return newsletter.Hint(fmt.Errorf("there is no picture %.120q", name), "paths begin at the newsletter's folder")
		}
		return nil
	})
	rejectTheme(t, theme)
	return theme
}

// rejectTheme reports each error of theme.Resolve at its key.
func rejectTheme(t *settings.Table, th newsletter.Theme) {
	_, err := theme.Resolve(th)
	for _, err := range flatten(err) {
		if contrast, ok := errors.AsType[*theme.ContrastError](err); ok {
			t.Reject(contrast.Key, err)
			continue
		}
		key, message, _ := strings.Cut(err.Error(), ": ")
		problem := errors.New(message)
		if hinted, ok := errors.AsType[*newsletter.Hinted](err); ok {
			problem = newsletter.Hint(problem, hinted.Hint)
		}
		t.Reject(key, problem)
	}
}

// flatten returns the errors that errors.Join has joined, however often.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	switch {
	case err == nil:
		return nil
	case !ok:
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}
