package mailview

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/mailbox"
	"tidings/internal/web"
	"tidings/templates"
)

// site is a mailbox with its SMTP server and its pages, all of them real.
type site struct {
	url  string // of the pages
	smtp string // address
	box  *mailbox.Mailbox
	mux  *http.ServeMux // for what else a test needs
}

func TestList(t *testing.T) {
	s := mustServe(t)
	if status, body := s.get(t, "/mailbox"); status != http.StatusOK || !strings.Contains(body, "No mail yet") {
		t.Errorf("empty list: status %d, want 200 and what to do next:\n%s", status, body)
	}
	for i := range 120 {
		s.send(t, fmt.Sprintf("From: Harbor <h@example.org>\r\nTo: <r%d@example.net>\r\nSubject: Letter %d\r\n\r\n.\r\n", i, i))
	}
	tests := []struct {
		path     string
		has, not []string
		letters  int
		reloads  bool
	}{
		{
			path: "/mailbox", letters: 50, reloads: true,
			has: []string{"Letter 119<", "Letter 70<", "r119@example.net", ">Harbor<", "1 to 50 of 120 mails", `href="/mailbox?page=2"`, "Delete all 120 mails"},
			not: []string{"Letter 69<", ">Newer<", `type="search"`},
		},
		{
			path: "/mailbox?page=3&live=0", letters: 20,
			has: []string{"Letter 0<", "101 to 120 of 120 mails", "/mailbox?live=0&amp;page=2", `type="search"`},
			not: []string{">Older<"},
		},
		{
			path: "/mailbox?q=LETTER+7&live=0", letters: 11,
			has: []string{"Letter 7<", "Letter 70<", `value="LETTER 7"`, "Show all mail"},
			not: []string{"Letter 8<", "Delete all"},
		},
		{path: "/mailbox?q=%22%3E%3Cscript%3E", has: []string{"No mail matches", "&lt;script&gt;"}, not: []string{"<script"}},
		{path: "/mailbox?page=99", reloads: true, has: []string{"No mail this far back"}},
		{path: "/mailbox?page=-1", letters: 50, reloads: true, has: []string{"Letter 119<"}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			resp := s.mustGet(t, tt.path)
			body := mustRead(t, resp.Body)
			if got := resp.Header.Get("Refresh") != ""; got != tt.reloads {
				t.Errorf("reloads itself: %v, want %v", got, tt.reloads)
			}
			if got := strings.Count(body, `<td class="subject">`); got != tt.letters {
				t.Errorf("%d mails, want %d", got, tt.letters)
			}
			checkText(t, body, tt.has, tt.not)
		})
	}
}

const issue = "From: Harbor Letters <letters@example.org>\r\nTo: Ada <ada@example.net>\r\nSubject: First frost\r\n" +
	"List-Unsubscribe: <https://example.org/u/abc>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" +
	"Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe text <b>part</b>.\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<!-- frame --><!doctype html>\r\n<html lang=\"en\"><body>" +
	"<a href=\"https://example.org/confirm/x\">Yes, it was me</a></body></html>\r\n--b--\r\n"

func TestMail(t *testing.T) {
	s := mustServe(t)
	id := s.send(t, issue)
	tests := []struct {
		path     string
		has, not []string
	}{
		{
			path: "", not: []string{`class="sheet phone"`, "<pre"},
			has: []string{
				"Harbor Letters &lt;letters@example.org&gt;", "Ada &lt;ada@example.net&gt;",
				`src="/mailbox/` + id + `/html" sandbox="allow-popups allow-popups-to-escape-sandbox"`,
				`<form method="post" action="https://example.org/u/abc" target="_blank"><input type="hidden" name="List-Unsubscribe" value="One-Click">`,
				`<a href="https://example.org/confirm/x" target="_blank" rel="noopener noreferrer"><bdi>Yes, it was me</bdi></a>`,
				"<dt>Return-Path</dt><dd><bdi>&lt;bounce@example.org&gt;</bdi></dd>",
			},
		},
		{path: "?width=360", has: []string{`class="sheet phone"`}},
		{path: "?show=text", has: []string{"The text &lt;b&gt;part&lt;/b&gt;."}, not: []string{"<iframe"}},
		{path: "?show=source", has: []string{"--b--", "Save as .eml"}, not: []string{"<iframe"}},
		{path: "?show=nonsense", has: []string{"<iframe"}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			status, body := s.get(t, "/mailbox/"+id+tt.path)
			if status != http.StatusOK {
				t.Fatalf("status %d, want 200", status)
			}
			checkText(t, body, tt.has, tt.not)
		})
	}
}

