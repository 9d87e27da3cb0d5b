package lists

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// RefusalsTo returns a function for ImportOptions.Refused that writes each row
// of one file so that it can be mended and imported again: as CSV with the
// columns line and reason before the file's own, or for JSON as a line with the
// keys line and reason. What was written is with w when the function returns.
func RefusalsTo(w io.Writer) func(Refusal) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	begun := false
	return func(r Refusal) error {
		if r.Raw != "" {
			_, err := io.WriteString(w, r.object()+"\n")
			return err
		}
		if !begun {
			begun = true
			if err := out.Write(armed("line", "reason", r.Head)); err != nil {
				return err
			}
		}
		if err := out.Write(armed(strconv.Itoa(r.Line), r.Reason, r.Cells)); err != nil {
			return err
		}
		out.Flush()
		return out.Error()
	}
}

// armed is a row that a spreadsheet runs nothing of.
func armed(line, reason string, cells []string) []string {
	row := []string{line, arm(reason)}
	for _, cell := range cells {
		row = append(row, arm(strings.ToValidUTF8(disarm(cell), "\uFFFD")))
	}
	return row
}

// object is a refused row of JSON with why it was refused.
func (r *Refusal) object() string {
	why, err := json.Marshal(r.Reason)
	if err != nil {
		why = []byte(`""`)
	}
	head := `{"line":` + strconv.Itoa(r.Line) + `,"reason":` + string(why)
	inside, ok := strings.CutPrefix(r.Raw, "{")
	switch {
	case !ok || !json.Valid([]byte(r.Raw)):
		text, err := json.Marshal(strings.ToValidUTF8(r.Raw, "\uFFFD"))
		if err != nil {
			text = []byte(`""`)
		}
		return head + `,"text":` + string(text) + "}"
	case strings.TrimSpace(inside) == "}":
		return head + "}"
	}
	return head + "," + strings.NewReplacer("\r", "", "\n", " ").Replace(inside)
}
