package lists_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/store"
)

// mustImport takes a file into harbor, as confirmed, and returns what came of it.
func (s *site) mustImport(t testing.TB, file string) (lists.ImportCount, []lists.Refusal) {
	t.Helper()
	var refused []lists.Refusal
	report, err := s.Import(t.Context(), strings.NewReader(file), lists.ImportOptions{
		Newsletter: "harbor", Confirmed: true, Source: "spring fair",
		Refused: func(r lists.Refusal) error { refused = append(refused, bare(r)); return nil },
	})
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	return report.ImportCount, refused
}

// bare is a refusal without the row itself.
func bare(r lists.Refusal) lists.Refusal {
	r.Head, r.Cells, r.Raw = nil, nil, ""
	return r
}

// readers is the whole of harbor, by address.
func (s *site) readers(t testing.TB) map[string]newsletter.Subscriber {
	t.Helper()
	all := map[string]newsletter.Subscriber{}
	for r, err := range s.List(t.Context(), store.ReaderFilter{Newsletter: "harbor"}) {
		if err != nil {
			t.Fatal(err)
		}
		all[r.Subscriber.Email] = r.Subscriber
	}
	return all
}

func TestService_Import(t *testing.T) {
	s := mustSite(t)
	file := "\ufeffE-Mail Address,Name,first_name,Tags,Beloved Café,\r\n" +
		"ann@example.org,Ann Ames,Ann,\"Clients; Team\",\"Chez \"\"Zoé\"\"\",\r\n" +
		"\r\n" +
		"Bob@Example.org,\"Bob\nBurr\",Bob,,,\r\n" +
		"not an address,,,,,\r\n" +
		"ann@EXAMPLE.org,Another Ann,,,,\r\n" +
		"cy@example.org,Cy,,\"a,b\",\"=1+1\",extra,more\r\n" +
		",,,,,\r\n" +
		"dee@example.org,Dee,,a:b,,\r\n" +
		"eve@example.org\r\n"
	count, refused := s.mustImport(t, file)
	if diff := cmp.Diff(lists.ImportCount{Rows: 7, Added: 3, Doubles: 1, Refused: 3}, count); diff != "" {
		t.Errorf("count (-want +got):\n%s", diff)
	}
	wantRefused := []lists.Refusal{
		{Line: 6, Reason: `invalid address: it holds a blank`, Email: "not an address"},
		{Line: 8, Reason: `it has 7 cells, the header has 6`, Email: "cy@example.org"},
		{Line: 10, Reason: `invalid tag "a:b": expected up to 64 letters, digits, - and _`, Email: "dee@example.org"},
	}
	if diff := cmp.Diff(wantRefused, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	got := s.readers(t)
	ann := got["ann@example.org"]
	if ann.Name != "Ann Ames" || ann.FirstName != "Ann" || len(got) != 3 || got["Bob@example.org"].Name != "Bob Burr" {
		t.Errorf("readers are %+v", got)
	}
	if diff := cmp.Diff([]string{"clients", "team"}, ann.Tags); diff != "" {
		t.Errorf("Ann's tags (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"beloved_cafe": `Chez "Zoé"`}, ann.Fields); diff != "" {
		t.Errorf("Ann's fields (-want +got):\n%s", diff)
	}

	count, _ = s.mustImport(t, file)
	if diff := cmp.Diff(lists.ImportCount{Rows: 7, Unchanged: 3, Doubles: 1, Refused: 3}, count); diff != "" {
		t.Errorf("the same file again (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(got, s.readers(t)); diff != "" {
		t.Errorf("the same file again changed readers (-want +got):\n%s", diff)
	}
}

// A list that nobody's program wrote says "no" in a column of its own, too: whoever
// is named there is no reader.
func TestService_Import_plainNo(t *testing.T) {
	for name, file := range map[string]string{
		"day":             "email,unsubscribed_at\nann@example.org,2019-05-03\nbob@example.org,\n",
		"time of another": "email,UNSUB_TIME,CLEAN_TIME\nann@example.org,2019-05-03 10:00:00,\nbob@example.org,,\n",
		"bounced":         "email,bounced_at\nann@example.org,2019-05-03\nbob@example.org,\n",
		"yes":             "email,Opted out\nann@example.org,yes\nbob@example.org,\n",
		"no":              "email,Subscribed\nann@example.org,false\nbob@example.org,true\n",
		"bounced, yes":    "email,Bounced\nann@example.org,TRUE\nbob@example.org,\n",
		"complained":      "email,complained\nann@example.org,1\nbob@example.org,0\n",
		"spam":            "email,Marked as spam\nann@example.org,yes\nbob@example.org,no\n",
		"blocked":         "email,suppressed\nann@example.org,y\nbob@example.org,n\n",
		"JSON":            `{"email": "ann@example.org", "unsubscribed": true}` + "\n" + `{"email": "bob@example.org", "unsubscribed": false}` + "\n",
		"no status":       "email,status,unsubscribed_at\nann@example.org,,2019-05-03\nbob@example.org,confirmed,2018-05-03\n",
		"no status, last": "email,unsubscribed_at,status\nann@example.org,2019-05-03,\nbob@example.org,,\n",
		"status":          "email,status,unsubscribed_at\nann@example.org,unsubscribed,2019-05-03\nbob@example.org,confirmed,2018-05-03\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := mustSite(t)
			count, _ := s.mustImport(t, file)
			if diff := cmp.Diff(lists.ImportCount{Rows: 2, Added: 1, KeptOut: 1}, count); diff != "" {
				t.Errorf("count (-want +got):\n%s", diff)
			}
			if got := s.state(t, "harbor", "bob@example.org"); got != confirmed {
				t.Errorf("Bob is %q", got)
			}
			if got := s.state(t, "harbor", "ann@example.org"); got == confirmed {
				t.Errorf("Ann is %q, and the list says no", got)
			}
			if bob := s.readers(t)["bob@example.org"]; len(bob.Fields) != 0 {
				t.Errorf("Bob has fields %v", bob.Fields)
			}
		})
	}
}

func TestService_Import_updates(t *testing.T) {
	s := mustSite(t)
	s.mustImport(t, "email,name,tags,city\nann@example.org,Ann,a,Tacoma\nbob@example.org,Bob,,\ncy@example.org,,,\n")
	for _, leaver := range []string{"bob@example.org", "cy@example.org"} {
		if _, err := s.UnsubscribeAddress(t.Context(), "harbor", leaver, "ada@desk"); err != nil {
			t.Fatal(err)
		}
	}
	s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "cy@example.org"}) // anybody may type it
	count, _ := s.mustImport(t, "email,name,tags,city,pet\nann@example.org,,b,,cat\nbob@example.org,Bobby,,,\ncy@example.org,Cy,,,\n")
	if diff := cmp.Diff(lists.ImportCount{Rows: 3, Updated: 1, KeptOut: 2}, count); diff != "" {
		t.Errorf("count (-want +got):\n%s", diff)
	}
	ann := s.readers(t)["ann@example.org"]
	want := newsletter.Subscriber{
		ID: ann.ID, CreatedAt: ann.CreatedAt, Email: "ann@example.org", Name: "Ann",
		Tags: []string{"a", "b"}, Fields: map[string]string{"city": "Tacoma", "pet": "cat"},
	}
	if diff := cmp.Diff(want, ann); diff != "" {
		t.Errorf("Ann (-want +got):\n%s", diff)
	}
	if b, c := s.state(t, "harbor", "bob@example.org"), s.state(t, "harbor", "cy@example.org"); b != unsubscribed || c != pending {
		t.Errorf("who left is now %q and %q, want unsubscribed and pending", b, c)
	}
}

