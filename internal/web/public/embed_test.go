package public_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tidings/internal/newsletter"
	"tidings/internal/web"
	"tidings/internal/web/public"
	"tidings/templates"
)

// embed is the form of a newsletter for another site.
func (s *site) embed(n newsletter.Newsletter) string {
	s.t.Helper()
	pages, err := web.New(templates.FS, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	e := public.Embed{
		Locale: pages.Languages().Choose(n.Language), Newsletter: &n, BaseURL: s.URL, Tags: []string{"spring-fair"},
	}
	html, err := e.HTML(pages)
	if err != nil {
		s.t.Fatal(err)
	}
	return html
}

// What a newsletter calls its fields cannot break the form out of its page.
func TestEmbed_EscapesLabels(t *testing.T) {
	s := mustSite(t)
	n := tides()
	n.Fields = append(n.Fields, newsletter.Field{Name: "x", Label: `"><script>alert(1)</script>`, Type: newsletter.FieldChoice, Choices: []string{"<b>", `a"b`}})
	html := s.embed(n)
	if strings.Contains(html, "<script") || strings.Contains(html, "<b>") || strings.Contains(html, "number") {
		t.Errorf("the form is\n%s", html)
	}
}

// An address runs from left to right also in a form from right to left, where its
// "@" would come to stand before it while it is typed; names run as they are typed.
func TestEmbed_Direction(t *testing.T) {
	s := mustSite(t)
	n := tides()
	n.Language = "ar"
	html := s.embed(n)
	for _, want := range []string{`dir="rtl">`, `autocomplete="email" required dir="ltr">`, `autocomplete="given-name" dir="auto">`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in\n%s", want, html)
		}
	}
}

// The form works on a page of another site, in a browser without script: it brings
// what was typed, and shows our answer.
func TestEmbed_InBrowser(t *testing.T) {
	s := mustSite(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "<!doctype html><html lang=en><title>Elsewhere</title><h1>Elsewhere</h1>%s</html>", s.embed(tides()))
	}))
	defer elsewhere.Close()
	browser := mustBrowse(t)
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	if _, err := chromedp.Call(browser, emulation.SetScriptExecutionDisabled, off); err != nil {
		t.Fatal(err)
	}
	mustSee(browser, t, "Look in your inbox",
		chromedp.Navigate(elsewhere.URL),
		chromedp.SendKeys("#tides-email", "ada@example.org"),
		chromedp.SendKeys("#tides-rhythm", "Once"),
		chromedp.Click(`input[name="terms"]`),
		chromedp.Click("form button"))
	sub, err := s.store.SubscriberByKey(t.Context(), "ada@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(sub.Fields, sub.Tags); got != "map[rhythm:Once a month terms:yes] [spring-fair]" {
		t.Errorf("the form brought %s", got)
	}
	receipts, err := s.store.Consents(t.Context(), sub.ID)
	if want := "form on " + strings.TrimPrefix(elsewhere.URL, "http://"); err != nil || receipts[0].Source != want || receipts[0].Words != "" {
		t.Errorf("the receipt is %+v, %v; want source %q", receipts, err, want)
	}
}
