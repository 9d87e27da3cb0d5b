package lists

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"tidings/internal/newsletter"
)

// Limits of what is packed. No list of people is packed so well, and a bomb is
// stopped before it costs more than a moment: nothing of it is kept in memory.
const (
	mostUnpacked = 200      // times the packed size …
	freeUnpacked = 64 << 20 // … above so many bytes
	mostEntries  = 20_000   // files in one archive of lists

	// mostSiteEntries is how many files a whole site may hold, pictures too.
	mostSiteEntries = 1_000_000
)

// packed says how a file is packed, by its first bytes.
type packed int

const (
	packedNot packed = iota
	packedGzip
	packedZip
)

// howPacked looks at the first bytes of a file.
func howPacked(in *bufio.Reader) packed {
	head, _ := in.Peek(4) // a shorter file is not packed
	switch {
	case strings.HasPrefix(string(head), "\x1f\x8b"):
		return packedGzip
	case strings.HasPrefix(string(head), "PK\x03\x04"), strings.HasPrefix(string(head), "PK\x05\x06"):
		return packedZip
	}
	return packedNot
}

// gunzip unpacks a gzip file, within the limits.
func gunzip(in io.Reader) (io.Reader, error) {
	count := &counter{r: in}
	z, err := gzip.NewReader(count)
	if err != nil {
		return nil, fmt.Errorf("%w gzip file: %w", newsletter.ErrInvalid, err)
	}
	return &unpacked{r: z, packed: count.read}, nil
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

// Read counts.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) read() int64 { return c.n }

// unpacked ends with an error where far more comes out than went in.
type unpacked struct {
	r      io.Reader
	n      int64
	packed func() int64
}

// Read unpacks.
func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	u.n += int64(n)
	if u.n > freeUnpacked && u.n/mostUnpacked > u.packed() {
		err := fmt.Errorf("%w archive: it unpacks to more than %d times its size", newsletter.ErrInvalid, mostUnpacked)
		return 0, newsletter.Hint(err, "no list of readers is packed so well; if it is one, unpack it first")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w archive: %w", newsletter.ErrInvalid, err)
	}
	return n, err
}

// seekable is a zip file as its reader needs it.
type seekable struct {
	io.ReaderAt
	size  int64
	close func()
}

// openZip makes a zip that was begun to be read seekable: r itself where it is a
// file, else a copy on the disk.
func openZip(r io.Reader, begun *bufio.Reader) (seekable, error) {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return seekable{f, info.Size(), func() {}}, nil
		}
	}
	f, err := os.CreateTemp("", "tidings-import-*.zip")
	if err != nil {
		return seekable{}, fmt.Errorf("unpack: %w", err)
	}
	done := func() { _ = f.Close(); _ = os.Remove(f.Name()) }
	n, err := io.Copy(f, begun)
	if err != nil {
		done()
		return seekable{}, fmt.Errorf("unpack: %w", err)
	}
	return seekable{f, n, done}, nil
}

// entries lists the files of a zip that may hold people, at most so many.
func (s seekable) entries(most int) ([]*zip.File, error) {
	z, err := zip.NewReader(s, s.size)
	if err != nil {
		return nil, fmt.Errorf("%w zip file: %w", newsletter.ErrInvalid, err)
	}
	if len(z.File) > most {
		return nil, fmt.Errorf("%w zip file: it holds %d files, at most %d are looked at", newsletter.ErrInvalid, len(z.File), most)
	}
	var all []*zip.File
	var size uint64
	for _, f := range z.File {
		if f.Name == "[Content_Types].xml" || f.Name == "mimetype" {
			err := fmt.Errorf("%w file: this is a spreadsheet or a document, not CSV", newsletter.ErrInvalid)
			return nil, newsletter.Hint(err, "save it as CSV (UTF-8) and import that")
		}
		if size += f.CompressedSize64; size > uint64(s.size) { //nolint:gosec // no file has a negative size
			return nil, fmt.Errorf("%w zip file: its parts lie over each other", newsletter.ErrInvalid)
		}
		if !f.FileInfo().IsDir() && !strings.HasPrefix(f.Name, "__MACOSX/") {
			all = append(all, f)
		}
	}
	return all, nil
}

// openEntry unpacks one file of a zip, within the limits.
func openEntry(f *zip.File) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w zip file: %s: %w", newsletter.ErrInvalid, f.Name, err)
	}
	size := int64(f.CompressedSize64) //nolint:gosec // less than the size of the file
	return struct {
		io.Reader
		io.Closer
	}{&unpacked{r: r, packed: func() int64 { return size }}, r}, nil
}
