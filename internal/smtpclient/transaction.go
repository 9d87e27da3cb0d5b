package smtpclient

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidings/internal/message"
	"tidings/internal/newsletter"
)

// serviceClosing is the reply code of a relay that closes the connection. It is
// no verdict on the recipient (RFC 5321, section 3.8).
const serviceClosing = 421

// transaction is one mail transaction: MAIL, RCPT, DATA, the message, the
// claim, the dot, and with it perhaps the envelope of the message that next
// returns.
func (s *session) transaction(m *message.Message, claim func() error, next func() *message.Message) (newsletter.Receipt, error) {
	receipt, ready, err := s.begin(m)
	if err != nil || !ready {
		return receipt, err
	}
	if err := s.stream(m.Bytes); err != nil {
		return newsletter.Receipt{}, hungUp(err)
	}
	ahead, envelope := s.following(next) // before the claim, after which nothing is to take time
	if err := claim(); err != nil {
		return newsletter.Receipt{}, err
	}
	began := time.Now()
	receipt, err = s.dot(envelope)
	switch {
	case err == nil:
		s.ahead = ahead
	case envelope != "" && !errors.Is(err, newsletter.ErrNoDot):
		s.client.foresight.failed(s.sent, time.Since(began))
	}
	return receipt, err
}

// blockSize is how much of a message has blockTimeout to go.
const blockSize = 64 << 10

// stream writes the message up to its final dot and sees it off.
func (s *session) stream(raw []byte) error {
	for block := range slices.Chunk(raw, blockSize) {
		if err := s.deadline(blockTimeout); err != nil {
			return err
		}
		if _, err := s.smtp.Text.W.Write(block); err != nil {
			return err
		}
	}
	return s.smtp.Text.W.Flush()
}

// finalDot ends a message.
const finalDot = ".\r\n"

// dot ends the message and reads what became of it. envelope is what goes with the
// dot, lines for which the relay has answers after that one. Without a reply that we
// understand nobody knows, and the error says so; newsletter.ErrNoDot says that
// the relay cannot have the whole message.
//
// Body and dot are two writes, although one would save a system call: with the
// dot already in the system's buffer, nobody could tell a relay that hung up in
// the middle of the body, which is clean, from one that had all of it.
func (s *session) dot(envelope string) (newsletter.Receipt, error) {
	if err := s.listens(); err != nil {
		return newsletter.Receipt{}, hungUp(fmt.Errorf("%w: %w", newsletter.ErrNoDot, err))
	}
	went, broken := s.write(dotTimeout, finalDot+envelope)
	if broken != nil && went < len(finalDot) { // which ends nothing, nor does a part of a TLS record
		return newsletter.Receipt{}, hungUp(fmt.Errorf("%w: %w", newsletter.ErrNoDot, broken))
	}
	receipt, err := s.reply(".", 0) // it may have answered even where it read no further
	if err != nil {
		return newsletter.Receipt{}, errors.Join(broken, err)
	}
	if c := receipt.Code / 100; c != 2 && c != 4 && c != 5 {
		return newsletter.Receipt{}, fmt.Errorf("answer %d after the final dot", receipt.Code)
	}
	return receipt, nil
}

// command sends one line and reads the reply to it, as reply does.
func (s *session) command(timeout time.Duration, line string, want int) (newsletter.Receipt, error) {
	if _, err := s.write(timeout, line+"\r\n"); err != nil {
		return newsletter.Receipt{}, err
	}
	verb, _, _ := strings.Cut(line, " ")
	return s.reply(verb, want)
}

// write sends whole lines and says how many of their bytes were handed to the
// system. timeout is for the reply too.
func (s *session) write(timeout time.Duration, lines string) (went int, err error) {
	if err := s.deadline(timeout); err != nil {
		return 0, err
	}
	w := s.smtp.Text.W // has room for them, and nothing in it
	if _, err := w.WriteString(lines); err != nil {
		return 0, err
	}
	err = w.Flush()
	return len(lines) - w.Buffered(), err
}
