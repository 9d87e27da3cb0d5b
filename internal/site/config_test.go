package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

func TestOpen_everyKey(t *testing.T) {
	t.Setenv("HARBOR_PASSWORD", "open sesame")
	f := mustOpen(t, map[string]string{
		"dkim.pem": "key", "ed.pem": "key",
		"token": "ya29\n",
		"tidings.toml": `
base_url = "https://news.example.org/"
data_dir = "state"
database = "sqlite:state/harbor.db"

[http]
listen = "[::1]:9090"
proxies = ["127.0.0.1", "10.1.0.0/8"]

[[relay]]
name = "backup"
address = "smtp.example.org:465"
tls = "implicit"
username = "tidings"
password_env = "HARBOR_PASSWORD"
connections = 4
rate = "3000/h"
order = 2
weight = 9
messages = 100
daily = 50000
pipelining = false

[[relay]]
address = "127.0.0.1:25"
tls = "none"
username = "tidings"
token_file = "token"

[dkim]
domain = "example.org"
selector = "t1"
key_file = "dkim.pem"
ed25519_selector = "t2"
ed25519_key_file = "ed.pem"

[bounce]
address = "bounces@example.org"

[delivery]
retry = ["1m", "1d"]
give_up = "3d"
stop_wait = "5m"
unknown = "resend"
feedback_id = "example-org"
domain_rate = {"gmail.com" = "20/s", "Example.ORG" = "60/m"}
quiet_gap = "20h"

[notify]
to = ["ida@example.org", "ole@example.org"]
`,
	})
	want := Config{
		BaseURL:  "https://news.example.org",
		DataDir:  filepath.Join(f.Dir(), "state"),
		Database: filepath.Join(f.Dir(), "state", "harbor.db"),
		Notify:   Notify{To: []string{"ida@example.org", "ole@example.org"}},
		HTTP:     HTTP{Listen: "[::1]:9090", Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}},
		Relays: []Relay{{
			Name: "backup", Address: "smtp.example.org:465", TLS: TLSImplicit,
			Username: "tidings", Password: "open sesame", Connections: 4, PerSecond: 3000.0 / 3600,
			Order: 2, Weight: 9, Messages: 100, Daily: 50_000,
		}, {
			Name: "relay-2", Address: "127.0.0.1:25", TLS: TLSNone,
			Username: "tidings", Token: "ya29", TokenFile: filepath.Join(f.Dir(), "token"),
			Order: 1, Weight: 1, Connections: 8, Pipelining: true,
		}},
		DKIM: &DKIM{
			Domain: "example.org", Selector: "t1", KeyFile: filepath.Join(f.Dir(), "dkim.pem"),
			Ed25519Selector: "t2", Ed25519KeyFile: filepath.Join(f.Dir(), "ed.pem"),
		},
		Bounce: Bounce{Address: "bounces@example.org"},
		Delivery: Delivery{
			Retry:    newsletter.Retry{Waits: []time.Duration{time.Minute, 24 * time.Hour}, GiveUp: 72 * time.Hour},
			StopWait: 5 * time.Minute,
			QuietGap: 20 * time.Hour, Unknown: UnknownResend, FeedbackID: "example-org", DomainRate: map[string]float64{"gmail.com": 20, "example.org": 1},
		},
	}
	if diff := cmp.Diff(want, f.Config, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
}

