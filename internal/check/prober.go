package check

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	maxRedirects  = 5
	maxHeaderSize = 64 << 10         // bytes of an answer that are read; its body never is
	linkTimeout   = 10 * time.Second // for one request with its redirects
)

// errBlocked is an address that is not asked for.
var errBlocked = errors.New("is not asked for")

// Prober follows links. Issues may be written by people who should not be able
// to look into the network that Tidings runs in, so it speaks only to the public
// web, at the ports of http and https: each address is judged when it is dialed,
// after its name was resolved, for each redirect anew, so that neither a name
// that points inside nor one that changes its mind leads there.
type Prober struct {
	client *http.Client
	allow  func(netip.AddrPort) bool
}

// NewProber returns a Prober that asks the machine's resolver.
func NewProber() *Prober { return newProber(net.DefaultResolver, isWeb, linkTimeout) }

// isWeb says whether an address is a web server of the public net.
func isWeb(a netip.AddrPort) bool {
	return isPublic(a.Addr()) && (a.Port() == 80 || a.Port() == 443)
}

// newProber returns a Prober that connects to the addresses that allow takes.
func newProber(resolver *net.Resolver, allow func(netip.AddrPort) bool, timeout time.Duration) *Prober {
	p := &Prober{allow: allow}
	dialer := &net.Dialer{Timeout: timeout, Resolver: resolver, Control: p.control}
	p.client = &http.Client{
		Timeout:       timeout,
		CheckRedirect: redirect,
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve names by itself
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    timeout,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeaderSize,
		},
	}
	return p
}

// control judges the address that is about to be dialed.
func (p *Prober) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !p.allow(at) {
		return fmt.Errorf("%s %w: only web servers of the public net are", address, errBlocked)
	}
	return nil
}

// redirect judges the next address of a link that is passed on.
func redirect(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("is passed on more than %d times", maxRedirects)
	}
	return vetURL(r)
}

// vetURL wants a web address without a password in it.
func vetURL(r *http.Request) error {
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" || r.URL.User != nil || r.URL.Host == "" {
		return fmt.Errorf("%.60q %w: only plain web addresses are", r.URL.Redacted(), errBlocked)
	}
	return nil
}
