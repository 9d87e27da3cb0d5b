package theme

import (
	"errors"
	"fmt"
	"slices"

	"tidings/internal/newsletter"
)

// ReadableText is the least contrast of text, as a ratio to 1 (WCAG 2.2, success
// criterion 1.4.3, level AA).
const ReadableText = 4.5

// deriveDark gives the dark scheme the hues of the light colors that t names.
// Dark grounds keep little of their saturation, or they would glow.
func deriveDark(p *Palette, t newsletter.Theme) {
	twin := func(named, light, dark string, saturation float64) string {
		if named == "" || light == "" {
			return dark
		}
		h, s, _ := must(light).hsl()
		_, _, l := must(dark).hsl()
		return fromHSL(h, min(s, saturation), l).String()
	}
	p.Dark.Paper = twin(valid(t.Paper), p.Light.Paper, p.Dark.Paper, 0.15)
	p.Dark.Sheet = twin(valid(t.Sheet), p.Light.Sheet, p.Dark.Sheet, 0.15)
	p.Dark.Ink = twin(valid(t.Ink), p.Light.Ink, p.Dark.Ink, 0.3)
	if valid(t.Accent) != "" {
		accent := must(twin(t.Accent, p.Light.Accent, p.Dark.Accent, 0.65))
		p.Dark.Accent = accent.readable(6, must(p.Dark.Sheet), must(p.Dark.Paper)).String()
	}
}

// valid returns the color, or nothing when it is none: that is told elsewhere.
func valid(hex string) string {
	if _, err := parse(hex); err != nil {
		return ""
	}
	return hex
}

// complete derives what a newsletter cannot name from what it can.
func (c *Colors) complete() {
	paper, sheet, ink, accent := must(c.Paper), must(c.Sheet), must(c.Ink), must(c.Accent)
	soft := tint(sheet, accent, 0.12, accent)
	c.Soft = soft.String()
	c.Muted = ink.toward(sheet, 0.28).readable(5.5, sheet, paper, soft).String()
	c.Line = sheet.toward(ink, 0.16).String()
	c.OnAccent = onto(accent).String()
}

// tint is the sheet with at most that share of c, as much as leaves the texts
// readable on it: links stand in callouts, too.
func tint(sheet, c color, share float64, texts ...color) color {
	for t := share; t > 0; t -= 0.01 {
		soft := sheet.toward(c, t)
		if !slices.ContainsFunc(texts, func(text color) bool { return text.contrast(soft) < ReadableText }) {
			return soft
		}
	}
	return sheet
}

// onto is the text color of a button: white or a near black of its hue,
// whichever is read more easily.
func onto(accent color) color {
	h, s, _ := accent.hsl()
	dark, white := fromHSL(h, min(s, 0.5), 0.09), color{1, 1, 1}
	if white.contrast(accent) >= dark.contrast(accent) {
		return white
	}
	return dark
}

// colorWarnings derives the colors of callouts that warn, from one that every
// newsletter has.
func (c *Colors) colorWarnings(warn string) {
	sheet := must(c.Sheet)
	w := must(warn).readable(6, sheet)
	c.Warn = w.String()
	c.WarnSoft = tint(sheet, w, 0.1, w, must(c.Accent), must(c.Muted), must(c.Ink)).String()
}

// colorCode derives the colors of listings: the accent for words of the
// language and a color across the wheel for strings and numbers.
func (c *Colors) colorCode() {
	soft, accent := must(c.Soft), must(c.Accent)
	h, s, l := accent.hsl()
	c.CodeWord = accent.readable(ReadableText, soft).String()
	c.CodeText = fromHSL(h+0.55, max(s, 0.35), l).readable(ReadableText, soft).String()
}

// ContrastError says that two colors are too close to be read, and which color
// would do.
type ContrastError struct {
	Key, Ground        string  // names of the two keys, such as "accent" and "sheet_dark"
	Color, GroundColor string  // their values
	Ratio, Want        float64 // the contrast they have and the least they need
	Nearest            string  // the color nearest to Color that passes on every ground of its scheme
}

// Error names both keys, their contrast and the nearest color that passes.
func (e *ContrastError) Error() string {
	return fmt.Sprintf("%s %s on %s %s has a contrast of %.1f:1, and text needs %.1f:1; the nearest %s that passes is %s",
		e.Key, e.Color, e.Ground, e.GroundColor, e.Ratio, e.Want, e.Key, e.Nearest)
}

// check returns an error for each pair that people could not read. Suffix is
// that of the keys of this scheme. Colors derived here always pass where the
// named ones do, so only named keys can be at fault.
func (c *Colors) check(suffix string) error {
	paper, sheet, soft := must(c.Paper), must(c.Sheet), must(c.Soft)
	var errs []error
	pair := func(key, text, on, ground string, all ...color) {
		t, g := must(text), must(ground)
		if ratio := t.contrast(g); ratio < ReadableText {
			errs = append(errs, &ContrastError{
				Key: key + suffix, Ground: on + suffix, Color: text, GroundColor: ground,
				Ratio: ratio, Want: ReadableText, Nearest: t.readable(ReadableText, all...).String(),
			})
		}
	}
	pair("ink", c.Ink, "sheet", c.Sheet, sheet, paper)
	pair("ink", c.Ink, "paper", c.Paper, sheet, paper)
	pair("accent", c.Accent, "sheet", c.Sheet, sheet)
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	// Grounds that were derived from unreadable colors are not worth a word.
	pair("muted", c.Muted, "sheet", c.Sheet, sheet, paper)
	pair("muted", c.Muted, "paper", c.Paper, sheet, paper)
	pair("ink", c.Ink, "soft", c.Soft, soft)
	pair("accent", c.Accent, "soft", c.Soft, sheet, soft)
	pair("on_accent", c.OnAccent, "accent", c.Accent, must(c.Accent))
	return errors.Join(errs...)
}
