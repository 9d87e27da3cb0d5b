package check

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// names is what the resolver of these tests knows. A name with several
// addresses has the next one each time it is asked for.
var names = map[string][]string{
	"good.test.":                {"127.0.0.1"},
	"rebind.test.":              {"127.0.0.1", "10.0.0.1"},
	"localtest.me.":             {"127.0.0.1"},
	"localhost.":                {"127.0.0.1"},
	"metadata.google.internal.": {"169.254.169.254"},
	"example.org.":              {"192.88.0.1"},
}

// mustResolver returns a resolver that asks a name server of this test.
func mustResolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() { resolve(conn) })
	t.Cleanup(func() {
		conn.Close()
		group.Wait()
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// resolve answers questions for IPv4 addresses until conn is closed.
func resolve(conn net.PacketConn) {
	asked := map[string]int{}
	packet := make([]byte, 1<<12)
	for {
		n, from, err := conn.ReadFrom(packet)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(packet[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		question := m.Questions[0]
		name := question.Name.String()
		addresses, known := names[name]
		m.Response, m.Additionals = true, nil
		switch {
		case !known:
			m.RCode = dnsmessage.RCodeNameError
		case question.Type == dnsmessage.TypeA:
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(addresses[asked[name]%len(addresses)]).As4()},
			}}
			asked[name]++
		}
		if reply, err := m.Pack(); err == nil {
			_, _ = conn.WriteTo(reply, from)
		}
	}
}
