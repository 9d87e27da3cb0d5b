package web

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseForm(t *testing.T) {
	tests := map[string]url.Values{
		`{}`: {},
		`{"email": "ada@example.org", "tag": ["a", "b"], "shown": 17, "talks": true, "no": null}`: {
			"email": {"ada@example.org"}, "tag": {"a", "b"}, "shown": {"17"}, "talks": {"true"},
		},
		`{"email": "a", "fields": {"city": "Tacoma", "email": "b"}}`: {"email": {"a", "b"}, "city": {"Tacoma"}},
		`{"a": [[1], {"b": 2}, 3]}`:                                  {"a": {"3"}},
	}
	for text, want := range tests {
		got, err := parseForm([]byte(text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
	}
	for _, text := range []string{``, `null`, `[]`, `"a"`, `{`, `{} {}`, `{"a": 1} x`, "\x00"} {
		if got, err := parseForm([]byte(text)); err == nil {
			t.Errorf("%q is %v, want an error", text, got)
		}
	}
}

func FuzzParseForm(f *testing.F) {
	f.Add([]byte(`{"email": "ada@example.org", "fields": {"city": ["x", 1.5e400, {"a": []}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		form, err := parseForm(body)
		if err == nil && form == nil {
			t.Error("neither a form nor an error")
		}
	})
}
