package lists

import (
	"encoding/json"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// outside says why somebody is kept out, and what could bring them in.
func outside(why newsletter.SuppressionReason) string {
	switch why {
	case newsletter.SuppressedLeft:
		return "kept out: they left; only they can come back, by signing up"
	case newsletter.SuppressedErasure:
		return "kept out: they were erased; only they can come back, by signing up"
	case newsletter.SuppressedBounced:
		return "kept out: mail to them bounced"
	case newsletter.SuppressedComplained:
		return "kept out: they complained of a mail as spam"
	case newsletter.SuppressedBlocked:
		return "kept out: they are suppressed"
	}
	return "kept out: an earlier row of the list says that they must not be mailed"
}

// keptOut returns a function that describes a row of this file which was kept out.
// What the row says of a person stays out, too; their address tells which it is.
func (im *importer) keptOut(t *table, rows *rowReader) func(*store.ImportRow, newsletter.SuppressionReason) Refusal {
	file, head, email, isJSON := im.inArchive(), rows.named("status", t.head), rows.email, t.json != nil
	if len(head) > len(t.head) {
		email++
	}
	return func(row *store.ImportRow, why newsletter.SuppressionReason) Refusal {
		r := Refusal{File: file, Line: row.Line, Reason: outside(why), Email: row.Email}
		if isJSON {
			raw, _ := json.Marshal(map[string]string{columnEmail: row.Email}) // texts can be written
			r.Raw = string(raw)
			return r
		}
		r.Head, r.Cells = head, make([]string, len(head))
		r.Cells[email] = row.Email
		return r
	}
}
