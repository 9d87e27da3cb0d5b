package signup

import (
	"net/netip"
	"time"
)

// networks counts sign-ups by the network that they come from. An attacker with
// more networks than it remembers meets the limit of the whole site.
type networks struct{ *counts[netip.Prefix] }

func newNetworks(most int, window time.Duration) networks {
	return networks{newCounts[netip.Prefix](most, window)}
}

// allow says whether one more sign-up from that address is let in, and counts
// it. An address that cannot be read belongs to one network of its own.
func (n networks) allow(remote string, at time.Time) bool {
	return n.counts.allow(network(remote), at)
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