func TestOpen_defaults(t *testing.T) {
	f := mustOpen(t, map[string]string{"tidings.toml": `base_url = "http://localhost:8080"`})
	want := Config{
		BaseURL:  "http://localhost:8080",
		DataDir:  filepath.Join(f.Dir(), "data"),
		Database: filepath.Join(f.Dir(), "data", "tidings.db"),
		HTTP:     HTTP{Listen: "127.0.0.1:8080"},
		Delivery: Delivery{Retry: newsletter.DefaultRetry(), Unknown: UnknownHold, StopWait: time.Minute},
	}
	if diff := cmp.Diff(want, f.Config, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
}

func TestOpen_problems(t *testing.T) {
	const base = "base_url = \"https://news.example.org\"\n"
	tests := []struct{ name, src, want string }{
		{"every key wrong", `data_dir = 5
database = "postgres://tidings:hunter2@db/tidings"
nonsense = true
[http]
listen = "8080"
[[relay]]
address = "smtp.example.org"
tls = "ssl"
connections = 0
rate = "50"
port = 587
username = "tidings"
[dkim]
domain = "exa mple"
key_file = "missing.pem"
[delivery]
retry = ["10m", "soon"]
give_up = "-1h"
unknown = "drop"
`, `tidings.toml: key "base_url" is missing (it has no default)
tidings.toml:1:1: data_dir is a number, expected text (put it in quotes)
tidings.toml:2:1: database: PostgreSQL is not supported yet (expected "sqlite:PATH")
tidings.toml:3:1: unknown key "nonsense" (known here: base_url, data_dir, http, database, relay, dkim, bounce, delivery, notify)
tidings.toml:5:1: http.listen: "8080" is not an address, expected host:port (such as "127.0.0.1:8080")
tidings.toml:7:1: relay.address: "smtp.example.org" is not an address, expected host:port (such as "127.0.0.1:8080")
tidings.toml:8:1: relay.tls: "ssl" is not known, expected "starttls", "implicit" or "none"
tidings.toml:9:1: relay.connections: 0 is out of range, expected 1 to 100
tidings.toml:10:1: relay.rate: "50" is not a rate (such as "50/s", "100/m" or "3000/h")
tidings.toml:11:1: unknown key "relay.port" (known here: address, name, tls, insecure, username, order, weight, connections, messages, pipelining, daily, password_env, password_file, token_env, token_file, rate)
tidings.toml:12:1: relay.username: needs a password (name one with password_env or password_file)
tidings.toml:13:2: key "dkim.selector" is missing (it has no default)
tidings.toml:14:1: dkim.domain: "exa mple" is not a DNS name (in ASCII, as it stands in DNS)
tidings.toml:15:1: dkim.key_file: there is no file missing.pem (relative paths begin at the site folder)
tidings.toml:17:1: delivery.retry: "soon" is not a duration (such as "30m", "6h" or "2d")
tidings.toml:18:1: delivery.give_up: a duration must be more than 0 and at most 3650d
tidings.toml:19:1: delivery.unknown: "drop" is not known, expected "hold" or "resend"`},
		{"nobody to notify", base + "[notify]\nto = \"Ida <ida@example.org>\"\n[delivery]\nquiet_gap = \"soon\"\n", `tidings.toml:3:1: notify.to: invalid address: only the bare address is taken, without a name or angle brackets
tidings.toml:5:1: delivery.quiet_gap: "soon" is not a duration (such as "30m", "6h" or "2d")`},
		{"plain http", `base_url = "http://news.example.org"`, `tidings.toml:1:1: base_url: "http://news.example.org" is not https (http is for localhost only: readers' links hold secrets)`},
		{"a path in base_url", `base_url = "https://example.org/news"`, `tidings.toml:1:1: base_url: "https://example.org/news" has more than scheme and host (a site has its own host name)`},
		{"slashes in base_url", `base_url = "https://example.org//"`, `tidings.toml:1:1: base_url: "https://example.org//" has more than scheme and host (a site has its own host name)`},
		{"an empty query in base_url", `base_url = "https://example.org?"`, `tidings.toml:1:1: base_url: "https://example.org?" has more than scheme and host (a site has its own host name)`},
		{"an empty fragment in base_url", `base_url = "https://example.org/#"`, `tidings.toml:1:1: base_url: "https://example.org/#" has more than scheme and host (a site has its own host name)`},
		{"a password in base_url", `base_url = "https://a:hunter2@example.org"`, `tidings.toml:1:1: base_url: is not a web address (such as "https://news.example.org")`},
		{"two relays of one name", base + "[[relay]]\naddress = \"a:25\"\n[[relay]]\nname = \"primary\"\naddress = \"b:25\"\n", `tidings.toml:5:1: relay.name: there are two relays "primary"`},
		{"a password and a token", base + "[[relay]]\naddress = \"a:25\"\nusername = \"x\"\npassword_file = \"password\"\ntoken_file = \"password\"\n", "tidings.toml:6:1: relay.token_file: there is a password as well (keep one of them)"},
		{"token without user", base + "[[relay]]\naddress = \"a:25\"\ntoken_file = \"password\"\n", "tidings.toml:4:1: relay.token_file: a token needs a username"},
		{"a domain's rate", base + "[delivery]\ndomain_rate = {\"gmail.com\" = \"20\", \"no domain\" = \"1/s\"}\n", `tidings.toml:3:16: delivery.domain_rate.gmail.com: "20" is not a rate (such as "50/s", "100/m" or "3000/h")
tidings.toml:3:36: delivery.domain_rate.no domain: "no domain" is not a DNS name (in ASCII, as it stands in DNS)`},
		{"half a second key", base + "[dkim]\ndomain = \"a.org\"\nselector = \"t1\"\nkey_file = \"password\"\ned25519_selector = \"t1\"\n", `tidings.toml:2:2: key "dkim.ed25519_key_file" is missing (it has no default)
tidings.toml:6:1: dkim.ed25519_selector: is that of the first key, and each key has its own DNS record`},
		{"no room for a token", base + "[bounce]\naddress = \"bounces+x@example.org\"\n", `tidings.toml:3:1: bounce.address: "bounces+x@example.org" has no room for a token: at most 20 characters before the "@", without "+" (such as "bounces@example.org")`},
		{"no address", base + "[bounce]\naddress = \"bounces\"\n[delivery]\nfeedback_id = \"abc\"\n", `tidings.toml:3:1: bounce.address: invalid address: it has no "@"
tidings.toml:5:1: delivery.feedback_id: "abc" is not a sender's name, expected 5 to 15 letters, digits and . _ - (such as "example-org")`},
		{"relay as a table", base + "[relay]\naddress = \"a:25\"\n", "tidings.toml:2:2: relay is a table, expected a list of tables, each begun with [[relay]]"},
		{"the port of the other encryption", base + "[[relay]]\naddress = \"a.example.org:465\"\n", `tidings.toml:3:1: relay.address: port 465 speaks TLS from the first byte, and tls is "starttls" (set tls = "implicit")`},
		{"no encryption", base + "[[relay]]\naddress = \"a.example.org:25\"\ntls = \"none\"\n", `tidings.toml:4:1: relay.tls: "none" is for this machine only, expected "starttls" or "implicit" (insecure = true allows it, and everybody on the way can read the mail)`},
		{"a password in the wrong place", base + "[[relay]]\naddress = \"a:25\"\nusername = \"x\"\npassword_env = \"hunter2\"\n", "tidings.toml:5:1: relay.password_env: is not the name of an environment variable, expected A-Z, 0-9 and _ (write the variable's name here, and the password only into the environment)"},
		{"a password in the open", base + "[[relay]]\naddress = \"a:25\"\npassword = \"hunter2\"\n", `tidings.toml:4:1: unknown key "relay.password" (known here: address, name, tls, insecure, username, order, weight, connections, messages, pipelining, daily, password_env, password_file, token_env, token_file, rate)`},
		{"password without user", base + "[[relay]]\naddress = \"a:25\"\npassword_file = \"password\"\n", "tidings.toml:4:1: relay.password_file: a password needs a username"},
		{"all keys are named", base + "[delivery]\nnonsense = 1\n", `tidings.toml:3:1: unknown key "delivery.nonsense" (known here: unknown, retry, domain_rate, feedback_id, give_up, stop_wait, quiet_gap)`},
		{"a wait that is none, said once", base + "[delivery]\nretry = [\"10x\"]\n", `tidings.toml:3:1: delivery.retry: "10x" is not a duration (such as "30m", "6h" or "2d")`},
		{"no retry", base + "[delivery]\nretry = []\n", `tidings.toml:3:1: delivery.retry: names no wait (such as ["10m", "1h"])`},
		{"syntax", "base_url = https://news.example.org\n", "tidings.toml:1:12: is not TOML: unexpected character U+0068 'h' at start of value (put text in quotes)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, map[string]string{"tidings.toml": tt.src, "empty": "", "password": "hunter2\n"})
			_, err := Open(dir)
			if !errors.Is(err, newsletter.ErrInvalid) {
				t.Fatalf("error %v, want an invalid file", err)
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error shows the password")
			}
		})
	}
}

