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

func TestDirection(t *testing.T) {
	tests := map[string]string{
		"en": "ltr", "ar": "rtl", "he-IL": "rtl", "fa": "rtl", "az-Arab": "rtl", "az": "ltr", "": "ltr", "not a tag": "ltr",
	}
	for tag, want := range tests {
		if got := direction(tag); got != want {
			t.Errorf("direction(%q) = %q, expected %q", tag, got, want)
		}
	}
}
