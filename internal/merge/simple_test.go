package merge

import "testing"

// FuzzFillText holds both short ways to fill a tag to what the Liquid library
// does with the same text.
func FuzzFillText(f *testing.F) {
	for _, seed := range []string{"Ada", "", " ", "A & <B>", "a\r\nb", "https://example.org/?q=a b", "javascript:alert(1)", "ü \u2028", "{{ x }}", "\x00", "\xff"} {
		f.Add(seed, "friend")
		f.Add("", seed)
	}
	f.Fuzz(func(t *testing.T, value, fallback string) {
		values := Values{"subscriber": map[string]any{"name": value}}
		for at := HTML; at < placeCount; at++ {
			for _, src := range []string{
				"{{ subscriber.name | " + escapes[at] + " }}",
				"{{ subscriber.name | default: " + quote(fallback) + " | " + escapes[at] + " }}",
			} {
				tag, err := Compile(src)
				if err != nil || tag.simple == nil {
					continue // a fallback that is no text of Liquid
				}
				want, libErr := engine().ParseAndRenderString(src, map[string]any(values))
				if libErr != nil {
					t.Fatalf("%q: %v", src, libErr)
				}
				got, err := tag.Fill(values)
				if short := tag.FillText(value); got != short || err != nil {
					t.Errorf("%q of %q: Fill says %q, FillText %q", src, value, got, short)
				}
				// A value of nothing but invisible characters counts as empty here.
				if got != want && plain(value) != "" {
					t.Errorf("%q of %q: got %q, want %q", src, value, got, want)
				}
			}
		}
	})
}
