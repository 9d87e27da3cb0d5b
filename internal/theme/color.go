package theme

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// color is a color of sRGB, each part in [0, 1].
type color struct{ r, g, b float64 }

var errColor = errors.New("expected a color as #rrggbb, such as #1a5b4e")

func parse(hex string) (color, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 || hex[0] != '#' {
		return color{}, fmt.Errorf("%q is not a color: %w", hex, errColor)
	}
	return color{float64(n>>16&255) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, nil
}

// must reads a color of ours, which has been checked before.
func must(hex string) color {
	c, err := parse(hex)
	if err != nil {
		panic(err)
	}
	return c
}

func (c color) String() string {
	part := func(v float64) int { return int(math.Round(255 * min(max(v, 0), 1))) }
	return fmt.Sprintf("#%02x%02x%02x", part(c.r), part(c.g), part(c.b))
}

// luminance is the relative luminance of WCAG 2.2.
func (c color) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is the contrast ratio of WCAG 2.2, from 1 to 21, of the two colors as
// a screen shows them, which is after rounding to whole steps.
func (c color) contrast(d color) float64 {
	a, b := must(c.String()).luminance(), must(d.String()).luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// hsl returns hue, saturation and lightness, each in [0, 1].
func (c color) hsl() (h, s, l float64) {
	hi, lo := max(c.r, c.g, c.b), min(c.r, c.g, c.b)
	l, d := (hi+lo)/2, hi-lo
	if d == 0 {
		return 0, 0, l
	}
	s = d / (1 - math.Abs(2*l-1))
	switch hi {
	case c.r:
		h = math.Mod((c.g-c.b)/d+6, 6)
	case c.g:
		h = (c.b-c.r)/d + 2
	default:
		h = (c.r-c.g)/d + 4
	}
	return h / 6, s, l
}

func fromHSL(h, s, l float64) color {
	part := func(n float64) float64 {
		k := math.Mod(n+12*h, 12)
		return l - s*min(l, 1-l)*max(-1, min(k-3, 9-k, 1))
	}
	return color{part(0), part(8), part(4)}
}

// toward mixes c with d: 0 is c, 1 is d.
func (c color) toward(d color, t float64) color {
	return color{c.r + t*(d.r-c.r), c.g + t*(d.g-c.g), c.b + t*(d.b-c.b)}
}

// readable returns c, or else the color of the same hue and the nearest
// lightness that has the wanted contrast on every ground. There is always one
// for a single ground; for grounds too far apart it is black or white, whichever
// is better.
func (c color) readable(want float64, grounds ...color) color {
	h, s, l := c.hsl()
	const steps = 255
	for i := range steps + 1 {
		for _, d := range []float64{-1, 1} {
			tried := c
			if i > 0 {
				tried = fromHSL(h, s, min(max(l+d*float64(i)/steps, 0), 1))
			}
			if tried.worst(grounds) >= want {
				return tried
			}
		}
	}
	black, white := color{}, color{1, 1, 1}
	if black.worst(grounds) > white.worst(grounds) {
		return black
	}
	return white
}

// worst is the lowest contrast of c on the grounds.
func (c color) worst(grounds []color) float64 {
	worst := 21.0
	for _, g := range grounds {
		worst = min(worst, c.contrast(g))
	}
	return worst
}

// Contrast is the contrast ratio of two colors "#rrggbb" (WCAG 2.2), from 1 for
// no difference to 21 for black on white.
func Contrast(a, b string) (float64, error) {
	x, err := parse(a)
	if err != nil {
		return 0, err
	}
	y, err := parse(b)
	if err != nil {
		return 0, err
	}
	return x.contrast(y), nil
}