func TestService_Import_asks(t *testing.T) {
	s := mustSite(t)
	file := "email,status\nann@example.org,subscribed\nbob@example.org,\ncy@example.org,unsubscribed\ndee@example.org,vip\n"
	for i := range 2 {
		report, err := s.Import(t.Context(), strings.NewReader(file), lists.ImportOptions{Newsletter: "harbor"})
		if err != nil {
			t.Fatal(err)
		}
		want := lists.ImportCount{Rows: 4, Added: 2, KeptOut: 1, Refused: 1}
		if i == 1 {
			want = lists.ImportCount{Rows: 4, Unchanged: 2, KeptOut: 1, Refused: 1}
		}
		if diff := cmp.Diff(want, report.ImportCount); diff != "" || s.asked(t) != 2 {
			t.Errorf("run %d: %d confirmations, want 2; count (-want +got):\n%s", i+1, s.asked(t), diff)
		}
	}
	if got := s.state(t, "harbor", "ann@example.org"); got != pending {
		t.Errorf("Ann is %q, want pending", got)
	}
	steps := []struct {
		file string
		want newsletter.SubscriptionState
	}{
		{"email\nann@example.org\n", confirmed}, // consent was given elsewhere after all
		{"email,status\nann@example.org,pending\n", confirmed},
		{"email,status\nann@example.org,Opted-out\n", unsubscribed},
		{"email,status\nann@example.org,subscribed\n", unsubscribed},
	}
	for _, step := range steps {
		s.mustImport(t, step.file)
		if got := s.state(t, "harbor", "ann@example.org"); got != step.want {
			t.Errorf("after %q Ann is %q, want %q", step.file, got, step.want)
		}
	}
}

