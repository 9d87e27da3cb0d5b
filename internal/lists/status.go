package lists

import (
	"fmt"

	"tidings/internal/newsletter"
)

// verdict is what a list says of one person: whether they get mail, and why not.
type verdict struct {
	state newsletter.SubscriptionState // "": as everybody in the file
	gone  newsletter.SuppressionReason // why they must not be mailed
	never bool                         // they never asked for mail, such as customers
}

// verdicts are the words that lists have for where a person stands, as snake
// writes them. A word that means different things in two programs has the one
// that sends less mail.
func verdicts() map[string]verdict {
	active := verdict{}
	waits := verdict{state: newsletter.SubscriptionPending}
	left := verdict{gone: newsletter.SuppressedLeft}
	bounced := verdict{gone: newsletter.SuppressedBounced}
	complained := verdict{gone: newsletter.SuppressedComplained}
	blocked := verdict{gone: newsletter.SuppressedBlocked}
	never := verdict{never: true}
	return map[string]verdict{
		"": active, "confirmed": active, "subscribed": active, "active": active, "enabled": active, "yes": active, "true": active,
		// What people pay says that they are on the list.
		"free": active, "paid": active, "premium": active, "regular": active, "comp": active, "complimentary": active, "gift": active,
		"gifted": active, "founding": active, "founding_member": active, "trial": active, "trialed": active, "free_trial": active,
		"paid_trial": active, "iap": active, "author": active, "admin": active, "monthly": active, "yearly": active, "annual": active,
		"lifetime": active, "unpaid": active, "past_due": active, "churning": active, "churned": active, "subscriber": active,

		"pending": waits, "unconfirmed": waits, "unactivated": waits, "validating": waits, "needs_attention": waits, "opted_in": waits,

		"unsubscribed": left, "left": left, "inactive": left, "opted_out": left, "disabled": left, "removed": left, "archived": left,
		"no": left, "false": left, "cancelled": left, "canceled": left, "deleted": left, "paused": left, "suspended": left,

		"bounced": bounced, "cleaned": bounced, "undeliverable": bounced, "unreachable": bounced, "invalid": bounced, "hard_bounced": bounced,
		"hard_bounce": bounced,

		"complained": complained, "complaint": complained, "spam": complained, "spam_complaint": complained, "marked_as_spam": complained,
		"abuse": complained, "spammy": complained,

		"blocked": blocked, "blocklisted": blocked, "blacklisted": blocked, "suppressed": blocked, "banned": blocked, "malicious": blocked,
		"erased": blocked,

		"non_subscribed": never, "nonsubscribed": never, "transactional": never,
	}
}

// status reads where another list, or an export of ours, had a person. A word
// that is not known is refused: it may be one of those that mean "no".
func (r *rowReader) status(cell string) (verdict, error) {
	v, ok := r.verdicts[snake(cell)]
	if !ok {
		return v, fmt.Errorf("%w status %.40q: expected confirmed, pending, unsubscribed, bounced, complained or blocked", newsletter.ErrInvalid, cell)
	}
	return v, nil
}

// yes reads a cell that says yes or no; ok is false where it says neither.
func yes(cell string) (answer, ok bool) {
	switch snake(cell) {
	case "true", "yes", "1", "y", "t", "on":
		return true, true
	case "false", "no", "0", "n", "f", "off", "":
		return false, true
	}
	return false, false
}
