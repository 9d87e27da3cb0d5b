package token_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func mustRing(t testing.TB, keys ...token.Key) *token.Ring {
	t.Helper()
	r, err := token.New(keys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func key(id byte, fill string) token.Key {
	return token.Key{ID: id, Secret: bytes.Repeat([]byte(fill), token.MinSecret)}
}

func TestNew_RefusesWeakRings(t *testing.T) {
	tests := map[string][]token.Key{
		"no key":         nil,
		"short secret":   {{ID: 1, Secret: []byte("short")}},
		"one ID twice":   {key(1, "a"), key(1, "b")},
		"second is weak": {key(1, "a"), {ID: 2}},
	}
	for name, keys := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := token.New(keys); err == nil {
				t.Error("ring was made, expected an error")
			}
		})
	}
}

func TestRing_SignAndOpen(t *testing.T) {
	r := mustRing(t, key(1, "a"))
	tests := []struct {
		name string
		want token.Claims
	}{
		{"small", token.Claims{Newsletter: "harbor", Subscriber: 1}},
		{"ten million readers, long id", token.Claims{Newsletter: "harbor-letters-monthly", Subscriber: 10_000_000}},
		{"with a time", token.Claims{Newsletter: "harbor-letters", Subscriber: 10_000_000, Expires: noon.Add(72 * time.Hour)}},
		{"largest subscriber", token.Claims{Newsletter: "h", Subscriber: math.MaxInt64}},
		{"no newsletter", token.Claims{Subscriber: 7}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := r.Sign(token.Unsubscribe, tt.want.Newsletter, tt.want.Subscriber, tt.want.Expires)
			if len(text) > 60 {
				t.Errorf("token has %d characters, expected 60 or fewer: %s", len(text), text)
			}
			got, err := r.Open(token.Unsubscribe, text, noon)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRing_OpenExpired(t *testing.T) {
	r := mustRing(t, key(1, "a"))
	text := r.Sign(token.Confirm, "harbor", 7, noon)
	if _, err := r.Open(token.Confirm, text, noon); err != nil {
		t.Errorf("at its last second: %v", err)
	}
	got, err := r.Open(token.Confirm, text, noon.Add(time.Second))
	if !errors.Is(err, token.ErrExpired) {
		t.Fatalf("error is %v, expected ErrExpired", err)
	}
	if got.Subscriber != 7 || got.Newsletter != "harbor" {
		t.Errorf("claims of an expired token are %+v", got)
	}
	forever := r.Sign(token.Unsubscribe, "harbor", 7, time.Time{})
	if _, err := r.Open(token.Unsubscribe, forever, noon.AddDate(30, 0, 0)); err != nil {
		t.Errorf("an unsubscribe link after thirty years: %v", err)
	}
}

// A token says nothing to those who have no key: neither a newsletter nor that
// two links belong to one reader can be read from it.
func TestRing_SignIsOpaque(t *testing.T) {
	r := mustRing(t, key(1, "a"))
	raw := func(p token.Purpose, newsletterID string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(r.Sign(p, newsletterID, 1234, time.Time{}))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one, other := raw(token.Unsubscribe, "harbor"), raw(token.Preferences, "harbor")
	if bytes.Contains(one, []byte("harbor")) {
		t.Error("token shows its newsletter")
	}
	if bytes.Equal(one[1:9], other[1:9]) || bytes.Equal(one[17:], other[17:]) {
		t.Error("two tokens of one reader look alike")
	}
}

func TestRing_OpenRefusesForgeries(t *testing.T) {
	r := mustRing(t, key(1, "a"))
	good := r.Sign(token.Unsubscribe, "harbor", 7, time.Time{})
	foreign := mustRing(t, key(1, "b")).Sign(token.Unsubscribe, "harbor", 7, time.Time{})
	tests := map[string]string{
		"empty":             "",
		"not base64":        "not a token!",
		"padded":            good + "=",
		"with a line break": good[:10] + "\n" + good[10:],
		"with a byte more":  good + "A",
		"another's key":     foreign,
		"very long":         strings.Repeat("A", 1<<20),
		"other purpose":     r.Sign(token.Confirm, "harbor", 7, time.Time{}),
		"preferences":       r.Sign(token.Preferences, "harbor", 7, time.Time{}),
		"a message id":      r.MessageID(1, 7),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) { wantForged(t, r, text) })
	}
	for n := range good {
		wantForged(t, r, good[:n])
	}
}

func TestRing_OpenRefusesEveryFlippedBit(t *testing.T) {
	// The second key has the same secret: its ID alone must make a difference.
	r := mustRing(t, key(0, "a"), key(1, "a"), key(2, "b"))
	good, err := base64.RawURLEncoding.DecodeString(r.Sign(token.Unsubscribe, "harbor", 7, time.Time{}))
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(good) * 8 {
		bad := bytes.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		wantForged(t, r, base64.RawURLEncoding.EncodeToString(bad))
	}
}

func TestRing_OpenRefusesEveryOtherCharacter(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
	r := mustRing(t, key(1, "a"))
	good := r.Sign(token.Unsubscribe, "harbor", 7, time.Time{})
	for i := range good {
		for _, c := range []byte(alphabet) {
			bad := []byte(good)
			if bad[i] == c {
				continue
			}
			bad[i] = c
			wantForged(t, r, string(bad))
		}
	}
}

func wantForged(t *testing.T, r *token.Ring, text string) {
	t.Helper()
	if got, err := r.Open(token.Unsubscribe, text, noon); !errors.Is(err, newsletter.ErrForged) {
		t.Errorf("opening %.80q: claims %+v, error %v, expected ErrForged", text, got, err)
	}
}

func TestRing_RotatedKeysStillOpen(t *testing.T) {
	old, fresh := key(1, "a"), key(2, "b")
	before := mustRing(t, old).Sign(token.Unsubscribe, "harbor", 7, time.Time{})
	both := mustRing(t, fresh, old)
	if _, err := both.Open(token.Unsubscribe, before, noon); err != nil {
		t.Errorf("old link after rotation: %v", err)
	}
	after := both.Sign(token.Unsubscribe, "harbor", 7, time.Time{})
	if _, err := mustRing(t, fresh).Open(token.Unsubscribe, after, noon); err != nil {
		t.Errorf("new link is not made with the newest key: %v", err)
	}
	wantForged(t, mustRing(t, fresh), before)
}

func TestRing_MessageIDAndReturnPath(t *testing.T) {
	r := mustRing(t, key(1, "a"))
	tests := []struct{ issue, subscriber int64 }{{1, 1}, {5000, 10_000_000}, {math.MaxInt64, math.MaxInt64}}
	for _, tt := range tests {
		id, path := r.MessageID(tt.issue, tt.subscriber), r.ReturnPath(tt.issue, tt.subscriber)
		if len(id) > 64 || len(path) > 64 {
			t.Errorf("local parts have %d and %d octets, expected 64 or fewer", len(id), len(path))
		}
		if strings.Trim(id+path, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Errorf("%q and %q hold other characters than a-z and 2-7", id, path)
		}
		issue, subscriber, err := r.OpenMessageID(id)
		if err != nil || issue != tt.issue || subscriber != tt.subscriber {
			t.Errorf("message id of %v came back as %d, %d, %v", tt, issue, subscriber, err)
		}
		issue, subscriber, err = r.OpenReturnPath(strings.ToUpper(path))
		if err != nil || issue != tt.issue || subscriber != tt.subscriber {
			t.Errorf("return path of %v came back as %d, %d, %v", tt, issue, subscriber, err)
		}
	}
}

func TestRing_OpenReturnPathRefusesForgeries(t *testing.T) {
	r := mustRing(t, key(0, "a"), key(1, "a"))
	good := r.ReturnPath(3, 7)
	enc := base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	raw, err := enc.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	bad := []string{"", r.MessageID(3, 7), good + "a", "K" + good, good[:8] + "\r\n" + good[8:]}
	for n := range good {
		bad = append(bad, good[:n])
	}
	for bit := range len(raw) * 8 {
		b := bytes.Clone(raw)
		b[bit/8] ^= 1 << (bit % 8)
		bad = append(bad, enc.EncodeToString(b))
	}
	for _, text := range bad {
		if _, _, err := r.OpenReturnPath(text); !errors.Is(err, newsletter.ErrForged) {
			t.Errorf("opening %q: error %v, expected ErrForged", text, err)
		}
	}
}

// Whatever opens is spelt exactly as we write it, and nothing else does harm.
func FuzzOpen(f *testing.F) {
	r := mustRing(f, key(1, "a"), key(2, "b"))
	f.Add(r.Sign(token.Unsubscribe, "harbor", 7, time.Time{}))
	f.Add(r.Sign(token.Confirm, "harbor", 7, noon))
	f.Add(r.MessageID(3, 7))
	f.Add(r.ReturnPath(3, 7))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := r.Open(token.Unsubscribe, text, noon); err == nil {
			if again := r.Sign(token.Unsubscribe, c.Newsletter, c.Subscriber, c.Expires); again != text {
				t.Errorf("%q opens, but is written %q", text, again)
			}
		}
		if issue, subscriber, err := r.OpenReturnPath(text); err == nil {
			if again := r.ReturnPath(issue, subscriber); !strings.EqualFold(again, text) {
				t.Errorf("%q opens, but is written %q", text, again)
			}
		}
	})
}

func BenchmarkRing_Sign(b *testing.B) {
	r := mustRing(b, key(1, "a"))
	b.ReportAllocs()
	for b.Loop() {
		r.Sign(token.Unsubscribe, "harbor-letters", 10_000_000, time.Time{})
	}
}

func BenchmarkRing_Open(b *testing.B) {
	r := mustRing(b, key(1, "a"))
	text := r.Sign(token.Unsubscribe, "harbor-letters", 10_000_000, time.Time{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Open(token.Unsubscribe, text, noon); err != nil {
			b.Fatal(err)
		}
	}
}
