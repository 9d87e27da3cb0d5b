package message

import "bytes"

// The "relaxed" forms of RFC 6376, section 3.4: what relays do to white space
// and to the case of names on the way does not break a signature.

// appendBody appends the canonical form of a body: that of its lines, without
// the empty ones at the end.
func appendBody(dst, body []byte) []byte {
	from := len(dst)
	dst = appendLines(dst, body)
	for bytes.Equal(dst[from:], []byte("\r\n")) || bytes.HasSuffix(dst[from:], []byte("\r\n\r\n")) {
		dst = dst[:len(dst)-2]
	}
	return dst
}

// appendLines appends the canonical form of lines: runs of white space become
// one blank, and none stands at the end of a line.
func appendLines(dst, lines []byte) []byte {
	for len(lines) > 0 {
		var line []byte
		line, lines, _ = bytes.Cut(lines, []byte("\r\n"))
		dst = append(appendBlanks(dst, bytes.TrimRight(line, " \t")), "\r\n"...)
	}
	return dst
}

// isRelaxed says whether lines are their own canonical form.
func isRelaxed(lines []byte) bool {
	if !bytes.HasSuffix(lines, []byte("\r\n")) {
		return len(lines) == 0
	}
	for _, space := range []string{"\t", "  ", " \r\n"} {
		if bytes.Contains(lines, []byte(space)) {
			return false
		}
	}
	return true
}

// appendBlanks appends a line with each run of white space as one blank.
func appendBlanks(dst, line []byte) []byte {
	if bytes.IndexByte(line, '\t') < 0 && !bytes.Contains(line, []byte("  ")) {
		return append(dst, line...)
	}
	blank := false
	for _, c := range line {
		if c == ' ' || c == '\t' {
			if !blank {
				dst = append(dst, ' ')
			}
			blank = true
			continue
		}
		dst = append(dst, c)
		blank = false
	}
	return dst
}

// appendCovered appends the canonical forms of the named fields. A name that
// stands several times takes the fields from the last to the first, and stands
// for nothing where there is none left (RFC 6376, section 5.4.2).
func appendCovered(dst, header []byte, names [][]byte) []byte {
	fields := make([][]byte, 0, 32)
	for len(header) > 0 {
		end := fieldEnd(header)
		fields = append(fields, header[:end])
		header = header[end:]
	}
	for _, name := range names {
		for i := len(fields) - 1; i >= 0; i-- {
			if isNamed(fields[i], name) {
				dst = append(appendField(dst, fields[i]), "\r\n"...)
				fields[i] = nil
				break
			}
		}
	}
	return dst
}

// fieldEnd is where the first field of a header ends, with its continuation
// lines.
func fieldEnd(header []byte) int {
	for at := 0; ; {
		n := bytes.Index(header[at:], []byte("\r\n"))
		if n < 0 {
			return len(header)
		}
		at += n + 2
		if at == len(header) || header[at] != ' ' && header[at] != '\t' {
			return at
		}
	}
}

func isNamed(field, name []byte) bool {
	return len(field) > len(name) && field[len(name)] == ':' && bytes.EqualFold(field[:len(name)], name)
}

// appendField appends the canonical form of one field without its line end: name
// in lower case, unfolded, runs of white space as one blank, none around the
// value.
func appendField(dst, field []byte) []byte {
	name, value, _ := bytes.Cut(field, []byte(":"))
	for _, c := range bytes.TrimRight(name, " \t") {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	dst = append(dst, ':')
	blank := false
	for _, c := range bytes.TrimSpace(value) {
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			blank = true
			continue
		}
		if blank {
			dst = append(dst, ' ')
			blank = false
		}
		dst = append(dst, c)
	}
	return dst
}
