package check_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/check"
	"tidings/internal/newsletter"
)

var found = newsletter.Problems{
	{Rule: "description-missing", Level: newsletter.LevelWarning, File: "newsletters/harbor/first frost.md", Message: "there is no description", Hint: "add one"},
	{Rule: "link-text", Level: newsletter.LevelWarning, File: "newsletters/harbor/first frost.md", Line: 5, Column: 17, Message: `"hier" über <b>`, Hint: "name it"},
	{Rule: "syntax", Level: newsletter.LevelError, File: "newsletters/harbor/b.md", Line: 3, Message: "is not YAML"},
}

// TestWriteText_order wants errors to stand before the warnings of their file, and
// both in the order of the file.
func TestWriteText_order(t *testing.T) {
	var all newsletter.Problems
	for _, p := range []struct {
		file, rule string
		level      newsletter.Level
	}{
		{"a", "w1", newsletter.LevelWarning},
		{"a", "e1", newsletter.LevelError},
		{"a", "w2", newsletter.LevelWarning},
		{"a", "e2", newsletter.LevelError},
		{"b", "w3", newsletter.LevelWarning},
		{"b", "e3", newsletter.LevelError},
	} {
		all = append(all, newsletter.Problem{Rule: p.rule, Level: p.level, File: p.file, Message: "m"})
	}
	before := slices.Clone(all)
	var b strings.Builder
	if err := check.WriteText(&b, all); err != nil {
		t.Fatal(err)
	}
	want := []string{"a", "-", "error", "e1", "m", "-", "error", "e2", "m", "-", "warning", "w1", "m", "-", "warning", "w2", "m", "b", "-", "error", "e3", "m", "-", "warning", "w3", "m"}
	if diff := cmp.Diff(want, strings.Fields(b.String())); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, all); diff != "" {
		t.Errorf("the problems themselves changed (-before +after):\n%s", diff)
	}
}

func TestWriteText(t *testing.T) {
	var b strings.Builder
	if err := check.WriteText(&b, found); err != nil {
		t.Fatal(err)
	}
	const want = `newsletters/harbor/first frost.md
  -     warning  description-missing  there is no description
                                      add one
  5:17  warning  link-text            "hier" über <b>
                                      name it

newsletters/harbor/b.md
  3  error  syntax  is not YAML

`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestWriteText_nothing(t *testing.T) {
	var b strings.Builder
	if err := check.WriteText(&b, nil); err != nil || b.Len() > 0 {
		t.Errorf("%q, %v", b.String(), err)
	}
}

// sarif is what SARIF 2.1.0 asks of a log, by the names of the standard.
type sarif struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []struct {
		ColumnKind string `json:"columnKind"`
		Tool       struct {
			Driver struct {
				Name, Version string
				Rules         []struct {
					ID                     string
					ShortDescription, Help struct{ Text, Markdown string }
					DefaultConfiguration   struct{ Level string }
				}
			}
		}
		Results []struct {
			RuleID    string
			RuleIndex int
			Level     string
			Message   struct{ Text string }
			Locations []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           *struct{ StartLine, StartColumn int }
				}
			}
		}
	}
}

func TestWriteSARIF(t *testing.T) {
	var b bytes.Buffer
	if err := check.WriteSARIF(&b, found, "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	var log sarif
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	if err := d.Decode(&log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || !strings.HasPrefix(log.Schema, "https://") || len(log.Runs) != 1 {
		t.Fatalf("log %+v", log)
	}
	run := log.Runs[0]
	if run.Tool.Driver.Name != "Tidings" || run.Tool.Driver.Version != "v1.2.3" || run.ColumnKind != "unicodeCodePoints" {
		t.Errorf("tool %s %s, columns in %s", run.Tool.Driver.Name, run.Tool.Driver.Version, run.ColumnKind)
	}
	var ids []string
	for _, r := range run.Tool.Driver.Rules {
		ids = append(ids, r.ID)
		level := r.DefaultConfiguration.Level
		if r.ShortDescription.Text == "" || r.Help.Text == "" || r.Help.Markdown == "" || level != "error" && level != "warning" {
			t.Errorf("rule %+v", r)
		}
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != len(mustRules(t)) {
		t.Errorf("rules %v", ids)
	}
	var got []string
	for _, r := range run.Results {
		at := r.Locations[0].PhysicalLocation
		place := "no region"
		if at.Region != nil {
			place = strings.Trim(strings.Join(strings.Fields(jsonOf(t, at.Region)), ""), "{}")
		}
		got = append(got, strings.Join([]string{run.Tool.Driver.Rules[r.RuleIndex].ID, r.RuleID, r.Level, at.ArtifactLocation.URI, place, r.Message.Text}, " | "))
	}
	want := []string{
		`description-missing | description-missing | warning | newsletters/harbor/first%20frost.md | no region | there is no description (add one)`,
		`link-text | link-text | warning | newsletters/harbor/first%20frost.md | "StartLine":5,"StartColumn":17 | "hier" über <b> (name it)`,
		`syntax | syntax | error | newsletters/harbor/b.md | "StartLine":3,"StartColumn":0 | is not YAML`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

// TestWriteSARIF_nothing wants a list of results that is empty, not missing.
func TestWriteSARIF_nothing(t *testing.T) {
	var b strings.Builder
	if err := check.WriteSARIF(&b, nil, ""); err != nil || !strings.Contains(b.String(), `"results": []`) {
		t.Errorf("%s, %v", b.String(), err)
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
