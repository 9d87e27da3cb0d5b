package token

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"

	"tidings/internal/newsletter"
)

// maxText is more than any token is long, that of a newsletter with the longest
// folder name included; longer ones are not looked at.
const maxText = 512

// Tokens in links keep their case. Those in mail addresses and message ids may
// be changed to upper or lower case on their way and so use one case only.
var (
	linkText = base64.RawURLEncoding
	mailText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
)

// encoding is what base32 and base64 have in common.
type encoding interface {
	DecodeString(s string) ([]byte, error)
	EncodeToString(src []byte) string
}

// decode reads text and refuses every spelling but the one that its encoder
// writes: both decoders let line breaks and stray last bits pass.
func decode(e encoding, s string) ([]byte, error) {
	if len(s) > maxText {
		return nil, fmt.Errorf("reading token: too long: %w", newsletter.ErrForged)
	}
	b, err := e.DecodeString(s)
	if err != nil || e.EncodeToString(b) != s {
		return nil, fmt.Errorf("reading token: %w", newsletter.ErrForged)
	}
	return b, nil
}

// lower turns A-Z into a-z and leaves everything else to be refused.
func lower(s string) string {
	if len(s) > maxText {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// appendID appends an id of the database, which is never negative.
func appendID(b []byte, id int64) []byte {
	return binary.AppendUvarint(b, uint64(max(id, 0)))
}

// cutID reads an id that appendID wrote and returns what follows it.
func cutID(b []byte) (int64, []byte, error) {
	id, n := binary.Uvarint(b)
	if n <= 0 || id > math.MaxInt64 {
		return 0, nil, fmt.Errorf("reading id: %w", newsletter.ErrForged)
	}
	return int64(id), b[n:], nil
}
