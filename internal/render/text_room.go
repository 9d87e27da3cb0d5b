package render

import (
	"strings"

	"github.com/mattn/go-runewidth"

	"tidings/internal/merge"
)

// branches follows the branches of conditions along a line. One reader gets one
// branch, so each begins where the condition does.
type branches struct {
	cuts *merge.Cuts
	open []branch // from the outside in
}

// branch is where in a line a condition begins, and its longest branch ends.
type branch struct{ from, longest int }

// first is the width of what a word has before the first turn within it, which
// is what a line break before the word moves.
func (b *branches) first(word string) int {
	if b.cuts == nil {
		return cells(word)
	}
	n := 0
	for _, r := range word {
		w, turn := b.width(r)
		if turn == merge.Turns || turn == merge.Closes {
			break
		}
		n += w
	}
	return n
}

// after is how far a line is used after a word.
func (b *branches) after(word string, used int) int {
	if b.cuts == nil {
		return used + cells(word)
	}
	for _, r := range word {
		w, turn := b.width(r)
		used += w
		if turn == merge.Opens {
			b.open = append(b.open, branch{used, used})
			continue
		}
		if len(b.open) == 0 || turn == merge.Goes || turn == merge.Silent {
			continue
		}
		in := &b.open[len(b.open)-1]
		in.longest = max(in.longest, used)
		if used = in.from; turn == merge.Closes {
			used = in.longest
			b.open = b.open[:len(b.open)-1]
		}
	}
	return used
}

// width is what a character takes. A value that most readers have is counted as
// a short name, and where its default is longer, as that.
func (b *branches) width(r rune) (int, merge.Turn) {
	if !merge.Has(string(r)) {
		return runewidth.RuneWidth(r), merge.Goes
	}
	fallback, turn := b.cuts.Room(r)
	if turn != merge.Goes {
		return 0, turn
	}
	return max(tagCells, cells(strings.Join(strings.Fields(fallback), " "))), turn
}
