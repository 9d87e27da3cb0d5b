package lists

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

var errSortedRow = errors.New("read sorted rows: a row is damaged")

// appendRow writes a row as a sorter keeps it: parts with their lengths before
// them, the key of the address first.
func appendRow(to []byte, r *store.ImportRow) []byte {
	part := func(s string) {
		to = binary.AppendUvarint(to, uint64(len(s)))
		to = append(to, s...)
	}
	for _, s := range []string{r.Key, r.Email, r.Name, r.FirstName, r.Language, r.Timezone, string(r.State), string(r.Gone), strings.Join(r.Tags, ",")} {
		part(s)
	}
	for _, at := range []time.Time{r.CreatedAt, r.ConfirmedAt, r.GoneAt} {
		us := int64(0)
		if !at.IsZero() {
			us = at.UnixMicro()
		}
		to = binary.AppendVarint(to, us)
	}
	to = binary.AppendUvarint(to, uint64(max(0, r.Line)))
	to = binary.AppendUvarint(to, uint64(len(r.Fields)))
	for name, value := range r.Fields {
		part(name)
		part(value)
	}
	return to
}

// firstPart is the first part of a row: the key of the address.
func firstPart(row []byte) []byte {
	size, n := binary.Uvarint(row)
	if n <= 0 || size > uint64(len(row[n:])) {
		return nil
	}
	return row[n:][:size]
}

// rowParts reads the parts of a row one by one; bad after one that is not there.
type rowParts struct {
	rest string
	bad  bool
}

func (p *rowParts) number() uint64 {
	v, n := uint64(0), 0
	for shift := 0; n < len(p.rest) && shift < 64; shift += 7 {
		b := p.rest[n]
		n++
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			p.rest = p.rest[n:]
			return v
		}
	}
	p.bad, p.rest = true, ""
	return 0
}

func (p *rowParts) part() string {
	size := p.number()
	if size > uint64(len(p.rest)) {
		p.bad, p.rest = true, ""
		return ""
	}
	s := p.rest[:size]
	p.rest = p.rest[size:]
	return s
}

func (p *rowParts) time() time.Time {
	u := p.number()
	us := int64(u >> 1)
	if u&1 != 0 {
		us = ^us
	}
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// readRowOf reads what appendRow wrote.
func readRowOf(text string) (store.ImportRow, error) {
	p := rowParts{rest: text}
	r := store.ImportRow{
		Key: p.part(), Email: p.part(), Name: p.part(), FirstName: p.part(), Language: p.part(), Timezone: p.part(),
		State: newsletter.SubscriptionState(p.part()), Gone: newsletter.SuppressionReason(p.part()),
	}
	if tags := p.part(); tags != "" {
		r.Tags = strings.Split(tags, ",")
	}
	r.CreatedAt, r.ConfirmedAt, r.GoneAt = p.time(), p.time(), p.time()
	r.Line = int(p.number()) //nolint:gosec // it was one
	if n := p.number(); n > 0 && n <= uint64(len(text)) {
		r.Fields = make(map[string]string, n)
		for range n {
			r.Fields[p.part()] = p.part()
		}
	}
	if p.bad || p.rest != "" {
		return r, errSortedRow
	}
	return r, nil
}
