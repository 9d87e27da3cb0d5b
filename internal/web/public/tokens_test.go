package public_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tidings/internal/token"
)

// tokenDoors is every page and action behind a token, with the purpose of its own.
func tokenDoors() []struct {
	method, before, after, body string
	purpose                     token.Purpose
	fresh                       bool
} {
	return []struct {
		method, before, after, body string
		purpose                     token.Purpose
		fresh                       bool
	}{
		{"GET", "/confirm/", "", "", token.Confirm, false},
		{"POST", "/confirm/", "", "x=1", token.Confirm, false},
		{"GET", "/u/", "", "", token.Unsubscribe, false},
		{"POST", "/u/", "", oneClick, token.Unsubscribe, false},
		{"POST", "/u/", "", "leave=all", token.Unsubscribe, false},
		{"POST", "/u/", "", "pause=month", token.Unsubscribe, false},
		{"POST", "/u/", "", "undo=all", token.Unsubscribe, false},
		{"POST", "/u/", "", "tell=1&because=often", token.Unsubscribe, false},
		{"GET", "/preferences/", "", "", token.Preferences, false},
		{"POST", "/preferences/", "", "offered=harbor&plain_text=1", token.Preferences, false},
		{"POST", "/preferences/", "/link", "x=1", token.Preferences, false},
		{"POST", "/preferences/", "/address", "email=new@example.net", token.Preferences, true},
		{"POST", "/preferences/", "/export", "x=1", token.Preferences, true},
		{"GET", "/preferences/", "/erase", "", token.Preferences, true},
		{"POST", "/preferences/", "/erase", "erase=all", token.Preferences, true},
		{"GET", "/address/", "", "", token.Address, true},
		{"POST", "/address/", "", "x=1", token.Address, true},
	}
}

// Every byte changed, every length cut, every other purpose and every door:
// refused, with the page of an unknown link, and nothing is changed (T3).
func TestTokens_forged(t *testing.T) {
	t.Parallel()
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	waits := s.mustSignUp("ben@example.org")
	s.mustAskAddress(id, "other@example.net")
	before := s.dump()
	unknown := s.do(http.MethodGet, "/u/unknown", "")
	tried := 0
	for _, door := range tokenDoors() {
		good := s.token(door.purpose, door.fresh, id)
		if door.purpose == token.Confirm {
			good = s.link(token.Confirm, waits)
		}
		for _, text := range s.forgeries(good, door.purpose, id) {
			if strings.ContainsAny(text, "/.") {
				continue // another path
			}
			a := s.do(door.method, door.before+text+door.after, door.body)
			tried++
			if a.StatusCode != http.StatusNotFound || a.body != unknown.body || a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s…%s with %q: %s", door.method, door.before, door.after, text, a.Status)
			}
		}
	}
	if s.dump() != before {
		t.Error("a forged link changed the database")
	}
	t.Logf("%d forged links were tried", tried)
}

// token makes a token as a mail has it.
func (s *site) token(p token.Purpose, fresh bool, id int64) string {
	expires := time.Time{}
	if fresh || p == token.Confirm {
		expires = time.Now().Add(time.Hour)
	}
	return s.tokens.Sign(p, "harbor", id, expires)
}

// forgeries are texts that are nearly a good token.
func (s *site) forgeries(good string, p token.Purpose, id int64) []string {
	var all []string
	for i := range good {
		c := "A"
		if good[i] == 'A' {
			c = "w"
		}
		all = append(all, good[:i]+c+good[i+1:])
		if i > 0 {
			all = append(all, good[:i])
		}
	}
	all = append(all, good+"A", good+good, strings.Repeat("A", 5000))
	for _, other := range []token.Purpose{token.Confirm, token.Unsubscribe, token.Preferences, token.Address, token.Calendar} {
		if other != p {
			all = append(all, s.token(other, false, id), s.token(other, true, id))
		}
	}
	return all
}

