package render

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/image/draw"

	"tidings/internal/newsletter"
)

// readPicture reads a regular file: opening a named pipe would wait for whoever
// writes into it, and with it the clock of every newsletter.
func readPicture(files fs.FS, name string) ([]byte, error) {
	if files == nil || !fs.ValidPath(name) {
		return nil, errors.New("the picture is not in the site folder")
	}
	if info, err := fs.Stat(files, name); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("this is no file that can be read")
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
func (a *article) encodePicture(data []byte, config image.Config, format string, width int) (*newsletter.Media, error) {
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
	picture := upright(a.opaque(shrink(src, width, turn > 4)), turn)
	var b bytes.Buffer
	if format == "jpeg" {
		err = jpeg.Encode(&b, picture, &jpeg.Options{Quality: jpegQuality})
		return &newsletter.Media{Type: "image/jpeg", Data: b.Bytes()}, err
	}
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, picture)
	return &newsletter.Media{Type: "image/png", Data: b.Bytes()}, err
}

// opaque puts a picture with clear parts onto the color of the sheet: black lines
// on nothing cannot be seen in the dark.
func (a *article) opaque(src image.Image) image.Image {
	if o, ok := src.(interface{ Opaque() bool }); ok && o.Opaque() {
		return src
	}
	dst := image.NewRGBA(src.Bounds())
	draw.Draw(dst, dst.Bounds(), image.NewUniform(a.palette.Ground()), image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Over)
	return dst
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
