package render

import (
	"strings"
	"testing"
)

// A straight mark is a quotation mark or an apostrophe by what stands around it,
// whatever the language.
func TestQuotations(t *testing.T) {
	for _, c := range []struct{ name, lang, src, want string }{
		{"before n", "en", "She said 'not yet' and left.", "She said ‘not yet’ and left."},
		{"before e, l and t", "en", "An 'ear', a 'lar' and some 'tar'.", "An ‘ear’, a ‘lar’ and some ‘tar’."},
		{"before digits", "en", "Of '99 problems' none, for '24 hours' a day.", "Of ‘99 problems’ none, for ‘24 hours’ a day."},
		{"at the start", "en", "'Everything' is here.", "‘Everything’ is here."},
		{"over lines and marks", "en", "'not *yet\nnow*', and '`x` here'.", "‘not *yet now*’, and ‘x here’."},
		{"in parentheses", "en", `("'inner' start" and "end 'inner'")`, "(“‘inner’ start” and “end ‘inner’”)"},
		{"beside double marks", "en", `He: "'Tis so," and '"inner" out', "or 'no.'"`, "He: “’Tis so,” and ‘“inner” out’, “or ‘no.’”"},
		{"contractions", "en", "'tis, 'Twas, get 'em, rock 'n' roll, it's, we'll, dogs' and doin' it.", "’tis, ’Twas, get ’em, rock ’n’ roll, it’s, we’ll, dogs’ and doin’ it."},
		{"contractions in a quotation", "en", "'Tell 'em, 'tis rock 'n' roll of the '90s.'", "‘Tell ’em, ’tis rock ’n’ roll of the ’90s.’"},
		{"a quoted contraction", "en", "An 'em' is wide; mind the 'tis'.", "An ‘em’ is wide; mind the ‘tis’."},
		{"nothing closes it", "en", "'bout time, he said 'yes'. 'Nother", "’bout time, he said ‘yes’. ’Nother"},
		{"may be a contraction", "en", "'Cause the boys' boat sank. 'Cause and effect'.", "’Cause the boys’ boat sank. ‘Cause and effect’."},
		{"years", "en", "In '84 we took the dogs' bowls. 'We met in '84 at noon', he said.", "In ’84 we took the dogs’ bowls. ‘We met in ’84 at noon’, he said."},
		{"years before marks", "en", "In '84, and '85; the '90s' songs ('69).", "In ’84, and ’85; the ’90s’ songs (’69)."},
		{"not over the end of speech", "en", `"'Ello," he said, "the boys' boat."`, "“’Ello,” he said, “the boys’ boat.”"},
		{"feet and inches", "en", `She is 5'10" tall, on a 6" nail.`, `She is 5'10" tall, on a 6" nail.`},
		{"a paragraph for itself", "en", "- 'one\n- two'", "- ’one - two’"},
		{"escaped", "en", `It is \'so\' and \"so\".`, `It is 'so' and "so".`},
		{"after a link", "en", "[Ada](https://example.org/)'s and **Ada**'s", "Ada [1]’s and Ada’s"},
		{"possessive in a quotation", "en", "'The boys' boat', she read.", "‘The boys’ boat’, she read."},
		{"German", "de", "Er sagte 'nein' und 'ja'.", "Er sagte ‚nein‘ und ‚ja‘."},
		{"German genitive", "de", "Hans' Boot und Max' Rad, wie geht's, hast du 'ne Uhr?", "Hans’ Boot und Max’ Rad, wie geht’s, hast du ’ne Uhr?"},
		{"German genitive in a quotation", "de", "Er las 'Hans' Boot' und 'Das Haus' ganz.", "Er las ‚Hans’ Boot‘ und ‚Das Haus‘ ganz."},
		{"French", "fr", "Il dit 'non', d'accord, l'eau et l'11 mars; boys'", "Il dit “non”, d’accord, l’eau et l’11 mars; boys’"},
		{"Dutch", "nl", "'s Avonds is 't stil, zei hij 'nee'.", "’s Avonds is ’t stil, zei hij ‘nee’."},
		{"Japanese", "ja", "'水位'が出る", "『水位』が出る"},
		{"Korean", "ko", "그는 '안녕'이라고 말했다", "그는 ‘안녕’이라고 말했다"},
		{"Hebrew", "he", `צה"ל וג'ורג'`, `צה"ל וג’ורג’`},
		{"merge tags", "en", "'{{ subscriber.first_name }}' is {{ subscriber.first_name }}'s.", "‘Ada’ is Ada’s."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			i := issueOf(c.src)
			i.Language = c.lang
			if got := oneLine(mustFill(t, mustIssue(t, i).Text, ada)); !strings.Contains(got, c.want) {
				t.Errorf("want %q in\n%s", c.want, got)
			}
		})
	}
}

// Titles follow the same rules.
func TestTypeset_quotations(t *testing.T) {
	lang := language{tag: "en", base: "en"}
	for src, want := range map[string]string{
		"'Not yet'":                "‘Not yet’",
		"Of '99 Problems'":         "Of ‘99 Problems’",
		"'Tis the Dogs' Year":      "’Tis the Dogs’ Year",
		`"'Inner' Start", He Said`: "“‘Inner’ Start”, He Said",
	} {
		if got := lang.typeset(src); got != want {
			t.Errorf("%s: got %s, want %s", src, got, want)
		}
	}
}
