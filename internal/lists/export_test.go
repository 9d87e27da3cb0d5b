package lists_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/lists"
	"tidings/internal/store"
)

func TestService_Export_roundTrip(t *testing.T) {
	s := mustSite(t)
	s.mustImport(t, "email,name,first_name,tags,city,note\n"+
		"ann@example.org,\"Ames, Ann\",Ann,\"b;a\",Tacoma,\"say \"\"hi\"\"\"\n"+
		"'+bob@example.org,'=1+1,,,,-2\n"+
		"'cy@example.org,'tis,,,,''=x\n")
	if _, err := s.UnsubscribeAddress(t.Context(), "harbor", "ann@example.org", "ada@desk"); err != nil {
		t.Fatal(err)
	}
	before := s.readers(t)
	if b := before["+bob@example.org"]; b.Name != "=1+1" || before["'cy@example.org"].Fields["note"] != "'=x" {
		t.Fatalf("readers are %+v", before)
	}
	var out bytes.Buffer
	if n, err := s.Export(t.Context(), &out, store.ReaderFilter{Newsletter: "harbor"}, lists.ExportCSV); err != nil || n != 3 {
		t.Fatalf("Export = %d, %v", n, err)
	}
	lines := strings.Split(out.String(), "\r\n")
	if want := "email,name,first_name,tags,status,source,created_at,confirmed_at,unsubscribed_at,language,timezone,city,note"; lines[0] != want {
		t.Errorf("header is %q", lines[0])
	}
	if !strings.HasPrefix(lines[2], "'+bob@example.org,'=1+1,,,confirmed,spring fair,20") || !strings.HasSuffix(lines[2], ",'-2") {
		t.Errorf("Bob's row is %q", lines[2])
	}
	count, refused := s.mustImport(t, out.String())
	if diff := cmp.Diff(lists.ImportCount{Rows: 3, Unchanged: 2, KeptOut: 1}, count); diff != "" {
		t.Errorf("importing the export (-want +got):\n%s%v", diff, refused)
	}
	if diff := cmp.Diff(before, s.readers(t)); diff != "" {
		t.Errorf("importing the export changed readers (-want +got):\n%s", diff)
	}
	other := mustSite(t)
	if count, _ := other.mustImport(t, out.String()); count.Added != 2 || count.KeptOut != 1 {
		t.Errorf("importing the export elsewhere: %+v", count)
	}
	if got := other.state(t, "harbor", "ann@example.org"); got != unsubscribed {
		t.Errorf("elsewhere, who left is %q", got)
	}
}

