package issue

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// List reads all issues of n, in the order of their dates and then their slugs.
// A file that cannot be read becomes problems and does not hide the others. Of
// two issues with one slug the later is left out, with a problem that names
// both. README.md, welcome.md and files whose name begins with "_" or "." are
// no issues.
func List(fsys fs.FS, n *newsletter.Newsletter) ([]*newsletter.Issue, newsletter.Problems) {
	dir := path.Join("newsletters", n.ID)
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, newsletter.Problems{problem(RuleUnreadable, dir, 0, 0, err.Error(), "")}
	}
	var issues []*newsletter.Issue
	var problems newsletter.Problems
	for _, entry := range entries {
		if !isIssue(entry) {
			continue
		}
		file := path.Join(dir, entry.Name())
		issue, err := Read(fsys, file, n)
		if err != nil {
			problems = append(problems, asProblems(file, err)...)
			continue
		}
		issues = append(issues, issue)
	}
	slices.SortFunc(issues, func(a, b *newsletter.Issue) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Slug, b.Slug), cmp.Compare(a.File, b.File))
	})
	unique, doubles := dropDoubles(issues)
	return unique, append(problems, doubles...)
}

// isIssue tells an issue from the other files of a newsletter's folder.
func isIssue(entry fs.DirEntry) bool {
	name := entry.Name()
	if entry.IsDir() || !strings.HasSuffix(name, ".md") || strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") {
		return false
	}
	return name != "README.md" && name != Welcome
}

// asProblems is what an error of Read says of one file in a list of many.
func asProblems(file string, err error) newsletter.Problems {
	if problems, ok := errors.AsType[newsletter.Problems](err); ok {
		return problems
	}
	return newsletter.Problems{problem(RuleUnreadable, file, 0, 0, err.Error(), "")}
}

// dropDoubles keeps the first issue of each slug.
func dropDoubles(issues []*newsletter.Issue) ([]*newsletter.Issue, newsletter.Problems) {
	var problems newsletter.Problems
	files := map[string]string{}
	unique := issues[:0]
	for _, issue := range issues {
		if other, taken := files[issue.Slug]; taken {
			problems = append(problems, problem(RuleDuplicateSlug, issue.File, 0, 0,
				fmt.Sprintf("slug %q is also that of %s", issue.Slug, other), "write another slug in one of them"))
			continue
		}
		files[issue.Slug] = issue.File
		unique = append(unique, issue)
	}
	return unique, problems
}
