package public_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// door is a way to sign up: our page, a form on another site, or JSON.
type door struct {
	name string
	send func(t *testing.T, path string, form url.Values) *http.Request
}

// doors are all of them. Each carries the same values.
func doors() []door {
	return []door{
		{"page", func(t *testing.T, path string, form url.Values) *http.Request {
			t.Helper()
			return mustRequest(t, path, "application/x-www-form-urlencoded", []byte(form.Encode()))
		}},
		{"embedded", func(t *testing.T, path string, form url.Values) *http.Request {
			t.Helper()
			var body bytes.Buffer
			w := multipart.NewWriter(&body)
			for name, values := range form {
				for _, v := range values {
					if err := w.WriteField(name, v); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			r := mustRequest(t, path, w.FormDataContentType(), body.Bytes())
			r.Header.Set("Origin", "https://www.example.org")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			return r
		}},
		{"JSON", func(t *testing.T, path string, form url.Values) *http.Request {
			t.Helper()
			body, err := json.Marshal(form)
			if err != nil {
				t.Fatal(err)
			}
			return mustRequest(t, path, "application/json", body)
		}},
	}
}

func mustRequest(t *testing.T, path, kind string, body []byte) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return r
}

// networks gives each request of a test a network of its own.
type networks struct{ n atomic.Int64 }

func (n *networks) next() string {
	i := n.n.Add(1)
	return fmt.Sprintf("10.%d.%d.7:4000", i/250%250, i%250)
}

// through sends a request to the pages without a network between.
func (s *site) through(r *http.Request) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.Config.Handler.ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{res, string(body)}
}