func TestOpen_relayOnThisMachine(t *testing.T) {
	for _, src := range []string{
		"address = \"127.0.0.1:2525\"\ntls = \"none\"",
		"address = \"localhost:2525\"\ntls = \"none\"",
		"address = \"[::1]:2525\"\ntls = \"none\"",
		"address = \"relay.example.org:25\"\ntls = \"none\"\ninsecure = true",
	} {
		f := mustOpen(t, map[string]string{"tidings.toml": "base_url = \"http://127.0.0.1:8080\"\n[[relay]]\n" + src})
		if f.Config.Relays[0].TLS != TLSNone {
			t.Errorf("%s: tls %q", src, f.Config.Relays[0].TLS)
		}
	}
}

func TestOpen_noSite(t *testing.T) {
	for name, dir := range map[string]string{"empty": t.TempDir(), "missing": filepath.Join(t.TempDir(), "nothing")} {
		_, err := Open(dir)
		hinted, ok := errors.AsType[*newsletter.Hinted](err)
		if !ok || !strings.Contains(hinted.Hint, "tidings init") || !errors.Is(err, newsletter.ErrNotFound) {
			t.Errorf("%s: error %v, want not found with a hint", name, err)
		}
	}
}

// TestSecret prints a secret in every way that a careless line might.
func TestSecret(t *testing.T) {
	relay := Relay{Password: "hunter2"}
	encoded, err := json.Marshal(relay)
	if err != nil {
		t.Fatal(err)
	}
	prints := []string{
		fmt.Sprint(relay), fmt.Sprintf("%v %+v %#v", relay, &relay, relay), string(encoded),
		fmt.Sprintf("%s %q %x %d", relay.Password, relay.Password, relay.Password, relay.Password),
	}
	for _, print := range prints {
		if strings.Contains(print, "hunter2") || strings.Contains(print, "68756e746572") {
			t.Errorf("secret in %q", print)
		}
	}
	if string(relay.Password) != "hunter2" {
		t.Error("the secret is lost")
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("base_url = \"https://a.example\"\n[[relay]]\naddress = \"a:1\"\nrate = \"1/s\"\n[dkim]\n[delivery]\nretry=[\"1d\"]\n"))
	f.Add([]byte("relay = [1, {}]\nhttp = 5\ndatabase = \"sqlite:\"\n"))
	folder := &Folder{dir: f.TempDir()}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := folder.parseConfig(src)
		if err != nil {
			if !errors.Is(err, newsletter.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		if c.BaseURL == "" || !filepath.IsAbs(c.DataDir) || !filepath.IsAbs(c.Database) || len(c.Delivery.Retry.Waits) == 0 {
			t.Errorf("config lacks a part: %+v", c)
		}
	})
}

