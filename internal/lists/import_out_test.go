package lists_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/lists"
)

func TestService_Import_keepsOut_JSON(t *testing.T) {
	s := mustSite(t)
	s.mustImport(t, "email\nann@example.org\n")
	if _, err := s.UnsubscribeAddress(t.Context(), "", "ann@example.org", "ida@desk"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	o := lists.ImportOptions{Newsletter: "harbor", Confirmed: true, KeptOut: lists.RefusalsTo(&out)}
	if _, err := s.Import(t.Context(), strings.NewReader(`{"email":"bob@example.org"}`+"\n"+`{"name":"Ann","email":"ann@example.org"}`+"\n"), o); err != nil {
		t.Fatal(err)
	}
	want := `{"line":2,"reason":"kept out: they left; only they can come back, by signing up","email":"ann@example.org"}` + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("kept out (-want +got):\n%s", diff)
	}
}

// What only the name of a file said of its rows stands in the file of refused rows,
// whose name says nothing: once mended, nobody comes in who never asked for mail.
func TestRefusalsTo_fileState(t *testing.T) {
	for _, state := range []string{"nonsubscribed", "unsubscribed"} {
		s := mustSite(t)
		var out bytes.Buffer
		list := mailchimpHead + "\ndee@@example.org,Dee,,,2,,,,,,,,,,,,2020-01-01 00:00:00,126,abf,,\n"
		o := lists.ImportOptions{Newsletter: "harbor", Confirmed: true, File: state + "_members_export_0a1b.csv", Refused: lists.RefusalsTo(&out)}
		if _, err := s.Import(t.Context(), strings.NewReader(list), o); err != nil {
			t.Fatal(err)
		}
		mended := strings.ReplaceAll(out.String(), "dee@@", "dee@")
		o.File, o.Refused = "refused.csv", nil
		report, err := s.Import(t.Context(), strings.NewReader(mended), o)
		if err != nil || report.KeptOut != 1 || report.Added != 0 {
			t.Errorf("%s, mended: %+v, %v\n%s", state, report.ImportCount, err, mended)
		}
	}
}
