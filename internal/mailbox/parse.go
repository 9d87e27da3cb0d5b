package mailbox

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // decodes other charsets than UTF-8
	"github.com/emersion/go-message/textproto"
)

// What is read of one message at most.
const (
	maxSource  = 64 << 20 // bytes in all; more than the server takes
	maxHeader  = 1 << 20  // bytes of the header
	maxFields  = 500      // fields of the header that are listed
	maxField   = 8 << 10  // bytes of a listed field
	maxIndexed = 64 << 10 // bytes of the header that the index looks at
	maxListed  = 300      // bytes of a field in the index, and of other short texts
	maxText    = 4 << 20  // decoded bytes of the text, and of the HTML
	maxParts   = 200      // MIME parts in all
	maxDepth   = 20       // multiparts inside of each other
	maxLinks   = 200
)

// Why a message could only be read in part, as its page says it.
var (
	errLongHeader = errors.New("its header is longer than 1 MB; the rest was not read")
	errTooDeep    = errors.New("its parts are nested too deeply; the rest was not read")
	errTooMany    = errors.New("it has too many parts; the rest was not read")
	errTooLarge   = errors.New("its text is too large; the rest was not read")
)

// readEntry reads what the index needs from the top of a message's file. Only a
// file that cannot be read is an error.
func readEntry(f *os.File) (Entry, error) {
	info, err := f.Stat()
	if err != nil {
		return Entry{}, err
	}
	h, err := textproto.ReadHeader(bufio.NewReader(io.LimitReader(f, maxIndexed)))
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		return Entry{}, pathErr
	}
	e := entry(message.Header{Header: h})
	e.Size = info.Size()
	return e, nil
}

// entry takes the listed fields out of a header.
func entry(h message.Header) Entry {
	listed := func(name string) string {
		value, _ := h.Text(name) // what cannot be decoded is shown as it is
		return strings.Clone(cut(clean(value), maxListed))
	}
	e := Entry{From: listed("From"), To: listed("To"), Subject: listed("Subject")}
	if e.To == "" {
		e.To = listed("Delivered-To")
	}
	return e
}

// parse reads a message; it takes any bytes at all.
func parse(source []byte) *Message {
	limited := &io.LimitedReader{R: bytes.NewReader(source), N: maxHeader}
	r := bufio.NewReader(limited)
	fields, err := textproto.ReadHeader(r)
	switch {
	case limited.N == 0 && len(source) >= maxHeader:
		err = errLongHeader
	case err != nil:
		err = fmt.Errorf("its header cannot be read: %w", err)
	}
	limited.N = maxSource

	h := message.Header{Header: fields} // of a broken header, what is above the bad line
	m := &Message{Entry: entry(h), Header: listFields(h), Source: source}
	m.Size = int64(len(source))
	if err == nil {
		err = m.readBody(h, r)
	}
	if err != nil {
		m.Problem = cut(clean(err.Error()), maxListed)
	}
	m.OneClick = oneClick(h)
	m.Links = links(m.HTML, m.Text)
	return m
}

// listFields returns the fields of h in their order.
func listFields(h message.Header) []Field {
	var list []Field
	for fields := h.Fields(); fields.Next() && len(list) < maxFields; {
		value, _ := fields.Text() // what cannot be decoded is shown as it is
		list = append(list, Field{Name: fields.Key(), Value: cut(clean(value), maxField)})
	}
	return list
}

// readBody reads the parts of a message into m.
func (m *Message) readBody(h message.Header, r io.Reader) error {
	e, err := message.New(h, r)
	p := parts{m: m}
	return p.read(e, err, 0)
}

// parts walks over the MIME parts of a message.
type parts struct {
	m     *Message
	count int
}

// read takes in one entity and those inside it. A part whose encoding or
// charset is unknown comes with encodingErr and is taken as it is.
func (p *parts) read(e *message.Entity, encodingErr error, depth int) error {
	if p.count++; p.count > maxParts {
		return errTooMany
	}
	inner := e.MultipartReader()
	if inner == nil {
		if err := p.leaf(e); err != nil {
			return err
		}
		return encodingErr
	}
	if depth == maxDepth {
		return errTooDeep
	}
	for {
		part, err := inner.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return encodingErr
		case part == nil:
			return fmt.Errorf("its parts cannot be told apart: %w", err)
		}
		if err := p.read(part, err, depth+1); err != nil {
			return err
		}
	}
}

// leaf takes in a part that holds no others.
func (p *parts) leaf(e *message.Entity) error {
	kind, params, _ := e.Header.ContentType() // of a broken field, what could be read
	disposition, file, _ := e.Header.ContentDisposition()
	into := &p.m.Text
	if kind == "text/html" {
		into = &p.m.HTML
	}
	attached := disposition == "attachment" || kind != "text/html" && kind != "text/plain"
	if attached || *into != "" {
		a := Attachment{Name: cut(clean(cmp.Or(file["filename"], params["name"])), maxListed), Type: cut(clean(kind), maxListed)}
		err := a.read(e)
		p.m.Attachments = append(p.m.Attachments, a)
		return undecoded(err)
	}
	b, err := io.ReadAll(io.LimitReader(e.Body, maxText+1))
	*into = strings.ToValidUTF8(string(b[:min(len(b), maxText)]), "\uFFFD")
	if len(b) > maxText {
		return errTooLarge
	}
	return undecoded(err)
}

// pictures are the kinds of pictures that can hold nothing that runs.
var pictures = []string{"image/png", "image/jpeg", "image/gif"}

// read takes in the bytes of a part, and keeps them if it is a picture that the
// HTML can name. What it says of itself does not count: its bytes do.
func (a *Attachment) read(e *message.Entity) error {
	id := strings.TrimSpace(e.Header.Get("Content-Id"))
	named := strings.HasPrefix(id, "<") && strings.HasSuffix(id, ">") && len(id) < maxListed
	head := make([]byte, 512) // as much as DetectContentType looks at
	n, err := io.ReadFull(e.Body, head)
	head, a.Size = head[:n], int64(n)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	if kind := http.DetectContentType(head); named && slices.Contains(pictures, kind) {
		a.ContentID, a.Picture = id[1:len(id)-1], kind
		rest, more := io.ReadAll(e.Body)
		a.Data = slices.Concat(head, rest)
		a.Size = int64(len(a.Data))
		return cmp.Or(err, more)
	}
	rest, more := io.Copy(io.Discard, e.Body)
	a.Size += rest
	return cmp.Or(err, more)
}

// undecoded says what went wrong with a part's bytes, if anything did.
func undecoded(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("a part cannot be decoded: %w", err)
}

// clean returns s as valid UTF-8 on one line, without control characters.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// cut shortens s to at most limit bytes, at the border of a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}
