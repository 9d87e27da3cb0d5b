package site

import (
	"errors"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

func TestNewsletter_readersProblems(t *testing.T) {
	tests := map[string]string{
		"form_tags = [\"Spring Fair\"]":                                          "is not a tag as it is kept (such as spring-fair)",
		"form_tags = [\"a&b\"]":                                                  "invalid tag",
		"form_returns = [\"/thanks\"]":                                           "form_returns: ",
		"form_returns = [\"javascript:alert(1)\"]":                               "form_returns: ",
		"remind_after = \"1h\"":                                                  "shorter than a day",
		"remind_after = \"20d\"\nunconfirmed_days = 14":                          "after the sign-up is forgotten",
		"unconfirmed_days = 0":                                                   "out of range, expected 1",
		"[retention]\nleft_days = 0":                                             "out of range, expected 1",
		"[retention]\nleft_day = 3":                                              "did you mean \"left_days\"?",
		"[[field]]\nname = \"website\"":                                          "means something else in a form",
		"[[field]]\nname = \"a\"\ntype = \"select\"":                             "\"select\" is not known",
		"[[field]]\nname = \"a\"\ntype = \"choice\"":                             "a choice needs 2 to 100 values",
		"[[field]]\nname = \"a\"\ntype = \"choice\"\nchoices = [\"x\", \"X\"]":   "two choices are the same",
		"[[field]]\nname = \"a\"\nchoices = [\"x\", \"y\"]":                      "only a choice has choices",
		"[[field]]\nname = \"a\"\nrequired = true\nask = false":                  "no form asks for this field",
		"[[field]]\nname = \"a\"\ntype = \"choice\"\nchoices = [\" x\", \"y\"]":  "has blanks around it",
		"[[field]]\nname = \"a\"\nrequired = \"yes\"":                            "expected true or false",
		"[[field]]\nname = \"a\"\ntype = \"checkbox\"\nchoices = [\"x\", \"y\"]": "only a choice has choices",
	}
	for text, want := range tests {
		f := mustOpen(t, map[string]string{"tidings.toml": baseURL, "newsletters/river/newsletter.toml": river + text})
		_, err := f.Newsletter("river")
		problems, ok := errors.AsType[newsletter.Problems](err)
		if !ok || !strings.Contains(problems.Error(), want) {
			t.Errorf("%s\ngives %v, expected %q", text, err, want)
		}
	}
}
