package issue

import (
	"strings"
	"testing"
)

func TestTitle(t *testing.T) {
	tests := []struct{ name, src, title, body string }{
		{"first heading", "# Frost\nText.\n", "Frost", "\nText.\n"},
		{"closed heading with attributes", "# Frost & co {#top .big} #\nText.\n", "Frost & co", "\nText.\n"},
		{"after a standfirst", "Cold days.\n\n# Frost\n\nText.\n", "Frost", "Cold days.\n\n\n\nText.\n"},
		{"not in code", "```sh\n# a comment\n```\n\n# Frost\n\nText.\n", "Frost", "```sh\n# a comment\n```\n\n\n\nText.\n"},
		{"not in longer code", "````\n```\n# no\n````\n# Frost\nText.\n", "Frost", "````\n```\n# no\n````\n\nText.\n"},
		{"not of the second level", "## Part\n\n# Frost\n\nText.\n", "Frost", "## Part\n\n\n\nText.\n"},
		{"a hashtag is no heading", "#frost\n\n# Frost\n\nText.\n", "Frost", "#frost\n\n\n\nText.\n"},
		{"the key's twin is dropped", "---\ntitle: First frost\n---\n\n# First *frost*\n\nText.\n", "First frost", "\n\n\nText.\n"},
		{"another heading stays", "---\ntitle: First frost\n---\n# Second frost\n\nText.\n", "First frost", "# Second frost\n\nText.\n"},
		{"a twin further down stays", "---\ntitle: Frost\n---\nText.\n\n# Frost\n", "Frost", "Text.\n\n# Frost\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := mustRead(t, frost, tt.src)
			if i.Title != tt.title {
				t.Errorf("title %q, want %q", i.Title, tt.title)
			}
			if string(i.Markdown) != tt.body {
				t.Errorf("body %q, want %q", i.Markdown, tt.body)
			}
		})
	}
}

func TestDescription(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"one of two sentences", "The harbor is white. We stay in.", "The harbor is white."},
		{"over two lines", "The harbor\nis white. We stay in.", "The harbor is white."},
		{"no full stop", "The harbor is white", "The harbor is white"},
		{"a sentence in quotes", "“It is white.” She stays in.", "“It is white.”"},
		{"small letters go on", "Bring gloves, e.g. of wool. Two pairs.", "Bring gloves, e.g. of wool."},
		{"decimal", "It is 3.5 degrees. Cold.", "It is 3.5 degrees."},
		{"Japanese", "港は白い。私たちは家にいる。", "港は白い。"},
		{"marks", "The **harbor** is _white_, see [the map](https://example.org/a_b \"Map\")[^1]. More.", "The harbor is white, see the map."},
		{"nested marks", "***All** of it* is `ice`. More.", "All of it is ice."},
		{"signs that are no marks", `5 * 3 is 15, snake_case_word, \*kept\*. More.`, "5 * 3 is 15, snake_case_word, *kept*."},
		{"entities and HTML", "Salt &amp; <b>ice</b>.", "Salt & ice."},
		{"hard break", "The harbor\\\nis white.", "The harbor is white."},
		{"merge tag stays", "Good day, {{ subscriber.first_name | default: \"friend\" }}. More.", "Good day, {{ subscriber.first_name | default: \"friend\" }}."},
		{"salutation", "Dear {{ subscriber.first_name }},\n\nThe harbor is white.", "The harbor is white."},
		{"condition", "{% if subscriber.city %}In {{ subscriber.city }}. {% endif %}Cold.\n\nThe harbor is white.", "The harbor is white."},
		{"condition around paragraphs", "{% if subscriber.city %}\n\nYou live near.\n\n{% else %}\n\nYou live away.\n\n{% endif %}\n\nThe harbor is white.", "The harbor is white."},
		{"comment", "{% comment %}\n\nIda has to read this.\n\n{% endcomment %}\n\nThe harbor is white.", "The harbor is white."},
		{"loop around paragraphs", "{%- for tag in subscriber.tags -%}\n\nYou like it.\n\n{% endfor %}\n\nThe harbor is white.", "The harbor is white."},
		{"picture", "![Frost](images/frost.jpg)\n\nThe harbor is white.", "The harbor is white."},
		{"heading, quote, list, code, rule", "## Part\n\n> Quoted.\n\n- item\n\n1. item\n\n```\ncode.\n```\n\n* * *\n\nThe harbor is white.", "The harbor is white."},
		{"underlined heading", "Part\n====\n\nThe harbor is white.", "The harbor is white."},
		{"emphasis is no list", "*The harbor* is white. Cold.", "The harbor is white."},
		{"attributes", "The harbor is white.\n{.lead}", "The harbor is white."},
		{"none", "- item", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := mustRead(t, frost, "# Frost\n\n"+tt.body+"\n").Description; got != tt.want {
				t.Errorf("description %q, want %q", got, tt.want)
			}
		})
	}
}

func BenchmarkRead_large(b *testing.B) {
	text := "# Frost\n\n" + strings.Repeat("The **harbor** is [white](https://example.org).\n\n", 2000)
	n := harbor(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := parse([]byte(text), frost, n); err != nil {
			b.Fatal(err)
		}
	}
}
