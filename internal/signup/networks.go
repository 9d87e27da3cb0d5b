package signup

import (
	"net/netip"
	"sync"
	"time"
)

// mostNetworks bounds the memory of networks, to a few MiB.
const mostNetworks = 20_000

// networks counts sign-ups by the network that they come from, in two windows
// of time: what is in the older one still counts. An attacker with more
// networks than it remembers meets the limit of the whole site.
type networks struct {
	mu         sync.Mutex
	most       int
	window     time.Duration
	since      time.Time
	now, older map[netip.Prefix]int
}

func newNetworks(most int, window time.Duration) *networks {
	return &networks{most: most, window: window, now: map[netip.Prefix]int{}}
}

// allow says whether one more sign-up from that address is let in, and counts
// it. An address that cannot be read belongs to one network of its own.
func (n *networks) allow(remote string, at time.Time) bool {
	key := network(remote)
	n.mu.Lock()
	defer n.mu.Unlock()
	if passed := at.Sub(n.since); passed >= n.window || len(n.now) >= mostNetworks {
		n.older, n.now, n.since = n.now, map[netip.Prefix]int{}, at
		if passed >= 2*n.window {
			n.older = nil
		}
	}
	if n.now[key]+n.older[key] >= n.most {
		return false
	}
	n.now[key]++
	return true
}

// network is what one holder of addresses usually has: a /24 of IPv4, a /64 of
// IPv6. remote is an IP address, with or without a port.
func network(remote string) netip.Prefix {
	ip, err := netip.ParseAddr(remote)
	if err != nil {
		port, err := netip.ParseAddrPort(remote)
		if err != nil {
			return netip.Prefix{}
		}
		ip = port.Addr()
	}
	ip = ip.Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
