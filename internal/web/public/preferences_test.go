package public_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// save posts the page of preferences with these values, as a browser would with
// all newsletters offered.
func (s *site) save(tok string, values url.Values) answer {
	s.t.Helper()
	form := url.Values{"offered": {"harbor", "walks", "cartas"}, "newsletter": {"harbor"}}
	maps.Copy(form, values)
	return s.post("/preferences/"+tok, form)
}

// A link that is good for ever shows what comes, and not who somebody is.
func TestPreferences_permanentLink(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.mustKnow(id, newsletter.Subscriber{Name: "Ada Lind", FirstName: "Ada", Fields: map[string]string{"city": "Tacoma"}})
	path := "/preferences/" + s.link(token.Preferences, id)
	a := s.do(http.MethodGet, path, "")
	s.want(a, http.StatusOK, "Preferences", "a…@example.org", "Harbor Walks", `value="harbor" checked`, "See, change or erase")
	wantPrivate(t, a)
	for _, secret := range []string{"ada@example.org", "Lind", "Tacoma", "<script"} {
		if strings.Contains(a.body, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	before := s.dump()
	s.want(s.post(path+"/export", nil), http.StatusGone, "one hour")
	s.want(s.do(http.MethodGet, path+"/erase", ""), http.StatusGone, "one hour")
	s.want(s.post(path+"/erase", url.Values{"erase": {"all"}}), http.StatusGone, "one hour")
	s.want(s.post(path+"/address", url.Values{"email": {"mine@example.net"}}), http.StatusGone, "one hour")
	if s.dump() != before {
		t.Error("a link that is good for ever changed what only a fresh one may")
	}
	// Nor can it change a name, whatever is posted.
	s.want(s.save(s.link(token.Preferences, id), url.Values{"name": {"Eve"}, "first_name": {"Eve"}, "field.city": {"Rome"}}), http.StatusOK, "Saved.")
	if sub, err := s.store.Subscriber(t.Context(), id); err != nil || sub.Name != "Ada Lind" || sub.Fields["city"] != "Tacoma" {
		t.Errorf("they are %+v, %v", sub, err)
	}
}

// mustKnow sets what is known of a reader.
func (s *site) mustKnow(id int64, p newsletter.Subscriber) {
	s.t.Helper()
	p.ID = id
	if err := s.store.SetPerson(s.t.Context(), p, newsletter.Proof{}); err != nil {
		s.t.Fatal(err)
	}
}

// Leaving is immediate, joining asks first, and what the page did not show stays.
func TestPreferences_save(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.mustJoin(id, "cartas")
	tok := s.link(token.Preferences, id)
	until := time.Now().AddDate(0, 2, 0).Format(time.DateOnly)
	a := s.save(tok, url.Values{
		"newsletter": {"harbor", "walks"}, "pause.harbor": {until}, "language": {"de"}, "timezone": {"Europe/Berlin"}, "plain_text": {"1"},
	})
	s.want(a, http.StatusOK, "Gespeichert.", "Harbor Walks", "Cartas del puerto", `value="`+until+`"`)
	got := map[string]newsletter.SubscriptionState{}
	all, err := s.store.Subscriptions(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		got[p.Newsletter] = p.State
	}
	if got["harbor"] != newsletter.SubscriptionConfirmed || got["walks"] != newsletter.SubscriptionPending || got["cartas"] != newsletter.SubscriptionUnsubscribed {
		t.Errorf("they stand %v", got)
	}
	sub, err := s.store.Subscriber(t.Context(), id)
	if err != nil || sub.Language != "de" || sub.Timezone != "Europe/Berlin" || !sub.PlainText {
		t.Errorf("they are %+v, %v", sub, err)
	}
	receipts, err := s.store.Consents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, c := range receipts[2:] {
		acts = append(acts, string(c.Act)+" "+c.Newsletter)
		if !strings.Contains(c.Words, "What you untick ends at once") && c.Act != newsletter.ConsentConfirmed {
			t.Errorf("%s: the words are %q", c.Act, c.Words)
		}
	}
	slices.Sort(acts)
	if want := []string{"asked walks", "changed ", "left cartas", "paused harbor"}; !slices.Equal(filter(acts, want), want) {
		t.Errorf("receipts %q, want %q among them", acts, want)
	}
	// Saved once more, nothing happens.
	before := len(receipts)
	s.want(s.save(tok, url.Values{
		"newsletter": {"harbor", "walks"}, "pause.harbor": {until}, "language": {"de"}, "timezone": {"Europe/Berlin"}, "plain_text": {"1"},
	}), http.StatusOK)
	if receipts, err = s.store.Consents(t.Context(), id); err != nil || len(receipts) != before {
		t.Errorf("the same once more left %d receipts, %v", len(receipts)-before, err)
	}
	// A form that offers nothing leaves nothing.
	s.want(s.post("/preferences/"+tok, url.Values{"x": {"1"}}), http.StatusOK)
	if s.state(id) != newsletter.SubscriptionConfirmed {
		t.Error("an empty form ended a subscription")
	}
}

func filter(all, of []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !slices.Contains(of, s) })
}

