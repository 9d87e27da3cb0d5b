package web

import (
	"net"
	"net/netip"
	"strings"
)

// IsLoopback says whether a host, with or without a port, is this machine and no
// other: the Host of a request, or the address of who asks or of a listener.
func IsLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
