package smtpclient

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"tidings/internal/newsletter"
)

// reply reads one reply, of one line or several. Of one with the code that is
// wanted nobody needs the words; 0: all of them count.
func (s *session) reply(verb string, want int) (newsletter.Receipt, error) {
	code, text, err := readReply(s.smtp.Text.R)
	if err != nil {
		if verb == "." {
			verb = "the final dot"
		}
		return newsletter.Receipt{}, fmt.Errorf("no answer to %s: %w", verb, err)
	}
	if matches(code, want) {
		return newsletter.Receipt{Command: verb, Code: code}, nil
	}
	return readReceipt(verb, code, text), nil
}

// matches says whether a code is the one expected; 25 stands for 250 to 259.
func matches(code, want int) bool {
	return code == want || want < 100 && code/10 == want
}

var errNonsense = errors.New("what it said is no reply of SMTP")

// readReply reads a reply (RFC 5321, section 4.2), of which each line has the same
// code and words of its own, or none. A line is whole with its end, and one whose end
// never comes is none. What is no reply is an error that does not repeat it: there may
// be an address in it.
func readReply(r *bufio.Reader) (code int, text string, err error) {
	var words strings.Builder
	for n := 0; ; n++ {
		line, err := r.ReadString('\n')
		if err != nil {
			if err == io.EOF && line != "" {
				err = io.ErrUnexpectedEOF
			}
			return 0, "", err
		}
		line = strings.TrimRight(line, "\r\n")
		c, more, ok := replyCode(line)
		if !ok || n > 0 && c != code {
			return 0, "", errNonsense
		}
		if n > 0 {
			words.WriteByte('\n')
		}
		words.WriteString(line[min(len(line), 4):])
		if code = c; !more {
			return code, words.String(), nil
		}
	}
}

// replyCode is the code of a line of a reply; more says that others follow it.
func replyCode(line string) (code int, more, ok bool) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, false
	}
	for _, c := range []byte(line[:3]) {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		code = code*10 + int(c-'0')
	}
	return code, len(line) > 3 && line[3] == '-', code >= 100
}
