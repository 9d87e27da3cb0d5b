package signup

import (
	"net/netip"
	"testing"
	"time"
)

func TestNetwork(t *testing.T) {
	tests := map[string]string{
		"192.0.2.77":              "192.0.2.0/24",
		"192.0.2.77:4711":         "192.0.2.0/24",
		"::ffff:192.0.2.77":       "192.0.2.0/24",
		"2001:db8:1:2:3:4:5:6":    "2001:db8:1:2::/64",
		"[2001:db8:1:2::9]:443":   "2001:db8:1:2::/64",
		"fe80::1%eth0":            "fe80::/64",
		"":                        "invalid Prefix",
		"not an address":          "invalid Prefix",
		"192.0.2.1, 198.51.100.1": "invalid Prefix",
	}
	for give, want := range tests {
		if got := network(give).String(); got != want {
			t.Errorf("network(%q) = %s, want %s", give, got, want)
		}
	}
}

func TestNetworks_allow(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	n := newNetworks(2, time.Hour)
	steps := []struct {
		after  time.Duration
		remote string
		want   bool
	}{
		{0, "192.0.2.1", true},
		{time.Minute, "192.0.2.2", true},
		{2 * time.Minute, "192.0.2.3", false},
		{2 * time.Minute, "198.51.100.1", true},
		{61 * time.Minute, "192.0.2.1", false}, // what was an hour ago still counts
		{121 * time.Minute, "192.0.2.1", true},
	}
	for _, step := range steps {
		if got := n.allow(step.remote, start.Add(step.after)); got != step.want {
			t.Errorf("after %v from %s: %t, want %t", step.after, step.remote, got, step.want)
		}
	}
}

func TestNetworks_bounded(t *testing.T) {
	n := newNetworks(2, time.Hour)
	for i := range 5 * mostCounted {
		ip := netip.AddrFrom4([4]byte{byte(i >> 16), byte(i >> 8), byte(i), 1}) // a network each
		n.allow(ip.String(), time.Unix(1, 0))
	}
	if got := len(n.now) + len(n.older); got > 2*mostCounted {
		t.Errorf("%d networks are remembered, at most %d may be", got, 2*mostCounted)
	}
}
