package newsletter

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// refusal is what a relay said in one of the corpus's bounces, and what came of
// it by the manifest.
type refusal struct {
	file, class, reason string
	receipt             Receipt
}

// diagnostic is the field of a report that repeats a relay's words (RFC 3464,
// section 2.3.6), with its folded lines.
var diagnostic = regexp.MustCompile(`(?im)^Diagnostic-Code:[ \t]*smtp;[ \t]*((?:.|\n[ \t]+\S)*)`)

var spoken = regexp.MustCompile(`^(?:SMTP; ?)?([45]\d\d)[ -](?:([245]\.\d{1,3}\.\d{1,3})[ :-]*)?(.*)$`)

// mustRefusals reads the words of relays from those bounces of the corpus that
// are about one reader and repeat them.
func mustRefusals(t *testing.T) []refusal {
	t.Helper()
	rows := map[string][][]string{}
	for _, row := range mustCorpus(t, "bounces/manifest.dev.tsv") {
		rows[row[0]] = append(rows[row[0]], row)
	}
	var all []refusal
	for _, file := range slices.Sorted(maps.Keys(rows)) {
		row := rows[file][0]
		if len(rows[file]) > 1 || row[5] != "hard" && row[5] != "soft" {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(os.Getenv("TIDINGS_CORPORA"), "bounces", file))
		if err != nil {
			t.Fatal(err)
		}
		field := diagnostic.FindStringSubmatch(strings.ReplaceAll(string(raw), "=\n", ""))
		if field == nil {
			continue
		}
		said := spoken.FindStringSubmatch(strings.Join(strings.Fields(field[1]), " "))
		if said == nil {
			continue
		}
		code, err := strconv.Atoi(said[1])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, refusal{file, row[5], row[6], Receipt{Command: "RCPT", Code: code, Enhanced: said[2], Text: said[3]}})
	}
	return all
}

// aboutSender are the manifest's reasons for which no reader may be blamed.
func aboutSender(reason string) bool {
	return slices.Contains([]string{
		"authfailure", "badreputation", "blocked", "contenterror", "mesgtoobig", "norelaying", "notcompliantrfc", "policyviolation",
		"rejected", "requireptr", "securityerror", "spamdetected", "toomanyconn", "virusdetected",
	}, reason)
}

// The words that relays said in real bounces are put where the corpus puts
// them. A relay's words alone do not tell all: some say "user unknown" of a
// message whose content they refuse. But for the sender's fault a reader is
// blamed only by the one provider that says "unknown user" of everything.
func TestReceipt_Class_corpus(t *testing.T) {
	confusion := map[string]int{}
	var seen, dead, fault, blamed int
	for _, r := range mustRefusals(t) {
		class := r.receipt.Class()
		seen++
		confusion[r.class+", "+r.reason+": "+string(class)]++
		if (class == ReplyAddress) == (r.class == "hard") {
			dead++
		}
		if class.SendersFault() == aboutSender(r.reason) {
			fault++
		}
		if class == ReplyAddress && aboutSender(r.reason) {
			blamed++
			t.Logf("%s: %s: a reader is blamed for the sender's fault (%s)", r.file, r.receipt, r.reason)
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(confusion), func(a, b string) int {
		return cmp.Or(cmp.Compare(confusion[b], confusion[a]), cmp.Compare(a, b))
	}) {
		t.Logf("%3d %s", confusion[k], k)
	}
	t.Logf("of %d refusals %d are rightly told as a dead address or not, %d rightly as the sender's fault or not", seen, dead, fault)
	if seen < 100 || dead*100 < seen*85 || fault*100 < seen*94 || blamed > 1 {
		t.Errorf("%d readers blamed for the sender's fault; that, or too few rightly told", blamed)
	}
}
