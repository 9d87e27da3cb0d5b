package message_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/message"
	"tidings/internal/newsletter"
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

func mustEd25519(t testing.TB) (file, record string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return mustKey(t, private, public, "ed25519")
}

func mustDKIM(t testing.TB, keys ...message.DKIMKey) *message.DKIM {
	t.Helper()
	d, err := message.LoadDKIM("example.org", keys...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// mustSign composes a message with so many keys, the first with selector t1 and
// the second with t2.
func mustSign(t testing.TB, files ...string) []byte {
	t.Helper()
	var keys []message.DKIMKey
	for i, file := range files {
		keys = append(keys, message.DKIMKey{Selector: fmt.Sprintf("t%d", i+1), File: file})
	}
	m := sampleMail()
	m.ReplyTo = &mail.Address{Address: "reply@example.org"}
	template := mustCompile(t, message.Config{DKIM: mustDKIM(t, keys...), Sender: "example-org"}, m)
	out, err := template.Compose(sampleDelivery())
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes
}

// verify returns the header fields that every signature covers, or an error. The
// records are by selector.
func verify(raw []byte, records map[string]string) ([]string, error) {
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) {
			return []string{records[strings.TrimSuffix(name, "._domainkey.example.org")]}, nil
		},
	})
	if err != nil || len(found) != len(records) {
		return nil, fmt.Errorf("%d signatures, want %d: %w", len(found), len(records), err)
	}
	for _, v := range found {
		if v.Err != nil {
			return nil, v.Err
		}
	}
	return found[0].HeaderKeys, nil
}

// signers are the keys that a site may have.
func signers(t *testing.T) map[string]struct {
	files   []string
	records map[string]string
} {
	t.Helper()
	rsaFile, rsaRecord := mustRSA(t, 2048)
	edFile, edRecord := mustEd25519(t)
	return map[string]struct {
		files   []string
		records map[string]string
	}{
		"rsa":     {[]string{rsaFile}, map[string]string{"t1": rsaRecord}},
		"ed25519": {[]string{edFile}, map[string]string{"t1": edRecord}},
		"both":    {[]string{rsaFile, edFile}, map[string]string{"t1": rsaRecord, "t2": edRecord}},
	}
}

func TestDKIM_Verifies(t *testing.T) {
	for name, c := range signers(t) {
		t.Run(name, func(t *testing.T) {
			raw := mustSign(t, c.files...)
			checkWire(t, raw)
			if !bytes.Equal(raw, mustSign(t, c.files...)) {
				t.Error("a second signing gave other bytes")
			}
			keys, err := verify(raw, c.records)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{
				"From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "MIME-Version", "Content-Type",
				"Reply-To", "Feedback-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence",
			}
			if diff := cmp.Diff(want, keys); diff != "" {
				t.Errorf("signed fields (-want +got):\n%s", diff)
			}
		})
	}
}

// What is no list mail has other fields to cover.
func TestDKIM_Confirmation(t *testing.T) {
	file, record := mustRSA(t, 2048)
	m := sampleMail()
	m.Kind = newsletter.KindConfirm
	template := mustCompile(t, message.Config{DKIM: mustDKIM(t, message.DKIMKey{Selector: "t1", File: file})}, m)
	out, err := template.Compose(sampleDelivery())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := verify(out.Bytes, map[string]string{"t1": record})
	if err != nil || !slices.Contains(keys, "Auto-Submitted") || slices.Contains(keys, "List-Id") {
		t.Errorf("signed fields %q, %v", keys, err)
	}
}

// One byte changed in any signed field or part, or a field added, and the
// signature does not hold.
func TestDKIM_NoticesChanges(t *testing.T) {
	for name, c := range signers(t) {
		t.Run(name, func(t *testing.T) {
			raw := mustSign(t, c.files...)
			for _, change := range [][2]string{
				{"Subject: First frost", "Subject: First fraud"},
				{"One-Click", "Two-Click"},
				{"<p>Dear", "<b>Dear"},
				{"FIRST", "First"},
				{"letters@", "betters@"},
				{"To: <ada", "To: <eva"},
				{"Date: T", "Date: F"},
				{"Message-ID: <", "Message-ID: <x"},
				{"MIME-Version: 1.0", "MIME-Version: 1.1"},
				{"boundary=\"tidings", "boundary=\"ridings"},
				{"reply@", "apply@"},
				{"issue-7:", "issue-8:"},
				{"<harbor.", "<haven."},
				{"/u/", "/x/"},
				{"Precedence: bulk", "Precedence: list"},
				{"\r\nTo: ", "\r\nFrom: x@evil.test\r\nTo: "},
				{"\r\nTo: ", "\r\nSubject: x\r\nTo: "},
				{"t=1", "t=2"},
			} {
				forged := bytes.Replace(raw, []byte(change[0]), []byte(change[1]), 1)
				if bytes.Equal(forged, raw) {
					t.Fatalf("%q is not in the message", change[0])
				}
				if _, err := verify(forged, c.records); err == nil {
					t.Errorf("%q became %q and the signature still holds", change[0], change[1])
				}
			}
		})
	}
}