// confirmations are the texts of all mails that ask to confirm, each once, and how
// many mails there are.
func (s *site) confirmations() (texts string, n int) {
	s.t.Helper()
	open, err := s.store.OpenIssues(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	seen := map[int64]bool{}
	var b strings.Builder
	for _, i := range open {
		n += i.Queued
		if seen[i.MailID] {
			continue
		}
		seen[i.MailID] = true
		m, err := s.store.Mail(s.t.Context(), i.MailID)
		if err != nil {
			s.t.Fatal(err)
		}
		body, err := json.Marshal(m)
		if err != nil {
			s.t.Fatal(err)
		}
		b.Write(body)
	}
	return b.String(), n
}

// Every door takes the same, keeps the same, and asks to confirm without a word of
// what was typed.
func TestDoors_KeepTheSame(t *testing.T) {
	for _, d := range doors() {
		t.Run(d.name, func(t *testing.T) {
			s := mustSite(t)
			form := url.Values{
				"email": {"ada@example.org"}, "FNAME": {"Marker-Ada"}, "LNAME": {"Marker-Lovelace"}, "CITY": {"Marker-Tacoma"},
				"fields[rhythm]": {"once a month"}, "talks": {"on"}, "terms": {"yes"}, "number": {"7"}, "tag": {"Spring Fair", "staff"},
				"timezone": {"America/Los_Angeles"}, "language": {"de"}, "newsletter": {"harbor", "nobody"}, "shown": {"1"},
			}
			a := s.through(d.send(t, "/tides/subscribe", form))
			s.want(a, http.StatusOK)
			sub, err := s.store.SubscriberByKey(t.Context(), "ada@example.org")
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(sub.FirstName, "|", sub.Name, "|", sub.Tags, "|", sub.Fields, "|", sub.Timezone, "|", sub.Language)
			want := "Marker-Ada|Marker-Ada Marker-Lovelace|[spring-fair]|map[city:Marker-Tacoma rhythm:Once a month talks:yes terms:yes]|America/Los_Angeles|de"
			if got != want {
				t.Errorf("kept\n%s, want\n%s", got, want)
			}
			texts, n := s.confirmations()
			if n != 1 || !strings.Contains(texts, "Bitte bestätigen: Tides und Harbor Letters") {
				t.Errorf("%d mails ask to confirm: %.400s", n, texts)
			}
			if strings.Contains(texts, "Marker") {
				t.Errorf("the confirmation holds what was typed: %s", texts)
			}
			receipts, err := s.store.Consents(t.Context(), sub.ID)
			if err != nil || len(receipts) != 2 {
				t.Fatalf("%d receipts, %v; want 2", len(receipts), err)
			}
			want = map[string]string{"page": "form", "embedded": "form on www.example.org", "JSON": "json"}[d.name]
			if r := receipts[0]; r.Source != want || (d.name == "page") != strings.Contains(r.Words, "Abonnieren") || r.Network == "" {
				t.Errorf("the receipt is %+v, want source %q", r, want)
			}
		})
	}
}

// What is wrong is said beside the field, and nothing is kept.
func TestDoors_SayWhatIsWrong(t *testing.T) {
	s := mustSite(t)
	before := s.dump()
	form := url.Values{"email": {"ada@example.org"}, "rhythm": {"daily"}, "city": {strings.Repeat("x", 1100)}, "talks": {"yes"}}
	for _, d := range doors() {
		a := s.through(d.send(t, "/tides/subscribe", form))
		if d.name == "JSON" {
			s.want(a, http.StatusUnprocessableEntity, `"ok":false`, `"faults":{`,
				`"city":"This is longer`, `"rhythm":"Please choose one of these."`, `"terms":"Please tick this box`)
			continue
		}
		s.want(a, http.StatusUnprocessableEntity, `id="field-city-fault"`, `aria-describedby="field-rhythm-fault"`, "Please choose one of these.",
			"Please tick this box", `value="ada@example.org"`, `name="talks" type="checkbox" value="yes" checked`)
	}
	form.Set("email", "ada@") // all of it is said at once
	for _, d := range doors() {
		a := s.through(d.send(t, "/tides/subscribe", form))
		s.want(a, http.StatusUnprocessableEntity, "What stands after the", "Please choose one of these.", "Please tick this box")
	}
	if s.dump() != before {
		t.Error("a form with faults changed the database")
	}
}

// The same answer, in every door, for an address in every standing.
func TestDoors_TellNothing(t *testing.T) {
	s := mustSite(t)
	s.mustSignUp("waits@example.org")
	s.mustReader("reads@example.org")
	left := s.mustReader("left@example.org")
	if _, err := s.store.Unsubscribe(t.Context(), "harbor", left, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	s.suppress("complained@example.org", newsletter.SuppressedComplained)
	s.suppress("bounced@example.org", newsletter.SuppressedBounced)
	for _, d := range doors() {
		answers := map[string]string{}
		for _, name := range []string{"unknown", "waits", "reads", "left", "complained", "bounced"} {
			email := name + "@example.org"
			a := s.through(d.send(t, "/harbor/subscribe", url.Values{"email": {email}}))
			a.Header.Del("Content-Length")
			answers[name] = fmt.Sprint(a.StatusCode, a.Header, strings.ReplaceAll(a.body, email, "EMAIL"))
		}
		for name, got := range answers {
			if got != answers["unknown"] {
				t.Errorf("%s: the answer for %s is\n%s\nbut for an unknown address\n%s", d.name, name, got, answers["unknown"])
			}
		}
	}
}

// suppress keeps a suppression of an address.
func (s *site) suppress(email string, reason newsletter.SuppressionReason) {
	s.t.Helper()
	if _, err := s.store.Suppress(s.t.Context(), []newsletter.Suppression{{Value: email, Email: email, Reason: reason}}); err != nil {
		s.t.Fatal(err)
	}
}

// The guard stands at every door: what programs fill in, and how fast.
func TestDoors_AreGuarded(t *testing.T) {
	s := mustSite(t)
	before := s.dump()
	for _, d := range doors() {
		a := s.through(d.send(t, "/harbor/subscribe", url.Values{"email": {"ada@example.org"}, "website": {"http://pills.example"}}))
		s.want(a, http.StatusOK)
		a = s.through(d.send(t, "/harbor/subscribe", url.Values{"email": {"ada@example.org"}, "shown": {"99999999999999"}}))
		s.want(a, http.StatusUnprocessableEntity, "That was quick")
	}
	if s.dump() != before {
		t.Error("a program got through")
	}
}

// Haste does not hide what is wrong with a form: nobody has to press the button
// three times.
func TestDoors_FaultsBeforeHaste(t *testing.T) {
	s := mustSite(t)
	before := s.dump()
	for _, d := range doors() {
		for path, wrong := range map[string]url.Values{
			"/harbor/subscribe": {"email": {"ada.example.org"}},
			"/tides/subscribe":  {"email": {"ada@example.org"}}, // and nothing else
		} {
			wrong.Set("shown", "99999999999999")
			a := s.through(d.send(t, path, wrong))
			s.want(a, http.StatusUnprocessableEntity)
			if strings.Contains(a.body, "That was quick") || !strings.Contains(a.body, "fault") {
				t.Errorf("%s, %s: %s", d.name, path, a.body)
			}
		}
	}
	if s.dump() != before {
		t.Error("a program got through")
	}
}

// Scripts of other sites may send JSON and read what we say.
func TestJSON_FromOtherSites(t *testing.T) {
	s := mustSite(t)
	for path, want := range map[string]int{
		"/harbor/subscribe": http.StatusNoContent, "/subscribe": http.StatusNoContent, "/nobody/subscribe": http.StatusNotFound, "/harbor/archive": http.StatusMethodNotAllowed,
		"/u/" + s.link(token.Unsubscribe, s.mustReader("ben@example.org")): http.StatusMethodNotAllowed, // there is a page, only not by this method
	} {
		a := s.request(http.MethodOptions, path, "", http.Header{"Origin": {"https://www.example.org"}, "Access-Control-Request-Method": {"POST"}})
		if a.StatusCode != want {
			t.Errorf("OPTIONS %s: %s, want %d", path, a.Status, want)
		}
		if got := a.Header.Get("Access-Control-Allow-Headers"); want == http.StatusNoContent && got != "Content-Type" {
			t.Errorf("OPTIONS %s allows the headers %q", path, got)
		}
	}
	kind := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Origin": {"https://www.example.org"}}
	tests := []struct {
		path, body string
		status     int
		words      string
	}{
		{"/harbor/subscribe", `{"email": "ada@example.org", "fields": {"city": "Tacoma"}}`, 200, `{"ok":true,"message":"If this address is new to us`},
		{"/walks/subscribe", `{"email": "ada@example.org"}`, 200, `{"ok":true,"message":"The next issue comes to this address."}`},
		{"/harbor/subscribe", `{"email": "ada"}`, 422, `"faults":{"email":"This address has no “@”.`},
		{"/harbor/subscribe", `{"email": 7, "language": "de"}`, 422, `In dieser Adresse fehlt das`},
		{"/harbor/subscribe", `{"email": `, 400, `"ok":false`},
		{"/harbor/subscribe", `[]`, 400, `"ok":false`},
		{"/nobody/subscribe", `{"email": "ada@example.org"}`, 404, `"ok":false`},
		{"/harbor/subscribe", `{"email": "` + strings.Repeat("x", 100_000) + `"}`, 413, `"ok":false`},
		{"/subscribe", `{"email": "ada@example.org"}`, 422, `at least one letter`},
		{"/subscribe", `{"email": "ada@example.org", "newsletter": ["walks", "harbor"]}`, 200, `"ok":true`},
	}
	for _, tt := range tests {
		a := s.request(http.MethodPost, tt.path, tt.body, kind.Clone())
		s.want(a, tt.status, tt.words)
		if a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %.60s: the answer is %s", tt.path, tt.body, a.Header.Get("Content-Type"))
		}
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "*" && tt.status != 404 {
			t.Errorf("%s %.60s: no script may read the answer: %q", tt.path, tt.body, got)
		}
		if got := a.Header.Get("Access-Control-Allow-Credentials"); got != "" {
			t.Errorf("%s: credentials are %q", tt.path, got)
		}
	}
	a := s.request(http.MethodPost, "/harbor/subscribe", "email=ben@example.org", http.Header{"Accept": {"application/json"}, "Content-Type": {"application/x-www-form-urlencoded"}})
	s.want(a, http.StatusOK, `"ok":true`)
}

// A form leads back only to pages that newsletter.toml names, letter by letter.
func TestSubscribe_Returns(t *testing.T) {
	s := mustSite(t)
	form := func(at string) url.Values {
		return url.Values{"email": {"ada@example.org"}, "rhythm": {"Once a month"}, "terms": {"yes"}, "redirect": {at}}
	}
	a := s.post("/tides/subscribe", form("https://www.example.org/thanks"))
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "https://www.example.org/thanks" {
		t.Errorf("a page that is named: %s to %q", a.Status, a.Header.Get("Location"))
	}
	bad := []string{
		"https://www.example.org/thanks/", "https://www.example.org/thanks?x=1", "https://www.example.org.evil.test/thanks",
		"//www.example.org/thanks", "/thanks", "javascript:alert(1)", "https://evil.test/",
	}
	for _, at := range append(bad, corpus(t, "own/open_redirect.txt")...) {
		a := s.through(doors()[0].send(t, "/tides/subscribe", form(at)))
		if a.StatusCode != http.StatusOK && a.StatusCode != http.StatusUnprocessableEntity || a.Header.Get("Location") != "" {
			t.Errorf("%q: %s to %q", at, a.Status, a.Header.Get("Location"))
		}
	}
	a = s.post("/harbor/subscribe", url.Values{"email": {"ada@example.org"}, "redirect": {"https://www.example.org/thanks"}})
	s.want(a, http.StatusOK, "Look in your inbox")
}

// Several newsletters at once: one mail, one confirmation, and where one of them
// needs to know more its own form asks.
func TestSubscribe_Several(t *testing.T) {
	s := mustSite(t)
	s.want(s.do(http.MethodGet, "/", ""), http.StatusOK, `action="/subscribe"`, `name="newsletter" type="checkbox" value="cartas"`)
	s.want(s.do(http.MethodGet, "/harbor/subscribe", ""), http.StatusOK, "Also send me", `value="walks"`)
	a := s.post("/subscribe", url.Values{"email": {"ada@example.org"}})
	s.want(a, http.StatusUnprocessableEntity, `<p class="fault" id="which-fault">Please choose at least one letter.`, `aria-describedby="which-fault" autofocus`, `value="ada@example.org"`)
	a = s.post("/subscribe", url.Values{"email": {"ada.example.org"}, "shown": {"99999999999999"}})
	s.want(a, http.StatusUnprocessableEntity, `id="which-fault"`, `id="email-fault"`)
	a = s.post("/subscribe", url.Values{"email": {"ada@example.org"}, "newsletter": {"tides", "walks"}})
	s.want(a, http.StatusOK, "Look in your inbox") // walks comes first
	texts, n := s.confirmations()
	if n != 1 || !strings.Contains(texts, "Please confirm: Harbor Walks and Tides") {
		t.Errorf("%d mails: %s", n, texts)
	}
	sub, err := s.store.SubscriberByKey(t.Context(), "ada@example.org")
	if err != nil {
		t.Fatal(err)
	}
	link := "/confirm/" + s.confirmLink("walks", sub.ID)
	s.want(s.do(http.MethodGet, link, ""), http.StatusOK, "<bdi>Harbor Walks</bdi> and <bdi>Tides</bdi>")
	s.want(s.post(link, url.Values{}), http.StatusOK, "<bdi>Harbor Walks</bdi> and <bdi>Tides</bdi> come to")
	for _, id := range []string{"walks", "tides"} {
		p, err := s.store.Subscription(t.Context(), id, sub.ID)
		if err != nil || p.State != newsletter.SubscriptionConfirmed {
			t.Errorf("%s is %s, %v", id, p.State, err)
		}
	}
	receipts, err := s.store.Consents(t.Context(), sub.ID)
	if err != nil || !strings.Contains(receipts[len(receipts)-1].Words, "Harbor Walks and Tides to ….") {
		t.Errorf("receipts %+v, %v", receipts, err)
	}
	a = s.post("/subscribe", url.Values{"email": {"ben@example.org"}, "newsletter": {"tides"}})
	s.want(a, http.StatusUnprocessableEntity, `action="/tides/subscribe"`, "Please fill this in", `value="ben@example.org"`)
}
