package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // decodes pictures
	"io/fs"
	"math"
	"net/url"
	"path"
	"strings"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
)

// Bounds of a picture as it is read. What claims to be larger is refused before
// it is decoded.
const (
	maxPictureBytes  = 20 << 20
	maxPicturePixels = 50_000_000
	maxAnimation     = 1 << 20 // bytes of an animated GIF, which is sent as it is
	jpegQuality      = 82
	logoHeight       = 32
)

// logoKey is under which an article keeps the newsletter's logo.
const logoKey = "\x00logo"

// picture is a picture as a mail shows it.
type picture struct {
	url           string // of the archive page, and of a mail whose pictures are hosted
	mail          string // of the mail: url, or cid:…
	width, height int    // shown, in CSS pixels
}

// PictureRule is the id of the check that finds faults in pictures.
const PictureRule = "picture"

// pictures reads the local pictures of the article, and reports those that
// cannot be sent.
func (a *article) pictures(files fs.FS) {
	a.doc.walk(func(n *node) {
		if n.kind != img || !isLocal(n.url) {
			return
		}
		pic, err := a.picture(files, path.Join(a.issue.Dir, unquote(n.url)), n.width, 0)
		if err != nil {
			a.problem(n, n.url, err)
			return
		}
		n.pic = pic
	})
	a.image = a.issue.Image
	if a.image != "" && isLocal(a.image) {
		pic, err := a.picture(files, path.Join(a.issue.Dir, unquote(a.image)), 0, 0)
		if err != nil {
			a.problem(nil, a.image, err)
			return
		}
		a.image = pic.url
	}
	a.logo(files)
}

// logo reads the newsletter's logo; without one its name stands alone.
func (a *article) logo(files fs.FS) {
	if a.news.Theme.Logo == "" {
		return
	}
	pic, err := a.picture(files, path.Join("newsletters", a.news.ID, a.news.Theme.Logo), 0, logoHeight)
	if err != nil {
		a.problem(nil, a.news.Theme.Logo, err)
		return
	}
	a.sizes[logoKey] = pic
}

func (a *article) problem(n *node, src string, err error) {
	p := newsletter.Problem{
		Rule: PictureRule, Level: newsletter.LevelError, File: a.issue.File,
		Message: src + ": " + err.Error(), Hint: "use a JPEG, PNG or GIF below " + path.Join(a.issue.Dir),
	}
	if h, ok := errors.AsType[*newsletter.Hinted](err); ok {
		p.Hint = h.Hint
	}
	if n != nil {
		at := a.place(n)
		p.Line, p.Column = at.Line, at.Column
	}
	a.problems = append(a.problems, p)
}

// isLocal says whether a picture is a file of the site.
func isLocal(src string) bool {
	scheme, ok := schemeOf(src)
	return ok && scheme == "" && !strings.HasPrefix(src, "/") && src != "" && !merge.Has(src)
}

func unquote(src string) string {
	if s, err := url.PathUnescape(src); err == nil {
		return s
	}
	return src
}

// picture reads, resizes and names one picture. Height bounds the shown height
// when it is not 0.
func (a *article) picture(files fs.FS, name string, width, height int) (*picture, error) {
	key := fmt.Sprintf("%s %d %d", name, width, height)
	if p, ok := a.sizes[key]; ok {
		return p, nil
	}
	data, err := readPicture(files, name)
	if err != nil {
		return nil, err
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, unknownFormat(data)
	}
	if int64(config.Width)*int64(config.Height) > maxPicturePixels || config.Width < 1 || config.Height < 1 {
		return nil, fmt.Errorf("%d × %d pixels are more than a mail can use", config.Width, config.Height)
	}
	p := &picture{}
	turned := format == "jpeg" && orientation(data) > 4
	p.fit(config.Width, config.Height, turned, min(pick(width, a.links.content), a.links.content), height)
	m, err := a.encodePicture(data, config, format, p.width*2)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(m.Data)
	m.Hash, m.Name = hex.EncodeToString(sum[:])[:32], mediaName(name, m.Type)
	p.url = a.links.base + m.Path()
	p.mail = p.url
	if a.news.Images == newsletter.ImagesEmbedded {
		p.mail = "cid:" + m.ContentID()
	}
	a.media = append(a.media, *m)
	a.sizes[key] = p
	return p, nil
}

// embedded are the pictures that the HTML of a mail names as parts of the mail,
// each once.
func (a *article) embedded(html newsletter.Template) []newsletter.Media {
	var all []newsletter.Media
	seen, src := map[string]bool{}, html.String()
	for _, m := range a.media {
		if !seen[m.Hash] && strings.Contains(src, `src="cid:`+m.ContentID()+`"`) {
			all = append(all, m)
		}
		seen[m.Hash] = true
	}
	return all
}

func pick(width, otherwise int) int {
	if width > 0 {
		return width
	}
	return otherwise
}

// fit decides how large a picture is shown: as wide as there is room, but never
// larger than it is.
func (p *picture) fit(width, height int, turned bool, room, high int) {
	if turned {
		width, height = height, width
	}
	p.width = min(width, room)
	if high > 0 {
		p.width = min(p.width, max(width*high/height, 1))
	}
	p.height = max(int(math.Round(float64(height)*float64(p.width)/float64(width))), 1)
}