// A field whose name means something in the lists of others is a field in ours.
func TestService_Export_fieldNames(t *testing.T) {
	s := mustSite(t)
	s.mustImport(t, `{"email":"ann@example.org","fields":{"attributes":"tall","blocked":"yes","unsubscribed":"no","mail":"x"}}`+"\n")
	before := s.readers(t)
	var out bytes.Buffer
	if _, err := s.Export(t.Context(), &out, store.ReaderFilter{Newsletter: "harbor"}, lists.ExportCSV); err != nil {
		t.Fatal(err)
	}
	other := mustSite(t)
	if count, refused := other.mustImport(t, out.String()); count.Added != 1 {
		t.Errorf("importing the export elsewhere: %+v, %v", count, refused)
	}
	if diff := cmp.Diff(before["ann@example.org"].Fields, other.readers(t)["ann@example.org"].Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

// What was refused is written so that it can be mended and imported again, with
// its columns as they were.
func TestRefusalsTo(t *testing.T) {
	s := mustSite(t)
	var out bytes.Buffer
	refuse := lists.RefusalsTo(&out)
	options := lists.ImportOptions{Newsletter: "harbor", Confirmed: true, Refused: refuse}
	file := "Email Address,FNAME,note\nann@@example.org,Ann,\"a, b\"\nbob@example.org,Bob,\"x\"y\n@cy.example.org,=cmd(),\n"
	if _, err := s.Import(t.Context(), strings.NewReader(file), options); err != nil {
		t.Fatal(err)
	}
	want := "line,reason,Email Address,FNAME,note\r\n" +
		"2,\"invalid address: '@' may not stand before the \"\"@\"\"\",ann@@example.org,Ann,\"a, b\"\r\n" +
		"3,a quotation mark stands in the middle of a quoted cell,\"bob@example.org,Bob,\"\"x\"\"y\"\r\n" +
		"4,\"invalid address: there is nothing before the \"\"@\"\"\",'@cy.example.org,'=cmd(),\r\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	mended := strings.NewReplacer("ann@@", "ann@", "'@cy", "cy@cy", `"bob@example.org,Bob,""x""y"`, `bob@example.org,Bob,xy`).Replace(out.String())
	if count, refused := s.mustImport(t, mended); count.Added != 3 || count.Rows != 3 || len(refused) != 0 {
		t.Errorf("mended: %+v, %v", count, refused)
	}
	if cy := s.readers(t)["cy@cy.example.org"]; cy.FirstName != "=cmd()" {
		t.Errorf("Cy is %+v", cy)
	}
}

func TestRefusalsTo_JSON(t *testing.T) {
	s := mustSite(t)
	var out bytes.Buffer
	options := lists.ImportOptions{Newsletter: "harbor", Confirmed: true, Refused: lists.RefusalsTo(&out)}
	file := `{"email":"ann@@example.org","fields":{"city":"Tacoma"}}` + "\n" + `{"email":"bob@example.org"` + "\n" + `["x"]` + "\n{}\n"
	if _, err := s.Import(t.Context(), strings.NewReader(file), options); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{
		`{"line":1,"reason":"invalid address: '@' may not stand before the \"@\"","email":"ann@@example.org","fields":{"city":"Tacoma"}}`,
		`{"line":2,"reason":"it is no JSON object: unexpected EOF","text":"{\"email\":\"bob@example.org\""}`,
		`{"line":3,"reason":"it is no JSON object: a array stands here","text":"[\"x\"]"}`,
	} {
		if i >= len(lines) || lines[i] != want {
			t.Errorf("line %d of %q\nwant %s", i+1, lines, want)
		}
	}
	mended := strings.ReplaceAll(lines[0], "ann@@", "ann@")
	s.mustImport(t, mended)
	if ann := s.readers(t)["ann@example.org"]; ann.Fields["city"] != "Tacoma" || len(ann.Fields) != 1 {
		t.Errorf("Ann is %+v", ann)
	}
}

// TestService_Import_naughtyStrings imports a public collection of strings that
// break programs, each as a name and as a field, exports the list and imports
// it again.
func TestService_Import_naughtyStrings(t *testing.T) {
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	text, err := os.ReadFile(filepath.Join(dir, "blns", "blns.json"))
	if err != nil {
		t.Fatal(err)
	}
	var naughty []string
	if err := json.Unmarshal(text, &naughty); err != nil || len(naughty) < 100 {
		t.Fatalf("%d strings, %v", len(naughty), err)
	}
	rows := [][]string{{"email", "name", "note"}}
	for i, s := range naughty {
		rows = append(rows, []string{fmt.Sprintf("r%d@example.org", i), s, s})
	}
	var file, out bytes.Buffer
	if err := csv.NewWriter(&file).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	s := mustSite(t)
	count, refused := s.mustImport(t, file.String())
	if count.Added+count.Refused != len(naughty) || count.Added < len(naughty)-20 {
		t.Errorf("count is %+v; refused %v", count, refused)
	}
	before := s.readers(t)
	for _, r := range before {
		if strings.ContainsFunc(r.Name+r.Fields["note"], unicode.IsControl) {
			t.Errorf("%q and %q are kept with control characters", r.Name, r.Fields["note"])
		}
	}
	if _, err := s.Export(t.Context(), &out, store.ReaderFilter{Newsletter: "harbor"}, lists.ExportCSV); err != nil {
		t.Fatal(err)
	}
	if again, refused := s.mustImport(t, out.String()); again.Unchanged != count.Added {
		t.Errorf("importing the export: %+v, refused %v", again, refused)
	}
	if diff := cmp.Diff(before, s.readers(t)); diff != "" {
		t.Errorf("importing the export changed readers (-want +got):\n%s", diff)
	}
}