// Blanks in rows, tabs and empty lines stand where their writer put them, in a
// mail of two parts as in the text alone, and the signature holds.
func TestDKIM_Blanks(t *testing.T) {
	file, record := mustEd25519(t)
	m := sampleMail()
	m.Text = newsletter.Template{{Literal: "a  b\n\n   - c\t\td \n"}, {Merge: `{{ subscriber.name | to_text }}`}, {Literal: "\n\n \n\n"}}
	m.HTML = newsletter.Template{{Literal: "<pre>  x\n\n\n\ty </pre>  "}, {Merge: `{{ subscriber.name }}`}, {Literal: "  \n\n"}}
	template := mustCompile(t, message.Config{DKIM: mustDKIM(t, message.DKIMKey{Selector: "t1", File: file})}, m)
	for _, name := range []string{"", "Ada", "  Ada  B. ", "a\n\n  b\n", strings.Repeat("  ", 100)} {
		for _, plain := range []bool{false, true} {
			d := sampleDelivery()
			d.Subscriber.Name, d.Subscriber.PlainText = name, plain
			out, err := template.Compose(d)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := verify(out.Bytes, map[string]string{"t1": record}); err != nil {
				t.Errorf("%q, plain %v: %v", name, plain, err)
			}
		}
	}
}

// What a relay may do to blanks and to the case of names, it may.
func TestDKIM_SurvivesRelays(t *testing.T) {
	for name, c := range signers(t) {
		t.Run(name, func(t *testing.T) {
			head, body, _ := bytes.Cut(mustSign(t, c.files...), []byte("\r\n\r\n"))
			for _, change := range [][2]string{{"Subject: First frost", "SUBJECT:First\r\n\t  frost  "}, {"; s=", ";\r\n\ts="}, {">, <mailto", ">,\r\n <mailto"}} {
				head = bytes.Replace(head, []byte(change[0]), []byte(change[1]), 1)
			}
			body = bytes.ReplaceAll(body, []byte("and a line"), []byte("and  a \tline"))
			body = append(bytes.ReplaceAll(body, []byte("=\r\n"), []byte("= \t\r\n")), "\r\n \r\n\r\n"...)
			relayed := slices.Concat([]byte("Received: from x by y; now\r\n"), head, []byte("\r\n\r\n"), body)
			if _, err := verify(relayed, c.records); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLoadDKIM_RefusesWeakAndBroken(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0") // to make a key that nobody should have
	weak, _ := mustRSA(t, 768)
	good, _ := mustRSA(t, 1024)
	junk := filepath.Join(t.TempDir(), "junk.pem")
	if err := os.WriteFile(junk, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, files := range [][]string{{weak}, {junk}, {filepath.Join(t.TempDir(), "missing.pem")}, {good, good}} {
		var keys []message.DKIMKey
		for _, file := range files {
			keys = append(keys, message.DKIMKey{Selector: "t1", File: file})
		}
		if _, err := message.LoadDKIM("example.org", keys...); err == nil {
			t.Errorf("%q were taken", files)
		}
	}
	d := mustDKIM(t, message.DKIMKey{Selector: "short", File: good})
	if diff := cmp.Diff([]string{"short"}, d.Weak()); diff != "" {
		t.Errorf("weak keys (-want +got):\n%s", diff)
	}
}

// BenchmarkSign compares composing and signing a mail of 20 KB with what of that
// is the signing, and what of the signing is RSA, by the processor time of each.
func BenchmarkSign(b *testing.B) {
	file, _ := mustRSA(b, 2048)
	signed := mustCompile(b, message.Config{DKIM: mustDKIM(b, message.DKIMKey{Selector: "t1", File: file})}, longMail())
	unsigned := mustCompile(b, message.Config{}, longMail())
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	d, sum := sampleDelivery(), sha256.Sum256(nil)
	var buf []byte
	steps := []struct {
		do   func() error
		took time.Duration
	}{
		{do: func() error {
			_, err := key.Sign(rand.Reader, sum[:], crypto.SHA256)
			return err
		}},
		{do: func() error { return appendTo(&buf, unsigned, d) }},
		{do: func() error { return appendTo(&buf, signed, d) }},
	}
	for b.Loop() {
		for i := range steps {
			start := processorTime(b)
			if err := steps[i].do(); err != nil {
				b.Fatal(err)
			}
			steps[i].took += processorTime(b) - start
		}
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N) }
	b.ReportMetric(each(steps[0].took), "rsa-µs")
	b.ReportMetric(each(steps[2].took-steps[1].took), "dkim-µs")
	b.ReportMetric(each(steps[2].took), "message-µs")
}

// BenchmarkSignLibrary signs such a mail with the library by which the other tests
// measure our signatures.
func BenchmarkSignLibrary(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	m, err := mustCompile(b, message.Config{}, longMail()).Append(nil, sampleDelivery())
	if err != nil {
		b.Fatal(err)
	}
	options := &dkim.SignOptions{
		Domain: "example.org", Selector: "t1", Signer: key,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	}
	start := processorTime(b)
	for b.Loop() {
		if err := dkim.Sign(io.Discard, bytes.NewReader(m.Bytes), options); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((processorTime(b)-start).Microseconds())/float64(b.N), "library-µs")
}

// appendTo composes a message into memory that is used again.
func appendTo(buf *[]byte, t *message.Template, d newsletter.Delivery) error {
	m, err := t.Append(*buf, d)
	if err == nil {
		*buf = m.Bytes
	}
	return err
}

// processorTime is what this process has used so far, whatever else the machine
// does.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