func TestMail_html(t *testing.T) {
	s := mustServe(t)
	id := s.send(t, issue)
	resp := s.mustGet(t, "/mailbox/"+id+"/html")
	policy := resp.Header.Get("Content-Security-Policy")
	checkText(t, policy, []string{
		"sandbox allow-popups allow-popups-to-escape-sandbox;", "default-src 'none'", "img-src 'self' data: https://news.example.org;",
		"form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'",
	}, []string{"script", "allow-same-origin", "connect"})
	want := "<!-- frame --><!doctype html>\r\n<base target=\"_blank\"><html lang=\"en\"><body>" +
		"<a href=\"https://example.org/confirm/x\">Yes, it was me</a></body></html>"
	if diff := cmp.Diff(want, mustRead(t, resp.Body)); diff != "" {
		t.Errorf("HTML (-want +got):\n%s", diff)
	}
}

func TestMail_source(t *testing.T) {
	s := mustServe(t)
	id := s.send(t, issue)
	resp := s.mustGet(t, "/mailbox/"+id+"/source")
	if got, want := resp.Header.Get("Content-Disposition"), `attachment; filename="`+id+`.eml"`; got != want {
		t.Errorf("Content-Disposition = %s, want %s", got, want)
	}
	if body := mustRead(t, resp.Body); !strings.HasSuffix(body, issue) {
		t.Errorf("the file does not end with the bytes that were sent:\n%s", body)
	}
}

func TestMail_missing(t *testing.T) {
	s := mustServe(t)
	for _, id := range []string{"1", "0000000000000000001", "..%2f..%2fetc%2fpasswd", "%00", strings.Repeat("9", 19)} {
		for _, part := range []string{"", "/html", "/source"} {
			if status, _ := s.get(t, "/mailbox/"+id+part); status != http.StatusNotFound {
				t.Errorf("GET /mailbox/%s%s: status %d, want 404", id, part, status)
			}
		}
	}
}

// A name on the web that leads to this machine must not show the mails to the
// page that asked for it.
func TestMailbox_otherHost(t *testing.T) {
	s := mustServe(t)
	for host, want := range map[string]int{
		"evil.example": http.StatusNotFound, "evil.example:8080": http.StatusNotFound, "192.0.2.7": http.StatusNotFound,
		"localhost:8080": http.StatusOK, "127.0.0.1": http.StatusOK, "[::1]:8080": http.StatusOK,
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/mailbox", nil)
		req.Host, req.RemoteAddr = host, "127.0.0.1:4000"
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, req)
		if w.Code != want {
			t.Errorf("Host %s: status %d, want %d", host, w.Code, want)
		}
	}
}

// A proxy on the same machine, as in front of most sites, shows the mailbox to
// nobody, though it calls us 127.0.0.1.
func TestMailbox_throughProxy(t *testing.T) {
	s := mustServe(t)
	for name, tell := range map[string]func(*http.Request){
		"Apache":      func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.9") },
		"Caddy":       func(r *http.Request) { r.Header.Set("Via", "2.0 Caddy") },
		"a balancer":  func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") },
		"a visitor":   func(r *http.Request) { r.RemoteAddr = "203.0.113.9:4000" }, // as a proxy of ours names them
		"RFC 7239":    func(r *http.Request) { r.Header.Set("Forwarded", "for=203.0.113.9") },
		"plain nginx": func(r *http.Request) { r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0 },
	} {
		for _, path := range []string{"/mailbox", "/mailbox/" + s.send(t, issue)} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
			r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:4000"
			tell(r)
			w := httptest.NewRecorder()
			s.mux.ServeHTTP(w, r)
			if w.Code != http.StatusNotFound {
				t.Errorf("%s, %s: status %d", name, path, w.Code)
			}
		}
	}
}

