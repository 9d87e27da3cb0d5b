package public_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// standing is how somebody stands with a newsletter.
func (s *site) standing(name string, id int64) newsletter.Subscription {
	s.t.Helper()
	p, err := s.store.Subscription(s.t.Context(), name, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// Everything is left in one step and undone in one, and only those who have
// several are offered it.
func TestLeave_All(t *testing.T) {
	s := mustSite(t)
	one, id := s.mustReader("one@example.org"), s.mustReader("ada@example.org")
	s.mustJoin(id, "walks")
	s.mustJoin(id, "cartas")
	if a := s.do(http.MethodGet, "/u/"+s.link(token.Unsubscribe, one), ""); strings.Contains(a.body, "Leave all") {
		t.Error("whoever reads one newsletter is offered to leave several")
	}
	path := "/u/" + s.link(token.Unsubscribe, id)
	s.want(s.do(http.MethodGet, path, ""), http.StatusOK, "Leave all newsletters", "Harbor Walks", "Cartas del puerto")
	s.want(s.post(path, url.Values{"leave": {"all"}}), http.StatusOK, "No more letters will come", `name="undo" value="all"`)
	for _, name := range []string{"harbor", "walks", "cartas"} {
		if p := s.standing(name, id); p.State != newsletter.SubscriptionUnsubscribed {
			t.Errorf("%s is %s", name, p.State)
		}
	}
	s.want(s.post(path, url.Values{"tell": {"all"}, "because": {"often"}, "words": {"  too\x00 many\nfor me "}}), http.StatusOK, "Thank you for telling us", `value="all"`)
	if p := s.standing("walks", id); p.LeftBecause != "Too many letters: too many for me" {
		t.Errorf("the reason is %q", p.LeftBecause)
	}
	s.want(s.post(path, url.Values{"undo": {"all"}}), http.StatusOK, "Welcome back")
	for _, name := range []string{"harbor", "walks", "cartas"} {
		if p := s.standing(name, id); p.State != newsletter.SubscriptionConfirmed || p.LeftBecause != "" {
			t.Errorf("after undo %s is %+v", name, p)
		}
	}
}

// A reason has a bound, is never asked for twice, and is not needed.
func TestLeave_Because(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	path := "/u/" + s.link(token.Unsubscribe, id)
	s.want(s.post(path, url.Values{"tell": {"1"}, "because": {"often"}}), http.StatusOK, "Shall we stop writing?")
	if p := s.standing("harbor", id); p.LeftBecause != "" || p.State != newsletter.SubscriptionConfirmed {
		t.Errorf("whoever stays has a reason: %+v", p)
	}
	s.want(s.do(http.MethodPost, path, oneClick), http.StatusOK, "Would you tell us why?")
	a := s.post(path, url.Values{"tell": {"1"}, "words": {strings.Repeat("é", 2000)}})
	s.want(a, http.StatusOK, "Thank you for telling us")
	if strings.Contains(a.body, "Would you tell us why?") {
		t.Error("it asks again")
	}
	if p := s.standing("harbor", id); len(p.LeftBecause) > 500 || p.LeftBecause != strings.Repeat("é", 250) {
		t.Errorf("the reason has %d bytes", len(p.LeftBecause))
	}
}

// A pause is until a day, near by or of one's choice, and ends when asked.
func TestLeave_Pause(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	path := "/u/" + s.link(token.Unsubscribe, id)
	today := time.Now().UTC()
	for form, want := range map[string]time.Time{
		"pause=month":  today.AddDate(0, 1, 0),
		"pause=months": today.AddDate(0, 3, 0),
		"pause=until&until=" + today.AddDate(0, 0, 9).Format(time.DateOnly): today.AddDate(0, 0, 9),
	} {
		s.want(s.do(http.MethodPost, path, form), http.StatusOK, "A pause it is", want.Format("2 January 2006"))
		if p := s.standing("harbor", id); p.PausedUntil.Format(time.DateOnly) != want.Format(time.DateOnly) || p.State != newsletter.SubscriptionConfirmed {
			t.Errorf("%s: %+v", form, p)
		}
		s.want(s.do(http.MethodGet, path, ""), http.StatusOK, "You pause until", "End the pause")
		s.want(s.do(http.MethodPost, path, "pause=end"), http.StatusOK, "as before")
		if p := s.standing("harbor", id); !p.PausedUntil.IsZero() {
			t.Errorf("ended, it is %+v", p)
		}
	}
	before := s.dump()
	for _, form := range []string{"pause=until", "pause=until&until=", "pause=until&until=2001-01-01", "pause=until&until=9999-01-01", "pause=until&until=soon"} {
		s.want(s.do(http.MethodPost, path, form), http.StatusUnprocessableEntity, "within a year", `aria-invalid="true"`)
	}
	s.want(s.do(http.MethodPost, path, "pause=until&until=2001-01-01"), http.StatusUnprocessableEntity, `value="2001-01-01"`)
	s.want(s.do(http.MethodPost, path, "pause=ever"), http.StatusBadRequest)
	if s.dump() != before {
		t.Error("a day that cannot be right changed something")
	}
	// Whoever left has nothing to pause.
	s.want(s.do(http.MethodPost, path, oneClick), http.StatusOK)
	s.want(s.do(http.MethodPost, path, "pause=month"), http.StatusConflict)
}

// The button that was pressed is in the receipt of a pause, and where it stood.
func TestLeave_PauseReceipts(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	path := "/u/" + s.link(token.Unsubscribe, id)
	for _, form := range []string{"pause=months", "pause=undo", "pause=until&until=" + time.Now().UTC().AddDate(0, 0, 9).Format(time.DateOnly), "pause=end"} {
		s.want(s.do(http.MethodPost, path, form), http.StatusOK)
	}
	receipts, err := s.store.Consents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"Rather a pause?\nNothing comes until the day you choose, then it goes on by itself.\nFor three months",
		"Harbor Letters comes to … again from … on.\nUndo, keep writing to me",
		"Rather a pause?\nNothing comes until the day you choose, then it goes on by itself.\nOr until a day of your choice\nPause until then",
		"You pause until ….\nEnd the pause",
	} {
		if c := receipts[len(receipts)-4+i]; c.Words != want {
			t.Errorf("%s: %q, want %q", c.Act, c.Words, want)
		}
	}
}

// Receipts say which words were shown: none to a mail program, those of the page
// to whoever pressed its button, in their language and without an address.
func TestLeave_Receipts(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.mustKnow(id, newsletter.Subscriber{Language: "de"})
	path := "/u/" + s.link(token.Unsubscribe, id)
	s.want(s.do(http.MethodPost, path, oneClick), http.StatusOK)
	s.want(s.post(path, url.Values{"undo": {"1"}}), http.StatusOK, "Willkommen zurück")
	s.want(s.do(http.MethodPost, path, oneClick+"&from=page"), http.StatusOK)
	receipts, err := s.store.Consents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	last := receipts[len(receipts)-3:]
	if last[0].Source != "one-click" || last[0].Words != "" {
		t.Errorf("one click: %+v", last[0])
	}
	if last[2].Source != "page" || !strings.Contains(last[2].Words, "Harbor Letters") || !strings.HasSuffix(last[2].Words, "\nAbmelden") {
		t.Errorf("the page's button: %+v", last[2])
	}
	if want := "Harbor Letters"; !strings.Contains(last[1].Words, want) || !strings.HasSuffix(last[1].Words, "\nRückgängig, ich möchte bleiben") {
		t.Errorf("undo: %+v", last[1])
	}
	for _, c := range last {
		if strings.Contains(c.Words, "@") || !c.Intact {
			t.Errorf("%+v", c)
		}
	}
}
