package message

import (
	"fmt"

	"tidings/internal/newsletter"
)

// Filled is a mail as one reader sees it, decoded.
type Filled struct {
	Subject, Text, HTML string
}

// Fill fills the merge tags of a mail for one reader, for previews.
func (c *Composer) Fill(m *newsletter.Mail, d newsletter.Delivery) (Filled, error) {
	r := &reader{template: &Template{composer: c, mail: m}, delivery: &d}
	var (
		f   Filled
		err error
	)
	for _, part := range []struct {
		from newsletter.Template
		to   *string
		name string
	}{{m.Subject, &f.Subject, "subject"}, {m.Text, &f.Text, "text part"}, {m.HTML, &f.HTML, "HTML part"}} {
		if *part.to, err = fill(part.from, r); err != nil {
			return Filled{}, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return f, nil
}

func fill(t newsletter.Template, r *reader) (string, error) {
	b, err := compile(t, appendText)
	if err != nil {
		return "", err
	}
	filled, err := b.append(nil, r)
	return string(filled), err
}
