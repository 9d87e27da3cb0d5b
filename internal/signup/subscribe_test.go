package signup_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
)

// TestService_Subscribe_tellsNothing signs up addresses in every standing and
// expects the same answer after the same time.
func TestService_Subscribe_tellsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		for _, email := range []string{"confirmed@example.org", "left@example.org"} {
			if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: email, Confirmed: true}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.UnsubscribeAddress(t.Context(), "harbor", "left@example.org", "ada@desk"); err != nil {
			t.Fatal(err)
		}
		s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "pending@example.org"})
		want := map[string]newsletter.SubscriptionState{
			"confirmed": confirmed, "left": pending, "pending": pending, "unknown": pending,
		}
		for name, state := range want {
			began := time.Now()
			s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: name + "@example.org", Visit: signup.Visit{RemoteAddr: "192.0.2.1:5"}})
			if took := time.Since(began); took != 150*time.Millisecond {
				t.Errorf("%s: the answer took %v", name, took)
			}
			if got := s.state(t, "harbor", name+"@example.org"); got != state {
				t.Errorf("%s: state is %q, want %q", name, got, state)
			}
		}
		if n := s.asked(t); n != 3 { // pending once, left and unknown
			t.Errorf("%d confirmations are on their way, want 3", n)
		}
	})
}

func TestService_Subscribe_asksRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		all := func() {
			for i, id := range []string{"harbor", "a", "b", "c", "harbor"} {
				s.mustSubscribe(t, signup.Request{
					Newsletter: id, Email: "Victim+x@example.org", Visit: signup.Visit{RemoteAddr: fmt.Sprintf("127.0.%d.1", i)},
				})
			}
		}
		all()
		if n := s.asked(t); n != 3 {
			t.Fatalf("%d confirmations on the first day, want 3", n)
		}
		time.Sleep(23 * time.Hour)
		all()
		if n := s.asked(t); n != 3 {
			t.Fatalf("%d confirmations after 23 hours, want 3", n)
		}
		time.Sleep(time.Hour + time.Minute)
		all()
		if n := s.asked(t); n != 6 {
			t.Fatalf("%d confirmations after a day, want 6", n)
		}
	})
}

func TestService_Subscribe_limitsNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		sign := func(n int, remote string) {
			for i := range n {
				s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: fmt.Sprintf("r%d@example.org", i), Visit: signup.Visit{RemoteAddr: remote}})
			}
		}
		sign(70, "[2001:db8::1]:443")
		if n := s.asked(t); n != 60 {
			t.Errorf("%d people of one network were asked, want 60", n)
		}
		if got := s.state(t, "harbor", "r65@example.org"); got != "" {
			t.Errorf("a sign-up over the limit is kept as %q", got)
		}
		sign(70, "2001:db8::ffff") // the same /64
		if n := s.asked(t); n != 60 {
			t.Errorf("%d people were asked from the same network, want 60", n)
		}
		time.Sleep(2 * time.Hour)
		sign(61, "2001:db8::1")
		if got := s.state(t, "harbor", "r59@example.org"); got != pending {
			t.Errorf("after two hours a sign-up is %q", got)
		}
	})
}

