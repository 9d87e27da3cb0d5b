package public

import "testing"

func TestMask(t *testing.T) {
	tests := map[string]string{
		"ada@example.org":      "a…@example.org",
		"a@example.org":        "a…@example.org",
		"åsa@example.org":      "å…@example.org",
		"two@at@example.org":   "t…@example.org",
		"":                     "",
		"@example.org":         "",
		"no address":           "",
		"ada@sub.example.org ": "a…@sub.example.org ",
	}
	for email, want := range tests {
		if got := mask(email); got != want {
			t.Errorf("mask(%q) = %q, expected %q", email, got, want)
		}
	}
}
