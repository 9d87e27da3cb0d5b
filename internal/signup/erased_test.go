package signup_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// Whoever was erased, by their own wish on a page, by staff or by retention, stays
// out of every list that names them, in other letters too, and so does whoever a
// list of hashes names. The file of refused rows says why.
func TestService_erasedStayOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		list := lists.New(lists.Config{Store: s.store, Newsletter: s.Newsletter, Ask: s.Ask})
		mustImport := func(file string) lists.ImportCount {
			report, err := list.Import(t.Context(), strings.NewReader(file), lists.ImportOptions{Newsletter: "harbor", Confirmed: true})
			if err != nil {
				t.Fatal(err)
			}
			return report.ImportCount
		}
		mustImport("email\nretention@example.org\npage@example.org\nstaff@example.org\nleft@example.org\nbounced@example.org\n")
		for _, email := range []string{"retention@example.org", "left@example.org"} {
			if email == "left@example.org" {
				time.Sleep(366 * aDay)
			}
			if _, err := s.UnsubscribeAddress(t.Context(), "", email, "ida@desk"); err != nil {
				t.Fatal(err)
			}
		}
		if k := s.mustKeep(t); k.Erased != 1 {
			t.Fatalf("housekeeping did %+v", k)
		}
		if _, err := s.EraseSelf(t.Context(), s.link(t, token.Preferences, "harbor", "page@example.org", time.Now().Add(token.AccessFor))); err != nil {
			t.Fatal(err)
		}
		if _, err := s.EraseAddress(t.Context(), "staff@example.org"); err != nil {
			t.Fatal(err)
		}
		if _, err := list.Suppress(t.Context(), "bounced@example.org", lists.SuppressOptions{Reason: newsletter.SuppressedBounced}); err != nil {
			t.Fatal(err)
		}
		hash := sha256.Sum256([]byte("hashed@example.org"))
		hashes := hex.EncodeToString(hash[:]) + "\n"
		if _, err := list.ImportSuppressions(t.Context(), strings.NewReader(hashes), lists.SuppressOptions{}); err != nil {
			t.Fatal(err)
		}

		const file = "name,email\nP,Page@EXAMPLE.org\n,new@example.org\nS,STAFF@example.org\nR,retention@Example.org\nL,left@example.org\n" +
			"B,bounced@example.org\nH,Hashed@example.org\n"
		const outside = "line,reason,name,email\r\n" +
			"2,\"kept out: they were erased; only they can come back, by signing up\",,Page@example.org\r\n" +
			"4,\"kept out: they were erased; only they can come back, by signing up\",,STAFF@example.org\r\n" +
			"5,\"kept out: they were erased; only they can come back, by signing up\",,retention@example.org\r\n" +
			"6,\"kept out: they left; only they can come back, by signing up\",,left@example.org\r\n" +
			"7,kept out: mail to them bounced,,bounced@example.org\r\n" +
			"8,kept out: they are suppressed,,Hashed@example.org\r\n"
		for name, dry := range map[string]bool{"rehearsed": true, "taken in": false} {
			time.Sleep(time.Second) // another import
			var out bytes.Buffer
			o := lists.ImportOptions{Newsletter: "harbor", Confirmed: true, DryRun: dry, KeptOut: lists.RefusalsTo(&out)}
			report, err := list.Import(t.Context(), strings.NewReader(file), o)
			if err != nil || report.KeptOut != 6 || report.Rows != 7 {
				t.Fatalf("%s: %+v, %v", name, report.ImportCount, err)
			}
			if diff := cmp.Diff(outside, out.String()); diff != "" {
				t.Errorf("%s: kept out (-want +got):\n%s", name, diff)
			}
			time.Sleep(time.Second)
			if again := mustImport(out.String()); again.KeptOut != 6 || again.Added != 0 {
				t.Errorf("%s: the file of who is kept out brings in %+v", name, again)
			}
		}
		if left, err := list.FindSuppressions(t.Context(), "page@example.org"); err != nil || len(left) != 1 || left[0].Source != "page" || left[0].Email != "" {
			t.Errorf("against who erased themselves stands %+v, %v", left, err)
		}
	})
}
