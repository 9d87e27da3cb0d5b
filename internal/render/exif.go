package render

import (
	"encoding/binary"
	"image"
)

// orientation returns how a JPEG is to be turned, from 1 (upright) to 8, as its
// EXIF says (CIPA DC-008, tag 0x0112). The note itself is not sent on.
func orientation(data []byte) int {
	for at := 2; at+4 <= len(data) && data[at] == 0xFF; {
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(data) || data[at+1] == 0xDA {
			return 1
		}
		if segment := data[at+4 : end]; data[at+1] == 0xE1 && len(segment) > 14 && string(segment[:6]) == "Exif\x00\x00" {
			return exifOrientation(segment[6:])
		}
		at = end
	}
	return 1
}

// exifOrientation reads the tag from the first directory of a TIFF structure.
func exifOrientation(tiff []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	first := int(order.Uint32(tiff[4:]))
	if first < 8 || first+2 > len(tiff) {
		return 1
	}
	count := int(order.Uint16(tiff[first:]))
	for i := range count {
		entry := first + 2 + 12*i
		if entry+12 > len(tiff) {
			break
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if v := int(order.Uint16(tiff[entry+8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}

// upright turns a picture as its orientation says.
func upright(src image.Image, turn int) image.Image {
	if turn < 2 {
		return src
	}
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if turn > 4 {
		w, h = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := turned(turn, x, y, w, h)
			dst.Set(x, y, src.At(b.Min.X+sx, b.Min.Y+sy))
		}
	}
	return dst
}

// turned is where in the stored picture the pixel at x, y of the upright one is,
// which has the size w, h.
func turned(turn, x, y, w, h int) (int, int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, w - 1 - x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return h - 1 - y, x
	}
	return x, y
}

// gifFrames counts the frames of a GIF without decoding them.
func gifFrames(data []byte) int {
	if len(data) < 13 {
		return 0
	}
	at := 13 + colorTable(data[10])
	frames := 0
	for at < len(data) {
		switch data[at] {
		case 0x21: // extension
			at = skipBlocks(data, at+2)
		case 0x2C: // frame
			frames++
			if at+10 > len(data) {
				return frames
			}
			at = skipBlocks(data, at+11+colorTable(data[at+9]))
		default:
			return frames
		}
	}
	return frames
}

func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

func skipBlocks(data []byte, at int) int {
	for at < len(data) && data[at] != 0 {
		at += int(data[at]) + 1
	}
	return at + 1
}
