package smtpclient_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/smtpclient"
)

// puppet is a relay that says one part of a script after each thing that the
// client says, and keeps what it heard.
type puppet struct {
	script [][]byte
	heard  bytes.Buffer
	done   chan struct{}
}

func (p *puppet) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		defer close(p.done)
		defer server.Close()
		_ = server.SetDeadline(time.Now().Add(50 * time.Millisecond))
		buf := make([]byte, 4096)
		for _, line := range p.script {
			if len(line) > 0 {
				if _, err := server.Write(line); err != nil {
					return
				}
			}
			n, err := server.Read(buf)
			p.heard.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	return client, nil
}

// FuzzTransaction lets a relay say anything at all: nothing of it may make the
// client panic, hang, send a dot without a claim, or take an answer to the
// message for one where there was none.
func FuzzTransaction(f *testing.F) {
	for _, script := range []string{
		"220 hi\r\n|250-relay\r\n250 PIPELINING\r\n|250 ok\r\n250 ok\r\n354 go\r\n||250 2.0.0 taken\r\n|221 bye\r\n",
		"220 hi\r\n|250-relay\r\n250 PIPELINING\r\n|250 ok\r\n250 ok\r\n354 go\r\n||250 taken\r\n250 ok\r\n250 ok\r\n354 go\r\n||250 taken\r\n|",
		"220 hi\r\n|250-relay\r\n250 PIPELINING\r\n|250 ok\r\n250 ok\r\n354 go\r\n||250 taken\r\n250 twice\r\n250 ok\r\n250 ok\r\n354 go\r\n||",
		"220 hi\r\n|250-relay\r\n250 PIPELINING\r\n|250 ok\r\n250 ok\r\n354 go\r\n||451 later\r\n250 ok\r\n550 no\r\n354 go\r\n||250 ok\r\n",
		"220 hi\r\n|250 relay\r\n|250 ok\r\n|250 ok\r\n|354 go\r\n||554 5.7.1 spam\r\n|",
		"220 hi\r\n|250-relay\r\n250-SIZE 1\r\n250 AUTH PLAIN\r\n|",
		"220-\r\n220 \r\n|500 what\r\n|250 helo\r\n|421 closing\r\n|",
		"220 hi\r\n|250-relay\r\n250 PIPELINING\r\n|550 no\r\n550 no\r\n354 go on\r\n|",
		"220 hi\r\n|250-relay\r\n250 PIPELINING\r\n|250 ok\r\n550 no\r\n250 what\r\n|",
		"220 hi\r\n|250 relay\r\n|250 ok\r\n|221 bye\r\n|",
		"220 hi\r\n|250 relay\r\n|250-\x00\xff\r\n250\r\n|25\r\n|999 what\r\n|-1 x\r\n|",
		"220 hi\r\n|250-relay\r\n250-DSN\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n|250 a\r\n251 b\r\n354 c\r\n||25",
	} {
		f.Add([]byte(script))
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		synctest.Test(t, func(t *testing.T) { converse(t, script) }) // in fake time: a silent relay costs none
	})
}

func converse(t *testing.T, script []byte) {
	t.Helper()
	p := &puppet{script: bytes.Split(script, []byte("|")), done: make(chan struct{})}
	dials := 0
	conn := smtpclient.New(smtpclient.Config{Name: "fuzz", Address: "relay.test:25", TLS: smtpclient.NoTLS, LocalName: "me", Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; dials > 1 {
			return nil, errors.New("the relay is away")
		}
		return p.dial(ctx, network, address)
	}}).Conn()
	both, claims := samples(2), 0
	for i, m := range both {
		var next func() *message.Message
		if i == 0 {
			next = func() *message.Message { return both[1] }
		}
		claimed := false
		receipt, err := conn.Send(t.Context(), m, func() error { claimed = true; claims++; return nil }, next)
		checkReceipt(t, receipt, claimed, err)
	}
	conn.Close()
	<-p.done
	if dots := bytes.Count(p.heard.Bytes(), []byte("\r\n.\r\n")); dots > claims {
		t.Errorf("%d dots with %d claims: %q", dots, claims, p.heard.Bytes())
	}
}

func checkReceipt(t *testing.T, receipt newsletter.Receipt, claimed bool, err error) {
	t.Helper()
	switch {
	case err == nil && claimed != (receipt.Command == "."):
		t.Errorf("claimed %v, but the receipt is %+v", claimed, receipt)
	case err == nil && !claimed && receipt.Code/100 != 4 && receipt.Code/100 != 5:
		t.Errorf("before the dot, a receipt that refuses nothing: %+v", receipt)
	case err == nil && receipt.Code == 0:
		t.Errorf("a receipt without a code: %+v", receipt)
	case err != nil && receipt.Code != 0:
		t.Errorf("an error with the receipt %+v: %v", receipt, err)
	}
}