// TestService_Subscribe_limitsTheSite comes from three hundred networks.
func TestService_Subscribe_limitsTheSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		var all sync.WaitGroup
		for i := range 300 {
			all.Go(func() {
				err := s.Subscribe(t.Context(), signup.Request{
					Newsletter: "harbor", Email: fmt.Sprintf("r%d@example.org", i), Visit: signup.Visit{RemoteAddr: fmt.Sprintf("10.%d.%d.1", i/256, i%256)},
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := s.asked(t); n < 60 || n > 61 {
			t.Errorf("%d people were asked within a second, want 60", n)
		}
	})
}

func TestService_Subscribe_withoutDoubleOptIn(t *testing.T) {
	s := mustSite(t)
	s.mustSubscribe(t, signup.Request{Newsletter: "notes", Email: "ann@example.org"})
	if got := s.state(t, "notes", "ann@example.org"); got != confirmed || s.asked(t) != 0 {
		t.Fatalf("state is %q with %d confirmations, want confirmed and 0", got, s.asked(t))
	}
	if _, err := s.UnsubscribeAddress(t.Context(), "", "ann@example.org", "ada@desk"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second would count at once if leaving were forgotten
		s.mustSubscribe(t, signup.Request{Newsletter: "notes", Email: "ann@example.org"})
		if got := s.state(t, "notes", "ann@example.org"); got != pending || s.asked(t) != 1 {
			t.Fatalf("after leaving: state is %q with %d confirmations, want pending and 1", got, s.asked(t))
		}
	}
}

// TestService_Subscribe_strangersChangeNothing types a reader's address into
// the form with another name.
func TestService_Subscribe_strangersChangeNothing(t *testing.T) {
	s := mustSite(t)
	if _, err := s.Add(t.Context(), signup.AddRequest{
		Newsletter: "harbor", Email: "ann@example.org", Name: "Ann", Confirmed: true, Tags: []string{"Clients"},
		Fields: map[string]string{"city": "Tacoma"}, Source: "paper form",
	}); err != nil {
		t.Fatal(err)
	}
	before, err := s.Show(t.Context(), "ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	s.mustSubscribe(t, signup.Request{
		Newsletter: "harbor", Email: "ann@example.org", Name: "Free pills http://x", Fields: map[string]string{"city": "x"},
	})
	s.mustSubscribe(t, signup.Request{Newsletter: "a", Email: "ann@example.org", Name: "Free pills http://x"})
	after, err := s.Show(t.Context(), "ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before.Subscriber, after.Subscriber); diff != "" {
		t.Errorf("the subscriber changed (-want +got):\n%s", diff)
	}
}

func TestService_Subscribe_text(t *testing.T) {
	s := mustSite(t)
	s.mustSubscribe(t, signup.Request{
		Newsletter: "harbor", Email: "ann@example.org",
		Name:      " Bob\r\nBcc: v@example.org\u2028<h1>\x00\u202e ",
		FirstName: "👩\u200d💻 Jose\u0301",
		Fields:    map[string]string{"city": "Ta\tcoma", "role": "admin"},
	})
	story, err := s.Show(t.Context(), "ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if story.Name != "Bob Bcc: v@example.org <h1>" || story.FirstName != "👩\u200d💻 José" {
		t.Errorf("names are %q and %q", story.Name, story.FirstName)
	}
	if diff := cmp.Diff(map[string]string{"city": "Ta coma"}, story.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	bad := []signup.Request{
		{Newsletter: "harbor", Email: "ann"},
		{Newsletter: "harbor", Email: "ann@example.org", Name: strings.Repeat("x", 201)},
		{Newsletter: "harbor", Email: "ann@example.org", Name: "\xff"},
		{Newsletter: "harbor", Email: "ann@example.org", Fields: map[string]string{"city": strings.Repeat("x", 1001)}},
	}
	for _, r := range bad {
		if err := s.Subscribe(t.Context(), r); !errors.Is(err, newsletter.ErrInvalid) {
			t.Errorf("Subscribe(%+.60v) = %v, want ErrInvalid", r, err)
		}
	}
	if err := s.Subscribe(t.Context(), signup.Request{Newsletter: "none", Email: "ann@example.org"}); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("an unknown newsletter: %v, want ErrNotFound", err)
	}
}

// A form gives only the tags that newsletter.toml names, and keeps a language and
// a zone that are of use.
func TestService_Subscribe_mayGive(t *testing.T) {
	tests := []struct {
		r                  signup.Request
		tags               []string
		language, timezone string
	}{
		{signup.Request{Tags: []string{"Spring Fair", "staff", "clients", "a&b", ""}}, []string{"spring-fair"}, "", ""},
		{signup.Request{Language: "en-US", Timezone: "America/Los_Angeles"}, []string{}, "", "America/Los_Angeles"},
		{signup.Request{Language: "de", Timezone: "Local"}, []string{}, "de", ""},
		{signup.Request{Language: "xx'--", Timezone: "../../etc/passwd"}, []string{}, "", ""},
		{signup.Request{Timezone: "Mars/Olympus"}, []string{}, "", ""},
	}
	s := mustSite(t)
	for i, test := range tests {
		test.r.Newsletter, test.r.Email = "harbor", fmt.Sprintf("r%d@example.org", i)
		s.mustSubscribe(t, test.r)
		story, err := s.Show(t.Context(), test.r.Email)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.tags, story.Tags); diff != "" || story.Language != test.language || story.Timezone != test.timezone {
			t.Errorf("%+v is kept as %q and %q, tags (-want +got):\n%s", test.r, story.Language, story.Timezone, diff)
		}
	}
}

