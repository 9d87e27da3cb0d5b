// Package site is in charge of the site folder: the one place with everything
// that people write. It reads tidings.toml and each newsletter.toml strictly,
// names every mistake in them at once, and sees to it that no path, however
// written or linked, leads out of the folder.
package site

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"tidings/internal/newsletter"
)

// configFile is the settings of the site, in its folder.
const configFile = "tidings.toml"

// maxSettings is the greatest size of a settings file in bytes.
const maxSettings = 256 << 10

// Folder is an open site folder. It may be used by several goroutines.
type Folder struct {
	// Config is tidings.toml as it was when the folder was opened.
	Config Config

	dir  string // absolute, without symbolic links
	root *os.Root

	mu   sync.Mutex
	last map[string]*newsletter.Newsletter // as Lasting read them last
}

// Open opens the site folder dir and reads its tidings.toml. Mistakes in it are
// newsletter.Problems, all of them at once; a folder without the file is
// newsletter.ErrNotFound. Close the folder after use.
func Open(dir string) (*Folder, error) {
	resolved, err := resolve(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, newsletter.Hint(fmt.Errorf("site folder %s: %w", dir, newsletter.ErrNotFound), "make one with: tidings init DIR")
	}
	if err != nil {
		return nil, fmt.Errorf("opening site folder: %w", err)
	}
	root, err := os.OpenRoot(resolved)
	if err != nil {
		return nil, fmt.Errorf("opening site folder: %w", err)
	}
	f := &Folder{dir: resolved, root: root, last: map[string]*newsletter.Newsletter{}}
	if err := f.readConfig(dir); err != nil {
		_ = root.Close() // the first error is the one to tell
		return nil, err
	}
	return f, nil
}

// readConfig fills Config. Dir is the folder as the user wrote it.
func (f *Folder) readConfig(dir string) error {
	src, err := f.readSettings(configFile)
	if errors.Is(err, fs.ErrNotExist) {
		return newsletter.Hint(fmt.Errorf("%s in %s: %w", configFile, dir, newsletter.ErrNotFound),
			"is this a site folder? name another with --site, or make one with: tidings init DIR")
	}
	if err != nil {
		return err
	}
	f.Config, err = f.parseConfig(src)
	return err
}

// resolve returns the absolute path of dir without symbolic links.
func resolve(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// Close gives the folder back. What FS returned must not be used any more.
func (f *Folder) Close() error { return f.root.Close() }

// Dir is the absolute path of the site folder.
func (f *Folder) Dir() string { return f.dir }

// FS is the site folder for reading, with slashes in its paths on every system.
// No path and no symbolic link leaves it.
func (f *Folder) FS() fs.FS { return f.root.FS() }

// Data returns the absolute path of something below the data folder. The path
// stays below it, even if elem climbs.
func (f *Folder) Data(elem ...string) string {
	const top = string(filepath.Separator)
	return filepath.Join(f.Config.DataDir, filepath.Join(top, filepath.Join(elem...)))
}

// abs makes a path of the settings absolute: relative ones begin at the site
// folder.
func (f *Folder) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(f.dir, path)
}

// readSettings reads a settings file, by its path in the folder.
func (f *Folder) readSettings(name string) ([]byte, error) {
	info, err := f.root.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("reading settings: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxSettings {
		return nil, newsletter.Problems{problem(RuleUnreadable, name,
			fmt.Sprintf("is not a regular file of at most %d KiB", maxSettings>>10), "")}
	}
	file, err := f.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("reading settings: %w", err)
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxSettings))
}
