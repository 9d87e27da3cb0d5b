package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// BehindProxies lets a request that comes through proxies of ours count as its
// visitor's: its RemoteAddr becomes the last address of X-Forwarded-For that is
// none of the proxies. Whoever is no proxy of ours may write into that header
// whatever they like; it is not looked at.
func BehindProxies(proxies []netip.Prefix, next http.Handler) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peer, ok := ipOf(r.RemoteAddr); ok && ours(proxies, peer) {
			if visitor, ok := forwarded(proxies, r.Header.Values("X-Forwarded-For")); ok {
				r = r.Clone(r.Context())
				r.RemoteAddr = visitor.String()
			}
		}
		next.ServeHTTP(w, r)
	})
}

// forwarded is the last address of a list that is no proxy of ours. One that
// cannot be read ends the search: what stands before it is hearsay.
func forwarded(proxies []netip.Prefix, headers []string) (netip.Addr, bool) {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for _, hop := range slices.Backward(hops) {
		ip, ok := ipOf(strings.TrimSpace(hop))
		if !ok {
			return netip.Addr{}, false
		}
		if !ours(proxies, ip) {
			return ip, true
		}
	}
	return netip.Addr{}, false
}

func ours(proxies []netip.Prefix, ip netip.Addr) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// ipOf reads an address with or without a port.
func ipOf(text string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(text)
	if err != nil {
		port, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		ip = port.Addr()
	}
	return ip.Unmap().WithZone(""), true
}
