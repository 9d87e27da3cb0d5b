package site

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// The rules that a site folder can break besides those of package settings.
const (
	RuleFolderName = "folder-name" // a newsletter's folder that cannot be its ID
	RuleUnreadable = "unreadable"  // the file system refuses a settings file
)

const (
	newslettersDir = "newsletters"
	settingsFile   = "newsletter.toml"
)

// ids is what a newsletter's ID, the name of its folder, may look like.
var ids = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// reserved are the first parts of routes that a newsletter's ID would hide.
var reserved = []string{
	"address", "admin", "api", "archive", "calendar", "confirm", "healthz", "mailbox", "media", "metrics", "preferences", "readyz", "static", "subscribe", "u",
}

// Newsletters reads all newsletters of the site, sorted by ID. Mistakes are
// newsletter.Problems, those of all newsletters at once. Names that begin with
// "_" or "." are passed over.
func (f *Folder) Newsletters() ([]newsletter.Newsletter, error) {
	all, problems, err := f.Usable()
	if err == nil && len(problems) > 0 {
		return nil, problems
	}
	return all, err
}

// Usable reads the newsletters that can be read, sorted by ID, and the mistakes
// in the others: one that is being edited does not hold up its neighbors.
func (f *Folder) Usable() ([]newsletter.Newsletter, newsletter.Problems, error) {
	names, err := f.folders()
	if err != nil {
		return nil, nil, err
	}
	var all []newsletter.Newsletter
	var problems newsletter.Problems
	for _, name := range names {
		n, err := f.readNewsletter(name)
		if err == nil {
			all = append(all, *n)
			continue
		}
		found, ok := errors.AsType[newsletter.Problems](err)
		if !ok {
			found = newsletter.Problems{problem(RuleUnreadable, path.Join(newslettersDir, name, settingsFile), err.Error(), "")}
		}
		problems = append(problems, found...)
	}
	return all, problems, nil
}

// Lasting reads the newsletters for readers' pages, sorted by ID. One whose
// settings are broken stays as it was when they last could be read, for as long
// as its folder is there: an edit that went wrong takes from nobody the way to
// leave. Usable says what is wrong.
func (f *Folder) Lasting() ([]newsletter.Newsletter, error) {
	names, err := f.folders()
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []newsletter.Newsletter
	for _, name := range names {
		if n, err := f.readNewsletter(name); err == nil {
			f.last[name] = n
		}
		if n := f.last[name]; n != nil {
			all = append(all, *n)
		}
	}
	return all, nil
}

// Newsletter reads one newsletter. An ID that the site does not have is
// newsletter.ErrNotFound, with those it has in the hint.
func (f *Folder) Newsletter(id string) (*newsletter.Newsletter, error) {
	names, err := f.folders()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, id) {
		return nil, newsletter.Hint(fmt.Errorf("newsletter %.80q: %w", id, newsletter.ErrNotFound), namesHint(id, names))
	}
	return f.readNewsletter(id)
}

func namesHint(id string, names []string) string {
	if len(names) == 0 {
		return "the site has none yet: make a folder in newsletters"
	}
	if near := newsletter.Nearest(id, names); near != "" {
		return fmt.Sprintf("did you mean %q? the site has %s", near, strings.Join(names, ", "))
	}
	return "the site has " + strings.Join(names, ", ")
}

// folders returns the names of the newsletters' folders, sorted.
func (f *Folder) folders() ([]string, error) {
	entries, err := fs.ReadDir(f.FS(), newslettersDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing newsletters: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), "_") && !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// readNewsletter reads the newsletter.toml in the folder of that name.
func (f *Folder) readNewsletter(id string) (*newsletter.Newsletter, error) {
	dir := path.Join(newslettersDir, id)
	if !ids.MatchString(id) {
		return nil, newsletter.Problems{problem(RuleFolderName, dir,
			"the folder's name cannot be a newsletter's, expected a-z, 0-9 and hyphens", `rename it, or begin it with "_" to pass it over`)}
	}
	if slices.Contains(reserved, id) {
		return nil, newsletter.Problems{problem(RuleFolderName, dir, "the folder's name is that of a page of Tidings", "rename it")}
	}
	file := path.Join(dir, settingsFile)
	src, err := f.readSettings(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, newsletter.Problems{problem(RuleUnreadable, file, "is missing", `write it, or begin the folder's name with "_"`)}
	}
	if err != nil {
		return nil, err
	}
	return f.parseNewsletter(id, src)
}

// problem is about a file as a whole.
func problem(rule, file, message, hint string) newsletter.Problem {
	return newsletter.Problem{Rule: rule, Level: newsletter.LevelError, File: file, Message: message, Hint: hint}
}
