package smtpclient

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"tidings/internal/newsletter"
)

// checkLines makes sure that the message cannot end itself or the transaction:
// only CRLF ends a line (RFC 5321, section 2.3.8) and no line begins with a dot.
func checkLines(raw []byte) error {
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		return fmt.Errorf("%w: the message does not end its last line", newsletter.ErrInvalid)
	}
	lines := 0
	for rest := raw; len(rest) > 0; lines++ {
		if rest[0] == '.' {
			return fmt.Errorf("%w: a line of the message begins with a dot", newsletter.ErrInvalid)
		}
		end := bytes.IndexByte(rest, '\n')
		if end == 0 || rest[end-1] != '\r' {
			return errBare
		}
		rest = rest[end+1:]
	}
	if bytes.Count(raw, []byte("\r")) != lines {
		return errBare
	}
	return nil
}

var errBare = fmt.Errorf("%w: a bare CR or LF in the message", newsletter.ErrInvalid)

// isASCII says whether all bytes are below 0x80. It looks at 32 at a time: it is
// asked of every message.
func isASCII(b []byte) bool {
	const high = 0x8080808080808080
	for ; len(b) >= 32; b = b[32:] {
		w := binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
		if w&high != 0 {
			return false
		}
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
