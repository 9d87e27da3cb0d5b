package render

import (
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// A mail in which we speak ourselves brings its logo along where the newsletter's
// mails do.
func TestRenderer_ownMailsEmbed(t *testing.T) {
	n := harbor()
	n.Images, n.Theme.Logo = newsletter.ImagesEmbedded, "images/star.png"
	opt := Options{BaseURL: "https://news.example.org", Files: gallery{}}
	confirm, err := mustRenderer(t).Confirm(newsletter.Question{Newsletters: []newsletter.Newsletter{*n}}, opt)
	if err != nil {
		t.Fatal(err)
	}
	access, err := mustRenderer(t).Personal(n, newsletter.KindAccess, "", opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*newsletter.Mail{confirm, access} {
		if len(m.Embedded) != 1 || !strings.Contains(m.HTML.String(), "cid:"+m.Embedded[0].ContentID()) {
			t.Errorf("%s: %d pictures go with the mail, want its logo:\n%s", m.Kind, len(m.Embedded), m.HTML)
		}
	}
}
