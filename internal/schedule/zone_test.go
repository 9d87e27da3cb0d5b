package schedule

import (
	"archive/zip"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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

func TestZoneOf(t *testing.T) {
	for typed, want := range map[string]string{
		"Europe/Lisbon": "Europe/Lisbon", "Lisbon": "Europe/Lisbon", "lisbon": "Europe/Lisbon", " LISBON ": "Europe/Lisbon",
		"europe/lisbon": "Europe/Lisbon", "new york": "America/New_York", "New_York": "America/New_York", "America/New York": "America/New_York",
		"São Paulo": "America/Sao_Paulo", "Zürich": "Europe/Zurich", "Port-au-Prince": "America/Port-au-Prince", "Dar es Salaam": "Africa/Dar_es_Salaam",
		"Buenos Aires": "America/Argentina/Buenos_Aires", "Nicosia": "Asia/Nicosia", "Singapore": "Singapore", "utc": "UTC",
		// Not a city, or not the only one.
		"": "", "Local": "", "Mars/Olympus": "", "Atlantis": "", "/": "", "Europe/": "", "Europe": "", "GMT+1": "", "Pacific": "",
		"Central": "", "../../etc/passwd": "", "\xff": "", "Argentina/Buenos Aires": "",
	} {
		if got := ZoneOf(typed); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

// Zones that are called after the same city are one zone under two names, so that
// the first will do.
func TestZoneOf_oneClock(t *testing.T) {
	for name := range strings.FieldsSeq(zoneList) {
		if !ofCity(name) {
			continue
		}
		_, city, _ := strings.Cut(name, "/")
		found := ZoneOf(city[strings.LastIndexByte(city, '/')+1:])
		for month := range time.Month(12) {
			at := time.Date(2026, month+1, 1, 12, 0, 0, 0, time.UTC)
			if here, there := at.In(mustZone(t, name)), at.In(mustZone(t, found)); here.Format(time.TimeOnly) != there.Format(time.TimeOnly) {
				t.Errorf("in month %d it is %v in %s, and %v in %s", month+1, here, name, there, found)
			}
		}
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
