package newsletter

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// The longest address that fits in a mail's path, and the longest part of it
// before the "@", in bytes (RFC 5321, section 4.5.3.1).
const (
	maxAddress = 254
	maxLocal   = 64
)

// domains turns a domain into the form that the DNS knows (RFC 5891), after
// the mapping that browsers use for what people type (UTS 46).
var domains = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.BidiRule(),
	idna.CheckJoiners(true),
	idna.CheckHyphens(false), // real names such as r3---sn exist; the ends are checked here
	idna.StrictDomainName(true),
	idna.VerifyDNSLength(true),
)

// AddressFault is a kind of thing that is wrong with an address, for those who
// say it in another language.
type AddressFault string

// The faults of addresses.
const (
	AddressEmpty   AddressFault = "empty"
	AddressLong    AddressFault = "long"    // all of it, or the part before the "@"
	AddressHidden  AddressFault = "hidden"  // a control or invisible character
	AddressBare    AddressFault = "bare"    // not the address alone
	AddressSeveral AddressFault = "several" // or what looks like it
	AddressBlank   AddressFault = "blank"
	AddressAt      AddressFault = "at"     // no "@"
	AddressLocal   AddressFault = "local"  // the part before the "@"
	AddressDomain  AddressFault = "domain" // the part after it
)

// addressError is one thing wrong with an address, in English.
type addressError struct {
	fault AddressFault
	text  string
}

// Error says what is wrong.
func (e *addressError) Error() string { return ErrInvalid.Error() + " address: " + e.text }

// Unwrap says that what was given cannot be right.
func (*addressError) Unwrap() error { return ErrInvalid }

func faulty(fault AddressFault, format string, args ...any) error {
	return &addressError{fault, fmt.Sprintf(format, args...)}
}

// FaultOf is what ParseAddress found wrong, or empty for errors of others.
func FaultOf(err error) AddressFault {
	if e, ok := errors.AsType[*addressError](err); ok {
		return e.fault
	}
	return ""
}

// ParseAddress reads one mail address as a person types it: blanks around it
// are dropped, the domain becomes its ASCII form in lower case, the part before
// the "@" stays as it is. key is the same for all spellings of one address, so
// that nobody is on a list twice.
//
// It takes what a mailing list can reach and refuses the rest of RFC 5322 in
// one sentence each, with ErrInvalid as the cause: display names, several
// addresses, quoted parts, IP addresses, domains without a dot, and everything
// that holds a control or invisible character.
func ParseAddress(s string) (email, key string, err error) {
	s = strings.Trim(s, " \t\u00a0\u3000")
	if err := wholeAddress(s); err != nil {
		return "", "", err
	}
	at := strings.LastIndexByte(s, '@')
	local := norm.NFC.String(s[:at])
	if err := localPart(local); err != nil {
		return "", "", err
	}
	domain, err := domainPart(s[at+1:])
	if err != nil {
		return "", "", err
	}
	email = local + "@" + domain
	if len(email) > maxAddress {
		return "", "", faulty(AddressLong, "it is longer than %d bytes", maxAddress)
	}
	return email, norm.NFC.String(strings.ToLower(local)) + "@" + domain, nil
}

// wholeAddress refuses what is no single address at all, and what no address
// may hold anywhere.
func wholeAddress(s string) error {
	switch {
	case s == "":
		return faulty(AddressEmpty, "it is empty")
	case len(s) > 2*maxAddress: // a domain can become shorter, but not by that much
		return faulty(AddressLong, "it is longer than %d bytes", maxAddress)
	case !utf8.ValidString(s):
		return faulty(AddressHidden, "it is not UTF-8 text")
	case strings.ContainsFunc(s, invisible):
		return faulty(AddressHidden, "it holds a control or invisible character")
	case strings.ContainsAny(s, "<>"):
		return faulty(AddressBare, "only the bare address is taken, without a name or angle brackets")
	case strings.ContainsAny(s, ",;"):
		return faulty(AddressSeveral, "it looks like several addresses; one is expected")
	case strings.HasPrefix(strings.ToLower(s), "mailto:"):
		return faulty(AddressBare, `it begins with "mailto:"; only the address is expected`)
	case strings.ContainsFunc(s, unicode.IsSpace):
		return faulty(AddressBlank, "it holds a blank")
	case !strings.Contains(s, "@"):
		return faulty(AddressAt, `it has no "@"`)
	}
	return nil
}

// invisible says whether a rune has no place in a line that people read: it
// controls, formats or separates, or has no meaning at all.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || r == utf8.RuneError
}

// localPart takes a dot-string (RFC 5321, section 4.1.2) with the letters of
// RFC 6531, section 3.3.
func localPart(s string) error {
	switch {
	case s == "":
		return faulty(AddressLocal, `there is nothing before the "@"`)
	case len(s) > maxLocal:
		return faulty(AddressLong, `the part before the "@" is longer than %d bytes`, maxLocal)
	case strings.Contains(s, `"`):
		return faulty(AddressLocal, "quoted addresses are not taken")
	case s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, ".."):
		return faulty(AddressLocal, `a dot before the "@" must stand between two other characters`)
	}
	for _, r := range s {
		if !atext(r) {
			return faulty(AddressLocal, `%q may not stand before the "@"`, r)
		}
	}
	return nil
}

// atext is RFC 5322, section 3.2.3 with the dot, and every visible rune beyond
// ASCII.
func atext(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return true
	case r >= utf8.RuneSelf:
		return unicode.IsGraphic(r)
	}
	return strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r)
}

// domainPart returns the domain in the form that the DNS knows.
func domainPart(s string) (string, error) {
	s = strings.TrimSuffix(s, ".") // the end of a sentence, or of a full name
	switch {
	case s == "":
		return "", faulty(AddressDomain, `there is nothing after the "@"`)
	case s[0] == '[':
		return "", faulty(AddressDomain, "a domain name is expected, not an IP address")
	}
	domain, err := domains.ToASCII(s)
	if err != nil {
		return "", faulty(AddressDomain, "%q is no domain name", s)
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return "", faulty(AddressDomain, "the domain %q has no dot", s)
	}
	for _, l := range labels {
		if l == "" || l[0] == '-' || l[len(l)-1] == '-' {
			return "", faulty(AddressDomain, "%q is no domain name", s)
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return "", faulty(AddressDomain, "the domain %q ends in a number", s)
	}
	return domain, nil
}
