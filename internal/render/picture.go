package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // decodes pictures
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"math"
	"net/url"
	"path"
	"strings"

	"golang.org/x/image/draw"

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
	url           string
	width, height int // shown, in CSS pixels
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
	m, err := encodePicture(data, config, format, p.width*2)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(m.Data)
	m.Hash, m.Name = hex.EncodeToString(sum[:])[:32], mediaName(name, m.Type)
	p.url = a.links.base + m.Path()
	a.media = append(a.media, *m)
	a.sizes[key] = p
	return p, nil
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

func readPicture(files fs.FS, name string) ([]byte, error) {
	if files == nil || !fs.ValidPath(name) {
		return nil, errors.New("the picture is not in the site folder")
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, errors.New("there is no such file")
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxPictureBytes+1))
	if err != nil {
		return nil, errors.New("the file cannot be read")
	}
	if len(data) > maxPictureBytes {
		return nil, fmt.Errorf("the file has more than %d MB", maxPictureBytes>>20)
	}
	return data, nil
}

// unknownFormat says why a file is refused that Go cannot decode.
func unknownFormat(data []byte) error {
	head := data[:min(len(data), 512)]
	save := "save it as a JPEG or PNG"
	switch {
	case bytes.HasPrefix(head, []byte("RIFF")) && bytes.Contains(head[:min(len(head), 16)], []byte("WEBP")):
		return newsletter.Hint(errors.New("WebP is not shown by Outlook for Windows"), save)
	case bytes.Contains(head, []byte("<svg")):
		return newsletter.Hint(errors.New("SVG is not shown by Gmail"), save)
	case bytes.Contains(head[:min(len(head), 16)], []byte("ftyp")):
		return newsletter.Hint(errors.New("AVIF and HEIC are not shown by most mail programs"), save)
	}
	return newsletter.Hint(errors.New("this is no picture that a mail can show"), save)
}

// encodePicture makes the file that is sent: at most so many pixels wide,
// without the camera's notes on place and time.
func encodePicture(data []byte, config image.Config, format string, width int) (*newsletter.Media, error) {
	if config.ColorModel == color.CMYKModel {
		return nil, newsletter.Hint(errors.New("the picture has the colors of print (CMYK)"), "save it with RGB colors")
	}
	if format == "gif" {
		if frames := gifFrames(data); frames > 1 {
			return animation(data)
		}
	}
	src, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("the picture is damaged")
	}
	turn := 1
	if format == "jpeg" {
		turn = orientation(data)
	}
	picture := upright(shrink(src, width, turn > 4), turn)
	var b bytes.Buffer
	if format == "jpeg" {
		err = jpeg.Encode(&b, picture, &jpeg.Options{Quality: jpegQuality})
		return &newsletter.Media{Type: "image/jpeg", Data: b.Bytes()}, err
	}
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, picture)
	return &newsletter.Media{Type: "image/png", Data: b.Bytes()}, err
}

func animation(data []byte) (*newsletter.Media, error) {
	if len(data) > maxAnimation {
		return nil, newsletter.Hint(fmt.Errorf("the animation has more than %d MB", maxAnimation>>20), "send a still picture, or a shorter animation")
	}
	return &newsletter.Media{Type: "image/gif", Data: data}, nil
}

// shrink makes a picture at most so many pixels wide, or high when it lies on
// its side.
func shrink(src image.Image, width int, lying bool) image.Image {
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	side := w
	if lying {
		side = h
	}
	if side <= width {
		return src
	}
	dst := image.NewRGBA(image.Rect(0, 0, max(w*width/side, 1), max(h*width/side, 1)))
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	return dst
}

// mediaName is the last part of a picture's URL: its own name with what is safe.
func mediaName(name, kind string) string {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	base = slug(base)
	if base == "" {
		base = "picture"
	}
	ascii := strings.Map(func(r rune) rune {
		if r > 0x7f {
			return -1
		}
		return r
	}, base)
	if ascii = strings.Trim(ascii, "-"); ascii == "" {
		ascii = "picture"
	}
	ext := strings.TrimPrefix(kind, "image/")
	if ext == "jpeg" {
		ext = "jpg"
	}
	return ascii[:min(len(ascii), 60)] + "." + ext
}
