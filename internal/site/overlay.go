package site

import (
	"io/fs"
	"path"
)

// Over lays the site's own templates folder over the built-in templates, file
// by file: a file that is there replaces the built-in one of the same name.
func (f *Folder) Over(builtin fs.FS) fs.FS {
	own, err := fs.Sub(f.FS(), "templates")
	if err != nil { // only an invalid name can be wrong, and "templates" is none
		return builtin
	}
	return overlay{own: own, builtin: builtin}
}

// overlay reads a file from own where it is there, else from builtin. Folders
// list what builtin holds: a file that nothing asks for has no use.
type overlay struct{ own, builtin fs.FS }

// Open opens a file of the overlay.
func (o overlay) Open(name string) (fs.File, error) {
	info, err := fs.Stat(o.own, name)
	if err == nil && info.Mode().IsRegular() && fs.ValidPath(name) && path.Clean(name) == name {
		return o.own.Open(name)
	}
	return o.builtin.Open(name)
}

// ReadDir lists a folder.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(o.builtin, name) }