func TestMail_hostile(t *testing.T) {
	s := mustServe(t)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>`
	tests := []struct {
		name, source string
		has          []string
	}{
		{
			name: "script in every field",
			source: "From: " + evil + "\r\nTo: " + evil + "\r\nSubject: " + evil + "\r\nX-Evil: " + evil + "\r\n" +
				"List-Unsubscribe: <javascript:alert(3)>, <data:text/html,x>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" +
				"Content-Type: text/plain\r\n\r\n" + evil + "\r\n",
			has: []string{"&lt;script&gt;alert(1)"},
		},
		{
			name:   "script behind links",
			source: "Content-Type: text/html\r\n\r\n<a href=\"javascript:alert(1)\">a</a><a href=\"https://example.org/'onclick=alert(1)\">b</a>",
			has:    []string{"<iframe"},
		},
		{name: "no header at all", source: "\r\n", has: []string{"(no subject)"}},
		{name: "a broken header", source: "nonsense\r\n\r\n", has: []string{"could not be read whole"}},
		{name: "NUL bytes", source: "Subject: a\x00b\r\n\r\n\x00\x00", has: []string{"<h1"}},
		{name: "escape codes", source: "Subject: \x1b[31mred\r\n\r\n\x1b[2J", has: []string{"<h1 class=\"subject\"><bdi> [31mred"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id := s.send(t, tt.source)
			for _, path := range []string{"/mailbox", "/mailbox/" + id, "/mailbox/" + id + "?show=text", "/mailbox/" + id + "?show=source"} {
				_, body := s.get(t, path)
				checkText(t, body, nil, []string{"<script", "onerror=alert(2)>\"", `href="javascript:`, `action="javascript:`, "\x00"})
				if path == "/mailbox/"+id {
					checkText(t, body, tt.has, nil)
				}
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	s := mustServe(t)
	s.send(t, issue)
	tests := []struct {
		name, method, origin string
		status, left         int
	}{
		{"looking changes nothing", http.MethodGet, "", http.StatusNotFound, 1},
		{"from another site", http.MethodPost, "https://evil.example", http.StatusForbidden, 1},
		{"from our page", http.MethodPost, s.url, http.StatusSeeOther, 0},
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, s.url+"/mailbox/empty", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Origin", tt.origin)
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if _, left := s.box.List("", 0, 0); resp.StatusCode != tt.status || left != tt.left {
				t.Errorf("status %d and %d mails left, want %d and %d", resp.StatusCode, left, tt.status, tt.left)
			}
		})
	}
}

// mustServe starts a site with an empty mailbox.
func mustServe(t *testing.T) *site {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	box, err := mailbox.Open(t.TempDir(), mailbox.DefaultMax, log)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := mailbox.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- box.Serve(ctx, ln) }()
	pages, err := web.New(templates.FS, log)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	if err := Routes(mux, box, pages, "https://news.example.org"); err != nil {
		t.Fatal(err)
	}
	mux.Handle("GET /static/{hash}/{name}", pages.Handle(pages.Assets().Serve))
	server := httptest.NewServer(web.Secure(mux))
	t.Cleanup(func() {
		server.Close()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		_ = box.Close()
	})
	return &site{url: server.URL, smtp: ln.Addr().String(), box: box, mux: mux}
}

// send hands a mail to the mailbox over SMTP and returns its ID.
func (s *site) send(t *testing.T, source string) string {
	t.Helper()
	if err := smtp.SendMail(s.smtp, nil, "bounce@example.org", []string{"ada@example.net"}, []byte(source)); err != nil {
		t.Fatal(err)
	}
	newest, _ := s.box.List("", 0, 1)
	return newest[0].ID
}

func (s *site) mustGet(t *testing.T, path string) *http.Response {
	t.Helper()
	u, err := url.Parse(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// get returns the status and the body of an answer.
func (s *site) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	resp := s.mustGet(t, path)
	return resp.StatusCode, mustRead(t, resp.Body)
}

func mustRead(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// checkText checks what stands in a text and what does not.
func checkText(t *testing.T, text string, has, not []string) {
	t.Helper()
	for _, s := range has {
		if !strings.Contains(text, s) {
			t.Errorf("%q is missing in:\n%s", s, text)
		}
	}
	for _, s := range not {
		if strings.Contains(text, s) {
			t.Errorf("%q stands in:\n%s", s, text)
		}
	}
}