func TestService_Import_wholeFileWrong(t *testing.T) {
	s := mustSite(t)
	tests := map[string]struct{ file, want string }{
		"nothing":       {"", "invalid file: it is empty"},
		"no email":      {"id;street\n1;2\n", `invalid header: no column is called "email"; found "id", "street"`},
		"two emails":    {"email,EMail\n", `invalid header: the columns "email" and "EMail" would both be email`},
		"a spreadsheet": {"PK\x03\x04\x14\x00", "invalid zip file: zip: not a valid zip file"},
		"UTF-16 bare":   {"e\x00m\x00a\x00i\x00l\x00\n\x00", "invalid file: its first line holds NUL bytes"},
		"many columns":  {"email" + strings.Repeat(",x", 3), `invalid header: the columns "x" and "x" would both be field.x`},
		"51 fields":     {"email" + strings.Repeat(",", 51), "invalid header: more than 50 columns would become fields"},
		"a long header": {"email," + strings.Repeat("x", 2<<20), "invalid header: line 1: the line is longer than 1048576 bytes"},
	}
	for name, test := range tests {
		_, err := s.Import(t.Context(), strings.NewReader(test.file), lists.ImportOptions{Newsletter: "harbor"})
		if !errors.Is(err, newsletter.ErrInvalid) || err.Error() != test.want {
			t.Errorf("%s: %v\nwant %s", name, err, test.want)
		}
	}
}

func TestService_Import_encodings(t *testing.T) {
	text := "email;name\r\nann@example.org;Änn 👩\r\n"
	encode := func(mark string, order binary.AppendByteOrder) string {
		b := []byte(mark)
		for _, u := range utf16.Encode([]rune(text)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	files := map[string]string{
		"UTF-8":                  text,
		"UTF-8 with BOM":         "\ufeff" + text,
		"UTF-16 little endian":   encode("\xff\xfe", binary.LittleEndian),
		"UTF-16 big endian":      encode("\xfe\xff", binary.BigEndian),
		"tabs":                   strings.ReplaceAll(text, ";", "\t"),
		"without a last newline": strings.TrimSuffix(text, "\r\n"),
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			s := mustSite(t)
			s.mustImport(t, file)
			if got := s.readers(t)["ann@example.org"].Name; got != "Änn 👩" {
				t.Errorf("name is %q", got)
			}
		})
	}
	t.Run("Latin-1", func(t *testing.T) {
		s := mustSite(t)
		_, refused := s.mustImport(t, "email,name\nann@example.org,\xc4nn\nbob@example.org,Bob\n")
		want := []lists.Refusal{{Line: 2, Reason: "invalid name: it is not UTF-8 text", Email: "ann@example.org"}}
		if diff := cmp.Diff(want, refused); diff != "" {
			t.Errorf("refused (-want +got):\n%s", diff)
		}
	})
}

