package main

import (
	"slices"

	"tidings/internal/issue"
	"tidings/internal/newsletter"
	"tidings/internal/site"
)

// doubles are the issues of each newsletter whose slug another one has.
type doubles map[string]newsletter.Problems

// of is what is wrong with a file because of another one of its newsletter.
func (all doubles) of(folder *site.Folder, arg string) newsletter.Problems {
	file, n, err := folder.IssuePath(arg)
	if err != nil {
		return nil // said already
	}
	found, known := all[n.ID]
	if !known {
		_, found = issue.List(folder.FS(), n)
		all[n.ID] = found
	}
	return slices.DeleteFunc(slices.Clone(found), func(p newsletter.Problem) bool {
		return p.Rule != issue.RuleDuplicateSlug || p.File != file
	})
}
