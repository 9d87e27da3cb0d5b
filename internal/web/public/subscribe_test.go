package public_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

func TestSubscribe_KeepsWhatWasTyped(t *testing.T) {
	s := mustSite(t)
	for i, name := range []string{"email", "email_address", "EMAIL", "fields[email]"} {
		email := fmt.Sprintf("reader%d@example.org", i)
		form := url.Values{name: {" " + email + " "}, "first_name": {"Ada"}, "city": {"Anytown"}, "shoe_size": {"40"}, "tag": {"staff"}}
		s.want(s.post("/harbor/subscribe", form), http.StatusOK, "Look in your inbox", email)
		sub, err := s.store.SubscriberByKey(t.Context(), email)
		if err != nil {
			t.Fatalf("with the field %s: %v", name, err)
		}
		if sub.FirstName != "Ada" || len(sub.Fields) != 1 || sub.Fields["city"] != "Anytown" {
			t.Errorf("kept %+v", sub)
		}
		if len(sub.Tags) > 0 {
			t.Errorf("a stranger gave themselves the tags %v", sub.Tags)
		}
		if got := s.state(sub.ID); got != newsletter.SubscriptionPending {
			t.Errorf("subscription is %s, expected pending", got)
		}
	}
}

func TestSubscribe_TakesBothEncodings(t *testing.T) {
	s := mustSite(t)
	body := "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nada@example.org\r\n--x--\r\n"
	s.want(s.send(http.MethodPost, "/harbor/subscribe", "multipart/form-data; boundary=x", body), http.StatusOK)
	if _, err := s.store.SubscriberByKey(t.Context(), "ada@example.org"); err != nil {
		t.Error(err)
	}
}

// Nobody can find out on the web who is on a list: it is the same page for an
// address that is new, waits, reads or has left.
func TestSubscribe_SameAnswerForEverybody(t *testing.T) {
	s := mustSite(t)
	s.mustSignUp("waits@example.org")
	s.mustReader("reads@example.org")
	gone := s.mustReader("gone@example.org")
	if _, err := s.store.Unsubscribe(t.Context(), "harbor", gone, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	page := func(email string) string {
		a := s.post("/harbor/subscribe", url.Values{"email": {email}})
		s.want(a, http.StatusOK)
		a.Header.Del("Date")
		a.Header.Del("Content-Length")
		return fmt.Sprint(a.Header) + strings.ReplaceAll(a.body, email, "EMAIL")
	}
	want := page("new@example.org")
	for _, email := range []string{"waits@example.org", "reads@example.org", "gone@example.org", "new@example.org"} {
		if got := page(email); got != want {
			t.Errorf("the answer for %s is\n%s\nbut for an unknown address\n%s", email, got, want)
		}
	}
}

func TestSubscribe_BadAddressKeepsTheForm(t *testing.T) {
	s := mustSite(t)
	before := s.dump()
	tests := map[string]string{
		"":                                "enter your address",
		"ada":                             "has no “@”",
		"ada@example.org, ben@x.example":  "several addresses",
		"Ada <ada@example.org>":           "without a name",
		`"><script>alert(1)</script>@x`:   "without a name",
		"ada@example.org\r\nBcc: b@x.org": "cannot be seen",
	}
	for email, words := range tests {
		form := url.Values{"email": {email}, "first_name": {`Ada "<b>`}, "city": {"Anytown"}}
		a := s.post("/harbor/subscribe", form)
		s.want(a, http.StatusUnprocessableEntity, words, `aria-invalid="true"`, `aria-describedby="email-fault"`, `value="Anytown"`, `value="Ada &#34;&lt;b&gt;"`)
		if strings.Contains(a.body, "<script") {
			t.Errorf("%q comes back as script:\n%s", email, a.body)
		}
	}
	if s.dump() != before {
		t.Error("a bad address changed the database")
	}
}

func TestSubscribe_LongTextIsNotKept(t *testing.T) {
	s := mustSite(t)
	form := url.Values{"email": {"ada@example.org"}, "first_name": {strings.Repeat("a", 400)}}
	s.want(s.post("/harbor/subscribe", form), http.StatusUnprocessableEntity, "shorten", `value="ada@example.org"`)
	huge := "email=ada@example.org&first_name=" + strings.Repeat("a", 1<<20)
	s.want(s.do(http.MethodPost, "/harbor/subscribe", huge), http.StatusRequestEntityTooLarge, "too much")
}

// Programs fill in every field, and at once. People who are that quick press
// the button once more.
func TestSubscribe_Programs(t *testing.T) {
	s := mustSite(t)
	before := s.dump()
	s.want(s.post("/harbor/subscribe", url.Values{"email": {"ada@example.org"}, "website": {"http://pills.example"}}), http.StatusOK, "Look in your inbox")
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	s.want(s.post("/harbor/subscribe", url.Values{"email": {"ada@example.org"}, "shown": {now}}), http.StatusUnprocessableEntity, "once more", `value="ada@example.org"`)
	if s.dump() != before {
		t.Error("a program got through")
	}
	early := strconv.FormatInt(time.Now().Add(-time.Minute).UnixMilli(), 10)
	s.want(s.post("/harbor/subscribe", url.Values{"email": {"ada@example.org"}, "shown": {early}}), http.StatusOK, "Look in your inbox")
	if s.dump() == before {
		t.Error("a person did not get through")
	}
}

// A form on another site works without script, cookie or an origin of ours.
func TestSubscribe_FromAnotherSite(t *testing.T) {
	s := mustSite(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/harbor/subscribe", strings.NewReader("email=ada@example.org"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://elsewhere.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Errorf("answer is %s", res.Status)
	}
}

func TestSubscribe_WithoutConfirmation(t *testing.T) {
	s := mustSite(t)
	s.want(s.post("/walks/subscribe", url.Values{"email": {"ada@example.org"}}), http.StatusOK, "Thank you", "ada@example.org")
	s.want(s.do(http.MethodGet, "/nobody/subscribe", ""), http.StatusNotFound, "There is nothing here")
	s.want(s.post("/nobody/subscribe", url.Values{"email": {"ada@example.org"}}), http.StatusNotFound)
}
