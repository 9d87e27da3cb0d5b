package newsletter

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRetry_Outcome(t *testing.T) {
	made := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	retry := DefaultRetry()
	for _, c := range []struct {
		name    string
		receipt Receipt
		attempt int
		after   time.Duration
		spread  float64
		want    Outcome
	}{
		{"taken", Receipt{Command: ".", Code: 250}, 0, 0, 0, Outcome{State: Sent}},
		{"refused for now", Receipt{Command: "RCPT", Code: 451}, 0, 0, 0, Outcome{State: Deferred, DueAt: made.Add(10 * time.Minute)}},
		{"with jitter", Receipt{Command: "RCPT", Code: 451}, 0, 0, 0.5, Outcome{State: Deferred, DueAt: made.Add(10*time.Minute + 30*time.Second)}},
		{"for the third time", Receipt{Command: ".", Code: 451}, 2, time.Hour, 0, Outcome{State: Deferred, DueAt: made.Add(2 * time.Hour)}},
		{"the last wait repeats", Receipt{Command: ".", Code: 451}, 9, time.Hour, 0, Outcome{State: Deferred, DueAt: made.Add(9 * time.Hour)}},
		{"given up", Receipt{Command: ".", Code: 451}, 5, 41 * time.Hour, 0, Outcome{State: Failed}},
		{"refused", Receipt{Command: "RCPT", Code: 550}, 0, 0, 0, Outcome{State: Failed}},
		{"the sender is refused", Receipt{Command: "MAIL", Code: 550}, 0, 0, 0, Outcome{State: Deferred, DueAt: made.Add(10 * time.Minute)}},
		{"too many recipients", Receipt{Command: "RCPT", Code: 552}, 0, 0, 0, Outcome{State: Deferred, DueAt: made.Add(10 * time.Minute)}},
		{"too many recipients, in five letters", Receipt{Command: "RCPT", Code: 552, Enhanced: "5.5.3"}, 0, 0, 0, Outcome{State: Deferred, DueAt: made.Add(10 * time.Minute)}},
		{"full", Receipt{Command: "RCPT", Code: 552, Enhanced: "5.2.2"}, 0, 0, 0, Outcome{State: Failed}},
		{"too large", Receipt{Command: ".", Code: 552}, 0, 0, 0, Outcome{State: Failed}},
		{"nonsense", Receipt{Command: ".", Code: 354}, 0, 0, 0, Outcome{State: Unknown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := retry.Outcome(Delivery{Attempt: c.attempt, CreatedAt: made}, c.receipt, made.Add(c.after), c.spread)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReceipt_Discreet(t *testing.T) {
	for text, want := range map[string]string{
		"<ada@example.org>: Relay access denied": "554 5.7.1 <…>: Relay access denied",
		"no ada@example.org, nor bo@x.example.":  "554 5.7.1 no …, nor …",
		"[ada@example.org]: denied":              "554 5.7.1 […]: denied",
		"mail at noon":                           "554 5.7.1 mail at noon",
	} {
		if got := (Receipt{Code: 554, Enhanced: "5.7.1", Text: text}).Discreet(); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
