package check

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// inside are addresses that lead to the network that Tidings runs in. The
// corpus has more.
var inside = []string{
	"http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/",
	"http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/", "http://10.0.0.1/", "http://100.64.0.1/",
	"http://[fe80::1%25eth0]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://localtest.me/",
	"http://2130706433/", "http://①②⑦.⓪.⓪.①/", "http://example.org:22/", "http://user:pw@example.org/",
	"file:///etc/passwd", "gopher://127.0.0.1:25/_MAIL", "//127.0.0.1/", `http:\\127.0.0.1\`, "javascript:alert(1)",
}

// TestProber_inside wants no connection to be tried to any address inside.
func TestProber_inside(t *testing.T) {
	var mu sync.Mutex
	var passed []netip.AddrPort
	p := newProber(mustResolver(t), func(a netip.AddrPort) bool {
		if isWeb(a) {
			mu.Lock()
			defer mu.Unlock()
			passed = append(passed, a)
		}
		return false
	}, 5*time.Second)
	urls := append(slices.Clone(inside), corpus(t)...)
	outcomes := p.Reach(t.Context(), urls)
	for _, url := range urls {
		if _, bad := outcomes[url]; !bad {
			t.Errorf("%s was asked for", url)
		}
	}
	if len(passed) > 0 {
		t.Errorf("connected to %v", passed)
	}
}

// TestProber_Reach asks a real server in every way it may behave.
func TestProber_Reach(t *testing.T) {
	server := httptest.NewServer(site(t))
	defer server.Close()
	port := netip.MustParseAddrPort(server.Listener.Addr().String())
	p := newProber(mustResolver(t), func(a netip.AddrPort) bool { return a == port || isWeb(a) }, time.Second)
	base := "http://good.test:" + strings.TrimPrefix(port.String(), "127.0.0.1:")
	tests := []struct {
		path, want string
		gone       bool
	}{
		{"/", "", false},
		{"/get-only", "", false},
		{"/endless", "", false},
		{"/bomb", "", false},
		{"/moved/5", "", false},
		{"/moved/6", "passed on more than 5 times", false},
		{"/none", "404 Not Found", true},
		{"/gone", "410 Gone", true},
		{"/busy", "503 Service Unavailable", false},
		{"/silent", "does not answer in time", false},
		{"/headers", "exceeded", false},
		{"/to-inside", "is not asked for", false},
		{"/to-file", "is not asked for", false},
	}
	urls := []string{"http://nowhere.test/", strings.Replace(base, "good", "rebind", 1) + "/again"}
	for _, test := range tests {
		urls = append(urls, base+test.path)
	}
	outcomes := p.Reach(t.Context(), urls)
	for _, test := range tests {
		o, bad := outcomes[base+test.path]
		if bad != (test.want != "") || o.Gone != test.gone || !strings.Contains(o.Message, test.want) {
			t.Errorf("%s: %+v, want %q", test.path, o, test.want)
		}
	}
	if o := outcomes[urls[0]]; !o.Gone {
		t.Errorf("no such host: %+v", o)
	}
	if o := outcomes[urls[1]]; !strings.Contains(o.Message, "10.0.0.1") || !strings.Contains(o.Message, "is not asked for") {
		t.Errorf("rebinding: %+v", o)
	}
}

// TestProber_cancelled wants an end when nobody waits any longer.
func TestProber_cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := NewProber().Reach(ctx, []string{"http://example.org/"}); len(o) != 1 {
		t.Errorf("outcomes %v", o)
	}
}

func TestIsPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"192.88.0.1": true, "2606:4700::1": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.31.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.127.0.1": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "192.0.2.1": false,
		"fc00::1": false, "fe80::1": false, "ff02::1": false, "fd00:ec2::254": false, "::ffff:127.0.0.1": false, "64:ff9b::1": false,
		"2001::1": false, "2001:db8::1": false, "2002:7f00:1::": false, "::": false, "2606:4700::1%eth0": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("isPublic(%s) = %v", address, got)
		}
	}
}

// site is a web site that behaves well and badly.
func site(t *testing.T) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	getOnly := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			h(w, r)
		}
	}
	mux.HandleFunc("/{$}", status(http.StatusOK))
	mux.HandleFunc("/none", status(http.StatusNotFound))
	mux.HandleFunc("/gone", status(http.StatusGone))
	mux.HandleFunc("/busy", status(http.StatusServiceUnavailable))
	mux.HandleFunc("/get-only", getOnly(status(http.StatusOK)))
	mux.HandleFunc("/endless", getOnly(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}))
	mux.HandleFunc("/bomb", getOnly(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("not even gzip"))
	}))
	mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/headers", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 2*maxHeaderSize))
	})
	mux.Handle("/moved/0", status(http.StatusOK))
	for i, from := range []string{"/moved/1", "/moved/2", "/moved/3", "/moved/4", "/moved/5", "/moved/6"} {
		mux.Handle(from, http.RedirectHandler("/moved/"+string(rune('0'+i)), http.StatusFound))
	}
	mux.Handle("/again", http.RedirectHandler("/again/and/again", http.StatusFound))
	mux.Handle("/to-inside", http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound))
	mux.Handle("/to-file", http.RedirectHandler("file:///etc/passwd", http.StatusFound))
	return mux
}

// corpus returns the addresses of the test corpora that must not be asked for.
func corpus(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		return nil
	}
	f, err := os.Open(filepath.Join(dir, "own", "ssrf_urls.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var urls []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		url, expected, _ := strings.Cut(lines.Text(), "\t")
		url, _, _ = strings.Cut(url, " (")
		if expected == "blocked" && !strings.Contains(url, " -> ") {
			urls = append(urls, url)
		}
	}
	if len(urls) < 20 {
		t.Fatalf("the corpus has %d addresses", len(urls))
	}
	return urls
}
