package public

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/theme"
)

// themeFile is the style sheet of a newsletter's colors and fonts, to be read
// after our own.
const themeFile = "theme.css"

// themeURL is where the style sheet of n's theme is. Its query changes with the
// theme, so that browsers can keep it.
func themeURL(n *newsletter.Newsletter) string {
	css, err := themeCSS(n)
	if err != nil {
		return "" // our own colors: a page to read is worth more than its colors
	}
	sum := sha256.Sum256([]byte(css))
	return "/" + n.ID + "/" + themeFile + "?v=" + hex.EncodeToString(sum[:4])
}

// serveTheme answers GET /{newsletter}/theme.css.
func serveTheme(w http.ResponseWriter, n *newsletter.Newsletter) error {
	css, err := themeCSS(n)
	if err != nil {
		return fmt.Errorf("theme of %s: %w", n.ID, err)
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = io.WriteString(w, css) // an error means that the reader has gone
	return nil
}

// themeCSS sets the variables of our style sheet to the colors and fonts of n. On
// paper, colors stay those of paper.
func themeCSS(n *newsletter.Newsletter) (string, error) {
	p, err := theme.Resolve(n.Theme)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, ":root{--read:%s;--work:%s;--code:%s}\n", p.TextFont, p.MetaFont, p.CodeFont)
	fmt.Fprintf(&b, "@media screen{:root{%s}}\n", colors(p.Light))
	fmt.Fprintf(&b, "@media screen and (prefers-color-scheme:dark){:root{%s}}\n", colors(p.Dark))
	return b.String(), nil
}

// colors names the colors of one scheme as our style sheet does.
func colors(c theme.Colors) string {
	return fmt.Sprintf("--paper:%s;--sheet:%s;--ink:%s;--muted:%s;--line:%s;--field:%s;--accent:%s;--on-accent:%s;--soft:%s;--warn:%s;--warn-soft:%s;",
		c.Paper, c.Sheet, c.Ink, c.Muted, c.Line, fieldColor(c), c.Accent, c.OnAccent, c.Soft, c.Warn, c.WarnSoft)
}

// fieldColor is the border of a field: the color of small text, made as faint as
// it can be while everybody still sees it (WCAG 2.2, success criterion 1.4.11).
func fieldColor(c theme.Colors) string {
	const readable = 3.2
	for share := 0.6; share < 1; share += 0.05 {
		faint := mix(c.Muted, c.Sheet, share)
		if ratio, err := theme.Contrast(faint, c.Sheet); err == nil && ratio >= readable {
			return faint
		}
	}
	return c.Muted
}

// mix is that share of the color a, and of b the rest, both "#rrggbb".
func mix(a, b string, share float64) string {
	var x, y [3]int
	_, _ = fmt.Sscanf(a, "#%02x%02x%02x", &x[0], &x[1], &x[2])
	_, _ = fmt.Sscanf(b, "#%02x%02x%02x", &y[0], &y[1], &y[2])
	part := func(i int) int { return int(share*float64(x[i]) + (1-share)*float64(y[i])) }
	return fmt.Sprintf("#%02x%02x%02x", part(0), part(1), part(2))
}
