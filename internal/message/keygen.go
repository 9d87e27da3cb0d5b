package message

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"

	"tidings/internal/newsletter"
)

// KeyType is the kind of a DKIM key.
type KeyType string

// The kinds of DKIM keys. Every receiver knows RSA; Ed25519 is for a second
// signature beside it (RFC 8463).
const (
	KeyRSA     KeyType = "rsa"
	KeyEd25519 KeyType = "ed25519"
)

// DefaultBits is how long a new RSA key is. A longer one takes several times as
// long for each mail.
const DefaultBits = goodRSA

// GenerateKey makes a private key in PEM (PKCS #8), and the text of the TXT
// record that lets receivers verify its signatures (RFC 6376, section 3.6.1).
// Bits, from 2048 to 4096, are of RSA keys; others have one size.
func GenerateKey(kind KeyType, bits int) (private []byte, record string, err error) {
	var (
		key    crypto.Signer
		public []byte
	)
	switch kind {
	case KeyRSA:
		if bits < goodRSA || bits > maxRSA {
			return nil, "", fmt.Errorf("%w: RSA key of %d bits: expected %d to %d", newsletter.ErrInvalid, bits, goodRSA, maxRSA)
		}
		k, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			return nil, "", fmt.Errorf("make RSA key: %w", err)
		}
		if public, err = x509.MarshalPKIXPublicKey(&k.PublicKey); err != nil {
			return nil, "", fmt.Errorf("write public key: %w", err)
		}
		key = k
	case KeyEd25519:
		p, k, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, "", fmt.Errorf("make Ed25519 key: %w", err)
		}
		public, key = p, k // bare, without an ASN.1 wrapping (RFC 8463, section 4)
	default:
		return nil, "", fmt.Errorf("%w: key type %q", newsletter.ErrInvalid, kind)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, "", fmt.Errorf("write private key: %w", err)
	}
	private = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return private, "v=DKIM1; k=" + string(kind) + "; p=" + base64.StdEncoding.EncodeToString(public), nil
}