// mustOpen opens a site made of files.
func mustOpen(t testing.TB, files map[string]string) *Folder {
	t.Helper()
	f, err := Open(write(t, files))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// write makes a folder of files, by their paths.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestReadToken: a token file is read again, since tokens are short-lived.
func TestReadToken(t *testing.T) {
	f := mustOpen(t, map[string]string{
		"token":        "first",
		"tidings.toml": "base_url = \"http://localhost\"\n[[relay]]\naddress = \"a:25\"\nusername = \"x\"\ntoken_file = \"token\"\n",
	})
	if err := os.WriteFile(filepath.Join(f.Dir(), "token"), []byte("second\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if token, err := f.ReadToken(f.Config.Relays[0]); err != nil || string(token) != "second" {
		t.Errorf("token %q, %v; want the new one", string(token), err)
	}
}

// A secret that is not there is told to who needs it, and stops nobody else.
func TestOpen_noSecret(t *testing.T) {
	for _, c := range []struct{ key, want string }{
		{`password_env = "HARBOR_NOT_SET"`, "tidings.toml:5:1: relay.password_env: the environment variable HARBOR_NOT_SET is not set (set it where tidings is started)"},
		{`password_file = "nothing"`, "tidings.toml:5:1: relay.password_file: there is no file nothing (relative paths begin at the site folder)"},
		{`token_file = "empty"`, "tidings.toml:5:1: relay.token_file: the file's first line is empty"},
		{`password_file = "password"`, ""},
	} {
		f := mustOpen(t, map[string]string{
			"tidings.toml": "base_url = \"https://news.example.org\"\n[[relay]]\naddress = \"a:25\"\nusername = \"x\"\n" + c.key + "\n",
			"empty":        "\nhunter2\n", "password": "hunter2\n",
		})
		got := ""
		if err := f.Config.Relays[0].NoSecret; err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.key, got, c.want)
		}
	}
}
