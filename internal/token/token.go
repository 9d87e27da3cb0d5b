// Package token is in charge of what we put into links and return paths so that
// it comes back to us: who is meant, for which newsletter and for what. A token
// is sealed: nobody can forge one, use it for another purpose, or read from it
// who is on a list. It keeps no state; whoever has the keys can open it.
package token

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// Purpose is what a link is for. A token made for one purpose is refused for
// every other.
type Purpose string

// The purposes of links.
const (
	Confirm     Purpose = "confirm"     // confirms a sign-up; expires
	Unsubscribe Purpose = "unsubscribe" // leaves a newsletter; never expires
	Preferences Purpose = "preferences" // shows and changes what is known of a reader
	Archive     Purpose = "archive"     // reads past issues that are for readers alone; never expires
	Address     Purpose = "address"     // confirms a reader's new address; expires
	Calendar    Purpose = "calendar"    // shows staff what a newsletter will send; never expires

	messageID  Purpose = "message-id"
	returnPath Purpose = "return-path"
)

// How long the links of mails are good that are not good for ever.
const (
	AccessFor  = time.Hour      // a Preferences link that shows everything
	AddressFor = 24 * time.Hour // an Address link
)

// ErrExpired says that a token is ours and whole, but its time is over. The
// claims that come with it are true.
var ErrExpired = errors.New("link has expired")

// Claims is what a link says.
type Claims struct {
	Newsletter string    // id of the newsletter it was made for
	Subscriber int64     // id of the reader it was made for
	Expires    time.Time // zero: never
}

// Sign makes the token of a link from characters that need no escaping in a
// URL: about 30 of them, and four for every three of the newsletter's id. With
// a zero expires it never expires; otherwise it is good until that second. The
// same arguments make the same token as long as the newest key is the same.
func (r *Ring) Sign(p Purpose, newsletterID string, subscriber int64, expires time.Time) string {
	var seconds uint64
	if !expires.IsZero() {
		seconds = uint64(max(expires.Unix(), 1))
	}
	b := make([]byte, 0, 2*binary.MaxVarintLen64+len(newsletterID))
	b = appendID(b, subscriber)
	b = binary.AppendUvarint(b, seconds)
	b = append(b, newsletterID...)
	return linkText.EncodeToString(r.keys[0].seal(p, b))
}

// Open reads a token that Sign made for this purpose with any key of the ring.
// It returns newsletter.ErrForged for anything else, and ErrExpired, with the
// claims, when now is past its time.
func (r *Ring) Open(p Purpose, token string, now time.Time) (Claims, error) {
	sealed, err := decode(linkText, token)
	if err != nil {
		return Claims{}, err
	}
	b, err := r.unseal(p, sealed)
	if err != nil {
		return Claims{}, err
	}
	subscriber, b, err := cutID(b)
	if err != nil {
		return Claims{}, err
	}
	seconds, n := binary.Uvarint(b)
	if n <= 0 {
		return Claims{}, fmt.Errorf("reading expiry: %w", newsletter.ErrForged)
	}
	c := Claims{Newsletter: string(b[n:]), Subscriber: subscriber}
	if seconds == 0 {
		return c, nil
	}
	c.Expires = time.Unix(int64(seconds), 0).UTC() //nolint:gosec // what Sign wrote
	if now.After(c.Expires) {
		return c, ErrExpired
	}
	return c, nil
}

// MessageID makes the left side of a delivery's Message-ID: dot-atom-text in
// lower case, at most 56 characters (RFC 5322, section 3.6.4). It is the same
// for every attempt as long as the newest key is the same.
func (r *Ring) MessageID(issue, subscriber int64) string {
	return r.delivery(messageID, issue, subscriber)
}

// OpenMessageID reads the left side of a Message-ID that MessageID made, in
// whatever case it comes back. Anything else is newsletter.ErrForged.
func (r *Ring) OpenMessageID(left string) (issue, subscriber int64, err error) {
	return r.openDelivery(messageID, left)
}

// ReturnPath makes the local part of a delivery's return path, at most 56
// octets of the 64 allowed, so that a bounce names the delivery it is about
// (RFC 5321, section 4.5.3.1.1). It survives relays that change its case.
func (r *Ring) ReturnPath(issue, subscriber int64) string {
	return r.delivery(returnPath, issue, subscriber)
}

// OpenReturnPath reads a local part that ReturnPath made, in whatever case it
// comes back. Anything else is newsletter.ErrForged: nobody can bounce a mail
// in another's name.
func (r *Ring) OpenReturnPath(local string) (issue, subscriber int64, err error) {
	return r.openDelivery(returnPath, local)
}

func (r *Ring) delivery(p Purpose, issue, subscriber int64) string {
	b := make([]byte, 0, 2*binary.MaxVarintLen64)
	b = appendID(b, issue)
	b = appendID(b, subscriber)
	return mailText.EncodeToString(r.keys[0].seal(p, b))
}

func (r *Ring) openDelivery(p Purpose, token string) (issue, subscriber int64, err error) {
	sealed, err := decode(mailText, lower(token))
	if err != nil {
		return 0, 0, err
	}
	b, err := r.unseal(p, sealed)
	if err != nil {
		return 0, 0, err
	}
	if issue, b, err = cutID(b); err != nil {
		return 0, 0, err
	}
	if subscriber, b, err = cutID(b); err != nil {
		return 0, 0, err
	}
	if len(b) != 0 {
		return 0, 0, fmt.Errorf("reading delivery: %w", newsletter.ErrForged)
	}
	return issue, subscriber, nil
}
