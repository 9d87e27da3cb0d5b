package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// What a table has on a phone, in CSS pixels, and about what its words take: 320
// less the padding of the sheet, which is less with the style sheet than without;
// a character of the widest font that tables may get, and one of its bold.
const (
	phoneWidth  = 284
	bareWidth   = 272
	cellChar    = 8.9
	headChar    = 10.6
	maxColumns  = 4
	wantedCells = 40  // characters of a cell that need not be on one line
	wideShare   = 0.9 // of the width that a wide table is reckoned with: windows are often narrower
)

// wideTable says whether a table has more columns, or longer words in them, than
// a phone can show.
func wideTable(n *node, start string) bool {
	needs, _ := columnNeeds(n, start, false)
	return len(needs) > maxColumns || total(needs) > phoneWidth
}

// columnNeeds is about how wide each column has to be for its words to stay
// whole, and how wide it would be best, in CSS pixels.
func columnNeeds(n *node, start string, wide bool) (needs, wants []float64) {
	needs, wants = make([]float64, len(n.align)), make([]float64, len(n.align))
	for _, r := range n.kids {
		char := cellChar
		if r.flag {
			char = headChar
		}
		for i, c := range r.kids {
			if i >= len(needs) {
				break
			}
			text := c.plainText()
			needs[i] = max(needs[i], char*float64(longestWord(text)))
			wants[i] = max(wants[i], char*float64(min(runewidth.StringWidth(text), wantedCells)))
		}
	}
	for i := range needs {
		room := float64(gapAfter(n, i, start, wide))
		needs[i] += room
		wants[i] = max(wants[i]+room, needs[i])
	}
	return needs, wants
}

// shares are the widths of columns in a table, whose words may be broken so that
// it fits into any program: where there is room for whole words, they get it
// first. That is on a phone for a table which stays one there.
func (w *htmlWriter) shares(n *node, wide bool) []string {
	if w.look.web && !wide {
		return nil
	}
	needs, wants := columnNeeds(n, w.lang.start(), wide)
	width := float64(bareWidth)
	if wide {
		width = wideShare * float64(w.links.content)
		fit(needs, width)
		fit(wants, 2*width)
	}
	need := total(needs)
	more, room := max(total(wants)-need, 1), max(width-need, 0)
	shares := make([]string, len(needs))
	for i := range needs {
		needs[i] += room * max(wants[i]-needs[i], 0) / more
	}
	for i := range needs {
		shares[i] = fmt.Sprintf("%.1f%%", 100*needs[i]/total(needs))
	}
	return shares
}

// kept is the class of the columns of a wide table whose words need not be broken
// on the archive page. What was sent before there was such a class may be broken
// anywhere.
func (w *htmlWriter) kept(n *node, wide bool) []string {
	if !w.look.web || !wide {
		return nil
	}
	needs, _ := columnNeeds(n, w.lang.start(), wide)
	room := slices.Clone(needs)
	fit(room, wideShare*float64(w.links.content))
	kept := make([]string, len(needs))
	for i := range needs {
		if room[i] >= needs[i] {
			kept[i] = "kept"
		}
	}
	return kept
}

// fit makes the widest columns narrower until all have room: their words have to
// be broken in any case, those of the others not.
func fit(widths []float64, room float64) {
	sorted := slices.Sorted(slices.Values(widths))
	for i, w := range sorted {
		if most := room / float64(len(sorted)-i); w > most {
			for j := range widths {
				widths[j] = min(widths[j], most)
			}
			return
		}
		room -= w
	}
}

func total(widths []float64) float64 {
	sum := 0.0
	for _, w := range widths {
		sum += w
	}
	return sum
}

func longestWord(s string) int {
	longest := 0
	for word := range strings.FieldsSeq(s) {
		longest = max(longest, runewidth.StringWidth(word))
	}
	return longest
}
