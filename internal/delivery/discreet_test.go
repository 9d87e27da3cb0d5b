package delivery_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tidings/internal/smtptest"
)

// What a relay says of readers names them, and stands in no log.
func TestLog_NamesNobody(t *testing.T) {
	for name, say := range map[string]func(to string) smtptest.Reply{
		"too fast":     func(to string) smtptest.Reply { return smtptest.Say(450, "4.7.1 <"+to+">: rate limit exceeded") },
		"not for them": func(to string) smtptest.Reply { return smtptest.Say(554, "5.7.1 <"+to+">: Relay access denied") },
		"hangs up":     func(to string) smtptest.Reply { return smtptest.Say(421, "4.7.1 closing, "+to+" is too much") },
		"strange":      func(to string) smtptest.Reply { return smtptest.Say(354, to+"?") },
	} {
		t.Run(name, func(t *testing.T) {
			policy := func(e smtptest.Event) smtptest.Reply {
				if e.Step == smtptest.Rcpt {
					return say(e.To)
				}
				return smtptest.Reply{}
			}
			weather(t, 40, smtptest.Config{Policy: policy}, func(b *bench) {
				var log bytes.Buffer
				b.config.Log = slog.New(slog.NewTextHandler(&log, nil))
				b.publish("frost")
				stop := b.start()
				time.Sleep(time.Minute)
				stop()
				if log.Len() == 0 || strings.Contains(log.String(), "@example.org") {
					t.Errorf("nothing was logged, or who it was about:\n%.2000s", log.String())
				}
			})
		})
	}
}
