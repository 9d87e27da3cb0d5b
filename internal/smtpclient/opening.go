package smtpclient

import (
	"errors"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// envelope names sender and recipient and opens DATA. ready is false when the
// relay refused one of them; the receipt says why.
func (s *session) envelope(mail, rcpt string) (receipt newsletter.Receipt, ready bool, err error) {
	if s.offers.pipelining {
		return s.pipelined(mail, rcpt)
	}
	for _, step := range []struct {
		command string
		code    int
		timeout time.Duration
	}{{mail, 250, commandTimeout}, {rcpt, 25, commandTimeout}, {"DATA", 354, dataTimeout}} {
		receipt, err := s.command(step.timeout, step.command, step.code)
		expected := err == nil && matches(receipt.Code, step.code)
		if err == nil && !expected {
			err = isRefusal(receipt)
		}
		switch {
		case err != nil && step.command != mail:
			return newsletter.Receipt{}, false, hungUp(err)
		case err != nil:
			return newsletter.Receipt{}, false, err
		case !expected:
			s.dirty = true
			return receipt, false, nil
		}
	}
	return newsletter.Receipt{}, true, nil
}

// pipelined sends MAIL, RCPT and DATA in one write and reads three replies
// (RFC 2920, section 3.1).
func (s *session) pipelined(mail, rcpt string) (receipt newsletter.Receipt, ready bool, err error) {
	if _, err := s.write(commandTimeout, group(mail, rcpt)); err != nil {
		return newsletter.Receipt{}, false, err
	}
	return s.opened()
}

// group is MAIL, RCPT and DATA as the lines of one write.
func group(mail, rcpt string) string { return mail + "\r\n" + rcpt + "\r\nDATA\r\n" }

// opened reads the replies to a group. A relay that breaks off without the first one
// may have done so over any command of it.
func (s *session) opened() (receipt newsletter.Receipt, ready bool, err error) {
	heard, began := false, time.Now()
	var refused *newsletter.Receipt // the first refusal is the one that counts
	for _, step := range []struct {
		command string
		code    int
	}{{"MAIL", 250}, {"RCPT", 25}, {"DATA", 354}} {
		receipt, err := s.reply(step.command, step.code)
		if step.command == "MAIL" {
			heard, s.waited = err == nil, time.Since(began)
		}
		expected := err == nil && matches(receipt.Code, step.code)
		if err == nil && !expected {
			err = isRefusal(receipt)
		}
		switch {
		case refused != nil && expected && step.command == "DATA":
			// It wants the message although nobody would get it. There is no way
			// back from DATA but to close; the next message opens another.
			s.gone = true
			return *refused, false, nil
		case err != nil && refused != nil && refused.Command == "RCPT":
			// It hung up on us, but not before it said what it thinks of the reader.
			s.gone = true
			return *refused, false, nil
		case err != nil && refused == nil && (step.command != "MAIL" || !heard):
			return newsletter.Receipt{}, false, hungUp(err)
		case err != nil:
			return newsletter.Receipt{}, false, err
		case !expected && refused == nil:
			refused = &receipt
		}
	}
	if refused != nil {
		s.dirty = true
		return *refused, false, nil
	}
	return newsletter.Receipt{}, true, nil
}

var errClosing = errors.New("the relay closes the connection")

// hungUp says of an error that the relay had taken the sender before, or that it knew
// of the recipient too.
func hungUp(err error) error { return fmt.Errorf("%w: %w", newsletter.ErrHungUp, err) }

// isRefusal returns an error for an answer before the dot that refuses nothing:
// 421 is no verdict on anybody, and a goodbye or thanks at the wrong place must
// never count as if the message had been taken.
func isRefusal(r newsletter.Receipt) error {
	class := r.Code / 100
	switch {
	case r.Code == serviceClosing:
		return fmt.Errorf("%w: %s", errClosing, r.Discreet())
	case class != 4 && class != 5:
		return fmt.Errorf("answer to %s: %s", r.Command, r.Discreet())
	}
	return nil
}