// What staff said of a person who has not confirmed is not lost by a form.
func TestService_Subscribe_adds(t *testing.T) {
	s := mustSite(t)
	if _, err := s.Add(t.Context(), signup.AddRequest{
		Newsletter: "harbor", Email: "ann@example.org", Fields: map[string]string{"city": "Tacoma"}, Tags: []string{"clients"},
	}); err != nil {
		t.Fatal(err)
	}
	s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "ann@example.org", Tags: []string{"spring-fair"}})
	story, err := s.Show(t.Context(), "ann@example.org")
	if err != nil || !cmp.Equal(story.Tags, []string{"clients", "spring-fair"}) || story.Fields["city"] != "Tacoma" {
		t.Errorf("story is %+v, %v", story, err)
	}
}

// All that is wrong with fields is told at once.
func TestService_Subscribe_fields(t *testing.T) {
	s := mustSite(t)
	fields := []newsletter.Field{
		{Name: "city", Required: true},
		{Name: "rhythm", Type: newsletter.FieldChoice, Choices: []string{"weekly", "monthly"}},
		{Name: "terms", Type: newsletter.FieldCheckbox, Required: true},
		{Name: "number", Unasked: true},
	}
	s.Newsletters = func(context.Context) ([]newsletter.Newsletter, error) {
		return []newsletter.Newsletter{{ID: "harbor", DoubleOptIn: true, Fields: fields}}, nil
	}
	err := s.Subscribe(t.Context(), signup.Request{
		Newsletter: "harbor", Email: "ann@example.org", Fields: map[string]string{"rhythm": "daily", "terms": "off", "city": " \u200b "},
	})
	faults, _ := errors.AsType[newsletter.FieldErrors](err)
	want := newsletter.FieldErrors{{Field: "city", Fault: newsletter.FaultMissing}, {Field: "rhythm", Fault: newsletter.FaultChoice}, {Field: "terms", Fault: newsletter.FaultMissing}}
	if diff := cmp.Diff(want, faults); diff != "" || !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("faults (-want +got):\n%s%v", diff, err)
	}
	s.mustSubscribe(t, signup.Request{
		Newsletter: "harbor", Email: "ann@example.org", Fields: map[string]string{"rhythm": "Weekly", "terms": "on", "city": "Tacoma", "number": "7"},
	})
	story, err := s.Show(t.Context(), "ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"city": "Tacoma", "rhythm": "weekly", "terms": "yes"}, story.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

// TestService_Subscribe_injection types texts that break into mail headers: as
// an address they are refused, as anything else they lose what breaks.
func TestService_Subscribe_injection(t *testing.T) {
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	text, err := os.ReadFile(filepath.Join(dir, "own", "header_injection.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	s := mustSite(t)
	for i, row := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		cells := strings.Split(row, "\t")
		value, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(cells[1], `\"`, `"`), `"`, `\"`) + `"`)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Subscribe(t.Context(), signup.Request{Newsletter: "a", Email: value}); !errors.Is(err, newsletter.ErrInvalid) {
			t.Errorf("%q as an address: %v, want ErrInvalid", value, err)
		}
		email := fmt.Sprintf("r%d@example.org", i)
		err = s.Subscribe(t.Context(), signup.Request{
			Newsletter: "harbor", Email: email, Name: value, Fields: map[string]string{"city": value}, Visit: signup.Visit{Source: value},
		})
		if errors.Is(err, newsletter.ErrInvalid) && (len(value) > 200 || !utf8.ValidString(value)) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		story, err := s.Show(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		kept := story.Name + story.Fields["city"] + story.Subscriptions[0].Source
		if strings.ContainsFunc(kept, unicode.IsControl) || strings.ContainsAny(kept, "\u2028\u2029") {
			t.Errorf("%q is kept as %q", value, kept)
		}
	}
}
