package lists

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// all reads a file to its end; what cannot be read is a record of one cell that
// begins with "!".
func all(t *testing.T, r *records) [][]string {
	t.Helper()
	var rows [][]string
	for {
		cells, _, err := r.next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if bad, ok := errors.AsType[*recordError](err); ok {
			rows = append(rows, []string{"!" + bad.Error()})
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, cells)
	}
}

func TestRecords(t *testing.T) {
	tests := map[string]struct {
		file string
		want [][]string
	}{
		"plain":          {"a,b\r\n1,2\n3,4", [][]string{{"a", "b"}, {"1", "2"}, {"3", "4"}}},
		"quoted":         {"a,b\n\"x, \"\"y\"\"\",\"1\r\n2\"\n", [][]string{{"a", "b"}, {`x, "y"`, "1\r\n2"}}},
		"empty cells":    {"a,b,c\n,\"\",\n", [][]string{{"a", "b", "c"}, {"", "", ""}}},
		"empty lines":    {"a\n\n\r\n1\n", [][]string{{"a"}, {"1"}}},
		"inches":         {"a,b\n5\" pipe,1\n", [][]string{{"a", "b"}, {`5" pipe`, "1"}}},
		"after a quote":  {"a,b\n\"x\"y,1\n3,4\n", [][]string{{"a", "b"}, {"!line 2: a quotation mark stands in the middle of a quoted cell"}, {"3", "4"}}},
		"never closed":   {"a\n1\n\"2\n3\n4", [][]string{{"a"}, {"1"}, {"!line 3: a quotation mark is opened and not closed"}, {"3"}, {"4"}}},
		"quoted at end":  {"a\n\"1\"", [][]string{{"a"}, {"1"}}},
		"CR at end":      {"a\n\"1\"\r", [][]string{{"a"}, {"1"}}},
		"nothing":        {"", nil},
		"only a newline": {"\n", nil},
	}
	for name, test := range tests {
		for how, r := range map[string]io.Reader{
			"at once": strings.NewReader(test.file), "byte by byte": iotest.OneByteReader(strings.NewReader(test.file)),
		} {
			if diff := cmp.Diff(test.want, all(t, newRecords(textOf(r)))); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, how, diff)
			}
		}
	}
}

func TestRecords_readError(t *testing.T) {
	r := newRecords(textOf(io.MultiReader(strings.NewReader("a\n1\n2"), iotest.ErrReader(errors.ErrUnsupported))))
	for range 2 {
		if _, _, err := r.next(); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := r.next(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("next() = %v, want the file's own error", err)
	}
}

// TestRecords_spectrum reads the acid tests of csv-spectrum and compares with
// the JSON beside them.
func TestRecords_spectrum(t *testing.T) {
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "csv-spectrum", "csvs", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".csv")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		wantText, err := os.ReadFile(filepath.Join(dir, "csv-spectrum", "json", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var want, got []map[string]string
		if err := json.Unmarshal(wantText, &want); err != nil {
			t.Fatal(err)
		}
		rows := all(t, newRecords(textOf(strings.NewReader(string(text)))))
		for _, row := range rows[1:] {
			m := map[string]string{}
			for i, cell := range row {
				m[rows[0][i]] = cell
			}
			got = append(got, m)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestArm(t *testing.T) {
	dangerous := []string{
		"=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\x00=1",
		"\uff1d1", "\uff0b1", "\u22121", "'=1+1", "''-2",
	}
	for _, cell := range dangerous {
		if got := arm(cell); got != "'"+cell || disarm(got) != cell {
			t.Errorf("arm(%q) = %q, disarmed %q", cell, got, disarm(got))
		}
	}
	for _, cell := range []string{"", "'", "'tis", "a=1", "Ann", "a,=1+1", "1-2", "\"=1+1\""} {
		if arm(cell) != cell || disarm(cell) != cell {
			t.Errorf("%q becomes %q and %q", cell, arm(cell), disarm(cell))
		}
	}
}

// TestArm_corpus holds every cell that is known to run in a spreadsheet, and
// that a row imported and exported again does not grow.
func TestArm_corpus(t *testing.T) {
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	text, err := os.ReadFile(filepath.Join(dir, "own", "csv_formula.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(text)) {
		cell, why, _ := strings.Cut(strings.TrimSuffix(row, "\n"), "\t")
		cell, err := strconv.Unquote(`"` + strings.ReplaceAll(cell, `"`, `\"`) + `"`)
		if err != nil {
			t.Fatal(err)
		}
		safe := arm(cell)
		if strings.IndexByte("=+-@\t\r\n\x00", safe[0]) >= 0 {
			t.Errorf("%s: %q is written as it is", why, cell)
		}
		if again := arm(disarm(safe)); again != safe || disarm(safe) != cell {
			t.Errorf("%s: %q became %q and then %q", why, cell, safe, again)
		}
	}
}

func TestSnake(t *testing.T) {
	tests := map[string]string{
		"City": "city", " E-Mail  Address ": "e_mail_address", "Año Nuevo": "ano_nuevo", "città": "citta", "名前": "",
		"fields[city]": "fields_city", strings.Repeat("ab ", 40): strings.Repeat("ab_", 21) + "a", "__": "",
	}
	for give, want := range tests {
		if got := snake(give); got != want {
			t.Errorf("snake(%q) = %q, want %q", give, got, want)
		}
	}
}

// FuzzRecords compares with encoding/csv on all files that it reads without a
// complaint.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\r\n", "\"a\"\"b\",\"c\r\nd\"\n\n,\n", "a\r\r\n\"\"", "\"\"\"\",x\n\"\n\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, file string) {
		r := newRecords(textOf(strings.NewReader(file)))
		r.comma = ','
		got := all(t, r)
		if strings.HasPrefix(file, "\ufeff") || strings.HasPrefix(file, "\xff\xfe") || strings.HasPrefix(file, "\xfe\xff") {
			return
		}
		oracle := csv.NewReader(strings.NewReader(file))
		oracle.FieldsPerRecord = -1
		want, err := oracle.ReadAll()
		if err != nil {
			return
		}
		for _, row := range got {
			for i := range row { // encoding/csv does this by itself
				row[i] = strings.ReplaceAll(row[i], "\r\n", "\n")
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-encoding/csv +records):\n%s", file, diff)
		}
	})
}
