package token

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"sync"

	"tidings/internal/newsletter"
)

// MinSecret is the least length of a key's secret, in bytes.
const MinSecret = 32

// tagSize is 128 bits of HMAC-SHA256, as much as a forger could not guess.
const tagSize = 16

// Key is one secret of a site. Its ID stands in every token made with it and
// must never be given to another secret.
type Key struct {
	ID     byte
	Secret []byte // at least MinSecret random bytes
}

// Ring is the keys of a site: the newest seals, all of them open, so that links
// in old mails work as long as their key is kept. It is safe for use by several
// goroutines. Rotate while no delivery is open: a new key gives a retried
// message another Message-ID.
type Ring struct {
	keys []sealer // newest first
}

// sealer is a key made ready. MAC and cipher have keys of their own, derived
// from the secret.
type sealer struct {
	id    byte
	mac   []byte
	marks *sync.Pool // of hash.Hash: HMACs that know mac already
	block cipher.Block
}

// New makes a ring of keys, the newest first. There must be one at least, each
// with an ID of its own and a secret of MinSecret bytes or more.
func New(keys []Key) (*Ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("no key for links")
	}
	r := &Ring{keys: make([]sealer, 0, len(keys))}
	for _, k := range keys {
		if _, ok := r.find(k.ID); ok {
			return nil, fmt.Errorf("key %d for links is given twice", k.ID)
		}
		s, err := newSealer(k)
		if err != nil {
			return nil, fmt.Errorf("key %d for links: %w", k.ID, err)
		}
		r.keys = append(r.keys, s)
	}
	return r, nil
}

func newSealer(k Key) (sealer, error) {
	if len(k.Secret) < MinSecret {
		return sealer{}, fmt.Errorf("secret has %d bytes, expected %d or more", len(k.Secret), MinSecret)
	}
	mac, err := hkdf.Key(sha256.New, k.Secret, nil, "tidings token mac", sha256.Size)
	if err != nil {
		return sealer{}, fmt.Errorf("deriving mac key: %w", err)
	}
	enc, err := hkdf.Key(sha256.New, k.Secret, nil, "tidings token cipher", aes.BlockSize)
	if err != nil {
		return sealer{}, fmt.Errorf("deriving cipher key: %w", err)
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return sealer{}, fmt.Errorf("making cipher: %w", err)
	}
	return sealer{id: k.ID, mac: mac, marks: new(sync.Pool), block: block}, nil
}

// find returns the key of that ID.
func (r *Ring) find(id byte) (sealer, bool) {
	for _, s := range r.keys {
		if s.id == id {
			return s, true
		}
	}
	return sealer{}, false
}

// seal returns key ID, tag and hidden text. The tag is also where the cipher
// starts, as in synthetic IV modes (RFC 5297): with no room for a random value
// it is the one that never meets the same text of another token.
func (s sealer) seal(p Purpose, plain []byte) []byte {
	out := make([]byte, 0, 1+tagSize+len(plain))
	out = append(out, s.id)
	out = append(out, s.tag(p, plain)...)
	out = append(out, plain...)
	s.crypt(out[1:1+tagSize], out[1+tagSize:])
	return out
}

// unseal undoes seal and refuses whatever it did not make.
func (r *Ring) unseal(p Purpose, sealed []byte) ([]byte, error) {
	if len(sealed) < 1+tagSize {
		return nil, fmt.Errorf("opening token: too short: %w", newsletter.ErrForged)
	}
	s, ok := r.find(sealed[0])
	if !ok {
		return nil, fmt.Errorf("opening token: unknown key: %w", newsletter.ErrForged)
	}
	tag, plain := sealed[1:1+tagSize], sealed[1+tagSize:]
	s.crypt(tag, plain)
	if !hmac.Equal(tag, s.tag(p, plain)) {
		return nil, fmt.Errorf("opening token: wrong mark: %w", newsletter.ErrForged)
	}
	return plain, nil
}

// tag is the mark over key ID, purpose and text. The zero byte ends the
// purpose, so that no purpose and text can be read as another pair.
func (s sealer) tag(p Purpose, plain []byte) []byte {
	h, ok := s.marks.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sha256.New, s.mac)
	}
	defer s.marks.Put(h)
	h.Reset()
	text := make([]byte, 0, maxText)
	text = append(append(text, s.id), p...)
	text = append(append(text, 0), plain...)
	h.Write(text)
	return h.Sum(text[:0])[:tagSize]
}

// crypt hides or shows text in place.
func (s sealer) crypt(tag, text []byte) {
	cipher.NewCTR(s.block, tag).XORKeyStream(text, text)
}