// A time zone may be named by its city alone.
func TestPreferences_city(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.want(s.save(s.link(token.Preferences, id), url.Values{"newsletter": {"harbor"}, "timezone": {"lisbon"}}), http.StatusOK, "Saved.", `value="Europe/Lisbon"`)
	if sub, err := s.store.Subscriber(t.Context(), id); err != nil || sub.Timezone != "Europe/Lisbon" {
		t.Errorf("they are %+v, %v", sub, err)
	}
}

// What cannot be right is said beside its field, and what was typed is kept.
func TestPreferences_faults(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	before := s.dump()
	for name, tt := range map[string]struct {
		form url.Values
		want string
	}{
		"zone":          {url.Values{"timezone": {"Mars/Olympus"}}, "We do not know this time zone"},
		"machine's":     {url.Values{"timezone": {"Local"}}, "We do not know this time zone"},
		"a path":        {url.Values{"timezone": {"../../etc/passwd"}}, "We do not know this time zone"},
		"past day":      {url.Values{"pause.harbor": {"2001-01-01"}}, "within a year"},
		"far day":       {url.Values{"pause.harbor": {"2101-01-01"}}, "within a year"},
		"no day":        {url.Values{"pause.harbor": {"soon"}}, "within a year"},
		"language":      {url.Values{"language": {"no language"}}, "Nothing was changed"},
		"long name":     {url.Values{"name": {strings.Repeat("x", 300)}}, "longer than we can keep"},
		"long field":    {url.Values{"field.city": {strings.Repeat("x", 2000)}}, "longer than we can keep"},
		"broken UTF-8":  {url.Values{"first_name": {"\xff\xfe"}}, "longer than we can keep"},
		"hidden in tag": {url.Values{"name": {strings.Repeat("<b>", 200)}}, "&lt;b&gt;"},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.save(s.fresh(id), tt.form)
			s.want(a, http.StatusUnprocessableEntity, tt.want, `aria-invalid="true"`)
			if strings.Contains(a.body, "<b><b>") {
				t.Error("what was typed is HTML")
			}
		})
	}
	if s.dump() != before {
		t.Error("a form that cannot be right changed something")
	}
}

// What is wrong is said to those who cannot see where it stands, too.
func TestPreferences_faultsAreNamed(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.mustJoin(id, "tides")
	for field, form := range map[string]url.Values{
		"field-rhythm": {"newsletter": {"harbor", "tides"}, "field.terms": {"yes"}, "field.rhythm": {"Hourly"}},
		"field-terms":  {"newsletter": {"harbor", "tides"}, "field.rhythm": {"Once a month"}},
		"pause-harbor": {"newsletter": {"harbor"}, "field.rhythm": {"Once a month"}, "field.terms": {"yes"}, "pause.harbor": {"soon"}},
	} {
		a := s.save(s.fresh(id), form)
		s.want(a, http.StatusUnprocessableEntity, `aria-invalid="true" aria-describedby="`+field+`-fault" autofocus`, `<p class="fault`, `id="`+field+`-fault"`)
	}
}

// Whoever leaves owes no answer to what the newsletter asks of its readers.
func TestPreferences_leavingAsksNothing(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.mustJoin(id, "tides")
	s.want(s.post("/preferences/"+s.fresh(id), url.Values{"offered": {"harbor", "tides"}, "newsletter": {"harbor"}}), http.StatusOK, "No more of")
	if sub, err := s.store.Subscription(t.Context(), "tides", id); err != nil || sub.State != newsletter.SubscriptionUnsubscribed {
		t.Errorf("they stand %s with the newsletter that they left, %v", sub.State, err)
	}
}

