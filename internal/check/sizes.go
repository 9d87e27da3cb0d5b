package check

import (
	"fmt"

	"tidings/internal/newsletter"
)

// What a table may have so that it can be read on a phone.
const (
	tableColumns = 4
	tableWidth   = 60 // characters of its longest row
)

// size is how many bytes the HTML part has.
func (d *draft) size() int {
	if d.mail == nil {
		return 0
	}
	return len(d.mail.HTML.String())
}

// mailSize warns before a mail becomes so large that it is cut off, and when it
// was.
func mailSize(d *draft) []finding {
	if d.mail != nil && d.mail.CutAt.Line > 0 {
		return []finding{{
			at:      d.mail.CutAt,
			message: fmt.Sprintf("the mail would have more than %d KB of HTML: it ends here and goes on in the archive, which it links to", newsletter.MostHTML>>10),
			hint:    "let it end where you want: link to the longest part, or split the issue in two",
		}}
	}
	n := d.size()
	if n <= newsletter.LongHTML || n > newsletter.MostHTML {
		return nil
	}
	return []finding{{
		message: fmt.Sprintf("the mail has %d KB of HTML, more than %d KB: Gmail cuts off what is larger than about 100", n>>10, newsletter.LongHTML>>10),
		hint:    "link to the longest part, or split the issue in two",
	}}
}

// mailClipped stops a mail whose end, with the link to unsubscribe, would be
// hidden.
func mailClipped(d *draft) []finding {
	n := d.size()
	if n <= newsletter.MostHTML {
		return nil
	}
	hint := "link to the longest part, or split the issue in two"
	if d.newsletter.Archive == newsletter.ArchiveOff {
		hint = `with archive = "off" there is no page where it could go on; ` + hint + `, or let the archive be "readers"`
	}
	return []finding{{
		message: fmt.Sprintf("the mail has %d KB of HTML, and Gmail would hide its end with the link to unsubscribe", n>>10),
		hint:    fmt.Sprintf("bring it below %d KB: %s", newsletter.MostHTML>>10, hint),
	}}
}

// tableWide finds tables that do not fit on a phone.
func tableWide(d *draft) []finding {
	var found []finding
	for _, t := range d.outline.Tables {
		if t.Columns <= tableColumns && t.Widest <= tableWidth {
			continue
		}
		found = append(found, finding{
			at: t.Place, message: fmt.Sprintf("the table has %d columns and up to %d characters in a row: a phone shows it as records, one a row", t.Columns, t.Widest),
			hint: fmt.Sprintf("keep to %d columns and %d characters, or write a list", tableColumns, tableWidth),
		})
	}
	return found
}
