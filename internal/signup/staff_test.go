package signup_test

import (
	"errors"
	"slices"
	"testing"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
)

func TestService_Add(t *testing.T) {
	s := mustSite(t)
	state, err := s.Add(t.Context(), signup.AddRequest{
		Newsletter: "harbor", Email: "ann@example.org", Tags: []string{"Team", "spring fair"}, Fields: map[string]string{"phone": "+1 555"},
	})
	if err != nil || state != pending || s.asked(t) != 1 {
		t.Fatalf("Add = %q, %v with %d confirmations", state, err, s.asked(t))
	}
	story, err := s.Show(t.Context(), "ANN@example.org")
	if err != nil || !slices.Equal(story.Tags, []string{"spring-fair", "team"}) || story.Fields["phone"] != "+1 555" {
		t.Fatalf("Show = %+v, %v", story, err)
	}
	if _, err := s.UnsubscribeAddress(t.Context(), "harbor", "ann@example.org", "ada@desk"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []bool{false, true} {
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: "ann@example.org", Confirmed: c}); !errors.Is(err, newsletter.ErrConflict) {
			t.Errorf("adding somebody who left: %v, want ErrConflict", err)
		}
	}
	if got := s.state(t, "harbor", "ann@example.org"); got != unsubscribed {
		t.Errorf("state is %q", got)
	}
	if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: "b@example.org", Tags: []string{"a,b"}}); !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("a bad tag: %v, want ErrInvalid", err)
	}
}

func TestService_UnsubscribeAddress(t *testing.T) {
	s := mustSite(t)
	for _, id := range []string{"a", "b", "harbor"} {
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: id, Email: "ann@example.org", Confirmed: true}); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct {
		newsletter, email string
		want              []string
		err               error
	}{
		{"b", "Ann@example.org", []string{"b"}, nil},
		{"b", "ann@example.org", nil, nil},
		{"c", "ann@example.org", nil, newsletter.ErrNotFound},
		{"", "ann@example.org", []string{"a", "harbor"}, nil},
		{"", "bob@example.org", nil, newsletter.ErrNotFound},
		{"", "bob", nil, newsletter.ErrInvalid},
	}
	for _, step := range steps {
		got, err := s.UnsubscribeAddress(t.Context(), step.newsletter, step.email, "ada@desk")
		if !errors.Is(err, step.err) || (err != nil) != (step.err != nil) || !slices.Equal(got, step.want) {
			t.Errorf("UnsubscribeAddress(%q, %q) = %q, %v; want %q, %v", step.newsletter, step.email, got, err, step.want, step.err)
		}
	}
}
