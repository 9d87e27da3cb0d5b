package main_test

import (
	"os/exec"
	"strings"
	"testing"
)

// Receipts that somebody changed in the database are named, and the command
// fails.
func TestSubscribersVerify_changed(t *testing.T) {
	t.Parallel()
	dir, _ := mustSite(t, "", 0)
	for _, email := range []string{"ada@example.org", "bo@example.org"} {
		run(t, dir, "subscribers", "add", email, "--newsletter", "harbor", "--confirmed", "--source", "paper form")
	}
	db := database(t, dir)
	if _, err := db.ExecContext(t.Context(), `UPDATE consent SET source = 'web form' WHERE subscriber_id = 1`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"subscribers", "verify"}, "CHANGED: ada@example.org, from receipt 1 on\n2 receipts of 2 people: those of 1 are not as they were written\n"},
		{[]string{"subscribers", "verify", "--json"}, `"email": "ada@example.org"`},
	} {
		c := exec.Command("tidings", test.args...)
		c.Dir = dir
		out, err := c.Output()
		if c.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), test.want) || strings.Contains(string(out), "bo@") {
			t.Errorf("%v: %v\n%s", test.args, err, out)
		}
	}
	if out := run(t, dir, "subscribers", "show", "ada@example.org"); !strings.Contains(out, "THESE RECEIPTS ARE NOT AS THEY WERE WRITTEN, from number 1 on") {
		t.Errorf("show says nothing of it:\n%s", out)
	}
	if out := run(t, dir, "subscribers", "show", "bo@example.org"); strings.Contains(out, "NOT AS THEY WERE") {
		t.Errorf("show blames a good receipt:\n%s", out)
	}
}
