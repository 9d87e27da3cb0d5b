package message

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"tidings/internal/newsletter"
)

// DKIM signs messages for a domain (RFC 6376), once with each of its keys. The
// nil pointer signs nothing.
type DKIM struct {
	domain string
	keys   []signingKey
}

// DKIMKey is a file with a private key, RSA or Ed25519, in PEM (PKCS #8 or
// PKCS #1), and the selector under which its public half stands in DNS.
type DKIMKey struct {
	Selector string
	File     string
}

// signingKey is a key made ready.
type signingKey struct {
	selector  string
	signer    crypto.Signer
	algorithm string      // a= of the signature
	hash      crypto.Hash // what signer is told about what it signs
	size      int         // of a signature in bytes
}

// LoadDKIM reads the keys of a domain. Where there are several, all but the
// first are Ed25519: too few receivers know it for a message that has no other
// signature (RFC 8463, section 5).
func LoadDKIM(domain string, keys ...DKIMKey) (*DKIM, error) {
	d := &DKIM{domain: domain}
	for i, k := range keys {
		data, err := os.ReadFile(k.File)
		if err != nil {
			return nil, newsletter.Hint(fmt.Errorf("read DKIM key: %w", err), "relative paths begin at the site folder")
		}
		key, err := parseKey(data)
		if err == nil && i > 0 && key.hash != 0 {
			err = errors.New("expected an Ed25519 key")
		}
		if err != nil {
			return nil, newsletter.Hint(fmt.Errorf("DKIM key %s: %w", k.File, err), "make one with: tidings dkim keygen")
		}
		key.selector = k.Selector
		d.keys = append(d.keys, key)
	}
	return d, nil
}

// Weak lists the selectors of keys that sign but are shorter than they should
// be (RFC 8301, section 3.2).
func (d *DKIM) Weak() []string {
	if d == nil {
		return nil
	}
	var weak []string
	for _, k := range d.keys {
		if key, ok := k.signer.(*rsa.PrivateKey); ok && key.N.BitLen() < goodRSA {
			weak = append(weak, k.selector)
		}
	}
	return weak
}

// The shortest RSA key that signs, and the shortest that should (RFC 8301,
// section 3.2). Longer ones than maxRSA do not fit into DNS answers, and cost a
// second for each handful of mails.
const (
	minRSA  = 1024
	goodRSA = 2048
	maxRSA  = 4096
)

func parseKey(data []byte) (signingKey, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return signingKey{}, errors.New("not PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return rsaKey(key)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return signingKey{}, errors.New("no private key in PKCS #8 or PKCS #1")
	}
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		return rsaKey(key)
	case ed25519.PrivateKey:
		return signingKey{signer: key, algorithm: "ed25519-sha256", size: ed25519.SignatureSize}, nil
	}
	return signingKey{}, fmt.Errorf("cannot sign with a %T", parsed)
}

func rsaKey(key *rsa.PrivateKey) (signingKey, error) {
	if bits := key.N.BitLen(); bits < minRSA || bits > maxRSA {
		return signingKey{}, fmt.Errorf("RSA key of %d bits: expected %d to %d, better %d", bits, minRSA, maxRSA, goodRSA)
	}
	return signingKey{signer: key, algorithm: "rsa-sha256", hash: crypto.SHA256, size: key.Size()}, nil
}
