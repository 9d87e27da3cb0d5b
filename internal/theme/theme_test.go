package theme

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// TestPresets holds the built-in themes to more than the law: 7:1 for what is
// read, in both schemes and on all grounds.
func TestPresets(t *testing.T) {
	for _, name := range Presets() {
		t.Run(name, func(t *testing.T) {
			p, err := Resolve(newsletter.Theme{Preset: name})
			if err != nil {
				t.Fatal(err)
			}
			for scheme, c := range map[string]Colors{"light": p.Light, "dark": p.Dark} {
				pairs := []struct {
					text, ground string
					want         float64
				}{
					{c.Ink, c.Sheet, 7},
					{c.Ink, c.Paper, 7},
					{c.Ink, c.Soft, 7},
					{c.Muted, c.Sheet, 6},
					{c.Muted, c.Paper, 6},
					{c.Muted, c.Soft, 4.5},
					{c.Accent, c.Sheet, 6},
					{c.Accent, c.Soft, 4.5},
					{c.OnAccent, c.Accent, 6},
					{c.CodeWord, c.Soft, 4.5},
					{c.CodeText, c.Soft, 4.5},
					{c.Warn, c.Sheet, 6},
					{c.Warn, c.WarnSoft, 6},
					{c.Ink, c.WarnSoft, 7},
					{c.Accent, c.WarnSoft, 4.5},
				}
				for _, pair := range pairs {
					got, err := Contrast(pair.text, pair.ground)
					if err != nil || got < pair.want {
						t.Errorf("%s: %s on %s: got %.2f, %v, want at least %.1f", scheme, pair.text, pair.ground, got, err, pair.want)
					}
				}
			}
		})
	}
}

func TestResolve_derived(t *testing.T) {
	tests := map[string]newsletter.Theme{
		"accent only":        {Accent: "#7a1f9c"},
		"pale paper":         {Paper: "#FFF8E7", Sheet: "#ffffff"},
		"everything light":   {Paper: "#eeeeee", Sheet: "#fafafa", Ink: "#102030", Accent: "#aa2200"},
		"dark by choice":     {PaperDark: "#000000", SheetDark: "#101010", InkDark: "#eeeeee", AccentDark: "#ffcc00"},
		"black and white":    {Paper: "#ffffff", Sheet: "#ffffff", Ink: "#000000", Accent: "#000000"},
		"ground of warnings": {Sheet: "#e8d9b8", Accent: "#6b4a00"},
		"dark in the light":  {Paper: "#101010", Sheet: "#1a1a1a", Ink: "#eeeeee", Accent: "#ffcc00"},
		"one ground in all":  {Preset: "plum", Paper: "#fffdf9"},
	}
	for name, theme := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := Resolve(theme)
			if err != nil {
				t.Fatal(err)
			}
			if l := must(p.Dark.Sheet).luminance(); l > 0.05 {
				t.Errorf("dark sheet %s has luminance %.2f", p.Dark.Sheet, l)
			}
			for _, c := range []Colors{p.Light, p.Dark} {
				for _, pair := range [][2]string{
					{c.Muted, c.Sheet},
					{c.Muted, c.Paper},
					{c.Muted, c.Soft},
					{c.OnAccent, c.Accent},
					{c.CodeWord, c.Soft},
					{c.CodeText, c.Soft},
					{c.Warn, c.Sheet},
					{c.Warn, c.WarnSoft},
					{c.Ink, c.WarnSoft},
					{c.Accent, c.WarnSoft},
					{c.Muted, c.WarnSoft},
				} {
					if got := must(pair[0]).contrast(must(pair[1])); got < ReadableText {
						t.Errorf("%s on %s: %.2f", pair[0], pair[1], got)
					}
				}
			}
		})
	}
}

func TestResolve_darkTwinKeepsHue(t *testing.T) {
	p, err := Resolve(newsletter.Theme{Accent: "#7a1f9c"})
	if err != nil {
		t.Fatal(err)
	}
	light, _, _ := must(p.Light.Accent).hsl()
	dark, _, _ := must(p.Dark.Accent).hsl()
	if d := light - dark; d > 0.01 || d < -0.01 {
		t.Errorf("hue moved by %.3f", d)
	}
}

func TestResolve_errors(t *testing.T) {
	tests := []struct {
		name  string
		theme newsletter.Theme
		want  []string
	}{
		{"accent too pale", newsletter.Theme{Accent: "#f5d142"}, []string{"accent #f5d142 on sheet #fffdf9", "1.", "4.5:1", "nearest accent that passes is #"}},
		{"dark pair", newsletter.Theme{InkDark: "#333333"}, []string{"ink_dark #333333 on sheet_dark"}},
		{"no color", newsletter.Theme{Paper: "teal"}, []string{"paper: ", "#rrggbb"}},
		{"short color", newsletter.Theme{AccentDark: "#abc"}, []string{"accent_dark: ", "#rrggbb"}},
		{"signed color", newsletter.Theme{Ink: "#+12345"}, []string{"ink: "}},
		{"no preset", newsletter.Theme{Preset: "neon"}, []string{`"neon"`}},
		{"font that leaves its attribute", newsletter.Theme{TextFont: `x";}</style>`}, []string{"text_font"}},
		{"too wide", newsletter.Theme{Width: 900}, []string{"width: 900", "480", "700"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Resolve(tt.theme)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
		})
	}
}

// TestContrastError_nearest follows the advice of the error and expects that the
// theme is then taken.
func TestContrastError_nearest(t *testing.T) {
	for _, accent := range []string{"#f5d142", "#ff8800", "#88ccff", "#ffffff", "#e0e0e0"} {
		_, err := Resolve(newsletter.Theme{Accent: accent})
		e, ok := errors.AsType[*ContrastError](err)
		if !ok {
			t.Fatalf("%s: got %v, want a *ContrastError", accent, err)
		}
		if _, err := Resolve(newsletter.Theme{Accent: e.Nearest}); err != nil {
			t.Errorf("%s: the advice %s is refused: %v", accent, e.Nearest, err)
		}
	}
}

func TestContrast(t *testing.T) {
	got, err := Contrast("#000000", "#ffffff")
	if err != nil || got != 21 {
		t.Errorf("black on white: got %v, %v, want 21", got, err)
	}
	if _, err := Contrast("#000", "#ffffff"); err == nil {
		t.Error("a short color is taken")
	}
}

func TestPresets_named(t *testing.T) {
	if got := Presets(); len(got) != 4 || slices.Contains(got, "") {
		t.Errorf("got %q", got)
	}
}
