package delivery

import (
	"testing"

	"tidings/internal/newsletter"
)

var (
	taken   = newsletter.Receipt{Code: 250}
	denied  = newsletter.Receipt{Code: 550, Enhanced: "5.7.515", Text: "Access denied"}
	notNow  = newsletter.Receipt{Code: 450, Enhanced: "4.7.28", Text: "rate limit exceeded"}
	nothing = newsletter.Receipt{Text: "no answer"}
)

// An issue is paused by the answer that is one too many, and by no other.
func TestGuard(t *testing.T) {
	type run struct {
		n      int
		answer newsletter.Receipt
	}
	for name, c := range map[string]struct {
		readers int
		before  []run // none of these pauses it
		next    newsletter.Receipt
		paused  bool
	}{
		"four of many":                      {1000, []run{{3, denied}}, denied, false},
		"the first five of many":            {1000, []run{{4, denied}}, denied, true},
		"twenty of the last hundred":        {1000, []run{{1, taken}, {19, denied}}, denied, false},
		"twenty-one of the last hundred":    {1000, []run{{1, taken}, {20, denied}}, denied, true},
		"twenty, and twenty long ago":       {1000, []run{{1, taken}, {20, denied}, {80, taken}, {19, denied}}, denied, false},
		"all two readers":                   {2, []run{{1, denied}}, denied, true},
		"everybody for now":                 {1000, []run{{100, notNow}}, notNow, false},
		"the first five, after none at all": {1000, []run{{3, nothing}, {4, denied}}, denied, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := guard{byIssue: map[int64]*lastAnswers{}}
			said := func(r newsletter.Receipt) bool { return g.heard(job{readers: c.readers}, r) != "" }
			for _, run := range c.before {
				for range run.n {
					if said(run.answer) {
						t.Fatal("paused too early")
					}
				}
			}
			if said(c.next) != c.paused {
				t.Fatalf("want it paused: %v", c.paused)
			}
			if c.paused && said(c.next) && c.readers > 1 {
				t.Error("once it is resumed the first answer pauses it again")
			}
		})
	}
}

// A mail to one person is no issue to be paused.
func TestGuard_OnePerson(t *testing.T) {
	g := guard{byIssue: map[int64]*lastAnswers{}}
	if bad := g.heard(job{first: true, readers: 1}, denied); bad != "" {
		t.Errorf("%s", bad)
	}
}
