package message

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/emersion/go-msgauth/dkim"

	"tidings/internal/newsletter"
)

// DKIM signs messages for a domain (RFC 6376). The zero pointer signs nothing.
type DKIM struct {
	domain   string
	selector string
	key      crypto.Signer
}

// minRSA is the shortest RSA key that signs (RFC 8301, section 3.2).
const minRSA = 1024

// LoadDKIM reads a private key, RSA or Ed25519, in PEM (PKCS #8 or PKCS #1).
func LoadDKIM(domain, selector, keyFile string) (*DKIM, error) {
	data, err := os.ReadFile(keyFile) //nolint:gosec // the operator names it
	if err != nil {
		return nil, newsletter.Hint(fmt.Errorf("read DKIM key: %w", err), "key_file is relative to the site folder")
	}
	key, err := parseKey(data)
	if err != nil {
		return nil, newsletter.Hint(fmt.Errorf("DKIM key %s: %w", keyFile, err), "make one with: openssl genrsa -out dkim.pem 2048")
	}
	return &DKIM{domain: domain, selector: selector, key: key}, nil
}

func parseKey(data []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("not PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return checkRSA(key)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("no private key in PKCS #8 or PKCS #1")
	}
	if key, ok := parsed.(*rsa.PrivateKey); ok {
		return checkRSA(key)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("cannot sign with a %T", parsed)
	}
	return key, nil
}

func checkRSA(key *rsa.PrivateKey) (crypto.Signer, error) {
	if bits := key.N.BitLen(); bits < minRSA {
		return nil, fmt.Errorf("RSA key of %d bits: at least 1024, better 2048", bits)
	}
	return key, nil
}

// signed lists the header fields that a signature covers. From, Subject, Date
// and To stand twice, so that none can be added afterwards (RFC 6376, section
// 8.15); RFC 8058, section 4 asks for both List-Unsubscribe fields.
func signed(kind newsletter.Kind, raw []byte) []string {
	keys := []string{
		"From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "MIME-Version", "Content-Type",
	}
	if kind != newsletter.KindConfirm {
		keys = append(keys, "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence")
	}
	if header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n")); bytes.Contains(header, []byte("\r\nReply-To:")) {
		keys = append(keys, "Reply-To")
	}
	return keys
}

// sign returns the message with its signature before it.
func (d *DKIM) sign(raw []byte, kind newsletter.Kind) ([]byte, error) {
	if d == nil {
		return raw, nil
	}
	s, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: d.domain, Selector: d.selector, Signer: d.key, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		HeaderKeys: signed(kind, raw),
	})
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	if _, err := s.Write(raw); err != nil {
		return nil, errors.Join(fmt.Errorf("sign: %w", err), s.Close())
	}
	if err := s.Close(); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return slices.Concat([]byte(s.Signature()), raw), nil
}
