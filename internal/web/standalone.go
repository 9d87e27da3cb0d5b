package web

import (
	"bytes"
	"fmt"
)

// Standalone renders a page as one file that needs no other: our style sheet
// and then css stand in the page itself.
func (p *Pages) Standalone(name string, page any, css string) ([]byte, error) {
	body, err := p.execute(name, page)
	if err != nil {
		return nil, err
	}
	const sheet = "tidings.css"
	url, err := p.assets.URL(sheet)
	if err != nil {
		return nil, err
	}
	link := []byte(`<link rel="stylesheet" href="` + url + `">`)
	style := fmt.Appendf(nil, "<style>\n%s\n%s</style>", p.assets.files[sheet].data, css)
	if !bytes.Contains(body, link) {
		return nil, fmt.Errorf("rendering page %s: its frame does not link to %s", name, sheet)
	}
	return bytes.Replace(body, link, style, 1), nil
}
