package newsletter

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Suppression says that an address must not be mailed, whatever a list says.
type Suppression struct {
	// Value is whom it is about: an address's key as ParseAddress makes it,
	// "sha256:" and the hex SHA-256 of one, or "erased:" and a keyed hash that only
	// this site can make.
	Value      string            `json:"value"`
	Newsletter string            `json:"newsletter"` // empty: all of the site
	Email      string            `json:"email"`      // as given; empty where only a hash is known
	Reason     SuppressionReason `json:"reason"`
	Source     string            `json:"source"` // who or what said so
	CreatedAt  time.Time         `json:"created_at"`
}

// The prefixes of values that are no address.
const (
	SuppressedSHA256 = "sha256:"
	SuppressedErased = "erased:"
)

// SuppressionReason is why an address must not be mailed.
type SuppressionReason string

// The reasons. Their own confirmation brings a person back whom the first three
// name; the last two stand until staff take them away, and no confirmation is
// asked for.
const (
	SuppressedLeft       SuppressionReason = "unsubscribed" // they left
	SuppressedErasure    SuppressionReason = "erased"       // they had everything erased: no list may bring them back
	SuppressedBounced    SuppressionReason = "bounced"      // the mailbox is gone
	SuppressedComplained SuppressionReason = "complained"   // they reported a mail as spam
	SuppressedBlocked    SuppressionReason = "blocked"      // staff say so
)

// SuppressionReasons are all of them, for choices and messages.
func SuppressionReasons() []SuppressionReason {
	return []SuppressionReason{SuppressedLeft, SuppressedErasure, SuppressedBounced, SuppressedComplained, SuppressedBlocked}
}

// Final says whether not even the person's own confirmation ends it.
func (r SuppressionReason) Final() bool { return r == SuppressedComplained || r == SuppressedBlocked }

// Silences says whether a subscription that is there becomes suppressed by it.
// The other reasons end a subscription, or stand where there is none.
func (r SuppressionReason) Silences() bool { return r.Final() || r == SuppressedBounced }

var hexSHA256 = regexp.MustCompile(`^(?i:sha256:)?([0-9a-fA-F]{64})$`)

// ParseSuppression reads whom a line of a suppression list is about: an address,
// or the hex SHA-256 of one in lower case, with or without "sha256:" before it.
// email is empty for a hash. Anything else is ErrInvalid.
func ParseSuppression(line string) (value, email string, err error) {
	if m := hexSHA256.FindStringSubmatch(line); m != nil {
		return SuppressedSHA256 + strings.ToLower(m[1]), "", nil
	}
	email, key, err := ParseAddress(line)
	if err != nil {
		return "", "", err
	}
	return key, email, nil
}

// ParseSuppressionReason reads a reason as commands and files write it.
func ParseSuppressionReason(s string) (SuppressionReason, error) {
	for _, r := range SuppressionReasons() {
		if string(r) == s {
			return r, nil
		}
	}
	return "", Hint(fmt.Errorf("%w reason %.40q", ErrInvalid, s), "one of unsubscribed, erased, bounced, complained and blocked")
}
