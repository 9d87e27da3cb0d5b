package merge

import (
	"net/url"
	"strings"
	"testing"
)

// What is taken for a URL of our own is what the long way gives back.
func FuzzSafeURL(f *testing.F) {
	for _, s := range []string{
		"https://news.example.org/u/AQID_-~.", "http://127.0.0.1:8080/", "https://a", "https://a:", "https://:80/", "https:///x", "https://a//b",
		"https://a:8x/", "http://a.b/c?d=e", "HTTPS://A/b", "javascript://a/b", "mailto:ada@example.org", "https://-/", "http://a:99999999/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !isPlainURL(s) {
			return
		}
		if u, err := url.Parse(strings.TrimSpace(s)); err != nil || u.String() != s || u.Host == "" {
			t.Errorf("%q is taken as it is, but reads as %v, %v", s, u, err)
		}
	})
}
