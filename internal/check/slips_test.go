package check_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// A slip is an issue with one mistake in it, and the same without.
type slip struct {
	rule      string
	bad, good string // bodies below front, or whole files that begin with "---"
	want      string // place of the mistake, and a part of what is said
}

// slips has at least one case for each rule that finds something in an issue by
// itself.
var slips = []slip{
	{"link-broken", "See [the quay](https://exa mple.org).", "See [the quay](https://example.org).", `5:14 "](https://exa mple.org"`},
	{"link-broken", "See [the quay] (https://example.org) soon.", "See [the quay](https://example.org) soon.", `5:14 looks like a link`},
	{"link-broken", "See ([Ich] (wir)), [the quay][quay] soon.", "See ([Ich] (wir)), [1][2] [the quay][quay] soon.\n\n[quay]: https://example.org", `5:20 "[the quay][quay]"`},
	{"link-broken", "See (https://example.org)[the quay].", "See (and hear) [the quay](https://example.org/a).", `5:5 "(https://example.org)["`},
	{"link-broken", "See\n[the quay](https:/example.org/x).", "See\n[the quay](https://example.org/x).", "6:1 names no host"},
	{"link-broken", "See [the quay](htps://example.org).", "See [the quay](HTTPS://example.org).", `5:5 begins with "htps:"`},
	{"link-broken", "See [the quay](javascript:alert(1)).", "See [the quay](mailto:ida@example.org?subject=Quay).", `5:5 begins with "javascript:"`},
	{"link-broken", "See [the quay](https://example).", "See [the quay](https://xn--bcher-kva.example/).", "5:5 cannot be one"},
	{"link-broken", "See [the quay](https://ida@example.org/).", "See [the quay](https://example.org/@ida).", "5:5 holds a user name"},
	{"link-broken", "See [the quay](mailto:ida@).", "See [the quay](tel:+1-555-0100).", "5:5 is no mail address"},
	{"link-broken", "See [the quay](tel:quay).", "See [the quay](tel:+15550100).", "5:5 is no telephone number"},
	{"link-broken", "See [the quay](#the-key).\n\n## The quay\n\nIt is white.", "See [the quay](#the-quay).\n\n## The quay\n\nIt is white.", "5:5 leads to a heading that is not there"},
	{"link-broken", "See [the quay]({{ archive_url }}/x).", "See [the quay]({{ archive_url }}).", "5:5 goes on after it"},
	{"link-placeholder", "See [the quay](#).", "See [the quay](https://example.org).", `5:5 leads to "#"`},
	{"link-placeholder", "See [the quay]().", "See [the quay](https://example.org).", "5:5 has no address"},
	{"link-placeholder", "See **[the quay](TODO)**.", "See **[the quay](https://example.org)**.", `5:7 leads to "TODO"`},
	{"link-local", "See [the quay](http://localhost:8080/quay).", "See [the quay](https://example.org:8080/quay).", "5:5 cannot reach"},
	{"link-local", "See [the quay](http://192.168.1.7/).", "See [the quay](https://192.88.1.7/).", "5:5 cannot reach"},
	{"link-local", "![The quay](https://localhost/quay.png)", "![The quay](https://example.org/quay.png)", "5:1 cannot reach"},
	{"link-relative", "- See [the quay](quay.html).", "- See [the quay](https://example.org/quay.html).", "5:7 is relative"},
	{"link-relative", "See [the quay](example.org:8080).", "See [the quay](https://example.org:8080).", "5:5 is relative"},
	{"link-http", "See [the quay](http://example.org/).", "See [the quay](https://example.org/).", "5:5 is not encrypted"},
	{"link-text", "For the quay click [here](https://example.org/).", "See [the quay](https://example.org/).", `5:20 "here" does not say`},
	{"link-text", "See ü [Read more →](https://example.org/){.button}", "See ü [More of the quay](https://example.org/).", `5:7 "Read more →" does not say`},
	{"link-text", "See <https://example.org/quay/frost>.", "See <https://example.org/>.", "5:5 is a bare address"},
	{"link-text", "See [](https://example.org/quay).", "See [the quay](https://example.org/quay).", "5:5 has no text"},
	{"link-text", "---\ntitle: Frost\ndescription: Wozu die Kälte gut ist, und ein Gang am Wasser.\nlanguage: de\n---\nSiehe [hier](https://example.org/).", "See [hier](https://example.org/).", `6:7 "hier" does not say`},
	{"link-same-text", "See [the quay](https://example.org/a) and [the Quay.](https://example.org/b)", "See [the quay](https://example.org/a) and [the quay](https://example.org/a/)", "5:43 in line 5"},
	{"image-alt", "![](quay.png)", "![The quay, white with frost](quay.png)", `5:1 "quay.png" has no words`},
	{"image-alt-name", "Look: ![IMG_1234.jpg](quay.png)", "Look: ![The quay in white](quay.png)", `5:7 "IMG_1234.jpg"`},
	{"image-alt-name", "Look: ![DSC 0042](quay.png)", "Look: ![Pier 42](quay.png)", `5:7 "DSC 0042"`},
	{"image-alt-long", "![" + strings.Repeat("霜", 151) + "](quay.png)", "![" + strings.Repeat("霜", 150) + "](quay.png)", "5:1 151 characters, more than 150"},
	{"image-alt-long", "Look: ![{{ subscriber.city | default: \"Town\" }} " + strings.Repeat("a", 146) + "](quay.png)", "Look: ![{{ subscriber.city | default: \"Town\" }} " + strings.Repeat("a", 145) + "](quay.png)", "5:7 151 characters"},
	{"image-http", "![The quay](http://example.org/quay.png)", "![The quay](https://example.org/quay.png)", "5:1 is not encrypted"},
	{"image-heavy", "![The quay](noise.png)", "![The quay](quay.png)", "5:1 after processing"},
	{"heading-order", "It is white.\n\n### The quay\n\nIt is cold.", "It is white.\n\n## The quay\n\n### The pier\n\n## The sea", "7:5 of level 3 after one of level 1"},
	{"heading-h1", "It is white.\n\n# The quay\n\nIt is cold.", front + "# First frost\n\nIt is white.", "7:3 of the first level"},
	{"heading-empty", "It is white.\n\n## ...\n\nIt is cold.", "It is white.\n\n***\n\nIt is cold.", "7:4 says nothing"},
	{"text-twice", "Come by on Thursday evening, we will be there.\n\nOr not.\n\nCome by on *Thursday* evening,\nwe will be there.", "Come by on Thursday evening, we will be there.\n\nOr not.", "9:1 in line 5"},
	{"closing-twice", "Come by.\n\nMarian and Daniel\n\nSee you.\n\nMarian and Daniel", "Come by.\n\nMarian and Daniel", "11:1 in line 7"},
	{"text-direction", "It is white.\n\nSee **moc\u202e.elpmaxe**.", "It is \u05d0\u200f white, and\u200e cold.", "7:10 U+202E"},
	{"text-direction", "See `a\u2066b`, so it is.", "See `a b`.", "5:7 U+2066"},
	{"text-direction", "See [the quay](https://example.org/\u2069a).", "See [the quay](https://example.org/a).", "5:36 U+2069"},
	{"text-direction", "It is &#x202A;white, &#8234;so.", "It is &#x2026;white &#8230;so.", "5:7 U+202A"},
	{"text-direction", "---\ntitle: First \u202dfrost\n" + described + "---\nWhite.", "White.", "2:1 U+202D"},
	{"leftover", "We open at\nten or TK.", "We open at\nten or `TK`.", `6:8 "TK"`},
	{"leftover", "- We open at [insert time].", "- We open at [ten] or so.", `5:14 "[insert time]"`},
	{"leftover", "We open }} at ten.", "We open at {{ newsletter.title }} at ten.", `5:9 "}}"`},
	{"leftover", "## Lorem ipsum\n\nWe open.", "## Lorem\n\nWe open.", `5:4 "Lorem ipsum"`},
	{"leftover", "Hello *|FNAME|*, we open.", "Hello *you*, we open.", `5:8 "|FNAME|"`},
	{"leftover", "It is white.[^1] And cold.[^2]\n\n[^1]: So they say.", "It is white.[^1] And cold.`[^2]`\n\n[^1]: So they say.", `5:27 "[^2]"`},
	{"leftover", "It is white.[^1]\n\n[^1]: So they say.\n[^2]: And cold.", "It is white.[^1]\n\n[^1]: So they say.\n\n```\n[^2]: And cold.\n```", `8:1 "[^2]" is a note that nothing refers to`},
	{"leftover", "It is white.^[So they say.]", "It is white [so they say].", `5:13 "^[So they say.]"`},
	{"leftover", "See [the quay](https://example.org/quay){.cta}.", "See [the quay](https://example.org/quay) {so}.", `5:41 "{.cta}"`},
	{"leftover", "Look: [!NOTE] it is white.", "> [!NOTE]\n> It is white.", `5:7 "[!NOTE]"`},
	{"leftover", "---\ntitle: For {{ newsletter.title }}\nsubject: First frost\n" + described + "---\nWhite.", "---\ntitle: First frost\nsubject: For {{ newsletter.title }}\n" + described + "---\nWhite.", `2:1 "{{ newsletter.title }}" in the title`},
	{"leftover", "---\ntitle: TODO\nsubject: First frost\n" + described + "---\nWe open.", "---\ntitle: Todos\n" + described + "---\nWe open.", `2:1 "TODO"`},
	{"greeting-spam", "Dear {{ subscriber.first_name | default: \"friend\" }},", "Dear {{ subscriber.first_name | default: \"friends\" }},", `5:1 "Dear friend"`},
	{"greeting-spam", "Dear Sirs, it is white.", "My dear friend, it is white.", `5:1 "Dear Sirs"`},
	{"table-wide", "| a | b | c | d | e |\n|---|---|---|---|---|\n| 1 | 2 | 3 | 4 | 5 |", "| a | b | c | d |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 |", "5:3 has 5 columns"},
	{"table-wide", "| a | b |\n|---|---|\n| 1 | " + strings.Repeat("x", 60) + " |", "| a | b |\n|---|---|\n| 1 | " + strings.Repeat("x", 59) + " |", "5:3 up to 61 characters"},
	{"tag-default", "It is white in {{ subscriber.city }}.", "It is white in {{ subscriber.city | default: 'your town' }}.", "5:16 {{ subscriber.city }} leaves a blank"},
	{"tag-default", "{% if subscriber.name %}It is white{% endif %} in {{ subscriber.city | upcase }}.", "{% if subscriber.city %}It is white in {{ subscriber.city }}.{% endif %}", "5:51 leaves a blank"},
	{"tag-default", "See [the quay](https://example.org/{{ subscriber.city }}).", "{% if subscriber.city != \"\" %}\n\nSee [the quay](https://example.org/{{ subscriber.city }}).\n\n{% endif %}", "5:36 leaves a blank"},
	{"subject-empty", "---\ntitle: First frost\nsubject: \"{{ subscriber.city | default: '' }}\"\n" + described + "---\nWhite.", "White.", "3:1 is empty for readers"},
	{"subject-long", "---\ntitle: First frost\nsubject: " + strings.Repeat("霜", 31) + "\n" + described + "---\nWhite.", "---\ntitle: First frost\nsubject: " + strings.Repeat("霜", 30) + "\n" + described + "---\nWhite.", "3:1 62 columns"},
	{"subject-reply", "---\ntitle: \"Re: First frost\"\n" + described + "---\nWhite.", "---\ntitle: \"Reading: first frost\"\n" + described + "---\nWhite.", `2:1 "Re:"`},
	{"subject-shouting", "---\nsubject: THE FIRST FROST!\ntitle: Frost\n" + described + "---\nWhite.", "---\nsubject: NASA and first frost!\ntitle: Frost\n" + described + "---\nWhite.", "2:1 capital letters"},
	{"subject-shouting", "---\ntitle: First frost!!\n" + described + "---\nWhite.", "---\ntitle: First frost!\n" + described + "---\nWhite.", "2:1 exclamation mark"},
	{"subject-emoji", "---\ntitle: First frost\nsubject: 🌊🌊\n" + described + "---\nWhite.", "---\ntitle: First frost\nsubject: 🌊 Frost\n" + described + "---\nWhite.", "3:1 has no word"},
	{"description-missing", "---\ntitle: First frost\n---\nThe harbor is white.", "White.", `0:0 "The harbor is white."`},
	{"description-missing", "---\ntitle: First frost\n---\n- It is white.\n- Nobody sweeps it.", "White.", `0:0 "It is white. · Nobody sweeps it."`},
	{"description-title", "---\ntitle: The first frost on the old quay\ndescription: The first frost on the old quay.\n---\nWhite.", "---\ntitle: First frost\ndescription: First frost, and what the cold is good for.\n---\nWhite.", "3:1 repeats"},
	{"description-length", "---\ntitle: First frost\ndescription: What the cold is.\n---\nWhite.", "White.", "3:1 17 characters, fewer than 30"},
	{"description-length", "---\ntitle: First frost\ndescription: " + strings.Repeat("a b", 51) + "\n---\nWhite.", "---\ntitle: First frost\ndescription: " + strings.Repeat("a b", 50) + "\n---\nWhite.", "3:1 153 characters"},
	{"mail-size", strings.Repeat("white ", 14_000), strings.Repeat("white ", 2_000), "0:0 more than 80 KB"},
	{"mail-size", strings.Repeat("white ", 10_000) + "\n\n## Late\n\n" + strings.Repeat("frost ", 6_000), strings.Repeat("white ", 2_000), "7:4 ends here and goes on in the archive"},
	{"mail-clipped", strings.Repeat("white ", 17_000), strings.Repeat("white ", 2_000), "0:0 Gmail would hide"},
	{"send-date-past", begin + "send_at: 2026-11-22 11:59\n---\nWhite.", begin + "send_at: 2026-11-22 12:01\n---\nWhite.", "4:1 in the past"},
	{"send-date-far", begin + "send_at: 2062-11-22 11:59\n---\nWhite.", begin + "send_at: 2027-11-22 11:59\n---\nWhite.", "4:1 more than a year"},
	{"language-mismatch", begin + "language: de\n---\n" + prose, prose, `4:1 seems to be in "en"`},
	{"language-mismatch", begin + "language: ru\n---\n" + prose, strings.Repeat("Гавань белая. ", 3) + prose, "4:1 another script"},
	{"waive-unknown", begin + "waive:\n  imge-alt: only adorns\n---\nWhite.", begin + "waive:\n  image-alt: only adorns\n---\nWhite.", `5:3 "imge-alt"`},
	{"waive-unknown", begin + "waive:\n  merge-tag: only adorns\n---\nWhite.", "White.", "5:3 cannot be waived"},
	{"merge-tag", "Hello {{ subscriber.cty | default: \"x\" }}.", "Hello {{ subscriber.city | default: \"x\" }}.", `5:10 unknown name`},
	{"picture", "Hello ![The quay](key.png).", "Hello ![The quay](quay.png).", `5:7 key.png`},
}

func TestIssue(t *testing.T) {
	files, r, n := pictures(t), mustRenderer(t), harbor()
	files["newsletters/harbor/noise.png"] = &fstest.MapFile{Data: mustPNG(t, 620, true)}
	for _, s := range slips {
		t.Run(s.rule+" "+s.want, func(t *testing.T) {
			problems := mustCheckOf(t, n, r, files, s.bad)
			if len(problems) != 1 {
				t.Fatalf("problems:\n%v\nwant one", problems)
			}
			p := problems[0]
			place, words, _ := strings.Cut(s.want, " ")
			if got := fmt.Sprintf("%d:%d", p.Line, p.Column); p.Rule != s.rule || got != place || !strings.Contains(p.Message, words) || p.File != file {
				t.Errorf("%s %s: %s\nwant %s %s", p.Rule, got, p.Message, s.rule, s.want)
			}
			if p.Hint == "" {
				t.Error("no hint")
			}
			if problems := mustCheckOf(t, n, r, files, s.good); len(problems) > 0 {
				t.Errorf("the good twin:\n%v", problems)
			}
		})
	}
}
