package check

import (
	"fmt"
	"strings"

	"tidings/internal/newsletter"
)

// discreetWords finds words that would tell a bystander what a newsletter is
// about: in the sender, the subject and the description, which a locked phone
// shows.
func discreetWords(d *draft) []finding {
	if d.newsletter.Discreet == nil {
		return nil
	}
	i := d.issue
	var found []finding
	for _, line := range []struct {
		what, text string
		at         newsletter.Place
		settings   bool
	}{
		{"sender", d.newsletter.From.Name + " " + d.newsletter.From.Address, newsletter.Place{}, true},
		{"subject", d.subject(), d.aboutSubject("", "")[0].at, false},
		{"description", words(unknown(i.Description)), i.Places["description"], false},
	} {
		for _, word := range d.newsletter.Discreet.Words {
			if strings.Contains(strings.ToLower(line.text), strings.ToLower(words(word))) {
				found = append(found, finding{
					at: line.at, settings: line.settings, message: fmt.Sprintf("the %s holds %q, which is on the list of [discreet]", line.what, word),
					hint: "say it so that it tells a bystander nothing",
				})
			}
		}
	}
	return found
}

// discreetPictures finds pictures that are loaded when the mail is opened. Who
// watches the network, or runs the other host, learns that it was.
func discreetPictures(d *draft) []finding {
	if d.newsletter.Discreet == nil || d.mail == nil || !strings.Contains(d.mail.HTML.String(), `<img src="http`) {
		return nil
	}
	var found []finding
	for _, i := range d.outline.Images {
		if d.newsletter.Images == newsletter.ImagesEmbedded && !strings.Contains(i.Src, "//") {
			continue // a file, which goes in the mail
		}
		found = append(found, finding{
			at: i.Place, message: fmt.Sprintf("the picture %q is loaded from the web when the mail is opened, and the newsletter is [discreet]", clip(i.Src)),
			hint: `leave it out, or set images = "embedded" in the newsletter.toml: the file then goes in the mail`,
		})
	}
	if len(found) == 0 {
		found = append(found, finding{settings: true, message: "the logo is loaded from the web when the mail is opened, and the newsletter is [discreet]", hint: `remove theme.logo: the newsletter's name then stands in its place; or set images = "embedded"`})
	}
	return found
}
