package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

const (
	maxRedirects  = 5
	maxLinks      = 200
	maxAtOnce     = 8
	linkTimeout   = 10 * time.Second // for one link with its redirects
	maxHeaderSize = 64 << 10         // bytes of an answer that are read; its body never is
)

// errBlocked is an address that is not asked for.
var errBlocked = errors.New("is not asked for")

// Outcome is what came of following a link that did not answer well.
type Outcome struct {
	Gone    bool   // for sure: no such page, no such host
	Message string // what the host said, or what went wrong
}

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

// Reach asks for each URL, a few at a time, and returns what came of those that
// did not answer well. Of very many it asks for the first 200.
func (p *Prober) Reach(ctx context.Context, urls []string) map[string]Outcome {
	outcomes := map[string]Outcome{}
	var mu sync.Mutex
	var group sync.WaitGroup
	turns := make(chan struct{}, maxAtOnce)
	for _, url := range urls[:min(len(urls), maxLinks)] {
		turns <- struct{}{}
		group.Go(func() {
			defer func() { <-turns }()
			if o, bad := p.outcome(ctx, url); bad {
				mu.Lock()
				defer mu.Unlock()
				outcomes[url] = o
			}
		})
	}
	group.Wait()
	return outcomes
}

// outcome asks for one URL, and says whether it did not answer well.
func (p *Prober) outcome(ctx context.Context, url string) (Outcome, bool) {
	status, err := p.ask(ctx, http.MethodHead, url)
	if err == nil && status >= 400 {
		// Some hosts answer only whole requests.
		status, err = p.ask(ctx, http.MethodGet, url)
	}
	dns, _ := errors.AsType[*net.DNSError](err)
	switch {
	case err == nil && status < 400:
		return Outcome{}, false
	case err == nil:
		gone := status == http.StatusNotFound || status == http.StatusGone
		return Outcome{gone, fmt.Sprintf("the host answers %d %s", status, http.StatusText(status))}, true
	case dns != nil && dns.IsNotFound:
		return Outcome{true, "there is no such host"}, true
	case errors.Is(err, context.DeadlineExceeded):
		return Outcome{false, "the host does not answer in time"}, true
	}
	return Outcome{false, err.Error()}, true
}

// ask returns the status of the answer. The body is not read: it could be
// endless, slow, or a small file that unpacks to a large one.
func (p *Prober) ask(ctx context.Context, method, url string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	if err := vetURL(r); err != nil {
		return 0, err
	}
	r.Header.Set("User-Agent", "Tidings link check")
	answer, err := p.client.Do(r)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, ignore(answer.Body)
}

func ignore(body io.Closer) error {
	_ = body.Close() // what was to be known is known
	return nil
}
