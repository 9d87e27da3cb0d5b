package public_test

import (
	"net/http"
	"strings"
	"testing"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// ask opens a page as a browser with that Accept-Language does.
func (s *site) ask(path, languages string) answer {
	s.t.Helper()
	return s.request(http.MethodGet, path, "", http.Header{"Accept-Language": {languages}})
}

// A page is in the language that the browser asks for, else in the newsletter's;
// caches are told so, and no cookie remembers it.
func TestPagesSpeakTheBrowsersLanguage(t *testing.T) {
	s := mustSite(t)
	tests := []struct {
		path, languages string
		tag, direction  string
		words           string
	}{
		{"/harbor", "", "en", "ltr", "First name"},
		{"/harbor", "de-AT,de;q=0.9,en;q=0.5", "de", "ltr", "Vorname"},
		{"/harbor", "ar", "ar", "rtl", "الاسم الأول"},
		{"/harbor", "ja, fr;q=0.4", "fr", "ltr", "Prénom"},
		{"/harbor", "ja", "en", "ltr", "First name"},
		{"/cartas", "", "es", "ltr", "Nombre"},
		{"/cartas", "ja", "es", "ltr", "Nombre"},
		{"/cartas", "nl", "nl", "ltr", "Voornaam"},
		{"/nobody", "pt-BR", "pt", "ltr", "Não há nada aqui"},
		{"/", "it", "it", "ltr", "<h1>Newsletter</h1>"},
	}
	for _, tt := range tests {
		a := s.ask(tt.path, tt.languages)
		s.want(a, a.StatusCode, `<html lang="`+tt.tag+`" dir="`+tt.direction+`">`, tt.words)
		if got := a.Header.Get("Content-Language"); got != tt.tag {
			t.Errorf("%s for %q: Content-Language is %q, expected %q", tt.path, tt.languages, got, tt.tag)
		}
		if got := a.Header.Get("Vary"); got != "Accept-Language" {
			t.Errorf("%s: Vary is %q", tt.path, got)
		}
		if got := a.Header.Get("Set-Cookie"); got != "" {
			t.Errorf("%s sets the cookie %q", tt.path, got)
		}
	}
}

// No page falls back to English where a language is complete.
func TestPagesAreWholeInEveryLanguage(t *testing.T) {
	s := mustSite(t)
	reader, waits, left := s.mustReader("ada@example.org"), s.mustSignUp("ben@example.org"), s.mustReader("cleo@example.org")
	s.mustSend("low-water", "Low water", "<p>x</p>")
	if _, err := s.store.Unsubscribe(t.Context(), "harbor", left, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	paths := map[string][]string{ // what each says in English
		"/harbor/subscribe":                         {"Your email", "First name", "if you like", "No tracking", "Skip to the text"},
		"/harbor/archive":                           {"Past issues"},
		"/walks/archive":                            {"Nothing has been sent yet", "Subscribe<"},
		"/harbor/archive?page=7":                    {"There are no issues"},
		"/harbor/archive/low-water":                 {"Letters like this one", "Subscribe<"},
		"/confirm/" + s.link(token.Confirm, waits):  {"Is this you?", "Somebody, most likely you", "Yes, send it", "close this page"},
		"/confirm/" + s.link(token.Confirm, reader): {"You are in", "from the next issue on", "one click"},
		"/confirm/" + s.link(token.Confirm, left):   {"This link has expired", "a few days only", "Send me a new link"},
		"/u/" + s.link(token.Unsubscribe, reader):   {"Shall we stop writing?", "One click", "Want to stay?"},
		"/u/" + s.link(token.Unsubscribe, left):     {"You have unsubscribed", "Subscribe again"},
		"/u/" + s.link(token.Unsubscribe, 9999):     {"You are not on the list", "We keep nothing"},
		"/nobody":                                   {"There is nothing here", "The link may be cut short"},
	}
	for path, english := range paths {
		a := s.ask(path, "en")
		for _, words := range english {
			if !strings.Contains(a.body, words) {
				t.Errorf("%s in English lacks %q", path, words)
			}
		}
		for _, tag := range []string{"es", "de", "fr", "pt", "nl", "ar", "it"} {
			a := s.ask(path, tag)
			for _, words := range english {
				if strings.Contains(a.body, words) {
					t.Errorf("%s in %s holds %q", path, tag, words)
				}
			}
		}
	}
}

// What a reader typed cannot leave the text around it, whichever way that runs.
func TestPagesSetNamesApart(t *testing.T) {
	s := mustSite(t)
	a := s.request(http.MethodPost, "/harbor/subscribe", "email="+`ada@example.org`, http.Header{
		"Accept-Language": {"ar"}, "Content-Type": {"application/x-www-form-urlencoded"},
	})
	s.want(a, http.StatusOK, `<bdi class="address whole" dir="ltr">ada@example.org</bdi>`, "انظر في بريدك")
}
