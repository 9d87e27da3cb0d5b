package newsletter

import (
	"regexp"
	"slices"
	"strings"
)

// ReplyClass says what a refusal is about, and so whose fault it is. Of the
// classes only ReplyAddress says that an address is dead.
type ReplyClass string

// The classes of a relay's answer.
const (
	ReplyNone    ReplyClass = "none"    // no refusal: it was taken, or nothing was said
	ReplyAddress ReplyClass = "address" // nobody has this address, or has it any more
	ReplyMailbox ReplyClass = "mailbox" // the address lives, its mailbox takes nothing now: full, suspended
	ReplyAuth    ReplyClass = "auth"    // SPF, DKIM, DMARC, TLS or our login
	ReplySpam    ReplyClass = "spam"    // the content or our reputation
	ReplyPolicy  ReplyClass = "policy"  // a rule of the receiver about the sender
	ReplyRate    ReplyClass = "rate"    // too much, too fast
	ReplySize    ReplyClass = "size"    // the message is too large
	ReplyNetwork ReplyClass = "network" // routing, DNS, or a system that is not well
	ReplyOther   ReplyClass = "other"   // a refusal that does not say why
)

// SendersFault says whether a refusal of this class is about who sends, what or
// how fast. No reader may be suppressed for it, and when many come in a row the
// rest of an issue had better wait for a person.
func (c ReplyClass) SendersFault() bool {
	switch c {
	case ReplyAuth, ReplySpam, ReplyPolicy, ReplyRate, ReplySize:
		return true
	case ReplyNone, ReplyAddress, ReplyMailbox, ReplyNetwork, ReplyOther:
	}
	return false
}

// AddressDead says whether a receipt refuses a reader for good because nobody has
// their address, or has it any more.
func (r Receipt) AddressDead() bool { return r.Code/100 == 5 && r.Class() == ReplyAddress }

// Class says what a receipt is about. The large providers put their reason into
// the words and use codes such as 550 5.7.1 for nearly everything, so the words
// come first, then the enhanced status code (RFC 3463), then the plain code. But
// an enhanced code that names an authentication says enough: no words make it a
// dead address.
func (r Receipt) Class() ReplyClass {
	kind := r.Code / 100
	if kind != 4 && kind != 5 {
		return ReplyNone
	}
	if _, detail, _ := strings.Cut(r.Enhanced, "."); slices.Contains(senderChecks, detail) {
		return ReplyAuth
	}
	for _, w := range replyWords {
		if w.pattern.MatchString(r.Text) {
			return r.sensible(w.class)
		}
	}
	if class := r.byEnhanced(); class != "" {
		return r.sensible(class)
	}
	return r.sensible(r.byCode())
}

// sensible takes back a class that the rest of the receipt speaks against: a
// temporary refusal never says that an address is dead, nor does a code for a
// mailbox that takes nothing (RFC 3463, section 3.3), and a refusal of MAIL is
// not about the reader (RFC 5321, section 4.5.4.1).
func (r Receipt) sensible(c ReplyClass) ReplyClass {
	if c != ReplyAddress && c != ReplyMailbox {
		return c
	}
	switch {
	case r.Command == "MAIL":
		return ReplyPolicy
	case c == ReplyAddress && r.Code/100 == 4:
		return ReplyOther
	case strings.HasPrefix(r.Enhanced, "5.2."):
		return ReplyMailbox
	}
	return c
}

