package merge

import (
	"maps"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// Names are the names that a text may merge.
type Names struct {
	shapes    map[string]shape
	constants map[string]string // the same for every reader
}

// shape is what kind of value a name has.
type shape int

const (
	text shape = iota
	list
)

// IssueNames are the names that an issue of n may merge: the subscriber with
// the fields that n declares, the links of this reader, and what is the same for
// all readers of i. Without an archiveURL it has no page of its own to link to.
// Where only readers can open the archive, archive_url is such a link of theirs.
func IssueNames(n *newsletter.Newsletter, i *newsletter.Issue, archiveURL string) Names {
	names := Names{
		shapes: map[string]shape{
			"subscriber.email": text, "subscriber.name": text, "subscriber.first_name": text, "subscriber.tags": list,
			"unsubscribe_url": text, "preferences_url": text,
		},
		constants: map[string]string{"newsletter.title": n.Title, "issue.title": i.Title},
	}
	switch {
	case archiveURL == "":
	case n.Archive.Open():
		names.constants["archive_url"] = archiveURL
	case n.Archive == newsletter.ArchiveReaders:
		names.shapes["archive_url"] = text
	}
	for _, f := range n.Fields {
		if _, taken := names.shapes["subscriber."+f.Name]; !taken {
			names.shapes["subscriber."+f.Name] = text
		}
	}
	return names
}

// ConfirmNames are the names that the confirmation mail of n may merge. Nothing
// that a stranger typed into a form is among them.
func ConfirmNames(n *newsletter.Newsletter) Names {
	return Names{
		shapes:    map[string]shape{"confirm_url": text},
		constants: map[string]string{"newsletter.title": n.Title},
	}
}

// PersonalNames are the names that a mail to one person about themselves may
// merge: the links of its buttons.
func PersonalNames(n *newsletter.Newsletter) Names {
	return Names{
		shapes:    map[string]shape{"access_url": text, "address_url": text},
		constants: map[string]string{"newsletter.title": n.Title},
	}
}

// All lists the names in order.
func (n Names) All() []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(n.shapes)), maps.Keys(n.constants))
	slices.Sort(all)
	return all
}

// shape returns what kind of value a name has. Lists know their size, first and
// last item, texts their size.
func (n Names) shape(name string) (shape, bool) {
	if s, ok := n.shapes[name]; ok {
		return s, true
	}
	if _, ok := n.constants[name]; ok {
		return text, true
	}
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return text, false
	}
	s, ok := n.shapes[name[:dot]]
	last := name[dot+1:]
	return text, ok && (last == "size" || s == list && (last == "first" || last == "last"))
}

// SubscriberValues is what "subscriber" holds in Values. It can be kept as JSON.
func SubscriberValues(s newsletter.Subscriber) map[string]any {
	v := make(map[string]any, len(s.Fields)+4)
	for name, value := range s.Fields {
		v[name] = value
	}
	tags := s.Tags
	if tags == nil {
		tags = []string{}
	}
	v["email"], v["name"], v["first_name"], v["tags"] = s.Email, s.Name, s.FirstName, tags
	return v
}
