package lists

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"tidings/internal/newsletter"
)

// siteManifest is the first file of a whole-site export.
const siteManifest = "tidings-site.json"

// siteVersion is raised when an export can no longer be read by what reads it
// today.
const siteVersion = 1

// manifest says what a whole-site export is.
type manifest struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Note    string `json:"note"`
}

// ExportSite writes all that belongs to the readers of all newsletters as one
// zip: the people, their subscriptions, receipts and the words of these, the
// suppressions, and the keys that links in old mails and the hashes of erased
// people need. It holds secrets. It is streamed, shows one moment, and returns
// how many readers there are.
func (s *Service) ExportSite(ctx context.Context, w io.Writer) (readers int, err error) {
	z := zip.NewWriter(w)
	head, err := z.Create(siteManifest)
	if err != nil {
		return 0, fmt.Errorf("write export: %w", err)
	}
	about := manifest{Format: "tidings-site", Version: siteVersion, Note: "This file holds secrets: readers' addresses, and the keys of the links in their mails."}
	if err := json.NewEncoder(head).Encode(about); err != nil {
		return 0, fmt.Errorf("write export: %w", err)
	}
	readers, err = s.Store.WriteTables(ctx, func(table string) (io.Writer, error) { return z.Create(table + ".jsonl") })
	if err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, fmt.Errorf("write export: %w", err)
	}
	return readers, nil
}

// ImportSite fills a site that has no readers yet with what ExportSite wrote,
// and returns how many readers came. Ids, receipts and keys are as they were.
// newsletter.ErrConflict: there are readers already. newsletter.ErrInvalid: this
// is no such file. In both cases nothing changes. Nothing else may use the site
// meanwhile.
func (s *Service) ImportSite(ctx context.Context, file *os.File) (int, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, fmt.Errorf("read export: %w", err)
	}
	var head [4]byte
	if _, err := file.ReadAt(head[:], 0); err != nil || howPacked(bufio.NewReader(bytes.NewReader(head[:]))) != packedZip {
		return 0, noSite()
	}
	entries, err := seekable{file, info.Size(), nil}.entries()
	if err != nil {
		return 0, err
	}
	by := map[string]*zip.File{}
	for _, f := range entries {
		by[f.Name] = f
	}
	if err := readManifest(by[siteManifest]); err != nil {
		return 0, err
	}
	return s.Store.ReadTables(ctx, func(table string) (io.ReadCloser, error) {
		f := by[table+".jsonl"]
		if f == nil {
			return nil, fmt.Errorf("%w export: it has no %s.jsonl", newsletter.ErrInvalid, table)
		}
		return openEntry(f)
	})
}

func noSite() error {
	err := fmt.Errorf("%w export: this is not the export of a whole site", newsletter.ErrInvalid)
	return newsletter.Hint(err, "a list of readers needs --newsletter")
}

// readManifest refuses what is no whole-site export that can be read.
func readManifest(f *zip.File) error {
	if f == nil {
		return noSite()
	}
	in, err := openEntry(f)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	var m manifest
	if err := json.NewDecoder(io.LimitReader(in, 1<<16)).Decode(&m); err != nil || m.Format != "tidings-site" {
		return noSite()
	}
	if m.Version != siteVersion {
		err := fmt.Errorf("%w export: its version is %d, expected %d", newsletter.ErrInvalid, m.Version, siteVersion)
		return newsletter.Hint(err, "it comes from a newer Tidings; update this one first")
	}
	return nil
}