// replyWords are what providers say, the more telling first. Each pattern is
// looked for anywhere in the text, without regard to case.
var replyWords = []struct {
	class   ReplyClass
	pattern *regexp.Regexp
}{
	{ReplyAuth, regexp.MustCompile(`(?i)does not meet the required authentication|\bnot authenticated\b|unauthenticated|\b(dmarc|dkim|spf)\b|authentication (is )?required|sender (id|address) rejected: not owned|turn on smtp auth|must issue a starttls|encryption required|sent over a tls connection`)},
	{ReplyRate, regexp.MustCompile(`(?i)rate.?limit|too many (connections|messages|recipients|errors|concurrent|emails)|unusual rate|exceed(ed|ing|s)? .{0,40}\brate\b|\brate exceeded|message quota|throttl|temporarily deferred due to|\[TSS?\d\d\]|receiving mail at a rate|sending limit|daily .{0,20}(limit|quota)|slow down`)},
	{ReplySpam, regexp.MustCompile(`(?i)\bspam\b|unsolicited|\bspamhaus\b|block ?list|black ?list|\brbl\b|\bdnsbl\b|reputation|\bbulk mail\b|\bphish|\bvirus\b|malware|content (was |is )?(rejected|not accepted)|high.?probability|likely.{0,20}junk|user complaints|\(BL\)`)},
	{ReplySize, regexp.MustCompile(`(?i)(message|mail)( size| is)? (too (large|big)|exceeds)|larger than|size (limit|exceeds)|message file too big`)},
	{ReplyMailbox, regexp.MustCompile(`(?i)mailbox (is )?full|over ?quota|quota (is )?exceeded|exceeded .{0,30}(storage|quota)|out of storage|insufficient (disk|storage)|mailbox (is |currently )?(disabled|suspended|inactive|locked)|account (is |has been )?(disabled|suspended|inactive|locked)|mailbox .{0,20}unavailable temporarily|recipient.{0,10}preferences`)},
	{ReplyAddress, regexp.MustCompile(`(?i)user (is )?(unknown|not found|doesn'?t exist|does not exist)|(unknown|no such) (user|recipient|mailbox|address|local)|(recipient|address|mailbox|account|alias|email|user)[^.]{0,60}(does(n'?t| not) exist|not found|unknown|no longer (exists|available|in use|valid)|is invalid)|no mailbox here|not our customer|invalid (recipient|mailbox|address)|(mailbox|address|user).{0,20}doesn'?t have|no such person|\bRESOLVER\.ADR\.RecipNotFound|undeliverable address|mailbox unavailable|recipient address rejected: access denied.{0,80}\.outlook\.com`)},
	{ReplyPolicy, regexp.MustCompile(`(?i)ip name lookup failed|mismatch\w* client`)},
	{ReplyNetwork, regexp.MustCompile(`(?i)host (or domain name )?not found|no route to host|connection (timed out|refused|lost|reset)|dns (error|failure)|(lookup|resolv)\w* (error|failed)|greylist|gr[ae]y.?listed`)},
	{ReplyPolicy, regexp.MustCompile(`(?i)relay(ing)? (access )?(is )?(denied|not permitted|not allowed)|unable to relay|\bpolicy\b|access denied|sender (address )?(rejected|denied|blocked)|administrative(ly)? prohibit|reverse (dns|hostname)|\bptr\b|service refused|client host (rejected|blocked)|not (permitted|allowed) to send|blocked`)},
}

// byEnhanced is the class by the enhanced status code (RFC 3463, section 3 and
// its registry), or "".
func (r Receipt) byEnhanced() ReplyClass {
	_, detail, ok := strings.Cut(r.Enhanced, ".")
	if !ok {
		return ""
	}
	if class, ok := replyDetails[detail]; ok {
		return class
	}
	subject, _, _ := strings.Cut(detail, ".")
	return replySubjects[subject]
}

// senderChecks are the details that mean nothing but a check of the sender that
// failed: DKIM, SPF and DMARC (RFC 7372), and those of one provider. The older
// ones about logging in are used for all sorts of refusals.
var senderChecks = []string{"7.20", "7.21", "7.22", "7.23", "7.24", "7.26", "7.509", "7.515"}

// replyDetails maps subject and detail of an enhanced code where they say more
// than the subject alone. Status 5.1.8 and 5.1.7 are about the sender's address.
var replyDetails = map[string]ReplyClass{
	"1.7": ReplyPolicy, "1.8": ReplyPolicy, "1.9": ReplyNetwork,
	"2.0": ReplyMailbox, "2.1": ReplyMailbox, "2.3": ReplySize,
	"3.4": ReplySize, "4.5": ReplyRate, "5.3": ReplyRate,
	"6.7": ReplyOther, "7.13": ReplyMailbox,
	"7.8": ReplyAuth, "7.9": ReplyAuth, "7.10": ReplyAuth, "7.11": ReplyAuth,
	"7.20": ReplyAuth, "7.21": ReplyAuth, "7.22": ReplyAuth, "7.23": ReplyAuth, "7.24": ReplyAuth,
	"7.25": ReplyPolicy, "7.26": ReplyAuth, "7.27": ReplyPolicy, "7.28": ReplyRate,
	"7.515": ReplyAuth, "7.509": ReplyAuth, "7.708": ReplyRate, "7.705": ReplyRate, "7.750": ReplyPolicy,
}

var replySubjects = map[string]ReplyClass{
	"1": ReplyAddress, "2": ReplyMailbox, "3": ReplyNetwork, "4": ReplyNetwork,
	"5": ReplyPolicy, "6": ReplyPolicy, "7": ReplyPolicy,
}

// byCode is the class by the plain code, where nothing more is said. Only the
// codes that RFC 5321, section 4.2.3 gives for a mailbox that is not there, at
// RCPT, say that an address is dead; and where words go with them that we do not
// understand, only if those name an address.
func (r Receipt) byCode() ReplyClass {
	switch r.Code {
	case 421:
		return ReplyNetwork
	case 452, 422:
		return ReplyMailbox
	case 530, 534, 535, 538:
		return ReplyAuth
	case 552:
		return ReplyMailbox
	case 550, 551, 553, 556:
		if r.Command == "RCPT" && (strings.Contains(r.Text, "@") || len(strings.Fields(r.Text)) <= fewWords) {
			return ReplyAddress
		}
	}
	return ReplyOther
}

// fewWords is as many as say nothing: "no", "Mailbox rejected".
const fewWords = 3
