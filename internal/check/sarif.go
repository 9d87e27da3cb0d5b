package check

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"

	"tidings/internal/newsletter"
)

// The parts of a SARIF 2.1.0 log (OASIS, 27 March 2020) that we have something
// to say in. Names are those of the standard.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		Results    []sarifResult `json:"results"`
		ColumnKind string        `json:"columnKind"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifMessage `json:"shortDescription"`
		Help    sarifMessage `json:"help"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level newsletter.Level `json:"level"`
	}
	sarifMessage struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID    string           `json:"ruleId"`
		RuleIndex int              `json:"ruleIndex"` // -1: the rule is not listed
		Level     newsletter.Level `json:"level"`
		Message   sarifMessage     `json:"message"`
		Locations []sarifLocation  `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
)

// WriteSARIF writes problems as a SARIF 2.1.0 log, which code hosts and editors
// show beside the lines. Version is that of Tidings.
func WriteSARIF(w io.Writer, problems newsletter.Problems, version string) error {
	list, err := Rules()
	if err != nil {
		return err
	}
	run := sarifRun{
		Tool:    sarifTool{sarifDriver{Name: "Tidings", Version: version, Rules: make([]sarifRule, len(list))}},
		Results: make([]sarifResult, len(problems)), ColumnKind: "unicodeCodePoints",
	}
	index := map[string]int{}
	for i, r := range list {
		index[r.ID] = i
		run.Tool.Driver.Rules[i] = sarifRule{r.ID, sarifMessage{Text: r.Title}, sarifMessage{r.Page, r.Page}, sarifDefault{r.Level}}
	}
	for i, p := range problems {
		at, known := index[p.Rule]
		if !known {
			at = -1
		}
		run.Results[i] = sarifResult{p.Rule, at, p.Level, sarifMessage{Text: sentence(p)}, []sarifLocation{location(p)}}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}); err != nil {
		return fmt.Errorf("writing SARIF: %w", err)
	}
	return nil
}

// sentence is what is wrong and how to mend it, in one.
func sentence(p newsletter.Problem) string {
	if p.Hint == "" {
		return p.Message
	}
	return p.Message + " (" + p.Hint + ")"
}

// location is where a problem is. A problem of a whole file has no region.
func location(p newsletter.Problem) sarifLocation {
	at := sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: p.File}).String()}}
	if p.Line > 0 {
		at.Region = &sarifRegion{p.Line, p.Column}
	}
	return sarifLocation{at}
}