// A mail of one newsletter that is forwarded does not say that its reader gets
// another whose readers would not want that known.
func TestPreferences_discreet(t *testing.T) {
	s := mustSite(t)
	s.more = []newsletter.Newsletter{{ID: "quiet", Title: "Quiet Letters", Discreet: &newsletter.Discreet{}, Zone: time.UTC}}
	id := s.mustReader("ada@example.org")
	s.mustJoin(id, "quiet")
	for _, path := range []string{"/preferences/" + s.link(token.Preferences, id), "/u/" + s.link(token.Unsubscribe, id)} {
		if a := s.do(http.MethodGet, path, ""); strings.Contains(a.body, "Quiet Letters") {
			t.Errorf("%s names a discreet newsletter", path)
		}
	}
	s.want(s.do(http.MethodGet, "/preferences/"+s.fresh(id), ""), http.StatusOK, "Quiet Letters")
	s.want(s.do(http.MethodGet, "/preferences/"+s.tokens.Sign(token.Preferences, "quiet", id, time.Time{}), ""), http.StatusOK, "Quiet Letters")
}

// The link to all that is known goes to the address that we have, three times an
// hour at most, and the answer is always the same.
func TestPreferences_link(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	first := ""
	for range 6 {
		a := s.post("/preferences/"+s.link(token.Preferences, id)+"/link", nil)
		s.want(a, http.StatusOK, "Look in your inbox", "a…@example.org")
		if first == "" {
			first = a.body
		}
		if a.body != first {
			t.Error("the answer differs")
		}
	}
	// A link whose hour is over leads to a new one.
	old := s.tokens.Sign(token.Preferences, "harbor", id, time.Now().Add(-time.Second))
	s.want(s.do(http.MethodGet, "/preferences/"+old, ""), http.StatusGone, "Send me a new link", s.link(token.Preferences, id)+"/link")
	n := 0
	for _, m := range s.mails(id) {
		if m == "access ada@example.org" {
			n++
		}
	}
	if n != 3 {
		t.Errorf("%d links were mailed, want 3", n)
	}
}

// All that is known is one file.
func TestPreferences_export(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.mustKnow(id, newsletter.Subscriber{Name: "Ada Lind", Fields: map[string]string{"city": "Tacoma"}})
	s.mustSend("low-water", "Low water", "<p>x</p>")
	a := s.post("/preferences/"+s.fresh(id)+"/export", nil)
	s.want(a, http.StatusOK)
	if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers: %v", a.Header)
	}
	if got := a.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Errorf("Content-Disposition: %s", got)
	}
	var file struct {
		Email, Name   string
		Fields        map[string]string
		Subscriptions []newsletter.Subscription
		Consents      []newsletter.Consent
		Mails         []struct{ Slug, State string }
		Intact        bool
	}
	if err := json.Unmarshal([]byte(a.body), &file); err != nil {
		t.Fatal(err)
	}
	if file.Email != "ada@example.org" || file.Name != "Ada Lind" || file.Fields["city"] != "Tacoma" || len(file.Subscriptions) != 1 ||
		len(file.Consents) != 3 || !file.Intact || file.Mails[0].Slug != "low-water" {
		t.Errorf("the file says %+v", file)
	}
}

// The file numbers nothing: from one file to the next, numbers would tell whether
// an address that was signed up in between was new to us.
func TestPreferences_exportNumbersNothing(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org") // with a confirmation
	s.mustSend("low-water", "Low water", "<p>x</p>")
	a := s.post("/preferences/"+s.fresh(id)+"/export", nil)
	s.want(a, http.StatusOK, `"kind": "confirm"`, `"slug": "low-water"`)
	for _, number := range []string{`"id"`, `"slug": "confirm`} {
		if strings.Contains(a.body, number) {
			t.Errorf("the file holds %s:\n%s", number, a.body)
		}
	}
}

