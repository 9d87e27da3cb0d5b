package main_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"tidings/internal/smtptest"
)

// A real relay: mails go through a Postfix with STARTTLS, which passes them on.
// Behind it each reader has the issue once, from a return path of their own, and
// both signatures still hold.
func TestPostfix(t *testing.T) {
	needPostfix(t)
	const readers = 60
	next := smtptest.New(t, smtptest.Config{KeepRaw: true})
	relay := startPostfix(t, next.Addr())
	dir, addresses := mustSite(t, "", readers)
	records := signBoth(t, dir)
	appendSettings(t, dir, fmt.Sprintf("[bounce]\naddress = \"bounces@example.org\"\n\n[[relay]]\naddress = %q\n", relay))

	var results []struct {
		Accepted  bool
		Text      string
		MessageID string `json:"message_id"`
	}
	answer := run(t, dir, "test", "harbor/first-frost", "--to", "staff@example.org", "--to", "staff@example.org", "--json")
	if err := json.Unmarshal([]byte(answer), &results); err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 || !results[0].Accepted || !strings.Contains(results[0].Text, "queued as") || results[0].MessageID == results[1].MessageID {
		t.Errorf("test says %s", answer)
	}
	run(t, dir, "publish", "harbor/first-frost", "--now", "--wait")
	if got := status(t, dir, "harbor/first-frost"); got.Sent != readers || !got.closes() {
		t.Errorf("status: %+v", got)
	}
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	if err := next.Wait(ctx, readers+2); err != nil {
		t.Fatalf("%d of %d messages came through: %v", len(next.Accepted()), readers+2, err)
	}
	if v := smtptest.Judge(next.Recipients(), append(addresses, "staff@example.org", "staff@example.org")); !v.Clean() {
		t.Errorf("behind the relay: %+v", v)
	}
	for _, m := range next.Accepted() {
		checkRelayed(t, m, records)
	}
}

// checkRelayed looks at a message behind the relay.
func checkRelayed(t *testing.T, m smtptest.Record, records map[string]string) {
	t.Helper()
	head, _, _ := strings.Cut(string(m.Raw), "\r\n\r\n")
	if n := strings.Count(head, "\r\nReceived:") + strings.Count(head[:9], "Received:"); n != 1 || !strings.Contains(head, "with ESMTPS") {
		t.Errorf("it did not come over one relay with TLS:\n%s", head)
	}
	if !strings.HasPrefix(m.From, "bounces+") || !strings.HasSuffix(m.From, "@example.org") || len(m.From) > 64+len("@example.org") {
		t.Errorf("return path %s", m.From)
	}
	found, err := dkim.VerifyWithOptions(strings.NewReader(string(m.Raw)), &dkim.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) { return []string{records[name]}, nil },
	})
	if err != nil || len(found) != len(records) {
		t.Fatalf("%d signatures, want %d: %v", len(found), len(records), err)
	}
	for _, v := range found {
		if v.Err != nil {
			t.Errorf("signature %s: %v", v.Identifier, v.Err)
		}
	}
}

// signBoth makes a key of each kind for a site, and returns their DNS records.
func signBoth(t *testing.T, dir string) map[string]string {
	t.Helper()
	records := map[string]string{}
	for _, kind := range []string{"rsa", "ed25519"} {
		var key struct{ Name, Value, Settings string }
		out := run(t, dir, "dkim", "keygen", "--type", kind, "--domain", "example.org", "--out", kind+".pem", "--json")
		if err := json.Unmarshal([]byte(out), &key); err != nil {
			t.Fatal(err)
		}
		records[key.Name] = key.Value
		appendSettings(t, dir, key.Settings)
	}
	return records
}

func appendSettings(t *testing.T, dir, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "tidings.toml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("\n" + text)
	if closeErr := f.Close(); err != nil || closeErr != nil {
		t.Fatal(err, closeErr)
	}
}

// needPostfix skips a test where there is no Postfix, or nobody may start it.
// With CI=true there has to be one.
func needPostfix(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("postfix")
	if err == nil && os.Geteuid() == 0 {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("postfix is not installed, or this is not root")
	}
	t.Skip("needs postfix, and root to start it: the way through a real relay is tested where they are")
}

// The settings of a Postfix that takes mail on one port of this machine, over TLS
// alone, and passes all of it on to another.
const (
	postfixMain = `compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file = %[1]s/log
maillog_file_prefixes = %[1]s
myhostname = relay.example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = %[1]s/cert.pem
smtpd_tls_key_file = %[1]s/key.pem
relayhost = [127.0.0.1]:%[2]s
`
	postfixMaster = `127.0.0.1:%s inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr    unix n - n 300 1 qmgr
tlsmgr  unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce  unix - - n - 0 bounce
defer   unix - - n - 0 bounce
trace   unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil   unix - - n - 1 anvil
smtp    unix - - n - - smtp
error   unix - - n - - error
retry   unix - - n - - error
`
)

// startPostfix starts a Postfix of the test's own, which passes mail on to next,
// and returns its address. The certificate is one that the programs started by
// the test trust.
func startPostfix(t *testing.T, next string) string {
	t.Helper()
	// Its daemons are not root, and must be able to come here.
	dir, err := os.MkdirTemp("/var/tmp", "tidings-postfix-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	err = errors.Join(os.Chmod(dir, 0o755), os.Mkdir(filepath.Join(dir, "queue"), 0o755))
	if err != nil {
		t.Fatal(err)
	}
	writeCertificate(t, dir)
	_, nextPort, err := net.SplitHostPort(next)
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	for name, text := range map[string]string{
		"main.cf": fmt.Sprintf(postfixMain, dir, nextPort), "master.cf": fmt.Sprintf(postfixMaster, port),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { // before its folder goes
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Logf("postfix says:\n%s", log)
		}
		_ = exec.CommandContext(context.WithoutCancel(t.Context()), "postfix", "-c", dir, "abort").Run()
	})
	if out, err := exec.CommandContext(t.Context(), "postfix", "-c", dir, "start").CombinedOutput(); err != nil {
		t.Fatalf("start postfix: %v\n%s", err, out)
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// writeCertificate makes the relay's certificate, and lets the programs that are
// started from now on trust it alone.
func writeCertificate(t *testing.T, dir string) {
	t.Helper()
	certificate, _ := smtptest.Certificate(t, time.Now().AddDate(0, 6, 0), "127.0.0.1")
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: certificate.Certificate[0]},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("SSL_CERT_FILE", filepath.Join(dir, "cert.pem"))
}

// freePort is a port of this machine that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
