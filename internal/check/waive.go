package check

import (
	"fmt"
	"maps"
	"slices"

	"tidings/internal/newsletter"
)

// waiveUnknown finds waived rules that there are none of, and such as no
// mail can do without.
func waiveUnknown(d *draft) []finding {
	all := rules()
	var found []finding
	for _, id := range slices.Sorted(maps.Keys(d.issue.Waive)) {
		f := finding{at: d.issue.Places["waive."+id]}
		at := slices.IndexFunc(all, func(r rule) bool { return r.id == id })
		switch {
		case at < 0:
			f.message, f.hint = fmt.Sprintf("waive names a rule %q, which there is not", clip(id)), "tidings check --rules lists them"
			if near := newsletter.Nearest(id, ids()); near != "" {
				f.hint = fmt.Sprintf("did you mean %s?", near)
			}
		case !all[at].waivable():
			f.message, f.hint = fmt.Sprintf("the rule %q cannot be waived", id), "no mail can do without it; remove the line"
		default:
			continue
		}
		found = append(found, f)
	}
	return found
}
