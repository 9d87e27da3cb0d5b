package newsletter

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NormalizeTag returns a tag as it is kept: in lower case, blanks inside turned
// into "-". A tag has 1 to 64 bytes of letters, digits, "-", "_" and "."; others
// are ErrInvalid.
func NormalizeTag(s string) (string, error) {
	tag := norm.NFC.String(strings.ToLower(strings.Join(strings.Fields(s), "-")))
	if tag == "" || len(tag) > maxTagLength || strings.ContainsFunc(tag, notInTag) {
		return "", fmt.Errorf("%w tag %.80q: expected up to %d letters, digits, - and _", ErrInvalid, s, maxTagLength)
	}
	return tag, nil
}

func notInTag(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.M, unicode.N) && !strings.ContainsRune("-_.", r) || r == '\uFFFD'
}

// NormalizeTags returns the tags sorted, each once.
func NormalizeTags(tags []string) ([]string, error) {
	all := make([]string, 0, len(tags))
	for _, s := range tags {
		tag, err := NormalizeTag(s)
		if err != nil {
			return nil, err
		}
		all = append(all, tag)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// FieldName says whether s can be the name of a field: 1 to 64 of a-z, 0-9 and
// "_", and none of the words that every subscriber has anyway.
func FieldName(s string) bool {
	switch s {
	case "", "email", "name", "first_name", "tags", "status":
		return false
	}
	return len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}
