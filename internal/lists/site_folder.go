package lists

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"tidings/internal/newsletter"
)

// SiteFolder is a folder of a site that moves with it, whose files staff or
// Tidings wrote.
type SiteFolder struct {
	Name string // in the export
	Root *os.Root
}

// LeftFile is what did not go along with its folder, and why.
type LeftFile struct{ Name, Reason string }

// pack writes the files of the folder, and names what is no file that can move
// with it: a link is followed to a file of the same folder, and no further.
// Hidden files, which editors and version control leave behind, are left out.
func (f SiteFolder) pack(ctx context.Context, z *zip.Writer) (left []LeftFile, err error) {
	err = fs.WalkDir(f.Root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		hidden := name != "." && strings.HasPrefix(d.Name(), ".")
		switch {
		case d.IsDir() && hidden:
			return fs.SkipDir
		case d.IsDir() || hidden:
			return nil
		}
		if reason := f.stays(name); reason != "" {
			left = append(left, LeftFile{f.Name + "/" + name, reason})
			return nil
		}
		return f.packFile(z, name)
	})
	return left, err
}

// stays says why what stands in the folder under a name cannot go along; empty:
// it can.
func (f SiteFolder) stays(name string) string {
	info, err := f.Root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "a link that leads nowhere"
	case err != nil: // to another folder, or in a circle
		return "a link that cannot be followed inside " + f.Name + "/"
	case info.IsDir():
		return "a link to a folder"
	case !info.Mode().IsRegular():
		return "no ordinary file"
	}
	return ""
}

func (f SiteFolder) packFile(z *zip.Writer, name string) (err error) {
	in, err := f.Root.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := z.Create(f.Name + "/" + name)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return err
}

// unpack writes those files of an export that belong to the folder and are not
// there yet, and counts them. What is there and differs is kept, and named.
func (f SiteFolder) unpack(ctx context.Context, all []*zip.File, in *SiteImport) error {
	for _, entry := range all {
		name, ok := strings.CutPrefix(entry.Name, f.Name+"/")
		if !ok || strings.HasSuffix(name, "/") {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !fs.ValidPath(name) || strings.Contains("/"+name, "/.") {
			return fmt.Errorf("%w export: %.100q is no name of a file", newsletter.ErrInvalid, entry.Name)
		}
		same, err := f.has(name, entry)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = f.write(name, entry)
			in.Files++
		case err == nil && !same:
			in.Kept = append(in.Kept, entry.Name)
		}
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	return nil
}

// has says whether a file is as in the export; fs.ErrNotExist: there is none.
func (f SiteFolder) has(name string, entry *zip.File) (bool, error) {
	here, err := f.Root.Open(name)
	if err != nil {
		return false, err
	}
	there, err := openEntry(entry)
	if err != nil {
		return false, errors.Join(err, here.Close())
	}
	a, b := sha256.New(), sha256.New()
	_, errA := io.Copy(a, here)
	_, errB := io.Copy(b, there)
	return bytes.Equal(a.Sum(nil), b.Sum(nil)), errors.Join(errA, errB, here.Close(), there.Close())
}

// write makes a new file, whole or not at all.
func (f SiteFolder) write(name string, entry *zip.File) (err error) {
	in, err := openEntry(entry)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	if err := f.Root.MkdirAll(path.Dir(name), 0o750); err != nil {
		return err
	}
	part := path.Join(path.Dir(name), ".new-"+rand.Text())
	out, err := f.Root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = f.Root.Rename(part, name)
	}
	if err != nil {
		err = errors.Join(err, f.Root.Remove(part))
	}
	return err
}
