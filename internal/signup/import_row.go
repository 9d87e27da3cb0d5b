package signup

import (
	"fmt"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// maxTags is how many tags one person may have in a file.
const maxTags = 50

// rowReader turns the records of a file into rows of an import.
type rowReader struct {
	columns
	tags  []string                     // given to everybody
	state newsletter.SubscriptionState // of rows that say nothing else
}

// row reads one record; the error says in one sentence why it is refused.
func (r *rowReader) row(cells []string) (store.ImportRow, error) {
	row := store.ImportRow{State: r.state, Tags: r.tags}
	for i, cell := range cells {
		cell = disarm(cell)
		if i >= len(r.as) {
			if strings.TrimSpace(cell) != "" {
				return row, fmt.Errorf("it has %d cells, the header has %d", len(cells), len(r.as))
			}
			continue
		}
		if err := r.cell(&row, r.as[i], cell); err != nil {
			return row, err
		}
	}
	if row.Key == "" {
		return row, fmt.Errorf("it has %d cells, none of them the email", len(cells))
	}
	return row, nil
}

// cell puts one cell where its column says.
func (r *rowReader) cell(row *store.ImportRow, as, cell string) (err error) {
	switch as {
	case columnIgnored:
	case columnEmail:
		row.Email, row.Key, err = newsletter.ParseAddress(cell)
	case columnName:
		row.Name, err = line(as, cell, maxName)
	case columnFirst:
		row.FirstName, err = line(as, cell, maxName)
	case columnTags:
		row.Tags, err = cellTags(r.tags, cell)
	case columnStatus:
		row.State, err = status(cell, r.state)
		if row.State == newsletter.SubscriptionUnsubscribed {
			row.Gone = newsletter.SuppressedLeft
		}
	default:
		name := strings.TrimPrefix(as, fieldPrefix)
		var value string
		value, err = line(name, cell, maxValue)
		if value != "" {
			if row.Fields == nil {
				row.Fields = make(map[string]string, len(r.as))
			}
			row.Fields[name] = value
		}
	}
	return err
}

// cellTags is the tags of a cell, parted by commas or semicolons, and those
// given to everybody.
func cellTags(all []string, cell string) ([]string, error) {
	if strings.TrimSpace(cell) == "" {
		return all, nil
	}
	parts := strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ';' })
	if len(parts) > maxTags {
		return nil, fmt.Errorf("%w tags: %d of them, at most %d can be kept", newsletter.ErrInvalid, len(parts), maxTags)
	}
	tags := make([]string, 0, len(parts)+len(all))
	for _, tag := range parts {
		if strings.TrimSpace(tag) != "" {
			tags = append(tags, tag)
		}
	}
	return newsletter.NormalizeTags(append(tags, all...))
}

// status reads where another list, or an export of ours, had a person. confirmed
// is what such a word comes to here. A word that is not known is refused: it may
// be one of those that mean "no".
func status(cell string, confirmed newsletter.SubscriptionState) (newsletter.SubscriptionState, error) {
	switch snake(cell) {
	case "", "confirmed", "subscribed", "active", "enabled":
		return confirmed, nil
	case "pending", "unconfirmed", "non_subscribed":
		return newsletter.SubscriptionPending, nil
	case "unsubscribed", "left", "inactive", "opted_out", "cleaned", "bounced", "complained", "blocked", "blocklisted", "disabled":
		return newsletter.SubscriptionUnsubscribed, nil
	}
	return "", fmt.Errorf("%w status %.40q: expected confirmed, pending or unsubscribed", newsletter.ErrInvalid, cell)
}

// address is the cell of a refused record that should hold the address.
func (r *rowReader) address(cells []string) string {
	if r.email >= len(cells) {
		return ""
	}
	cell := disarm(cells[r.email])
	return strings.ToValidUTF8(cell[:min(len(cell), 254)], "\uFFFD")
}
