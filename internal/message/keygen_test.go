package message_test

import (
	"os"
	"path/filepath"
	"testing"

	"tidings/internal/message"
)

// A key that we make signs what its own record verifies.
func TestGenerateKey(t *testing.T) {
	for _, kind := range []message.KeyType{message.KeyRSA, message.KeyEd25519} {
		private, record, err := message.GenerateKey(kind, message.DefaultBits)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "dkim.pem")
		if err := os.WriteFile(file, private, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := verify(mustSign(t, file), map[string]string{"t1": record}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if weak := mustDKIM(t, message.DKIMKey{Selector: "t1", File: file}).Weak(); len(weak) > 0 {
			t.Errorf("a new key is weak: %q", weak)
		}
	}
}

func TestGenerateKey_Refuses(t *testing.T) {
	for _, c := range []struct {
		kind message.KeyType
		bits int
	}{{message.KeyRSA, 1024}, {message.KeyRSA, 16384}, {"dsa", 2048}} {
		if _, _, err := message.GenerateKey(c.kind, c.bits); err == nil {
			t.Errorf("made a key of type %s with %d bits", c.kind, c.bits)
		}
	}
}
