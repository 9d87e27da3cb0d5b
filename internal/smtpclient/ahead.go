package smtpclient

import (
	"sync/atomic"
	"time"

	"tidings/internal/message"
	"tidings/internal/newsletter"
)

// The envelope of a message may go to the relay together with the final dot of
// the message before it: RFC 2920, section 3.1, allows the end of a message's
// content to be the first command of a group. The relay is asked once instead of
// twice for each message, and what follows an envelope is claimed before its own
// dot, as ever.
//
// It has a price. A relay may keep its answer to the dot until it has dealt with the
// group (section 3.2), as Postfix does. If it takes long over the next recipient, or
// dies there, the answer comes late or never, and the message before is in doubt. So
// whoever calls Send offers no next message that was trouble before, and none for a
// while after there was trouble.

// begin opens DATA for a message, whose envelope may be on its way already.
func (s *session) begin(m *message.Message) (receipt newsletter.Receipt, ready bool, err error) {
	if err := checkLines(m.Bytes); err != nil {
		return newsletter.Receipt{}, false, err
	}
	if s.ahead == nil {
		receipt, ready, err = s.announce(m)
	} else {
		s.ahead = nil
		receipt, ready, err = s.announced()
	}
	if err == nil {
		s.client.foresight.went(s.sent)
	}
	return receipt, ready, err
}

// announced reads the answers to an envelope that went with the last dot.
func (s *session) announced() (receipt newsletter.Receipt, ready bool, err error) {
	if err := s.deadline(commandTimeout); err != nil {
		return newsletter.Receipt{}, false, err
	}
	receipt, ready, err = s.opened()
	if err != nil {
		s.client.foresight.failed(s.sent-1, s.waited)
	}
	return receipt, ready, err
}

// announce sends the envelope of a message and opens DATA.
func (s *session) announce(m *message.Message) (receipt newsletter.Receipt, ready bool, err error) {
	mail, rcpt, refusal := s.envelopeOf(m)
	if refusal != nil {
		return *refusal, false, nil
	}
	if s.dirty {
		if _, err := s.command(commandTimeout, "RSET", 250); err != nil {
			return newsletter.Receipt{}, false, err
		}
		s.dirty = false
	}
	return s.envelope(mail, rcpt)
}

// following asks for the message that comes next and returns it with its envelope,
// if that may go with the final dot of this one.
func (s *session) following(next func() *message.Message) (m *message.Message, envelope string) {
	if next == nil || !s.mayGoAhead() {
		return nil, ""
	}
	if m = next(); m == nil {
		return nil, ""
	}
	mail, rcpt, refusal := s.envelopeOf(m)
	if refusal != nil {
		return nil, ""
	}
	return m, group(mail, rcpt)
}

func (s *session) mayGoAhead() bool {
	if most := s.client.config.Messages; most > 0 && s.sent >= most {
		return false
	}
	return s.offers.pipelining && s.client.foresight.allows(s.sent)
}

// foresight is what a client has learned of its relay: after how many messages it
// closes a connection. No envelope goes with the dot of the last of them. It would
// be wasted, and worse: a relay that closes while words of ours are unread resets
// the connection, and its answer to the dot may be lost with it (RFC 1122, section
// 4.2.2.13).
type foresight struct {
	most atomic.Int64 // 0: no end is known
	deaf atomic.Int64 // in Unix nanoseconds: until then nothing goes ahead
}

// A relay that is silent for deafAfter with an envelope behind a dot may have thrown
// it away, against RFC 2920, section 3.2. It is tried again after deafFor.
const (
	deafAfter = 10 * time.Second
	deafFor   = time.Hour
)

// allows says whether an envelope may go with the dot of a connection's nth
// message.
func (f *foresight) allows(nth int) bool {
	most := f.most.Load()
	return (most == 0 || int64(nth) < most) && time.Now().UnixNano() >= f.deaf.Load()
}

// failed notes that nothing was heard of an envelope that went with the dot of the
// nth message, or of that dot, for so long.
func (f *foresight) failed(nth int, silent time.Duration) {
	if silent >= deafAfter {
		f.deaf.Store(time.Now().Add(deafFor).UnixNano())
		return
	}
	f.most.Store(int64(nth))
}

// went notes that a connection has come to its nth message: the relay does not
// close earlier, as a rule.
func (f *foresight) went(nth int) {
	if most := f.most.Load(); most > 0 && int64(nth) > most {
		f.most.CompareAndSwap(most, 0)
	}
}
