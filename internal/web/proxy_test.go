package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"tidings/internal/web"
)

func TestBehindProxies(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}
	tests := []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"127.0.0.1:4000", []string{"192.0.2.7"}, "192.0.2.7"},
		{"127.0.0.1:4000", []string{"203.0.113.9, 192.0.2.7, 10.1.1.1"}, "192.0.2.7"},
		{"127.0.0.1:4000", []string{"203.0.113.9", "192.0.2.7:55"}, "192.0.2.7"},
		{"[::ffff:127.0.0.1]:4000", []string{"2001:db8::1"}, "2001:db8::1"},
		{"127.0.0.1:4000", nil, "127.0.0.1:4000"},
		{"127.0.0.1:4000", []string{"192.0.2.7, unknown"}, "127.0.0.1:4000"},
		{"127.0.0.1:4000", []string{"10.0.0.1"}, "127.0.0.1:4000"},
		{"198.51.100.4:4000", []string{"192.0.2.7"}, "198.51.100.4:4000"}, // no proxy of ours: a lie
	}
	for _, tt := range tests {
		got := ""
		h := web.BehindProxies(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = tt.peer
		for _, f := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != tt.want {
			t.Errorf("from %s for %q: %s, want %s", tt.peer, tt.forwarded, got, tt.want)
		}
	}
}

func FuzzBehindProxies(f *testing.F) {
	f.Add("127.0.0.1:1", "192.0.2.7, 10.0.0.1")
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		h := web.BehindProxies([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.RemoteAddr == "" && peer != "" {
				t.Error("nobody asks")
			}
		}))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = peer
		r.Header["X-Forwarded-For"] = []string{forwarded}
		h.ServeHTTP(httptest.NewRecorder(), r)
	})
}
