package site

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/settings"
)

// parseConfig reads tidings.toml. Secrets are looked up with it, so that a site
// never starts without them.
func (f *Folder) parseConfig(src []byte) (Config, error) {
	t, err := settings.TOML(configFile, src)
	if err != nil {
		return Config{}, err
	}
	t.Require("base_url")
	c := Config{
		BaseURL: strings.TrimSuffix(t.Text("base_url", "", isBaseURL), "/"),
		DataDir: f.abs(t.Text("data_dir", "data", settings.Line)),
		HTTP:    HTTP{Listen: t.Table("http").Text("listen", "127.0.0.1:8080", isAddress)},
	}
	c.Database = filepath.Join(c.DataDir, "tidings.db")
	if database := t.Text("database", "", isDatabase); database != "" {
		c.Database = f.abs(strings.TrimPrefix(database, "sqlite:"))
	}
	c.Relay = f.readRelay(t)
	c.DKIM = f.readDKIM(t)
	c.Delivery = readDelivery(t.Table("delivery"))
	if problems := t.Problems(); len(problems) > 0 {
		return Config{}, problems
	}
	return c, nil
}

// readRelay reads the one relay that is supported so far.
func (f *Folder) readRelay(t *settings.Table) *Relay {
	tables := t.Tables("relay")
	if len(tables) == 0 {
		return nil
	}
	var relays []*Relay
	for _, table := range tables {
		relays = append(relays, f.readOneRelay(table))
	}
	if len(relays) > 1 {
		t.Reject("relay", newsletter.Hint(fmt.Errorf("there are %d, and one relay is supported so far", len(relays)), "keep one of them"))
	}
	return relays[0]
}

func (f *Folder) readOneRelay(t *settings.Table) *Relay {
	t.Require("address")
	r := &Relay{
		Name:        t.Text("name", "primary", settings.Line),
		Address:     t.Text("address", "", isAddress),
		TLS:         settings.Word(t, "tls", TLSStart, TLSStart, TLSImplicit, TLSNone),
		Insecure:    t.Bool("insecure", false),
		Username:    t.Text("username", "", settings.Line),
		Password:    f.readPassword(t),
		Connections: t.Int("connections", 8, 1, 100),
	}
	t.Text("rate", "", func(text string) (err error) {
		r.PerSecond, err = parseRate(text)
		return err
	})
	host, _, _ := net.SplitHostPort(r.Address)
	if r.TLS == TLSNone && !r.Insecure && host != "" && !isLoopback(host) {
		t.Reject("tls", newsletter.Hint(errors.New(`"none" is for this machine only, expected "starttls" or "implicit"`),
			"insecure = true allows it, and everybody on the way can read the mail"))
	}
	if r.Username == "" && r.Password != "" {
		t.Reject(cmp.Or(present(t, "password_env"), "password_file"), errors.New("a password needs a username"))
	}
	if r.Username != "" && !t.Has("password_env") && !t.Has("password_file") {
		t.Reject("username", newsletter.Hint(errors.New("needs a password"), "name one with password_env or password_file"))
	}
	return r
}

// present returns key if it stands in t, or "".
func present(t *settings.Table, key string) string {
	if t.Has(key) {
		return key
	}
	return ""
}

func (f *Folder) readDKIM(t *settings.Table) *DKIM {
	given := t.Has("dkim")
	table := t.Table("dkim")
	if !given {
		return nil
	}
	table.Require("domain", "selector", "key_file")
	d := &DKIM{
		Domain:   table.Text("domain", "", isDomain),
		Selector: table.Text("selector", "", isDomain),
	}
	if file := table.Text("key_file", "", settings.Line); file != "" {
		d.KeyFile = f.abs(file)
		if _, err := f.readSecretFile(file); err != nil {
			table.Reject("key_file", err)
		}
	}
	return d
}

func readDelivery(t *settings.Table) Delivery {
	d := Delivery{
		Retry:   newsletter.DefaultRetry(),
		Unknown: settings.Word(t, "unknown", UnknownHold, UnknownHold, UnknownResend),
	}
	if t.Has("retry") {
		d.Retry.Waits = t.Durations("retry")
		if len(d.Retry.Waits) == 0 {
			t.Reject("retry", newsletter.Hint(errors.New("names no wait"), `such as ["10m", "1h"]`))
		}
	}
	d.Retry.GiveUp = t.Duration("give_up", d.Retry.GiveUp)
	return d
}

// isBaseURL wants https and a host, or http on this machine.
func isBaseURL(text string) error {
	if err := settings.WebURL(text); err != nil {
		return err
	}
	u, err := url.Parse(text)
	if err != nil {
		return err
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return newsletter.Hint(fmt.Errorf("%.80q has more than scheme and host", text), "a site has its own host name")
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return newsletter.Hint(fmt.Errorf("%.80q is not https", text), "http is for localhost only: readers' links hold secrets")
	}
	return nil
}

// isLoopback says whether a host is this machine (RFC 6761, section 6.3).
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// isAddress wants host:port.
func isAddress(text string) error {
	host, port, err := net.SplitHostPort(text)
	n, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || strings.ContainsAny(host, " /@") {
		return newsletter.Hint(fmt.Errorf("%.80q is not an address, expected host:port", text), `such as "127.0.0.1:8080"`)
	}
	if n == 0 && host == "" {
		return errors.New("names neither host nor port")
	}
	return nil
}

func isDatabase(text string) error {
	if strings.HasPrefix(text, "postgres:") || strings.HasPrefix(text, "postgresql:") {
		return newsletter.Hint(errors.New("PostgreSQL is not supported yet"), `expected "sqlite:PATH"`)
	}
	if path, ok := strings.CutPrefix(text, "sqlite:"); !ok || path == "" || strings.ContainsAny(path, "?\x00") {
		return newsletter.Hint(errors.New(`expected "sqlite:PATH"`), `such as "sqlite:data/tidings.db"`)
	}
	return nil
}

// domains is a DNS name of letters, digits, hyphens and underscores.
var domains = regexp.MustCompile(`^(?i:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)(?:\.(?i:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?))*$`)

func isDomain(text string) error {
	if len(text) > 253 || !domains.MatchString(text) {
		return newsletter.Hint(fmt.Errorf("%.80q is not a DNS name", text), "in ASCII, as it stands in DNS")
	}
	return nil
}

// parseRate reads messages per second, minute or hour as messages per second.
func parseRate(text string) (float64, error) {
	seconds := map[string]float64{"s": 1, "m": 60, "h": 3600}
	count, unit, _ := strings.Cut(text, "/")
	n, err := strconv.ParseUint(count, 10, 32)
	if err != nil || n == 0 || seconds[unit] == 0 {
		return 0, newsletter.Hint(fmt.Errorf("%.40q is not a rate", text), `such as "50/s", "100/m" or "3000/h"`)
	}
	return float64(n) / seconds[unit], nil
}
