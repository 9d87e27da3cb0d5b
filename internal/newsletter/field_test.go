package newsletter

import (
	"errors"
	"testing"
)

func TestField_Read(t *testing.T) {
	text := Field{Name: "city"}
	choice := Field{Name: "rhythm", Type: FieldChoice, Choices: []string{"weekly", "Once a month"}}
	box := Field{Name: "talks", Type: FieldCheckbox}
	tests := []struct {
		field       Field
		given, want string
		wrong       bool
	}{
		{text, "Tacoma", "Tacoma", false},
		{choice, "", "", false},
		{choice, "weekly", "weekly", false},
		{choice, "once a MONTH", "Once a month", false},
		{choice, "daily", "", true},
		{choice, "weekly ", "", true},
		{box, "", "", false},
		{box, "off", "", false},
		{box, "False", "", false},
		{box, "0", "", false},
		{box, "on", FieldTicked, false},
		{box, "true", FieldTicked, false},
		{box, "<script>", FieldTicked, false},
	}
	for _, test := range tests {
		got, err := test.field.Read(test.given)
		if got != test.want || errors.Is(err, ErrInvalid) != test.wrong {
			t.Errorf("%s %q = %q, %v; want %q", test.field.Type, test.given, got, err, test.want)
		}
	}
}

func TestFieldErrors(t *testing.T) {
	var err error = FieldErrors{{"city", FaultMissing}, {"rhythm", FaultChoice}}
	if !errors.Is(err, ErrInvalid) || err.Error() != "invalid fields: city (missing), rhythm (choice)" {
		t.Errorf("error is %v", err)
	}
	faults, _ := errors.AsType[FieldErrors](err)
	if faults.Of("rhythm") != FaultChoice || faults.Of("talks") != "" {
		t.Errorf("faults are %v", faults)
	}
}