// Two names that are long together are kept as far as there is room, without half
// a letter at the end.
func TestService_Import_longName(t *testing.T) {
	s := mustSite(t)
	s.mustImport(t, "email,first_name,last_name\nann@example.org,"+strings.Repeat("a", 198)+",Öst\n")
	if got, want := s.readers(t)["ann@example.org"].Name, strings.Repeat("a", 198); got != want {
		t.Errorf("the name ends in %q, want no half letter", got[190:])
	}
}

// Of two keys that become one field, the same one counts each time.
func TestService_Import_oneFieldTwice(t *testing.T) {
	s := mustSite(t)
	file := "email,attributes\nann@example.org,\"{\"\"City\"\": \"\"Tacoma\"\", \"\"city\"\": \"\"Astoria\"\"}\"\n"
	s.mustImport(t, file)
	for range 20 {
		if count, _ := s.mustImport(t, file); count.Unchanged != 1 {
			t.Fatalf("the same file again: %+v, want nothing changed", count)
		}
	}
}

// What is no time zone of ours stays as a field. "posixrules" and "right/…" are
// files in the folder of zones of a Debian.
func TestService_Import_timezone(t *testing.T) {
	s := mustSite(t)
	s.mustImport(t, "email,timezone\nann@example.org, Europe/Berlin \nbob@example.org,posixrules\ncy@example.org,right/Europe/Berlin\ndee@example.org,Local\n")
	got := map[string][2]string{}
	for email, sub := range s.readers(t) {
		got[email] = [2]string{sub.Timezone, sub.Fields["timezone"]}
	}
	want := map[string][2]string{
		"ann@example.org": {"Europe/Berlin", ""},
		"bob@example.org": {"", "posixrules"},
		"cy@example.org":  {"", "right/Europe/Berlin"},
		"dee@example.org": {"", "Local"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("zones and fields (-want +got):\n%s", diff)
	}
}

// TestService_Import_hostile puts a line of 20 MiB, a quotation mark that is
// never closed and NUL bytes between good rows.
func TestService_Import_hostile(t *testing.T) {
	s := mustSite(t)
	file := io.MultiReader(
		strings.NewReader("email,name\nann@example.org,Ann\n"),
		io.LimitReader(same('x'), 20<<20),
		strings.NewReader("\nbob@example.org,\"Bob\ncy@example.org,\"Cy\"\ndee@example.org,D\x00ee\neve@exa\x00mple.org,Eve\n"),
		strings.NewReader("fay@example.org,\"Fay\n"),
		io.LimitReader(same('\n'), 2<<20),
		strings.NewReader("gil@example.org,Gil"),
	)
	var refused []lists.Refusal
	report, err := s.Import(t.Context(), file, lists.ImportOptions{
		Newsletter: "harbor", Confirmed: true,
		Refused: func(r lists.Refusal) error { refused = append(refused, bare(r)); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []lists.Refusal{
		{Line: 3, Reason: "the line is longer than 1048576 bytes"},
		{Line: 4, Reason: "a quotation mark stands in the middle of a quoted cell"},
		{Line: 7, Reason: "invalid address: it holds a control or invisible character", Email: "eve@exa\x00mple.org"},
		{Line: 8, Reason: "a quotation mark is opened and not closed"},
	}
	if diff := cmp.Diff(want, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(lists.ImportCount{Rows: 8, Added: 4, Refused: 4}, report.ImportCount); diff != "" {
		t.Errorf("count (-want +got):\n%s", diff)
	}
}

// same is an endless reader of one byte.
type same byte

func (b same) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

// TestService_Import_long has doubles a batch and more apart.
func TestService_Import_long(t *testing.T) {
	s := mustSite(t)
	var file strings.Builder
	file.WriteString("email,name\n")
	for i := range 2500 {
		fmt.Fprintf(&file, "r%d@example.org,Reader %d\n", i%2350, i)
	}
	for i, want := range []lists.ImportCount{
		{Rows: 2500, Added: 2350, Doubles: 150},
		{Rows: 2500, Unchanged: 2350, Doubles: 150},
	} {
		if count, _ := s.mustImport(t, file.String()); count != want {
			t.Errorf("run %d: %+v, want %+v", i+1, count, want)
		}
	}
	if n := len(s.readers(t)); n != 2350 {
		t.Errorf("%d readers, want 2350", n)
	}
}

func TestService_Import_stops(t *testing.T) {
	s := mustSite(t)
	full := errors.New("disk full")
	report, err := s.Import(t.Context(), strings.NewReader("email\nann@example.org\nx\n"), lists.ImportOptions{
		Newsletter: "harbor", Confirmed: true, Refused: func(lists.Refusal) error { return full },
	})
	if !errors.Is(err, full) || report.Refused != 1 {
		t.Errorf("Import = %+v, %v", report, err)
	}
}

// sample is a file of that many rows, made as it is read.
func sample(rows int) io.Reader {
	out, in := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(in, 1<<16)
		fmt.Fprintln(w, "email,name,first_name,tags,city")
		for i := range uint32(rows) {
			fmt.Fprintf(w, "reader.%x@example%d.org,Reader Number %d,Reader,\"clients;y%d\",Tacoma\n", i*2654435761, i%500, i, i%7)
		}
		_ = in.CloseWithError(w.Flush())
	}()
	return out
}

// BenchmarkImport imports 100,000 rows, or as many as TIDINGS_IMPORT_ROWS says,
// and the same again. .bench/import also tells how much memory it takes:
//
//	TIDINGS_IMPORT_ROWS=5000000 go test -run - -bench Import/new -benchtime 1x ./internal/signup
func BenchmarkImport(b *testing.B) {
	rows := 100_000
	if text := os.Getenv("TIDINGS_IMPORT_ROWS"); text != "" {
		var err error
		if rows, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	o := lists.ImportOptions{Newsletter: "harbor", Confirmed: true}
	for _, again := range []bool{false, true} {
		b.Run(map[bool]string{false: "new", true: "again"}[again], func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s := mustSite(b)
				if again {
					if _, err := s.Import(b.Context(), sample(rows), o); err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
				report, err := s.Import(b.Context(), sample(rows), o)
				if err != nil || report.Added+report.Unchanged != rows {
					b.Fatalf("Import = %+v, %v", report, err)
				}
			}
			b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func FuzzImport(f *testing.F) {
	for _, s := range []string{
		"email\nann@example.org", "email;tags\n\"a@b.c\";\"x;y\"\n", "\xff\xfee\x00m\x00a\x00i\x00l\x00", "email,status\na@b.cd,left\n",
		"email\n\"\n\n\"a@b.cd\"\r\n", "mail\t\t\n'=a@b.cd\t'\t\x00\n",
		`{"email":"a@b.cd","fields":{"x":"y"},"tags":["z"]}`, `[{"email":"a@b.cd"},{"mail":1}`, "\x1f\x8b\x08", "PK\x03\x04",
		"uuid,email,attributes,status\n1,a@b.cd,\"{\"\"x\"\":1}\",blocklisted\n",
	} {
		f.Add(s)
	}
	s := mustSite(f)
	f.Fuzz(func(t *testing.T, file string) {
		rows := 0
		report, err := s.Import(t.Context(), strings.NewReader(file), lists.ImportOptions{
			Newsletter: "harbor", Confirmed: true,
			Refused: func(r lists.Refusal) error {
				if r.Line < 1 || r.Reason == "" {
					t.Errorf("refusal %+v", r)
				}
				rows++
				return nil
			},
		})
		if err != nil && !errors.Is(err, newsletter.ErrInvalid) {
			t.Fatal(err)
		}
		c := report.ImportCount
		if c.Rows != c.Added+c.Updated+c.Unchanged+c.Doubles+c.KeptOut+c.Refused || c.Refused != rows {
			t.Fatalf("the count does not add up: %+v, %d refusals", c, rows)
		}
		again, err := s.Import(t.Context(), strings.NewReader(file), lists.ImportOptions{Newsletter: "harbor", Confirmed: true})
		if err == nil && (again.Added > 0 || again.Updated > 0) {
			t.Fatalf("the same file again changes something: %+v", again)
		}
	})
}
