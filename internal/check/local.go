package check

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// localDomains are names that mean something else on each network (RFC 6761,
// RFC 6762, RFC 8375), or a service of the machine's own network.
var localDomains = []string{"localhost", "local", "internal", "test", "invalid", "lan", "home.arpa", "onion"}

// isLocalURL says whether the host of a URL is one that the public web does not
// have.
func isLocalURL(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return !isPublic(ip)
	}
	return slices.ContainsFunc(localDomains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

// special are the addresses that lead to no host of the public web, although
// they look like unicast ones (IANA's special-purpose registries, RFC 6890):
// this network, shared, protocol assignments, documentation, benchmarks and
// reserved ones, and those that hide an IPv4 address, which 6to4, Teredo and
// NAT64 translate.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"),
}

// global is what is given out of IPv6 for the public net.
var global = netip.MustParsePrefix("2000::/3")

// isPublic says whether an address belongs to a host of the public web: not to
// this machine, not to its network or its provider's, and not to the services
// that clouds keep at link-local addresses.
func isPublic(ip netip.Addr) bool {
	if ip.Zone() != "" {
		return false
	}
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Is6() && !global.Contains(ip) {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(ip) })
}
