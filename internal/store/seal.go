package store

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"tidings/internal/newsletter"
)

// seal makes the keyed hashes of this site: nobody who has not its secret can
// make one, or tell from one what it was made of.
type seal struct{ key []byte }

// newSeal derives the key from the site's first secret, which rotation keeps.
func newSeal(ctx context.Context, s *Store) (seal, error) {
	keys, err := s.TokenKeys(ctx)
	if err != nil {
		return seal{}, err
	}
	key, err := hkdf.Key(sha256.New, keys[len(keys)-1].Secret, nil, "tidings keyed hashes", sha256.Size)
	if err != nil {
		return seal{}, fmt.Errorf("derive key for hashes: %w", err)
	}
	return seal{key}, nil
}

// sum is the keyed hash of parts, each told apart from the next by its length.
func (s seal) sum(purpose string, parts ...string) []byte {
	text := make([]byte, 0, 512)
	text = appendPart(text, purpose)
	for _, p := range parts {
		text = appendPart(text, p)
	}
	mac := hmac.New(sha256.New, s.key)
	mac.Write(text)
	return mac.Sum(nil)
}

func appendPart(text []byte, part string) []byte {
	text = strconv.AppendInt(text, int64(len(part)), 10)
	return append(append(text, ':'), part...)
}

// short is 128 bits of a keyed hash in hexadecimal; "" of nothing.
func (s seal) short(purpose, text string) string {
	if text == "" {
		return ""
	}
	return hex.EncodeToString(s.sum(purpose, text)[:16])
}

// erased is how an erased address stands in the suppressions.
func (s seal) erased(key string) string {
	return newsletter.SuppressedErased + hex.EncodeToString(s.sum("erased address", key))
}

// values are the forms in which a suppression can name an address, by its key.
func (s seal) values(key string) [3]string {
	return [3]string{key, hashOf(key), s.erased(key)}
}

// hashOf is how a list of hashes names an address, by its key.
func hashOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return newsletter.SuppressedSHA256 + hex.EncodeToString(sum[:])
}