// What is over does nothing: each link that has an end, a second after it.
func TestTokens_expired(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	waits := s.mustSignUp("ben@example.org")
	s.mustAskAddress(id, "other@example.net")
	before := s.dump()
	for _, door := range tokenDoors() {
		if !door.fresh && door.purpose != token.Confirm || door.after == "/link" {
			continue
		}
		who := id
		if door.purpose == token.Confirm {
			who = waits
		}
		old := s.tokens.Sign(door.purpose, "harbor", who, time.Now().Add(-2*time.Second))
		s.want(s.do(door.method, door.before+old+door.after, door.body), http.StatusGone, "This link has expired")
	}
	// A newer question about another address ends the link of the one before.
	older := s.tokens.Sign(token.Address, "harbor", id, time.Now().Add(time.Hour))
	// It does not lead to a sign-up, which would leave the old address on the list.
	gone := s.do(http.MethodPost, "/address/"+older, "x=1")
	s.want(gone, http.StatusGone, "This link has expired", "works for one day", "“Preferences” at the foot of one of our letters")
	if strings.Contains(gone.body, "/subscribe") {
		t.Errorf("a link to another address that is over leads to a sign-up:\n%s", gone.body)
	}
	if s.dump() != before {
		t.Error("a link that is over changed the database")
	}
}

// A token of another newsletter, or of one that is gone, acts for no other.
func TestTokens_otherNewsletter(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	before := s.dump()
	walks := s.tokens.Sign(token.Unsubscribe, "walks", id, time.Time{})
	gone := s.tokens.Sign(token.Unsubscribe, "gone", id, time.Time{})
	for _, tok := range []string{walks, gone} {
		s.want(s.do(http.MethodPost, "/u/"+tok, oneClick), http.StatusOK, "You are not on the list")
		s.want(s.do(http.MethodPost, "/u/"+tok, "pause=month"), http.StatusOK, "You are not on the list")
	}
	if s.dump() != before {
		t.Error("a link of another newsletter changed the database")
	}
	// The page of preferences is the person's, whatever mail it came from.
	s.want(s.do(http.MethodGet, "/preferences/"+s.tokens.Sign(token.Preferences, "gone", id, time.Time{}), ""), http.StatusOK, "a…@example.org")
}

// No token stands in the log whole, whatever was done with it (T19).
func TestTokens_notInLogs(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	var tokens []string
	for _, door := range tokenDoors() {
		tok := s.token(door.purpose, door.fresh, id)
		tokens = append(tokens, tok)
		s.do(door.method, door.before+tok+door.after, door.body)
		s.do(door.method, door.before+flip(tok)+door.after, door.body)
	}
	log := s.log.String()
	for _, tok := range tokens {
		if strings.Contains(log, tok[:8]) {
			t.Errorf("the log holds %s…", tok[:8])
		}
	}
	if strings.Contains(log, "ada@") || !strings.Contains(log, "/preferences/") || !strings.Contains(log, "/address/") {
		t.Error("the log names a reader, or nothing of what was done")
	}
}

var hrefs = regexp.MustCompile(`(?:href|src|action)="([^"]+)"`)

// A crawler that opens every link it finds from the links of a mail, and asks for
// heads and options too, changes nothing (T5).
func TestTokens_crawler(t *testing.T) {
	s := mustSite(t)
	id, waits := s.mustReader("ada@example.org"), s.mustSignUp("ben@example.org")
	s.mustJoin(id, "cartas")
	s.mustSend("low-water", "Low water", "<p>x</p>")
	address := s.mustAskAddress(id, "other@example.net")
	before := s.dump()
	queue := []string{
		"/confirm/" + s.link(token.Confirm, waits), "/u/" + s.link(token.Unsubscribe, id), "/preferences/" + s.link(token.Preferences, id),
		"/preferences/" + s.fresh(id), "/address/" + address, "/harbor",
	}
	seen := map[string]bool{}
	for len(queue) > 0 {
		path := queue[0]
		if queue = queue[1:]; seen[path] || len(seen) > 500 {
			continue
		}
		seen[path] = true
		for _, method := range []string{http.MethodHead, http.MethodOptions, http.MethodGet} {
			a := s.request(method, path, "", http.Header{"Purpose": {"prefetch"}, "Sec-Purpose": {"prefetch"}})
			for _, m := range hrefs.FindAllStringSubmatch(a.body, -1) {
				if u, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&")); err == nil && u.Host == "" && strings.HasPrefix(u.Path, "/") {
					queue = append(queue, u.RequestURI())
				}
			}
		}
	}
	if s.dump() != before {
		t.Error("a crawler changed the database")
	}
	if len(seen) < 15 {
		t.Errorf("only %d pages were found: %v", len(seen), fmt.Sprint(seen))
	}
}
