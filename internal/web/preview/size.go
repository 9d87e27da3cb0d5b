package preview

import "tidings/internal/newsletter"

// The end of the scale, in bytes of a mail's HTML.
const (
	sizeClipped = 102 << 10 // from here on Gmail cuts it
	sizeMost    = 128 << 10
)

// size is how near a mail is to being cut.
type size struct {
	Bytes                int
	Long, Cut, Hid, Most int // marks on the scale
	State, Words         string
}

// newSize weighs the mail of a view.
func newSize(v *View) size {
	s := size{Bytes: len(v.HTML), Long: newsletter.LongHTML, Cut: newsletter.MostHTML, Hid: sizeClipped, Most: sizeMost}
	switch {
	case v.Mail.CutAt.Line > 0:
		s.State, s.Words = "Cut", "The whole article would be larger than 95 KB. The mail ends at a heading or a paragraph with a link to the rest; the archive page has all of it."
	case s.Bytes > newsletter.MostHTML:
		s.State, s.Words = "Too large", "Gmail hides what comes after 102 KB, and with it the link to unsubscribe."
	case s.Bytes > newsletter.LongHTML:
		s.State, s.Words = "Getting long", "From 95 KB on, the mail is cut and goes on in the archive."
	default:
		s.State, s.Words = "Fine", "Every program shows the whole of it."
	}
	return s
}

// KB is the size in whole kilobytes, and never 0.
func (s size) KB() int { return max(1, (s.Bytes+512)>>10) }
