package public_test

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// One address typed a thousand times, from two hundred networks and through every
// door, gets one mail a newsletter and day, and three over all.
func TestDoors_OneVictim(t *testing.T) {
	s := mustSite(t)
	var nets networks
	var all sync.WaitGroup
	ids := []string{"harbor", "cartas", "tides"}
	for i := range 1000 {
		d := doors()[i%3]
		all.Go(func() {
			r := d.send(t, "/"+ids[i%len(ids)]+"/subscribe", url.Values{
				"email": {"victim@example.org"}, "newsletter": ids[:i%3], "rhythm": {"Once a month"}, "terms": {"yes"},
			})
			r.RemoteAddr = nets.next()
			if a := s.through(r); a.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", d.name, a.Status)
			}
		})
	}
	all.Wait()
	if _, n := s.confirmations(); n == 0 || n > 3 {
		t.Errorf("%d mails went to one address, want 1 to 3", n)
	}
	if left := s.kept(`SELECT count(*) FROM delivery`); left[0] > "3" {
		t.Errorf("%s mails were made", left[0])
	}
}

// A thousand addresses from one network, through every door: 60 are taken, and each
// gets the same answer.
func TestDoors_OneNetwork(t *testing.T) {
	s := mustSite(t)
	var all sync.WaitGroup
	for i := range 1000 {
		d := doors()[i%3]
		all.Go(func() {
			r := d.send(t, "/harbor/subscribe", url.Values{"email": {fmt.Sprintf("r%d@example.org", i)}})
			r.RemoteAddr = fmt.Sprintf("192.0.2.%d:4000", i%250+1)
			if a := s.through(r); a.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", d.name, a.Status)
			}
		})
	}
	all.Wait()
	if n := s.kept(`SELECT count(*) FROM subscriber`)[0]; n != "60" {
		t.Errorf("%s people were taken from one network, want 60", n)
	}
}

// The time of an answer tells nothing: Welch's t-test over a thousand sign-ups in
// each standing, in an order of chance, finds no difference to unknown addresses.
func TestSubscribe_TimeTellsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	const each = 1000
	s := mustSite(t)
	names := []string{"unknown", "waits", "reads", "left", "complained", "bounced"}
	s.mustSignUp("waits@example.org")
	s.mustReader("reads@example.org")
	left := s.mustReader("left@example.org")
	if _, err := s.store.Unsubscribe(t.Context(), "harbor", left, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	s.suppress("complained@example.org", newsletter.SuppressedComplained)
	s.suppress("bounced@example.org", newsletter.SuppressedBounced)
	order := rand.Perm(each * len(names))
	took := make([]float64, len(order))
	var nets networks
	var all sync.WaitGroup
	next := make(chan int)
	for range 120 {
		all.Go(func() {
			for i := range next {
				email := names[i%len(names)] + "@example.org"
				if i%len(names) == 0 {
					email = fmt.Sprintf("new%d@example.org", i)
				}
				r := doors()[0].send(t, "/harbor/subscribe", url.Values{"email": {email}})
				r.RemoteAddr = nets.next()
				began := time.Now()
				s.through(r)
				took[i] = time.Since(began).Seconds()
			}
		})
	}
	for _, i := range order {
		next <- i
	}
	close(next)
	all.Wait()
	samples := make([][]float64, len(names))
	for i, v := range took {
		samples[i%len(names)] = append(samples[i%len(names)], v)
	}
	for i := range names[1:] {
		got := welch(samples[0], samples[i+1])
		t.Logf("%-10s t = %+.2f", names[i+1], got)
		if math.Abs(got) > 5 { // one in a million by chance
			t.Errorf("%s addresses are told from unknown ones by the time: t = %.2f", names[i+1], got)
		}
	}
}

// welch is the statistic of Welch's t-test.
func welch(a, b []float64) float64 {
	ma, va := moments(a)
	mb, vb := moments(b)
	return (ma - mb) / math.Sqrt(va/float64(len(a))+vb/float64(len(b)))
}

// moments are the mean and the variance of a sample.
func moments(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, variance
}

// heldUp is how long nobody waits who is not held up, on however slow a machine.
const heldUp = 10 * time.Second

// Two thousand connections that say nothing, or half a request, and bodies of a
// gigabyte hold up nobody who leaves.
func TestServer_HoldsUpNobody(t *testing.T) {
	s := mustSite(t)
	address := s.Listener.Addr().String()
	for i := range 2000 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Skipf("this machine opens %d connections, not 2000: %v", i, err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if i%2 == 0 {
			_, _ = io.WriteString(conn, "POST /harbor/subscribe HTTP/1.1\r\nHost: x\r\nContent-Le")
		}
	}
	before := memory()
	var floods sync.WaitGroup
	for _, kind := range []string{"application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"} {
		floods.Go(func() { s.flood(kind) })
	}
	slowest := time.Duration(0)
	for i := range 20 {
		id := s.mustReader(fmt.Sprintf("r%d@example.org", i))
		began := time.Now()
		a := s.do(http.MethodPost, "/u/"+s.link(token.Unsubscribe, id), "List-Unsubscribe=One-Click")
		slowest = max(slowest, time.Since(began))
		if a.StatusCode != http.StatusOK || s.state(id) != newsletter.SubscriptionUnsubscribed {
			t.Errorf("leaving: %s, then %s", a.Status, s.state(id))
		}
	}
	floods.Wait()
	if slowest > heldUp {
		t.Errorf("leaving took %v", slowest)
	}
	if grown := memory() - before; grown > 64<<20 {
		t.Errorf("memory grew by %d MiB", grown>>20)
	}
	t.Logf("leaving took %v at most", slowest)
}

// flood posts a gigabyte, as far as the server lets it.
func (s *site) flood(kind string) {
	s.t.Helper()
	const gigabyte = 1 << 30
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+"/harbor/subscribe", io.LimitReader(zeros{}, gigabyte))
	if err != nil {
		s.t.Error(err)
		return
	}
	r.ContentLength = gigabyte
	r.Header.Set("Content-Type", kind)
	res, err := (&http.Transport{}).RoundTrip(r)
	if err != nil {
		return // the line was cut
	}
	_ = res.Body.Close()
	if res.StatusCode < http.StatusBadRequest {
		s.t.Errorf("a gigabyte of %s: %s", kind, res.Status)
	}
}

// zeros is endless.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}

// memory is what the program holds, in bytes.
func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}
