package check

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"tidings/internal/newsletter"
)

// maxPicture is the largest picture, in bytes after processing, that readers on
// a slow line should have to wait for.
const maxPicture = 1 << 20

// imageAlt finds pictures without words. It warns only: a picture may adorn.
func imageAlt(d *draft) []finding {
	var found []finding
	for _, i := range d.outline.Images {
		if strings.TrimSpace(i.Alt) == "" {
			write := "![what is to be seen](" + i.Src + ")"
			if d.source.html(i.Place) {
				write = `alt="what is to be seen" in its tag`
			}
			found = append(found, finding{
				at: i.Place, message: fmt.Sprintf("the picture %q has no words for readers who do not see it", clip(i.Src)),
				hint: "write " + write + ", or waive this for a picture that only adorns",
			})
		}
	}
	return found
}

// fileName is what cameras, phones and editors call a picture.
var fileName = regexp.MustCompile(`(?i)^[\w().@ -]+\.(?:jpe?g|png|gif|webp|heic|svg|tiff?|bmp|avif)$|^(?:img|dsc|dscn|dscf|pxl|image|photo|picture|screenshot|screen shot|bildschirmfoto)[-_ ]?\d[-_ \d.]*$`)

// imageAltName finds words for a picture that a program has put there.
func imageAltName(d *draft) []finding {
	var found []finding
	for _, i := range d.outline.Images {
		alt := strings.TrimSpace(i.Alt)
		if alt != "" && (fileName.MatchString(alt) || alt == path.Base(i.Src)) {
			found = append(found, finding{
				at: i.Place, message: fmt.Sprintf("the words for the picture are the name of a file, %q", clip(alt)),
				hint: "say what is to be seen, as you would on the telephone",
			})
		}
	}
	return found
}

// longAlt is how many characters are read out in one breath. Some screen readers
// stop not far behind.
const longAlt = 150

// imageAltLong finds words for a picture that are a text of their own.
func imageAltLong(d *draft) []finding {
	var found []finding
	for _, i := range d.outline.Images {
		if n := utf8.RuneCountInString(strings.TrimSpace(unknown(i.Alt))); n > longAlt {
			found = append(found, finding{
				at: i.Place, message: fmt.Sprintf("the words for the picture %q have %d characters, more than %d", clip(i.Src), n, longAlt),
				hint: "say what it shows in a sentence, and the rest in the text, where everybody can read it",
			})
		}
	}
	return found
}

// imageHTTP finds pictures that are fetched without encryption.
func imageHTTP(d *draft) []finding {
	var found []finding
	for _, i := range d.outline.Images {
		if strings.HasPrefix(strings.ToLower(i.Src), "http://") {
			found = append(found, finding{
				at: i.Place, message: fmt.Sprintf("the picture %q is not encrypted, and many mail programs do not show it", clip(i.Src)),
				hint: "put the file beside the issue, or use its https address",
			})
		}
	}
	return found
}

// imageHeavy finds pictures that are heavy as readers get them, after they were
// brought to size.
func imageHeavy(d *draft) []finding {
	if d.mail == nil {
		return nil
	}
	var found []finding
	for _, m := range d.mail.Media {
		if len(m.Data) <= maxPicture {
			continue
		}
		found = append(found, finding{
			at: d.pictured(m.Name), message: fmt.Sprintf("the picture %s has %.1f MB after processing, more than 1 MB", m.Name, float64(len(m.Data))/(1<<20)),
			hint: "a photograph is smallest as JPEG, a drawing as PNG; an animation is best kept short",
		})
	}
	return found
}

// maxEmbedded is how many bytes the pictures in a mail may have together: they
// grow by a third on the way, and many mail servers refuse what is above 10 MB.
const maxEmbedded = 5 << 20

// embeddedHeavy stops a mail that carries so many pictures that servers refuse
// it. The place is that of the heaviest.
func embeddedHeavy(d *draft) []finding {
	if d.mail == nil {
		return nil
	}
	sum, heaviest := 0, newsletter.Media{}
	for _, m := range d.mail.Embedded {
		if sum += len(m.Data); len(m.Data) > len(heaviest.Data) {
			heaviest = m
		}
	}
	if sum <= maxEmbedded {
		return nil
	}
	return []finding{{
		at: d.pictured(heaviest.Name), message: fmt.Sprintf("the %d pictures that go in the mail have %.1f MB together, more than %d MB: this one has the most, %.1f MB",
			len(d.mail.Embedded), float64(sum)/(1<<20), maxEmbedded>>20, float64(len(heaviest.Data))/(1<<20)),
		hint: `take some out, or let them stay on the site: images = "hosted" in newsletter.toml`,
	}}
}

// pictured is where a picture of the mail stands in the issue; the file as a
// whole for a logo or a preview.
func (d *draft) pictured(name string) newsletter.Place {
	stem := strings.TrimSuffix(name, path.Ext(name))
	for _, i := range d.outline.Images {
		base := path.Base(unescaped(i.Src))
		if strings.TrimSuffix(base, path.Ext(base)) == stem {
			return i.Place
		}
	}
	return newsletter.Place{}
}

// unescaped is the path that a URL in Markdown stands for.
func unescaped(src string) string {
	if s, err := url.PathUnescape(src); err == nil {
		return s
	}
	return src
}
