package smtpclient_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

// Each answer is waited for as long as RFC 5321, section 4.5.3.2 asks, and no
// longer.
func TestSend_Deadlines(t *testing.T) {
	for step, limit := range map[smtptest.Step]time.Duration{
		smtptest.Greeting: 5 * time.Minute, smtptest.Mail: 5 * time.Minute, smtptest.Rcpt: 5 * time.Minute,
		smtptest.Data: 2 * time.Minute, smtptest.Dot: 10 * time.Minute,
	} {
		for _, delay := range []time.Duration{limit - time.Second, limit + time.Second} {
			t.Run(fmt.Sprintf("%s after %v", step, delay), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := smtptest.New(t, smtptest.Config{
						Piped: true, Policy: at(step, smtptest.Reply{Delay: delay}), Extensions: []string{"8BITMIME"},
					})
					defer s.Close()
					conn := connect(t, s, func(c *smtpclient.Config) { c.Dial = s.Dial })
					defer conn.Close()
					claimed := false
					receipt, err := conn.Send(t.Context(), sample("ada@example.org"), func() error { claimed = true; return nil }, nil)
					if answered := err == nil; answered != (delay < limit) {
						t.Errorf("%+v, %v", receipt, err)
					}
					if claimed != (err == nil || step == smtptest.Dot) {
						t.Errorf("claimed %v", claimed)
					}
				})
			})
		}
	}
}
