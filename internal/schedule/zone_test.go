package schedule

import (
	"archive/zip"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

func TestZone(t *testing.T) {
	tests := []struct{ name, hint string }{
		{"", "IANA"},
		{"Local", "IANA"},
		{"local", "IANA"},
		{"Berlin", `"Europe/Berlin"`},
		{"Los Angeles", `"America/Los_Angeles"`},
		{"europe/berlin", `"Europe/Berlin"`},
		{"Europe/Zurch", `"Europe/Zurich"`},
		{"Pacific/Aukland", `"Pacific/Auckland"`},
		{"Aukland", `"Pacific/Auckland"`},
		{"utc", `"UTC"`},
		{"PST", "IANA"},
		{"../../etc/passwd", "IANA"},
		{"posixrules", "IANA"},
		{"Europe/Berlin ", `"Europe/Berlin"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			zone, err := Zone(tt.name)
			if err == nil {
				t.Fatalf("was taken as %v", zone)
			}
			h, ok := errors.AsType[*newsletter.Hinted](err)
			if !ok || !strings.Contains(h.Hint, tt.hint) {
				t.Errorf("error %v: hint does not say %s", err, tt.hint)
			}
		})
	}
}

func TestZone_everyName(t *testing.T) {
	for name := range strings.FieldsSeq(zoneList) {
		if zone := mustZone(t, name); zone.String() != name {
			t.Errorf("%s loads as %s", name, zone)
		}
	}
}

// TestZone_listIsGos compares the embedded list with the time zone database of
// the Go distribution. "Factory" in it stands for a machine not yet set up.
func TestZone_listIsGos(t *testing.T) {
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("no go command")
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Skip("no zoneinfo.zip in this Go distribution")
	}
	defer archive.Close()
	var names []string
	for _, file := range archive.File {
		if !strings.HasSuffix(file.Name, "/") && file.Name != "Factory" {
			names = append(names, file.Name)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff(names, strings.Fields(zoneList)); diff != "" {
		t.Errorf("zones.txt (-zoneinfo.zip +zones.txt):\n%s", diff)
	}
}
