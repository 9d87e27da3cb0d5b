package site

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// IssuePath finds the issue file that a command's argument means: a path
// relative to the working directory or to the site folder, an absolute path
// inside the site, or "newsletter/slug" with the slug of the file's name. It
// returns the file's path in FS and the newsletter it belongs to. What is not
// there, or not an issue's place, is newsletter.ErrNotFound.
func (f *Folder) IssuePath(arg string) (string, *newsletter.Newsletter, error) {
	file := f.find(arg)
	if file == "" {
		return "", nil, f.noIssue(arg)
	}
	n, err := f.Newsletter(path.Base(path.Dir(file)))
	if err != nil {
		return "", nil, err
	}
	return file, n, nil
}

// noIssue says that arg means no issue, and which one was meant.
func (f *Folder) noIssue(arg string) error {
	err := fmt.Errorf("issue %.120q: %w", arg, newsletter.ErrNotFound)
	hint := "a file such as newsletters/harbor/2026-11-24-first-frost.md, or harbor/first-frost"
	clean := filepath.ToSlash(filepath.Clean(arg))
	if f.isFolder(arg) {
		err = newsletter.Refuse(newsletter.ErrNotFound, "%.120q is a folder, and no issue", arg)
		hint = "name an issue in it: " + hint
	} else if near := newsletter.Nearest(path.Base(path.Dir(clean))+"/"+slugOf(path.Base(clean)), f.Issues()); near != "" {
		hint = "did you mean " + near
	}
	return newsletter.Hint(err, hint)
}

// isFolder says whether arg is the path of a folder, as find takes paths.
func (f *Folder) isFolder(arg string) bool {
	info, err := os.Stat(arg)
	if err != nil && filepath.IsLocal(arg) {
		info, err = fs.Stat(f.FS(), filepath.ToSlash(filepath.Clean(arg)))
	}
	return err == nil && info.IsDir()
}

// find returns the path in FS of the issue that arg means, or "".
func (f *Folder) find(arg string) string {
	if file := f.inside(arg); f.isIssue(file) {
		return file
	}
	if file := filepath.ToSlash(filepath.Clean(arg)); filepath.IsLocal(arg) && f.isIssue(file) {
		return file
	}
	return f.bySlug(arg)
}

// inside returns the path in FS of a path that is absolute or relative to the
// working directory, or "" if it is not in the site folder once its symbolic
// links are followed.
func (f *Folder) inside(arg string) string {
	resolved, err := resolve(arg)
	if err != nil {
		return ""
	}
	file, err := filepath.Rel(f.dir, resolved)
	if err != nil || !filepath.IsLocal(file) {
		return ""
	}
	return filepath.ToSlash(file)
}

// isIssue says whether a path in FS is a Markdown file right in a newsletter's
// folder.
func (f *Folder) isIssue(file string) bool {
	parts := strings.Split(file, "/")
	if len(parts) != 3 || parts[0] != newslettersDir || !ids.MatchString(parts[1]) || path.Ext(file) != ".md" {
		return false
	}
	info, err := fs.Stat(f.FS(), file)
	return err == nil && info.Mode().IsRegular()
}

// refs is an issue as commands name it.
var refs = regexp.MustCompile(`^([a-z0-9][a-z0-9-]*)/([a-z0-9][a-z0-9-]*)$`)

// dates is what stands before the slug in a file's name.
var dates = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}-$`)

// Issues lists the site's issue files by newsletter/slug, with the slug of the
// file's name, in the order of the names of the files.
func (f *Folder) Issues() []string {
	names, _ := f.folders() // a folder that cannot be read has no issue that a person could name
	var all []string
	for _, id := range names {
		entries, err := fs.ReadDir(f.FS(), path.Join(newslettersDir, id))
		if err != nil {
			continue
		}
		for _, entry := range entries {
			ref := id + "/" + slugOf(entry.Name())
			if refs.MatchString(ref) && f.isIssue(path.Join(newslettersDir, id, entry.Name())) && !slices.Contains(all, ref) {
				all = append(all, ref)
			}
		}
	}
	return all
}

// slugOf is the slug that the name of a file gives.
func slugOf(name string) string {
	slug := strings.TrimSuffix(name, ".md")
	if at := len("2026-11-24-"); len(slug) > at && dates.MatchString(slug[:at]) {
		return slug[at:]
	}
	return slug
}

// bySlug finds "newsletter/slug" by the names of the newsletter's files, or
// returns "".
func (f *Folder) bySlug(ref string) string {
	m := refs.FindStringSubmatch(ref)
	if m == nil {
		return ""
	}
	dir := path.Join(newslettersDir, m[1])
	entries, err := fs.ReadDir(f.FS(), dir)
	if err != nil {
		return ""
	}
	for _, entry := range entries {
		before, ok := strings.CutSuffix(entry.Name(), m[2]+".md")
		if file := path.Join(dir, entry.Name()); ok && (before == "" || dates.MatchString(before)) && f.isIssue(file) {
			return file
		}
	}
	return ""
}
