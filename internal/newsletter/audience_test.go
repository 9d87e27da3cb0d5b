package newsletter

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseAudience(t *testing.T) {
	tag := func(name string) Audience { return Audience{Op: AudienceTag, Name: name} }
	field := func(name, value string) Audience { return Audience{Op: AudienceField, Name: name, Value: value} }
	not := func(a Audience) Audience { return Audience{Op: AudienceNot, Of: []Audience{a}} }
	join := func(op AudienceOp, of ...Audience) Audience { return Audience{Op: op, Of: of} }
	tests := []struct {
		give, text string
		want       Audience
	}{
		{"", "", Audience{}},
		{"  \t", "", Audience{}},
		{"tag:clients", "tag:clients", tag("clients")},
		{"TAG:Clients", "tag:clients", tag("clients")},
		{"tag:élan", "tag:élan", tag("élan")},
		{`field.city="Tacoma"`, `field.city = "Tacoma"`, field("city", "Tacoma")},
		{`field.city != ""`, `field.city != ""`, not(field("city", ""))},
		{`field.say = "a \"b\" \\ c"`, `field.say = "a \"b\" \\ c"`, field("say", `a "b" \ c`)},
		{"not not tag:a", "not not tag:a", not(not(tag("a")))},
		{
			"tag:a or tag:b and not tag:c", "tag:a or (tag:b and not tag:c)",
			join(AudienceOr, tag("a"), join(AudienceAnd, tag("b"), not(tag("c")))),
		},
		{
			`tag:clients and not tag:team and (field.city = "Tacoma" or field.city != "")`,
			`tag:clients and not tag:team and (field.city = "Tacoma" or field.city != "")`,
			join(AudienceAnd, tag("clients"), not(tag("team")), join(AudienceOr, field("city", "Tacoma"), not(field("city", "")))),
		},
	}
	for _, test := range tests {
		got, err := ParseAudience(test.give)
		if err != nil {
			t.Errorf("ParseAudience(%q): %v", test.give, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("ParseAudience(%q) (-want +got):\n%s", test.give, diff)
		}
		if got.String() != test.text {
			t.Errorf("String() of %q = %q, want %q", test.give, got.String(), test.text)
		}
	}
}

func TestParseAudience_mistakes(t *testing.T) {
	tests := []struct{ give, want string }{
		{"clients", `column 1: expected a test such as tag:clients or field.city = "Tacoma", found "clients"`},
		{"tag:a tag:b", `column 7: expected "and", "or" or the end, found "tag:b"`},
		{"tag:a and", `column 10: expected a test such as tag:clients or field.city = "Tacoma", found the end`},
		{"(tag:a", `column 7: expected "and", "or" or ")", found the end`},
		{"tag:é or )", `column 10: expected a test such as tag:clients or field.city = "Tacoma", found ")"`},
		{"tag:", `column 1: expected a tag of letters, digits, - and _ such as tag:clients, found "tag:"`},
		{"field.city", `column 11: expected "=" or "!=", found the end`},
		{"field.city = Tacoma", `column 14: expected a value in double quotes such as "Tacoma", found "Tacoma"`},
		{`field.city = "Tac`, `column 14: expected a value in double quotes such as "Tacoma", found "\"Tac"`},
		{`field.ci-ty = "x"`, `column 1: expected a field such as field.city, found "field.ci-ty"`},
		{strings.Repeat("(", 30) + "tag:a" + strings.Repeat(")", 30), `column 21: expected no more than 20 levels, found "("`},
		{"tag:foréé " + strings.Repeat("x", 2000), `column 1: expected at most 2000 bytes, found "tag:foré…"`},
	}
	for _, test := range tests {
		_, err := ParseAudience(test.give)
		if err == nil || err.Error() != test.want || !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseAudience(%q)\n got %v\nwant %s", test.give, err, test.want)
		}
	}
	if _, err := ParseAudience(strings.Repeat("not ", 1000)); err == nil {
		t.Error("an expression of 4,000 bytes is taken")
	}
}

// TestAudience_Declared wants a field that the newsletter does not declare to be
// found wherever it stands, and a word on what was meant.
func TestAudience_Declared(t *testing.T) {
	city, pet := Field{Name: "city"}, Field{Name: "pet"}
	tests := []struct {
		give   string
		fields []Field
		hint   string // "": all is well
	}{
		{"", nil, ""},
		{"tag:nope", nil, ""},
		{`field.city = "Tacoma" or not field.pet = "cat"`, []Field{city, pet}, ""},
		{`field.citty = "Tacoma"`, []Field{city}, "did you mean field.city?"},
		{`tag:a and not (tag:b or field.citty != "Tacoma")`, []Field{city, pet}, "did you mean field.city?"},
		{`field.nope = "x"`, []Field{city, pet}, "newsletter.toml declares city, pet: each is a [[field]] there"},
		{`field.nope = "x"`, nil, "newsletter.toml declares none: each is a [[field]] there"},
	}
	for _, test := range tests {
		a, err := ParseAudience(test.give)
		if err != nil {
			t.Fatal(err)
		}
		err = a.Declared(test.fields)
		hint := ""
		if h, ok := errors.AsType[*Hinted](err); ok {
			hint = h.Hint
		}
		if hint != test.hint || (err != nil) != (hint != "") || (err != nil && !errors.Is(err, ErrInvalid)) {
			t.Errorf("Declared of %q: %v (%s), want %q", test.give, err, hint, test.hint)
		}
	}
}

func TestNormalizeTags(t *testing.T) {
	got, err := NormalizeTags([]string{" Team ", "spring fair", "TEAM", "2026"})
	if diff := cmp.Diff([]string{"2026", "spring-fair", "team"}, got); err != nil || diff != "" {
		t.Errorf("NormalizeTags (-want +got):\n%s%v", diff, err)
	}
	for _, bad := range []string{"", " ", "a,b", "a:b", "a\x00b", "a%", "a\xffb", strings.Repeat("a", 65)} {
		if tag, err := NormalizeTag(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("NormalizeTag(%q) = %q, %v", bad, tag, err)
		}
	}
}

func FuzzParseAudience(f *testing.F) {
	for _, s := range []string{"", "tag:a", `not (tag:a or field.b != "\"\\")`, `field.a="`, "((((", "tag:a and\u00a0tag:b", "!=", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAudience(s)
		if err != nil {
			return
		}
		text := a.String()
		again, err := ParseAudience(text)
		if err != nil && len(text) <= maxAudience {
			t.Fatalf("ParseAudience(%q) wrote %q: %v", s, text, err)
		}
		if err == nil && again.String() != text {
			t.Fatalf("%q became %q and then %q", s, text, again.String())
		}
	})
}
