package newsletter

import (
	"errors"
	"testing"
)

func TestProblem_String(t *testing.T) {
	tests := []struct {
		name string
		in   Problem
		want string
	}{
		{"whole", Problem{File: "a.md", Line: 3, Column: 7, Message: "unknown key", Hint: "did you mean title?"}, "a.md:3:7: unknown key (did you mean title?)"},
		{"a line", Problem{File: "a.md", Line: 3, Message: "is empty"}, "a.md:3: is empty"},
		{"a file", Problem{File: "a.md", Column: 7, Message: "is empty"}, "a.md: is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestProblems_areInvalid(t *testing.T) {
	var err error = Problems{{File: "a.md", Message: "one"}, {File: "b.md", Message: "two"}}
	if !errors.Is(err, ErrInvalid) {
		t.Error("problems are not ErrInvalid")
	}
	if want := "a.md: one\nb.md: two"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"title", "subject", "slug", "send_at", "send_by"}
	tests := map[string]string{
		"titel":   "title",
		"Title":   "title",
		"sendat":  "send_at",
		"send_in": "send_at",
		"slag":    "slug",
		"weather": "",
		"x":       "",
		"":        "",
	}
	for in, want := range tests {
		if got := Nearest(in, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
}
