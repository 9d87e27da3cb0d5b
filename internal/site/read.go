package site

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

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
		HTTP:    readHTTP(t.Table("http")),
	}
	c.Database = filepath.Join(c.DataDir, "tidings.db")
	if database := t.Text("database", "", isDatabase); database != "" {
		c.Database = f.abs(strings.TrimPrefix(database, "sqlite:"))
	}
	c.Relays = f.readRelays(t)
	c.DKIM = f.readDKIM(t)
	c.Bounce = readBounce(t.Table("bounce"))
	c.Delivery = readDelivery(t.Table("delivery"))
	c.Notify = Notify{To: t.Table("notify").Texts("to", isMailbox)}
	if problems := t.Problems(); len(problems) > 0 {
		return Config{}, problems
	}
	return c, nil
}

func readHTTP(t *settings.Table) HTTP {
	h := HTTP{Listen: t.Text("listen", "127.0.0.1:8080", isAddress)}
	t.Texts("proxies", func(text string) error {
		prefix, err := netip.ParsePrefix(text)
		if ip, failed := netip.ParseAddr(text); failed == nil {
			prefix, err = ip.Prefix(ip.BitLen())
		}
		if err != nil {
			return newsletter.Hint(fmt.Errorf("%.60q is neither an address nor a network", text), `such as "127.0.0.1" or "10.0.0.0/8"`)
		}
		h.Proxies = append(h.Proxies, prefix.Masked())
		return nil
	})
	return h
}

func readDelivery(t *settings.Table) Delivery {
	d := Delivery{
		Retry:   newsletter.DefaultRetry(),
		Unknown: settings.Word(t, "unknown", UnknownHold, UnknownHold, UnknownResend),
	}
	if t.Has("retry") {
		d.Retry.Waits = t.Durations("retry")
		if t.Empty("retry") {
			t.Reject("retry", newsletter.Hint(errors.New("names no wait"), `such as ["10m", "1h"]`))
		}
	}
	d.DomainRate = readDomainRates(t)
	d.FeedbackID = t.Text("feedback_id", "", isFeedbackID)
	d.Retry.GiveUp = t.Duration("give_up", d.Retry.GiveUp)
	d.StopWait = t.Duration("stop_wait", time.Minute)
	if t.Has("quiet_gap") {
		d.QuietGap = t.Duration("quiet_gap", 0)
	}
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
	if u.Path != "" && u.Path != "/" || strings.ContainsAny(text, "?#") {
		return newsletter.Hint(fmt.Errorf("%.80q has more than scheme and host", text), "a site has its own host name")
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return newsletter.Hint(fmt.Errorf("%.80q is not https", text), "http is for localhost only: readers' links hold secrets")
	}
	return nil
}

// Local says whether readers reach the site on this machine alone, to try it.
func (c *Config) Local() bool {
	u, err := url.Parse(c.BaseURL)
	return err == nil && isLoopback(u.Hostname())
}

// isLoopback says whether a host is this machine (RFC 6761, section 6.3).
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// isMailbox wants one bare mail address.
func isMailbox(text string) error {
	_, _, err := newsletter.ParseAddress(text)
	return err
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

// DNSName refuses what cannot stand in DNS as the name of a domain or of a DKIM key.
func DNSName(text string) error {
	if len(text) > 253 || !domains.MatchString(text) {
		return newsletter.Hint(fmt.Errorf("%.80q is not a DNS name", text), "in ASCII, as it stands in DNS")
	}
	return nil
}
