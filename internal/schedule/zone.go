package schedule

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones work where none are installed
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tidings/internal/newsletter"
)

// zoneList holds the names of the IANA time zone database that package
// time/tzdata carries, one a line, sorted. A test compares it with the Go
// distribution's zoneinfo.zip.
//
//go:embed zones.txt
var zoneList string

var zoneNames = strings.Fields(zoneList)

// IsZone says whether Zone knows a name. It is quick: Zone looks for what may be
// meant by another.
func IsZone(name string) bool {
	_, known := slices.BinarySearch(zoneNames, name)
	return known
}

// Zone returns the time zone of that IANA name, such as "Europe/Berlin" or
// "UTC". The machine's own zone ("Local", "") is refused, since a site must
// mean the same hour wherever it runs.
func Zone(name string) (*time.Location, error) {
	switch {
	case name == "":
		return nil, newsletter.Hint(errors.New("no time zone named"), `an IANA name such as "Europe/Berlin", or "UTC"`)
	case strings.EqualFold(name, "local"):
		return nil, newsletter.Hint(fmt.Errorf("%q is another zone on each machine", name), `an IANA name such as "Europe/Berlin", or "UTC"`)
	}
	if !IsZone(name) {
		return nil, newsletter.Hint(fmt.Errorf("unknown time zone %.80q", name), zoneHint(name))
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("loading time zone %q: %w", name, err)
	}
	return zone, nil
}

// ZoneOf returns the IANA name of the zone that a person means: one in any case,
// with blanks and accents, or only its city, as in "lisbon" and "São Paulo". It
// is empty where there is none.
func ZoneOf(typed string) string {
	plain := plainly(typed)
	of := ""
	for name := range strings.FieldsSeq(zoneList) {
		low := strings.ToLower(name)
		if low == plain {
			return name
		}
		if of == "" && ofCity(name) && low[strings.LastIndexByte(low, '/')+1:] == plain {
			of = name
		}
	}
	return of
}

// plainly is a name as the list of zones would spell it, in lower case.
func plainly(typed string) string {
	letters := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) { // an accent, once it is apart from its letter
			return -1
		}
		return r
	}, norm.NFD.String(typed))
	return strings.ToLower(strings.Join(strings.Fields(letters), "_"))
}

// ofCity says whether a zone is called after a city, and not after a country, as
// old names are.
func ofCity(name string) bool {
	area, _, _ := strings.Cut(name, "/")
	return slices.Contains([]string{"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}, area)
}

// zoneHint proposes the zone that was probably meant: the nearest spelling, or
// else one whose city is near.
func zoneHint(name string) string {
	name = strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
	// Old names such as "EST" are no help: in letters, "PST" is nearest to it.
	names := slices.DeleteFunc(slices.Clone(zoneNames), func(full string) bool {
		return full != "UTC" && (!strings.Contains(full, "/") || strings.HasPrefix(full, "Etc/"))
	})
	if near := newsletter.Nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	cities := make([]string, len(names))
	for i, full := range names {
		cities[i] = full[strings.LastIndexByte(full, '/')+1:]
	}
	if near := newsletter.Nearest(name, cities); near != "" {
		return fmt.Sprintf("did you mean %q?", names[slices.Index(cities, near)])
	}
	return `an IANA name such as "Europe/Berlin", or "UTC"`
}
