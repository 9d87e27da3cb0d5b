package main

import (
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tidings/internal/newsletter"
)

// writeNew writes a file that is not there yet, for its owner alone. One whose
// name ends in .gz or .zip is packed; inside names what is in the zip, "" that
// write makes the zip itself. Where write fails, nothing is left.
func writeNew(path, inside string, write func(io.Writer) error) (err error) {
	file, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return newsletter.Hint(err, "an existing file is never overwritten")
	}
	if err != nil {
		return newsletter.Hint(err, "is the folder there, and may this user write in it")
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
			_ = os.Remove(file.Name()) // half a list looks like a whole one
		}
	}()
	switch {
	case strings.HasSuffix(path, ".gz"):
		z := gzip.NewWriter(file)
		return errors.Join(write(z), z.Close())
	case strings.HasSuffix(path, ".zip") && inside != "":
		z := zip.NewWriter(file)
		w, err := z.Create(inside)
		if err != nil {
			return fmt.Errorf("pack: %w", err)
		}
		return errors.Join(write(w), z.Close())
	}
	return write(file)
}

// openSiteFile opens a whole-site export.
func openSiteFile(path string) (*os.File, error) {
	if path == "-" {
		return nil, usage("give a file, or --newsletter for a list of readers", "a whole site cannot come from standard input")
	}
	return openImport(path)
}

// openImport opens a file that is to be taken in.
func openImport(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() { // it would open, and fail at the first byte
		return nil, newsletter.Hint(newsletter.Refuse(newsletter.ErrInvalid, "import: %s is a folder", path), "name a file in it; nothing was changed")
	}
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, newsletter.Hint(fmt.Errorf("import: %w", err), "nothing was changed")
	}
	return file, nil
}
