package render

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// noBreak is the space that holds two words together.
const noBreak = "\u00a0"

// frenchSpace binds the marks that French sets off to the word before them.
var frenchSpace = strings.NewReplacer(" ;", "\u202f;", " !", "\u202f!", " ?", "\u202f?", " :", "\u00a0:", "« ", "«\u00a0", " »", "\u00a0»")

// french says whether a language sets its punctuation off with spaces.
func (l language) french() bool { return l.base == "fr" && l.tag != "fr-CH" }

// colon is the mark after a label.
func (l language) colon() string {
	if l.french() {
		return noBreak + ":"
	}
	return ":"
}

// spaces sets the spaces and the last quotation marks of the texts right among
// kids.
func (l language) spaces(kids []*node) {
	open := map[rune]bool{}
	for _, kid := range kids {
		if kid.kind == plain {
			kid.text = l.space(l.quoteCJK(kid.text, open))
		}
	}
}

// space sets the spaces of a text as its language wants them.
func (l language) space(s string) string {
	if strings.Contains(s, "\n") {
		s = joinLines(s)
	}
	if l.french() {
		s = frenchSpace.Replace(s)
	}
	return bind(s)
}

// joinLines makes a blank of each line break of the source, and nothing between
// two characters of a script that is written without blanks.
func joinLines(s string) string {
	runes := []rune(s)
	out := runes[:0]
	for i, r := range runes {
		if r == '\n' {
			if i > 0 && i+1 < len(runes) && isCJK(runes[i-1]) && isCJK(runes[i+1]) {
				continue
			}
			r = ' '
		}
		out = append(out, r)
	}
	return string(out)
}

func isCJK(r rune) bool {
	return r >= 0x3000 && r < 0xA000 || r >= 0xF900 && r < 0xFB00 || r >= 0xFF00 && r < 0xFFF0
}

// quoteCJK sets the straight quotation marks between letters of East Asia, where
// no blank tells which of them opens. Open holds those that do, by their mark.
func (l language) quoteCJK(s string, open map[rune]bool) string {
	if !strings.ContainsAny(s, `"'’`) || !strings.ContainsFunc(s, eastern) {
		return s
	}
	p, ok := quotes[l.base]
	if !ok {
		p = [4]string{"“", "”", "‘", "’"}
	}
	var b strings.Builder
	before := ' '
	for i, r := range s {
		mark := r
		if r == '’' {
			mark = '\''
		}
		after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		switch pair := p[:2]; {
		case r == '"' || mark == '\'':
			if mark == '\'' {
				pair = p[2:]
			}
			if !eastern(before) && !eastern(after) || r == '’' && !eastern(before) {
				b.WriteRune(r)
				break
			}
			b.WriteString(pair[map[bool]int{true: 1}[open[mark]]])
			open[mark] = !open[mark]
		default:
			b.WriteRune(r)
			if s := string(r); s == p[0] || s == p[1] {
				open['"'] = s == p[0]
			} else if s == p[2] || s == p[3] {
				open['\''] = s == p[2]
			}
		}
		before = r
	}
	return b.String()
}

// eastern says whether r is of a script that sets quotation marks right beside
// letters.
func eastern(r rune) bool { return isCJK(r) || unicode.Is(unicode.Hangul, r) }

func digit(c byte) bool { return '0' <= c && c <= '9' }

// units stay with the number before them.
var units = strings.Fields("% ‰ ° °C °F € $ £ ¥ kg g mg t lb oz km m cm mm µm m² km² m³ l dl cl ml km/h mph kWh kW MW W Hz kHz MHz GHz " +
	"kB KB MB GB TB h min s ms tsp tbsp a.m. p.m. am pm Uhr")

// labels stay with the number behind them.
var labels = strings.Fields("p. pp. S. No. Nos. Nr. Fig. Abb. Vol. Bd. Kap. ch. Art. § §§ n° N°")

// bind keeps what belongs together on one line: a number and its unit, p. 7,
// 10 000, z. B. and 3. 7.
func bind(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == '.' || r == '§' || r == '°' || '0' <= r && r <= '9' }) {
		return s
	}
	var b strings.Builder
	from := 0
	for i := 1; i < len(s); i++ {
		if s[i] == ' ' && bound(lastWord(s[:i]), firstWord(s[i+1:])) {
			b.WriteString(s[from:i] + noBreak)
			from = i + 1
		}
	}
	return b.String() + s[from:]
}

// maxBound is the longest word in bytes that is held against another.
const maxBound = 16

func lastWord(s string) string {
	s = s[max(0, len(s)-maxBound):]
	return s[strings.LastIndexAny(s, " \u00a0\n")+1:]
}

func firstWord(s string) string {
	s = s[:min(len(s), maxBound)]
	if i := strings.IndexAny(s, " \u00a0\n"); i >= 0 {
		return s[:i]
	}
	return s
}

// bound says whether two words belong together.
func bound(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	switch {
	case digit(a[len(a)-1]):
		unit := strings.TrimRight(b, ",.;:!?)»”“’…")
		return slices.Contains(units, unit) || slices.Contains(units, b) || thousands(a, unit)
	case digit(b[0]) && slices.Contains(labels, strings.TrimLeft(a, "(")):
		return true
	}
	return short(a) && short(firstDot(b)) && digit(a[0]) == digit(b[0])
}

// thousands says whether b goes on with the number in a, as in 10 000.
func thousands(a, b string) bool {
	n := len(a) - len(strings.TrimRight(a, "0123456789"))
	return n <= 3 && len(b) == 3 && strings.Trim(b, "0123456789") == ""
}

// firstDot is a word up to its first dot.
func firstDot(s string) string { return s[:strings.IndexByte(s, '.')+1] }

// short says whether a word is a letter or a day and a dot, as in z. B. and 3. 7.
func short(s string) bool {
	word, ok := strings.CutSuffix(s, ".")
	r, n := utf8.DecodeRuneInString(word)
	return ok && (n == len(word) && unicode.IsLetter(r) || (n == len(word) || len(word) == 2) && word != "" && digit(word[0]) && digit(word[len(word)-1]))
}
