package lists

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// maxRecord bounds one record of a CSV file, and so the memory of reading it.
const maxRecord = 1 << 20

// records reads CSV (RFC 4180) of any length in bounded memory. Unlike
// encoding/csv it goes on behind what is wrong: where a quotation mark is not
// closed only the line that opens it is lost, and a record of a gigabyte is
// passed over. Cells may be parted by commas, semicolons or tabs, as
// spreadsheets in different countries write them.
type records struct {
	in    *bufio.Reader
	comma byte
	line  int // on which the next record begins, from 1
}

// recordError is a record that cannot be read; the next one can.
type recordError struct {
	line   int
	reason string
	raw    string // the line, or of JSON the record, where it is not too long to keep
}

// cells is a line of CSV that cannot be cut into cells, as one that holds all of
// it, so that it can be mended; nil where it is not kept.
func (e *recordError) cells() []string {
	if e.raw == "" {
		return nil
	}
	return []string{e.raw}
}

// Error says where and why.
func (e *recordError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.reason) }

// newRecords begins to read text that textOf made.
func newRecords(in *bufio.Reader) *records {
	return &records{in: in, comma: separator(in), line: 1}
}

// textOf is a file as UTF-8. UTF-16 with a byte order mark, as spreadsheets write
// it, is turned into that.
func textOf(r io.Reader) *bufio.Reader {
	in := bufio.NewReaderSize(r, maxRecord)
	mark, _ := in.Peek(3) // an error comes again with the first record
	switch {
	case bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3)
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		decoder := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
		in = bufio.NewReaderSize(decoder.Reader(in), maxRecord)
	}
	return in
}

// separator guesses what parts the cells, by the first line.
func separator(in *bufio.Reader) byte {
	var first []byte
	for bytes.IndexByte(first, '\n') < 0 && len(first) < maxRecord {
		_, err := in.Peek(len(first) + 1)
		first, _ = in.Peek(in.Buffered())
		if err != nil {
			break // it comes again with the first record
		}
	}
	first, _, _ = bytes.Cut(first, []byte{'\n'})
	best, most := byte(','), 0
	for _, c := range []byte(",;\t") {
		if n := bytes.Count(first, []byte{c}); n > most {
			best, most = c, n
		}
	}
	return best
}

// next returns the cells of the next record and the line on which it begins.
// Empty lines are passed over. A recordError is about one record; io.EOF and other
// errors are the end.
func (r *records) next() ([]string, int, error) {
	for {
		data, n, err := r.whole(r.comma)
		if err != nil {
			return nil, 0, err
		}
		line := r.line
		text := string(trimEnd(data[:n]))
		r.skip(data, n)
		if text != "" {
			return split(text, r.comma), line, nil
		}
	}
}

// whole buffers a record and returns what is buffered and how much of it the
// record is, with its line end. Without a comma a record is a line.
func (r *records) whole(comma byte) ([]byte, int, error) {
	data, err := r.in.Peek(max(1, r.in.Buffered()))
	if len(data) == 0 {
		return nil, 0, err // io.EOF, or what the file's reader says
	}
	for {
		n, quotes := recordEnd(data, comma)
		full := len(data) == maxRecord
		switch {
		case quotes == quotesWrong:
			return nil, 0, r.refuse(data, "a quotation mark stands in the middle of a quoted cell")
		case n > 0:
			return data, n, nil
		case quotes == quotesOpen && (full || errors.Is(err, io.EOF)):
			return nil, 0, r.refuse(data, "a quotation mark is opened and not closed")
		case full:
			return nil, 0, r.refuse(data, fmt.Sprintf("the line is longer than %d bytes", maxRecord))
		case errors.Is(err, io.EOF):
			return data, len(data), nil // the last line may have no line end
		case err != nil:
			return nil, 0, fmt.Errorf("read line %d: %w", r.line, err)
		}
		_, err = r.in.Peek(len(data) + 1)
		data, _ = r.in.Peek(r.in.Buffered()) // even after an error: what is buffered was moved
	}
}

// skip goes behind n bytes of what is buffered.
func (r *records) skip(data []byte, n int) {
	r.line += bytes.Count(data[:n], []byte{'\n'})
	_, _ = r.in.Discard(n) // they are buffered
}

// maxRaw bounds what is kept of a line that cannot be read.
const maxRaw = 4 << 10

// refuse goes behind the line on which a record begins, however long it is, and
// returns the record as a mistake.
func (r *records) refuse(data []byte, reason string) error {
	bad := &recordError{line: r.line, reason: reason}
	if line, _, _ := bytes.Cut(data, []byte{'\n'}); len(line) <= maxRaw {
		bad.raw = string(trimEnd(line))
	}
	for {
		i := bytes.IndexByte(data, '\n')
		if i >= 0 {
			r.skip(data, i+1)
			return bad
		}
		r.skip(data, len(data))
		if _, err := r.in.Peek(1); err != nil {
			return bad // the next record meets the error again
		}
		data, _ = r.in.Peek(r.in.Buffered())
	}
}

// quotes is how the quotation marks of a stretch stand.
type quotes int

const (
	quotesFine  quotes = iota
	quotesOpen         // one is not closed yet
	quotesWrong        // a quoted cell goes on behind its end
)

// recordEnd is how long the first record of data is, with its line end; 0 where
// data does not hold all of it. A quotation mark inside a cell that did not
// begin with one is a character like any other.
func recordEnd(data []byte, comma byte) (int, quotes) {
	line := bytes.IndexByte(data, '\n') + 1
	if comma == 0 {
		return line, quotesFine
	}
	if line > 0 && bytes.IndexByte(data[:line], '"') < 0 {
		return line, quotesFine
	}
	for i := 0; i < len(data); {
		if data[i] == '"' {
			end := quotedEnd(data[i:])
			if end < 0 {
				return 0, quotesOpen
			}
			i += end
			rest := data[i:]
			if len(rest) > 0 && rest[0] != comma && rest[0] != '\n' && !bytes.HasPrefix(rest, []byte("\r\n")) {
				if len(rest) == 1 && rest[0] == '\r' {
					return 0, quotesFine // the line feed may come yet
				}
				return 0, quotesWrong
			}
		}
		for i < len(data) && data[i] != comma && data[i] != '\n' {
			i++
		}
		if i < len(data) && data[i] == '\n' {
			return i + 1, quotesFine
		}
		i++ // behind the comma, or the end
	}
	return 0, quotesFine
}

// quotedEnd is how long the quoted cell is that s begins with, with its
// quotation marks; -1 where it is not closed.
func quotedEnd[T string | []byte](s T) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		i++
		if i == len(s) || s[i] != '"' {
			return i
		}
	}
	return -1
}

func trimEnd(record []byte) []byte {
	record = bytes.TrimSuffix(record, []byte{'\n'})
	return bytes.TrimSuffix(record, []byte{'\r'})
}

// split cuts a record, whose quotation marks are right, into its cells.
func split(text string, comma byte) []string {
	cells := make([]string, 0, 1+strings.Count(text, string(comma)))
	for {
		if !strings.HasPrefix(text, `"`) {
			cell, rest, more := strings.Cut(text, string(comma))
			cells = append(cells, cell)
			if !more {
				return cells
			}
			text = rest
			continue
		}
		end := quotedEnd(text)
		cells = append(cells, strings.ReplaceAll(text[1:end-1], `""`, `"`))
		if end >= len(text) {
			return cells
		}
		text = text[end+1:]
	}
}
