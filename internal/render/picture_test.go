package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// mustPicture renders an issue of one picture, and returns the mail.
func mustPicture(t *testing.T, name string, data []byte) (*newsletter.Mail, error) {
	t.Helper()
	files := fstest.MapFS{"newsletters/harbor/" + name: &fstest.MapFile{Data: data}}
	return mustRenderer(t).Mail(harbor(), issueOf("![x]("+name+")"), Options{BaseURL: "https://news.example.org", Files: files})
}

func mustJPEG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustPNG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts an EXIF note into a JPEG: an orientation and a secret place.
func withExif(data []byte, orientation uint16) []byte {
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	tiff = binary.LittleEndian.AppendUint16(tiff, 0x0112)
	tiff = append(tiff, 3, 0, 1, 0, 0, 0)
	tiff = binary.LittleEndian.AppendUint16(tiff, orientation)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	tiff = append(tiff, "GPS 52.5200 N 13.4050 E"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, data[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(segment)+2))
	return append(append(out, segment...), data[2:]...)
}

func TestMail_picture(t *testing.T) {
	wide := image.NewRGBA(image.Rect(0, 0, 3000, 1500))
	small := image.NewRGBA(image.Rect(0, 0, 200, 100))
	tests := []struct {
		name, file    string
		data          []byte
		width, height int // of the file that is sent
		attributes    string
		kind          string
	}{
		{"large", "Big Photo.jpg", mustJPEG(t, wide), 1184, 592, `width="592" height="296"`, "image/jpeg"},
		{"small", "small.png", mustPNG(t, small), 200, 100, `width="200" height="100"`, "image/png"},
		{"lying on its side", "turned.jpg", withExif(mustJPEG(t, wide), 6), 1184, 2368, `width="592" height="1184"`, "image/jpeg"},
		{"upside down", "down.jpg", withExif(mustJPEG(t, small), 3), 200, 100, `width="200" height="100"`, "image/jpeg"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := fstest.MapFS{"newsletters/harbor/" + tt.file: &fstest.MapFile{Data: tt.data}}
			m, err := mustRenderer(t).Mail(harbor(), issueOf("![x](<"+tt.file+">)"), Options{BaseURL: "https://news.example.org", Files: files})
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Media) != 1 {
				t.Fatalf("got %d media", len(m.Media))
			}
			media := m.Media[0]
			config, _, err := image.DecodeConfig(bytes.NewReader(media.Data))
			if err != nil || config.Width != tt.width || config.Height != tt.height || media.Type != tt.kind {
				t.Errorf("got %d × %d %s, %v, want %d × %d %s", config.Width, config.Height, media.Type, err, tt.width, tt.height, tt.kind)
			}
			if bytes.Contains(media.Data, []byte("GPS")) || bytes.Contains(media.Data, []byte("Exif")) {
				t.Error("the camera's notes are sent")
			}
			html := m.HTML.String()
			if !strings.Contains(html, tt.attributes) || !strings.Contains(html, `src="https://news.example.org`+media.Path()+`"`) {
				t.Errorf("want %s and %s in %s", tt.attributes, media.Path(), html)
			}
			if strings.ContainsAny(media.Name, " %") {
				t.Errorf("name %q", media.Name)
			}
		})
	}
}

// TestUpright turns a picture with one red corner each way that EXIF knows.
func TestUpright(t *testing.T) {
	red := color.RGBA{255, 0, 0, 255}
	for turn, want := range map[int]image.Point{1: {0, 0}, 2: {3, 0}, 3: {3, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 3}, 8: {0, 3}} {
		m := image.NewRGBA(image.Rect(0, 0, 4, 2))
		m.Set(0, 0, red)
		if got := upright(m, turn).At(want.X, want.Y); got != red {
			t.Errorf("orientation %d: got %v at %v", turn, got, want)
		}
	}
}

func animated(t *testing.T, frames, side int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for i := range frames {
		m := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.Black, color.White})
		for p := range m.Pix {
			m.Pix[p] = uint8(p * (p + i) * 7919 >> 7 & 1)
		}
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMail_gif(t *testing.T) {
	for frames, kind := range map[int]string{1: "image/png", 3: "image/gif"} {
		m, err := mustPicture(t, "a.gif", animated(t, frames, 40))
		if err != nil || m.Media[0].Type != kind {
			t.Errorf("%d frames: got %v, want %s", frames, err, kind)
		}
	}
}

// printed is the beginning of a JPEG with the four colors of print, up to where
// its scan begins (ITU-T T.81, section B.2).
var printed = []byte("\xff\xd8\xff\xc0\x00\x14\x08\x00\x10\x00\x10\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00\xff\xda\x00\x02")

// cutShort is a file whose copying was broken off.
func cutShort(data []byte) []byte { return data[:len(data)-len(data)/8-20] }

