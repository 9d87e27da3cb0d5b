package site

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// RuleStray is the id of the check that finds templates which nothing reads.
const RuleStray = "template-stray"

// Strays warns of files in the site's templates folder that take the place of no
// built-in file and that nothing reads, most likely since their name is a slip:
// the built-in template goes on being used, and says nothing of it. A file of
// another language and one of static, which a page of the site's own may link to,
// are none. Hidden files, notes and copies that editors leave behind are passed over.
func (f *Folder) Strays(builtin fs.FS) newsletter.Problems {
	own, err := fs.Sub(f.FS(), "templates")
	if err != nil {
		return nil
	}
	known := files(builtin)
	var strays newsletter.Problems
	for _, name := range files(own) {
		if slices.Contains(known, name) || passedOver(name) {
			continue
		}
		hint := "the folders here are mail, web, static and locale, and a file has the name of the one that it replaces"
		if near := newsletter.Nearest(name, known); near != "" {
			hint = "did you mean templates/" + near + "?"
		} else if near := named(path.Base(name), known); near != "" {
			hint = "did you mean templates/" + near + "?"
		}
		strays = append(strays, newsletter.Problem{
			Rule: RuleStray, Level: newsletter.LevelWarning, File: path.Join("templates", name),
			Message: "is read by nothing: no built-in template has this name", Hint: hint,
		})
	}
	return strays
}

// files are the names of all files of a tree that can be listed, sorted.
func files(tree fs.FS) (names []string) {
	_ = fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return nil // a folder that cannot be listed has no names here
	})
	return names
}

// named is the file of that name in another folder; "" where there is none.
func named(base string, known []string) string {
	i := slices.IndexFunc(known, func(name string) bool { return path.Base(name) == base })
	if i < 0 {
		return ""
	}
	return known[i]
}

// passedOver says whether a file is no slip of a name.
func passedOver(name string) bool {
	folder, base := path.Split(name)
	return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "README") || strings.HasSuffix(base, "~") || strings.HasPrefix(name, "static/") ||
		folder == "locale/" && strings.HasSuffix(base, ".toml") // its name is looked at when it is read
}
