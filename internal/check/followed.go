package check

import (
	"fmt"
	"slices"
	"strings"

	"tidings/internal/render"
)

// webLinks returns the addresses of the web that the issue links to, each once,
// without those that other rules have something to say of.
func (d *draft) webLinks() []string {
	var urls []string
	d.eachLink(func(l render.Link) (string, string) {
		if !strings.Contains(l.URL, "{") && brokenWeb(l.URL) == "" && !isLocalURL(absolute(l.URL)) {
			urls = append(urls, absolute(l.URL))
		}
		return "", ""
	}, toWeb)
	slices.Sort(urls)
	return slices.Compact(urls)
}

// absolute gives a URL without a scheme that of the secure web.
func absolute(raw string) string {
	if strings.HasPrefix(raw, "//") {
		return "https:" + raw
	}
	return raw
}

// linkDead reports followed links whose page or host is not there.
func linkDead(d *draft) []finding { return d.outcome(true) }

// linkUnreachable reports followed links that may answer another time, or to
// somebody else.
func linkUnreachable(d *draft) []finding { return d.outcome(false) }

// outcome reports the links that did not answer, those that are gone for sure or
// the others.
func (d *draft) outcome(gone bool) []finding {
	return d.eachLink(func(l render.Link) (string, string) {
		o, bad := d.outcomes[absolute(l.URL)]
		if !bad || o.Gone != gone {
			return "", ""
		}
		return fmt.Sprintf("the link to %q: %s", clip(l.URL), o.Message), "open it in a browser"
	}, toWeb)
}
