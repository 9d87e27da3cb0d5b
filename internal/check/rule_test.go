package check_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/check"
	"tidings/internal/issue"
	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/render"
	"tidings/internal/settings"
	"tidings/internal/site"
)

// elsewhere are the rules that a test other than TestIssue breaks.
var elsewhere = []string{
	"link-dead", "link-unreachable", // TestIssue_reach
	"audience-empty", // TestIssue_audience
	"postal-address", "unsubscribe-link", "embedded-heavy", "mail-frame", "sender-badge", "language-missing", "newsletter-about", "discreet-words", "discreet-pictures",
	site.RuleStray, // in package site
}

// ofOthers are the rules of the packages that read and render.
var ofOthers = []string{
	settings.RuleSyntax, settings.RuleUnknownKey, settings.RuleWrongType, settings.RuleBadValue, settings.RuleMissingKey,
	issue.RuleNotText, issue.RuleTooLarge, issue.RuleEmptyBody, issue.RuleFileName, issue.RuleUnreadable, issue.RuleDuplicateSlug,
	site.RuleFolderName, site.RuleUnreadable, merge.Rule, render.PictureRule, render.TemplateRule, "size",
}

// TestRules_tried wants each rule of this package to be broken by a test.
func TestRules_tried(t *testing.T) {
	tried := slices.Clone(elsewhere)
	for _, s := range slips {
		tried = append(tried, s.rule)
	}
	tried = append(tried, ofOthers...)
	for _, rule := range mustRules(t) {
		if !slices.Contains(tried, rule.ID) {
			t.Errorf("no test breaks %s", rule.ID)
		}
	}
}

// TestRules_pages wants a page for each rule and no other, with all that people
// look for in it.
func TestRules_pages(t *testing.T) {
	var want []string
	for _, rule := range mustRules(t) {
		want = append(want, rule.ID+".md")
		for _, part := range []string{"# " + rule.Title + "\n\n", "\n\n**Why.** ", "\n\n**How to mend it.** ", "\n\n**Example.** "} {
			if !strings.Contains(rule.Page, part) {
				t.Errorf("the page of %s has no %q", rule.ID, part)
			}
		}
		if strings.HasSuffix(rule.Title, ".") || rule.Title == "" {
			t.Errorf("the title of %s: %q", rule.ID, rule.Title)
		}
	}
	slices.Sort(want)
	entries, err := os.ReadDir("rules")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-rules +files):\n%s", diff)
	}
}

// TestRules_ofOthers wants those to be explained, too, and to stop an issue.
func TestRules_ofOthers(t *testing.T) {
	for _, id := range ofOthers {
		rule, err := check.Explain(id)
		if err != nil || rule.Waivable || rule.Level != newsletter.LevelError {
			t.Errorf("%s: %+v, %v", id, rule, err)
		}
	}
}

func TestExplain_unknown(t *testing.T) {
	_, err := check.Explain("image-all")
	hinted, ok := errors.AsType[*newsletter.Hinted](err)
	if !ok || !errors.Is(err, newsletter.ErrNotFound) || !strings.Contains(hinted.Hint, "did you mean image-alt?") {
		t.Errorf("error %v", err)
	}
}
