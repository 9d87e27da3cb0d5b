// Package theme is in charge of a newsletter's colors and fonts. It fills what a
// newsletter.toml leaves out from a preset, derives the dark twin of every light
// color, and refuses a pair of colors that people could not read.
package theme

import (
	"errors"
	"fmt"
	imagecolor "image/color"
	"math"
	"regexp"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// The width of the sheet in CSS pixels. Outside these bounds a line of text is
// too short or too long to be read with ease.
const (
	DefaultWidth = 640
	MinWidth     = 480
	MaxWidth     = 700
)

// Palette is a theme with nothing left open. All colors are "#rrggbb" in lower
// case; the fonts are CSS font families that can stand in a style attribute.
type Palette struct {
	Light, Dark Colors

	TextFont string // what is read: titles and articles
	MetaFont string // what is worked with: captions, tables, buttons, footer
	CodeFont string // listings
	Width    int    // of the sheet in CSS pixels
}

// Colors is one scheme. Each color that carries text keeps a contrast of at
// least 4.5:1 on every ground it stands on (WCAG 2.2, success criterion 1.4.3).
type Colors struct {
	Paper    string // around the sheet
	Sheet    string // under the article
	Ink      string // the article
	Muted    string // captions, dates, footer
	Line     string // hairlines; carries no text
	Accent   string // links, buttons, the rule of a quotation
	OnAccent string // text on a button
	Soft     string // ground of code and callouts
	Warn     string // the rule and the title of a callout that warns
	WarnSoft string // its ground

	CodeWord string // keywords in a listing, on Soft
	CodeText string // strings and numbers in a listing, on Soft
}

// fontList is what a font family may be made of: names and commas, with single
// quotes around names. Anything else could leave the style attribute.
var fontList = regexp.MustCompile(`^[\pL\pN '_,-]+$`)

// Presets lists the names of the built-in themes; the first is the default.
func Presets() []string {
	names := make([]string, 0, len(presets))
	for _, p := range presets {
		names = append(names, p.name)
	}
	return names
}

// Ground is the light sheet as a color of the image packages, to set pictures
// with clear parts on.
func (p *Palette) Ground() imagecolor.Color {
	c := must(p.Light.Sheet)
	part := func(v float64) uint8 { return uint8(math.Round(255 * v)) }
	return imagecolor.NRGBA{R: part(c.r), G: part(c.g), B: part(c.b), A: 255}
}

// Resolve fills t from its preset and returns the whole palette. Light colors
// that t names give their hue to the dark twins that it does not name. The
// error joins one error for each key that cannot stand, a *ContrastError where
// two colors are too close.
func Resolve(t newsletter.Theme) (Palette, error) {
	i := slices.IndexFunc(presets, func(p preset) bool { return p.name == t.Preset || t.Preset == "" })
	if i < 0 {
		return Palette{}, newsletter.Hint(fmt.Errorf("preset: no theme is called %q", t.Preset),
			"the presets are "+strings.Join(Presets(), ", "))
	}
	p := presets[i].palette
	var errs []error
	light, err := given(&p.Light, "", t.Paper, t.Sheet, t.Ink, t.Accent)
	errs = append(errs, err)
	deriveDark(&p, t)
	dark, err := given(&p.Dark, "_dark", t.PaperDark, t.SheetDark, t.InkDark, t.AccentDark)
	errs = append(errs, err, setFonts(&p, t), setWidth(&p, t.Width))
	if err := errors.Join(errs...); err != nil {
		return Palette{}, err
	}
	if light {
		p.Light.complete()
	}
	if light || dark {
		p.Dark.complete()
	}
	p.Light.colorWarnings("#7a4f00")
	p.Dark.colorWarnings("#e6bb6a")
	p.Light.colorCode()
	p.Dark.colorCode()
	return p, errors.Join(p.Light.check(""), p.Dark.check("_dark"))
}

// given puts the named colors in place and says whether there were any.
func given(c *Colors, suffix, paper, sheet, ink, accent string) (bool, error) {
	var errs []error
	named := false
	set := func(key, value string, to *string) {
		if value == "" {
			return
		}
		named = true
		rgb, err := parse(value)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s%s: %w", key, suffix, err))
			return
		}
		*to = rgb.String()
	}
	set("paper", paper, &c.Paper)
	set("sheet", sheet, &c.Sheet)
	set("ink", ink, &c.Ink)
	set("accent", accent, &c.Accent)
	return named, errors.Join(errs...)
}

func setFonts(p *Palette, t newsletter.Theme) error {
	var errs []error
	set := func(key, value, fallback string, to *string) {
		if value == "" {
			return
		}
		value = strings.ReplaceAll(value, `"`, "'")
		if !fontList.MatchString(value) || strings.Count(value, "'")%2 != 0 {
			errs = append(errs, newsletter.Hint(fmt.Errorf("%s: %q is not a list of font families", key, value),
				"write names with commas between them, such as Georgia, 'Times New Roman', serif"))
			return
		}
		*to = strings.ReplaceAll(value, ", ", ",") + "," + fallback
	}
	set("text_font", t.TextFont, "Georgia,serif", &p.TextFont)
	set("meta_font", t.MetaFont, "Arial,sans-serif", &p.MetaFont)
	return errors.Join(errs...)
}

func setWidth(p *Palette, width int) error {
	if width == 0 {
		return nil
	}
	if width < MinWidth || width > MaxWidth {
		return fmt.Errorf("width: %d is not between %d and %d", width, MinWidth, MaxWidth)
	}
	p.Width = width
	return nil
}
