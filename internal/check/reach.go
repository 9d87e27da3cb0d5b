package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	maxLinks        = 200
	maxAtOnce       = 8
	allLinksTimeout = 2 * time.Minute
)

// Outcome is what came of following a link that did not answer well.
type Outcome struct {
	Gone    bool   // for sure: no such page, no such host
	Message string // what the host said, or what went wrong
}

// Reach asks for each URL, a few at a time, and returns what came of those that
// did not answer well. Of very many it asks for the first 200.
func (p *Prober) Reach(ctx context.Context, urls []string) map[string]Outcome {
	ctx, cancel := context.WithTimeout(ctx, allLinksTimeout)
	defer cancel()
	outcomes := map[string]Outcome{}
	var mu sync.Mutex
	var group sync.WaitGroup
	turns := make(chan struct{}, maxAtOnce)
	for _, link := range urls[:min(len(urls), maxLinks)] {
		turns <- struct{}{}
		group.Go(func() {
			defer func() { <-turns }()
			if o, bad := p.outcome(ctx, link); bad {
				mu.Lock()
				defer mu.Unlock()
				outcomes[link] = o
			}
		})
	}
	group.Wait()
	return outcomes
}

// outcome asks for one URL, and says whether it did not answer well.
func (p *Prober) outcome(ctx context.Context, link string) (Outcome, bool) {
	status, err := p.ask(ctx, http.MethodHead, link)
	if err == nil && status >= 400 {
		// Some hosts answer only whole requests.
		status, err = p.ask(ctx, http.MethodGet, link)
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
	// The URL is said already.
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return Outcome{false, err.Error()}, true
}

// ask returns the status of the answer. The body is not read: it could be
// endless, slow, or a small file that unpacks to a large one.
func (p *Prober) ask(ctx context.Context, method, link string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, link, http.NoBody)
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
	defer answer.Body.Close()
	return answer.StatusCode, nil
}
