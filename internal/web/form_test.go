package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/web"
)

func TestForm(t *testing.T) {
	const part = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
	const multipart = part + "1\r\n--x--\r\n"
	const urlencoded = "application/x-www-form-urlencoded"
	tests := []struct {
		name, kind, body string
		want             url.Values
		status           int
	}{
		{"urlencoded", urlencoded, "a=1&b=two+words", url.Values{"a": {"1"}, "b": {"two words"}}, 0},
		{"multipart", "multipart/form-data; boundary=x", multipart, url.Values{"a": {"1"}}, 0},
		{"json is no form", "application/json", `{"a":1}`, url.Values{}, 0},
		{"empty", urlencoded, "", url.Values{}, 0},
		{"broken escape", urlencoded, "a=%zz", nil, 400},
		{"no boundary", "multipart/form-data", multipart, nil, 400},
		{"cut short", "multipart/form-data; boundary=x", multipart[:20], nil, 400},
		{"too large", urlencoded, "a=" + strings.Repeat("x", web.MaxForm), nil, 413},
		{"too large in parts", "multipart/form-data; boundary=x", part + strings.Repeat("x", web.MaxForm), nil, 413},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/?q=1", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			got, err := web.Form(httptest.NewRecorder(), r)
			if err != nil && web.Status(err) != tt.status {
				t.Errorf("%v is status %d, expected %d", err, web.Status(err), tt.status)
			}
			if err == nil && tt.status != 0 {
				t.Errorf("form was read, expected status %d", tt.status)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("form (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever comes in, a form is read or refused; it is never a failure of ours.
func FuzzForm(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", "a=1&b=%zz")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n")
	f.Add("multipart/form-data; boundary=", "--\r\n")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		if _, err := web.Form(httptest.NewRecorder(), r); err != nil && web.Status(err) >= http.StatusInternalServerError {
			t.Errorf("reading a form: %v", err)
		}
	})
}
