package site

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Over lays the site's own templates folder over the built-in templates, file
// by file: a file that is there replaces the built-in one of the same name, and
// one that is not built in is found as well.
func (f *Folder) Over(builtin fs.FS) fs.FS {
	own, err := fs.Sub(f.FS(), "templates")
	if err != nil { // only an invalid name can be wrong, and "templates" is none
		return builtin
	}
	return overlay{own: own, builtin: builtin}
}

// overlay reads a file from own where it is there, else from builtin. Folders
// list the files of both.
type overlay struct{ own, builtin fs.FS }

// Open opens a file of the overlay.
func (o overlay) Open(name string) (fs.File, error) {
	info, err := fs.Stat(o.own, name)
	if err == nil && info.Mode().IsRegular() && fs.ValidPath(name) && path.Clean(name) == name {
		return o.own.Open(name)
	}
	return o.builtin.Open(name)
}

// ReadDir lists a folder of the built-in templates, with the files that are in
// own alone, such as another language. Hidden ones, which editors leave behind,
// are left out.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.builtin, name)
	if err != nil {
		return nil, err
	}
	own, err := fs.ReadDir(o.own, name)
	if errors.Is(err, fs.ErrNotExist) {
		return entries, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range own {
		if known := slices.ContainsFunc(entries, func(k fs.DirEntry) bool { return k.Name() == e.Name() }); !known && o.isFile(name, e) {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// isFile says whether an entry of a folder of own is a file that Open would give.
func (o overlay) isFile(dir string, e fs.DirEntry) bool {
	info, err := fs.Stat(o.own, path.Join(dir, e.Name()))
	return err == nil && info.Mode().IsRegular() && !strings.HasPrefix(e.Name(), ".")
}
