package render

import (
	"strings"
	"testing"
)

// mustText returns the text part of a mail in a language.
func mustText(t *testing.T, lang, src string) string {
	t.Helper()
	i := issueOf(src)
	i.Language = lang
	m, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org", Files: gallery{}})
	if err != nil {
		t.Fatal(err)
	}
	return m.Text.String()
}

// Punctuation that a language wants and a keyboard does not have.
func TestTypography(t *testing.T) {
	for _, c := range []struct{ name, lang, src, want string }{
		{"year", "en", "I began in '84, when I was young", "in ’84, when"},
		{"decade", "en", "the '90s, and 'tis so", "the ’90s, and ’tis"},
		{"quoted number", "en", "the number '84' is even", "number ‘84’ is"},
		{"unit", "en", "Bake it at 240 °C for 5 min with 3 kg or 17 % of it.", "at 240\u00a0°C for 5\u00a0min with 3\u00a0kg or 17\u00a0% of"},
		{"no unit", "en", "In 3 minutes 4 men sat 5 m, 6 more", "In 3 minutes 4 men sat 5\u00a0m, 6 more"},
		{"page", "en", "See p. 7, pp. 8, No. 9 and § 12.", "p.\u00a07, pp.\u00a08, No.\u00a09 and §\u00a012."},
		{"money", "de", "Das kostet 12 € und z. B. am 3. 7. mehr, S. 4.", "12\u00a0€ und z.\u00a0B. am 3.\u00a07. mehr, S.\u00a04."},
		{"thousands", "fr", "Il y a 10 000 clous et 5 personnes", "10\u00a0000 clous et 5 personnes"},
		{"blank in Chinese characters", "ja", "これは 青木 遥 です", "これは 青木 遥 です"},
		{"line break in Chinese characters", "ja", "これは青木\n遥です", "これは青木遥です"},
		{"line break within an element", "ja", "これは<mark>青木\n遥</mark>です", "これは青木遥です"},
		{"quotation marks in Japanese", "ja", "一冊には\"水位\"という'言葉'が出る", "一冊には「水位」という『言葉』が出る"},
		{"quotation marks in Chinese", "zh", "他说\"你好\"然后走了", "他说“你好”然后走了"},
		{"quotation marks in Korean", "ko", "그는 \"안녕\"이라고 말했다", "그는 “안녕”이라고 말했다"},
		{"French colon", "fr", "[Écrire](mailto:a@example.org){.button}", "Écrire\u00a0:\nmailto"},
		{"French frame", "fr", "Un", "Se désabonner\u00a0:\n"},
		{"English colon", "en", "[Write](mailto:a@example.org){.button}", "Write:\nmailto"},
		{"q", "en", "He said <q>yes</q> to it", "He said “yes” to it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := mustText(t, c.lang, c.src); !strings.Contains(got, c.want) {
				t.Errorf("want %q in\n%s", c.want, got)
			}
		})
	}
}
