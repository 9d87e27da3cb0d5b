package message

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"strings"
	"sync"
	"time"

	"tidings/internal/newsletter"
)

// seal signs the messages of one mail. The signature fields are written once,
// with blanks for what differs, and stand before each message from the start;
// all that is left for a message is to hash it and to fill the blanks in.
type seal struct {
	signatures []signature
	covered    [][]byte  // names of the signed fields, in the order of h=
	size       int       // of all signature fields
	sums       sync.Pool // hash.Hash
	scratch    sync.Pool // *[]byte, for the canonical form of a header
}

// signature is a DKIM-Signature field with blanks at these offsets.
type signature struct {
	key             signingKey
	field           []byte
	time, body, own int // values of t=, bh= and b=
}

// newSeal returns nil where nothing is to be signed.
func newSeal(d *DKIM, m *newsletter.Mail, feedback bool) *seal {
	if d == nil {
		return nil
	}
	s := &seal{}
	names := covered(m, feedback)
	for _, name := range names {
		s.covered = append(s.covered, []byte(name))
	}
	for _, key := range d.keys {
		sig := newSignature(d.domain, key, names)
		s.signatures = append(s.signatures, sig)
		s.size += len(sig.field)
	}
	return s
}

// covered lists the fields that a signature covers. From, To, Subject and Date
// stand once more than they are there, so that none can be added afterwards
// (RFC 6376, section 8.15); RFC 8058, section 4 asks for both List-Unsubscribe
// fields.
func covered(m *newsletter.Mail, feedback bool) []string {
	names := []string{
		"From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "MIME-Version", "Content-Type",
	}
	if m.ReplyTo != nil {
		names = append(names, "Reply-To")
	}
	if feedback {
		names = append(names, "Feedback-ID")
	}
	if !m.Kind.Listed() {
		return append(names, "Auto-Submitted")
	}
	return append(names, "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence")
}

const (
	timeDigits = 10              // of t=, until the year 2286
	bodyDigits = 44              // of bh=: SHA-256 in base64
	ownDigits  = lineMax - 1 - 2 // of b= in its first line, after " b="
	ownNext    = len("\r\n  ")   // between two lines of b=
	blank      = "0"             // stands for a digit to come
)

// newSignature writes a signature field (RFC 6376, section 3.5) with blanks.
func newSignature(domain string, key signingKey, names []string) signature {
	words := []string{"v=1;", "a=" + key.algorithm + ";", "c=relaxed/relaxed;", "d=" + domain + ";", "s=" + key.selector + ";"}
	s := signature{key: key}
	words = append(append(words, "t="+strings.Repeat(blank, timeDigits)+";"), fieldList(names)...)
	s.field = appendFolded(nil, "DKIM-Signature:", words...)
	s.time = bytes.Index(s.field, []byte(" t=")) + len(" t=")
	s.field = append(s.field, "\r\n bh="...)
	s.body = len(s.field)
	s.field = append(s.field, strings.Repeat(blank, bodyDigits)+";\r\n b="...)
	s.own = len(s.field)
	for left := base64.StdEncoding.EncodedLen(key.size); left > 0; left -= ownDigits {
		if len(s.field) > s.own {
			s.field = append(s.field, "\r\n  "...)
		}
		s.field = append(s.field, strings.Repeat(blank, min(left, ownDigits))...)
	}
	s.field = append(s.field, "\r\n"...)
	return s
}

// fieldList is h=, cut into words of which each has room in a line.
func fieldList(names []string) []string {
	var words []string
	word := "h="
	for i, name := range names {
		if i > 0 {
			word += ":"
		}
		if len(word)+len(name)+len(" ;") > lineMax {
			words = append(words, word)
			word = ""
		}
		word += name
	}
	return append(words, word+";")
}

// reserve begins a message with its unfinished signature fields.
func (s *seal) reserve(dst []byte) []byte {
	if s == nil {
		return dst
	}
	for _, sig := range s.signatures {
		dst = append(dst, sig.field...)
	}
	return dst
}

// hashes returns a hash that has seen nothing yet, for the body of a message.
func (s *seal) hashes() hash.Hash {
	if sum, ok := s.sums.Get().(hash.Hash); ok {
		sum.Reset()
		return sum
	}
	return sha256.New()
}

// sign fills in the signature fields that reserve put before a message, of whose
// body sum is the hash. They say that they were made when the delivery was, and
// so are the same each time.
func (s *seal) sign(raw []byte, sum hash.Hash, made time.Time) error {
	header, _, _ := bytes.Cut(raw[s.size:], []byte("\r\n\r\n"))
	bodyHash := sum.Sum(make([]byte, 0, sha256.Size))
	s.sums.Put(sum)
	scratch, ok := s.scratch.Get().(*[]byte)
	if !ok {
		scratch = new([]byte)
	}
	defer s.scratch.Put(scratch)
	*scratch = appendCovered((*scratch)[:0], header, s.covered)
	for _, sig := range s.signatures {
		if err := sig.fill(raw[:len(sig.field)], bodyHash, *scratch, made); err != nil {
			return err
		}
		raw = raw[len(sig.field):]
	}
	return nil
}

// fill fills in the blanks of one signature field. covered are the other fields
// that it signs, in their canonical form.
func (s *signature) fill(field, bodyHash, covered []byte, made time.Time) error {
	seconds := max(made.Unix(), 0)
	for i := timeDigits - 1; i >= 0; i-- {
		field[s.time+i] = '0' + byte(seconds%10)
		seconds /= 10
	}
	base64.StdEncoding.Encode(field[s.body:], bodyHash)
	signed := sha256.Sum256(appendField(covered, field[:s.own])) // itself too, with an empty b= (section 3.7)
	own, err := s.key.signer.Sign(rand.Reader, signed[:], s.key.hash)
	if err != nil {
		return fmt.Errorf("sign with selector %s: %w", s.key.selector, err)
	}
	text := base64.StdEncoding.AppendEncode(nil, own)
	for at := s.own; len(text) > 0; at += ownDigits + ownNext {
		text = text[copy(field[at:], text[:min(len(text), ownDigits)]):]
	}
	return nil
}