// Nothing moves until the new address says so.
func TestPreferences_address(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	path := "/preferences/" + s.fresh(id) + "/address"
	s.want(s.post(path, url.Values{"email": {"no-at-sign"}}), http.StatusUnprocessableEntity, "no-at-sign", "has no “@”")
	s.want(s.post(path, url.Values{"email": {"new@example.net"}}), http.StatusOK, "Look in the other inbox")
	s.want(s.do(http.MethodGet, "/preferences/"+s.fresh(id), ""), http.StatusOK, "new@example.net")
	_, asked, err := s.store.PendingAddress(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	link := "/address/" + s.tokens.Sign(token.Address, "harbor", id, asked.Add(token.AddressFor))
	a := s.do(http.MethodGet, link, "")
	s.want(a, http.StatusOK, "Is this your new address?", "n…@example.net")
	wantPrivate(t, a)
	if sub, err := s.store.Subscriber(t.Context(), id); err != nil || sub.Email != "ada@example.org" {
		t.Fatalf("after GET they are %s, %v", sub.Email, err)
	}
	for range 2 {
		s.want(s.post(link, nil), http.StatusOK, "Your address is changed")
	}
	s.want(s.do(http.MethodGet, link, ""), http.StatusOK, "Your address is changed")
	if sub, err := s.store.Subscriber(t.Context(), id); err != nil || sub.Email != "new@example.net" {
		t.Errorf("they are %s, %v", sub.Email, err)
	}
	if got := s.mails(id)[:2]; !slices.Equal(got, []string{"moved ada@example.org", "address new@example.net"}) {
		t.Errorf("mails %q", got)
	}
}

// Whoever asks to change to an address learns nothing of who has it: not from the
// answer, nor from their page or their file after it.
func TestPreferences_addressTellsNothing(t *testing.T) {
	s := mustSite(t)
	other := s.mustReader("bo@example.org")
	s.suppress("blocked@example.net", newsletter.SuppressedBlocked)
	seen := map[string]string{}
	for me, wanted := range map[string]string{"ada": "new@example.net", "cyn": "BO@example.org", "dot": "blocked@example.net"} {
		id := s.mustReader(me + "@example.org")
		tok := s.fresh(id)
		path := "/preferences/" + tok
		answer := s.post(path+"/address", url.Values{"email": {wanted}})
		s.want(answer, http.StatusOK, "Look in the other inbox")
		page := s.do(http.MethodGet, path, "")
		s.want(page, http.StatusOK, wanted)
		var file struct {
			NewEmail string `json:"new_email"`
			Mails    []struct{ Kind, Email string }
		}
		if err := json.Unmarshal([]byte(s.post(path+"/export", nil).body), &file); err != nil {
			t.Fatal(err)
		}
		seen[wanted] = strings.NewReplacer(tok, "…", me+"@", "me@", wanted, "…").Replace(fmt.Sprint(answer.body, page.body, file))
	}
	if seen["BO@example.org"] != seen["new@example.net"] || seen["blocked@example.net"] != seen["new@example.net"] {
		t.Errorf("it tells of an address\nwhich is free: %s\na reader's: %s\nblocked: %s", seen["new@example.net"], seen["BO@example.org"], seen["blocked@example.net"])
	}
	if got := s.mails(other)[0]; got != "taken bo@example.org" {
		t.Errorf("whoever has the address got %s", got)
	}
}

// A second page says what goes; the one after the button names nobody.
func TestPreferences_erase(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	path := "/preferences/" + s.fresh(id) + "/erase"
	s.want(s.do(http.MethodGet, path, ""), http.StatusOK, "This goes", "This stays", "cannot be undone")
	s.want(s.post(path, url.Values{"erase": {"no"}}), http.StatusBadRequest)
	if s.state(id) != newsletter.SubscriptionConfirmed {
		t.Fatal("erased without the button")
	}
	a := s.post(path, url.Values{"erase": {"all"}})
	s.want(a, http.StatusOK, "It is done")
	wantPrivate(t, a)
	if strings.Contains(a.body, "example.org\"") || strings.Contains(a.body, "a…@") {
		t.Error("the page after it names somebody")
	}
	if _, err := s.store.Subscriber(t.Context(), id); err == nil {
		t.Error("they are still there")
	}
	s.want(s.post(path, url.Values{"erase": {"all"}}), http.StatusOK, "You are not on the list")
	s.want(s.do(http.MethodGet, "/preferences/"+s.link(token.Preferences, id), ""), http.StatusOK, "You are not on the list")
}

// A browser that says it comes from another site may press the button of a mail
// program, and nothing else.
func TestPreferences_crossSite(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	before := s.dump()
	cross := http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}, "Content-Type": {"application/x-www-form-urlencoded"}}
	for path, body := range map[string]string{
		"/preferences/" + s.link(token.Preferences, id): "offered=harbor",
		"/preferences/" + s.fresh(id) + "/erase":        "erase=all",
		"/preferences/" + s.fresh(id) + "/address":      "email=mine@example.net",
		"/preferences/" + s.fresh(id) + "/export":       "x=1",
		"/preferences/" + s.fresh(id) + "/link":         "x=1",
	} {
		s.want(s.request(http.MethodPost, path, body, cross), http.StatusBadRequest, "Nothing was changed")
	}
	if s.dump() != before {
		t.Error("another site's form changed something")
	}
	s.want(s.request(http.MethodPost, "/u/"+s.link(token.Unsubscribe, id), oneClick, cross), http.StatusOK)
	if s.state(id) != newsletter.SubscriptionUnsubscribed {
		t.Error("one click from elsewhere did nothing")
	}
}