func TestMail_pictureRefused(t *testing.T) {
	huge := mustPNG(t, image.NewRGBA(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(huge[16:], 60_000)
	binary.BigEndian.PutUint32(huge[20:], 60_000)
	tests := []struct {
		name, file string
		data       []byte
		want, hint string
	}{
		{"SVG", "a.svg", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`), "SVG is not shown", "JPEG or PNG"},
		{"WebP", "a.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), "WebP is not shown", "JPEG or PNG"},
		{"HEIC", "a.heic", []byte("\x00\x00\x00\x18ftypheic"), "HEIC", "JPEG or PNG"},
		{"text", "a.png", []byte("hello"), "no picture", "JPEG or PNG"},
		{"empty", "a.png", nil, "no picture", ""},
		{"CMYK", "a.jpg", printed, "colors of print (CMYK)", "RGB"},
		{"truncated JPEG", "a.jpg", mustJPEG(t, image.NewRGBA(image.Rect(0, 0, 99, 99)))[:500], "no picture", ""},
		{"truncated JPEG in its data", "a.jpg", cutShort(mustJPEG(t, image.NewRGBA(image.Rect(0, 0, 99, 99)))), "damaged", ""},
		{"truncated PNG", "a.png", cutShort(mustPNG(t, image.NewRGBA(image.Rect(0, 0, 99, 99)))), "damaged", ""},
		{"truncated GIF", "a.gif", cutShort(animated(t, 1, 99)), "damaged", ""},
		{"bomb", "a.png", changedCRC(huge), "60000 × 60000 pixels", ""},
		{"long animation", "a.gif", animated(t, 40, 900), "animation has more than", "still picture"},
		{"too many bytes", "a.jpg", make([]byte, maxPictureBytes+1), "more than 20 MB", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mustPicture(t, tt.file, tt.data)
			problems, ok := errors.AsType[newsletter.Problems](err)
			if !ok {
				t.Fatalf("got %v, want newsletter.Problems", err)
			}
			if p := problems[0]; !strings.Contains(p.Message, tt.want) || !strings.Contains(p.Hint, tt.hint) || p.Line != 8 || p.Rule != PictureRule {
				t.Errorf("got %v, want %q, hint %q", p, tt.want, tt.hint)
			}
		})
	}
}

// TestMail_pictureOfAPipe wants a named pipe refused: to open it waits for ever.
func TestMail_pictureOfAPipe(t *testing.T) {
	files := fstest.MapFS{"newsletters/harbor/a.png": &fstest.MapFile{Mode: fs.ModeNamedPipe}}
	_, err := mustRenderer(t).Mail(harbor(), issueOf("![x](a.png)"), Options{BaseURL: "https://news.example.org", Files: files})
	if err == nil || !strings.Contains(err.Error(), "no file that can be read") {
		t.Errorf("got %v, want it refused", err)
	}
}

// changedCRC mends the checksum of a PNG's first chunk.
func changedCRC(data []byte) []byte {
	crc := uint32(0xFFFFFFFF)
	for _, b := range data[12:29] {
		crc ^= uint32(b)
		for range 8 {
			crc = crc>>1 ^ 0xEDB88320&-(crc&1)
		}
	}
	binary.BigEndian.PutUint32(data[29:], ^crc)
	return data
}

func FuzzPictureMeta(f *testing.F) {
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x2c"))
	f.Add(append([]byte("\xff\xd8\xff\xe1\x00\x20Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00"), make([]byte, 30)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if turn := orientation(data); turn < 1 || turn > 8 {
			t.Errorf("orientation %d", turn)
		}
		if n := gifFrames(data); n < 0 || n > len(data) {
			t.Errorf("%d frames in %d bytes", n, len(data))
		}
	})
}

// Mail programs that keep pictures back show their descriptions, which have to be
// read in the dark, too, and be known as links.
func TestMail_pictureKeptBack(t *testing.T) {
	html := mustIssue(t, issueOf("![Quay](images/quay.png)\n\n[![Boat](images/boat.jpg)](https://example.org/boat)")).HTML.String()
	for _, want := range []string{
		`alt="Quay" class="m" style="`,
		`<a href="https://example.org/boat" class="l" style="color:#1a5b4e;text-decoration:underline;`,
		`alt="Boat" class="m" style="`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("want %s in\n%s", want, html)
		}
	}
}

// TestMail_embedded: embedded pictures are named as parts of the mail, and go
// with it once each; the archive page and the preview of links keep the site's.
func TestMail_embedded(t *testing.T) {
	n, i := harbor(), issueOf("![Quay](images/quay.png)\n\nThe quay ![again](images/quay.png) and ![far](https://example.org/a.png).")
	n.Images, n.Theme.Logo, i.Image = newsletter.ImagesEmbedded, "images/star.png", "images/boat.jpg"
	m, err := mustRenderer(t).Mail(n, i, Options{BaseURL: "https://news.example.org", Files: gallery{}})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	html := m.HTML.String()
	for _, p := range m.Embedded {
		if !strings.Contains(html, `<img src="cid:`+p.Hash+`@tidings"`) || len(p.Data) == 0 {
			t.Errorf("%s of %d bytes is not named in %s", p.Name, len(p.Data), html)
		}
		names[p.Name]++
	}
	if diff := cmp.Diff(map[string]int{"quay.png": 1, "star.png": 1}, names); diff != "" {
		t.Errorf("embedded (-want +got):\n%s", diff)
	}
	if strings.Contains(html, "/media/") || !strings.Contains(html, `src="https://example.org/a.png"`) {
		t.Errorf("the mail loads its own pictures: %s", html)
	}
	if strings.Contains(m.Web, "cid:") || !strings.Contains(m.Web, `src="https://news.example.org/media/`) || !strings.HasPrefix(m.Image, "https://news.example.org/media/") {
		t.Errorf("the archive page has no pictures: %s %s", m.Image, m.Web)
	}
	if hosted := mustMail(t, "![Quay](images/quay.png)"); len(hosted.Embedded) > 0 || strings.Contains(hosted.HTML.String(), "cid:") {
		t.Error("hosted pictures go in the mail")
	}
}
