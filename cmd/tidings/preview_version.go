package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// maxWatched is how many files are looked at for changes. A site has hundreds;
// a folder that was put there by mistake may have any number.
const maxWatched = 20_000

// filesVersion is another text once any file changed that an issue could be made
// from, by name, size or time: its own folder and then the rest of the site, but
// not the data folder, and nothing that editors leave beside a file.
func (d *desk) filesVersion(file string) (string, error) {
	data, err := filepath.Rel(d.folder.Dir(), d.folder.Config.DataDir)
	if err != nil {
		data = "" // on another drive
	}
	sum, seen := sha256.New(), 0
	visit := func(name string, e fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case errors.Is(err, fs.ErrNotExist):
			return nil // gone while we look
		case err != nil:
			return err
		case name == filepath.ToSlash(data), strings.HasPrefix(base, ".") && name != ".":
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir() || strings.HasSuffix(base, "~"):
			return nil
		}
		if seen++; seen > maxWatched {
			return fs.SkipAll
		}
		info, err := e.Info()
		if err == nil {
			fmt.Fprintf(sum, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	}
	for _, root := range []string{path.Dir(file), "."} {
		if err := fs.WalkDir(d.folder.FS(), root, visit); err != nil {
			return "", fmt.Errorf("look for changes: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}
