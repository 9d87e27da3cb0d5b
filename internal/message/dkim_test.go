package message_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"tidings/internal/message"
)

// mustKey writes a private key to a file and returns the DNS record of its
// public half.
func mustKey(t testing.TB, key any, public []byte, kind string) (file, record string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, "v=DKIM1; k=" + kind + "; p=" + base64.StdEncoding.EncodeToString(public)
}

func mustRSA(t testing.TB, bits int) (file, record string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return mustKey(t, key, public, "rsa")
}

func mustSign(t testing.TB, file string) []byte {
	t.Helper()
	key, err := message.LoadDKIM("example.org", "t1", file)
	if err != nil {
		t.Fatal(err)
	}
	template, err := message.New(message.Config{Tokens: mustRing(t), BaseURL: "https://news.example.org", DKIM: key}).Compile(sampleMail())
	if err != nil {
		t.Fatal(err)
	}
	m, err := template.Compose(sampleDelivery())
	if err != nil {
		t.Fatal(err)
	}
	return m.Bytes
}

// verify returns the header fields that the one signature covers, or an error.
func verify(raw []byte, record string) ([]string, error) {
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{
		LookupTXT: func(string) ([]string, error) { return []string{record}, nil },
	})
	if err != nil {
		return nil, err
	}
	return found[0].HeaderKeys, found[0].Err
}

func TestDKIM_Verifies(t *testing.T) {
	rsaFile, rsaRecord := mustRSA(t, 2048)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edFile, edRecord := mustKey(t, private, public, "ed25519")
	for _, c := range []struct{ name, file, record string }{
		{"rsa", rsaFile, rsaRecord}, {"ed25519", edFile, edRecord},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw := mustSign(t, c.file)
			keys, err := verify(raw, c.record)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Message-ID", "Subject"} {
				if !slices.Contains(keys, name) {
					t.Errorf("%s is not signed", name)
				}
			}
			for _, change := range [][2]string{
				{"First frost", "First fraud"}, {"One-Click", "Two-Click"}, {"<p>Dear", "<b>Dear"},
				{"\r\nTo: ", "\r\nFrom: x@evil.test\r\nTo: "},
			} {
				forged := bytes.Replace(raw, []byte(change[0]), []byte(change[1]), 1)
				if bytes.Equal(forged, raw) {
					t.Fatalf("%q is not in the message", change[0])
				}
				if _, err := verify(forged, c.record); err == nil {
					t.Errorf("%q became %q and the signature still holds", change[0], change[1])
				}
			}
		})
	}
}

func TestLoadDKIM_RefusesWeakAndBroken(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0") // to make a key that nobody should have
	weak, _ := mustRSA(t, 768)
	junk := filepath.Join(t.TempDir(), "junk.pem")
	if err := os.WriteFile(junk, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{weak, junk, filepath.Join(t.TempDir(), "missing.pem")} {
		if _, err := message.LoadDKIM("example.org", "t1", file); err == nil {
			t.Errorf("%s was taken", filepath.Base(file))
		}
	}
}

func BenchmarkSign(b *testing.B) {
	file, _ := mustRSA(b, 2048)
	key, err := message.LoadDKIM("example.org", "t1", file)
	if err != nil {
		b.Fatal(err)
	}
	template, err := message.New(message.Config{Tokens: mustRing(b), BaseURL: "https://news.example.org", DKIM: key}).Compile(sampleMail())
	if err != nil {
		b.Fatal(err)
	}
	d := sampleDelivery()
	for b.Loop() {
		if _, err := template.Compose(d); err != nil {
			b.Fatal(err)
		}
	}
}
