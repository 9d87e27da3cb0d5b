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
	"tidings/internal/store"
)

// siteManifest is the first file of a whole-site export.
const siteManifest = "tidings-site.json"

// siteVersion is raised when an export can no longer be read by what reads it
// today.
const siteVersion = 2

// manifest says what a whole-site export is.
type manifest struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Note    string `json:"note"`
}

// SiteExport says what went out with a whole site.
type SiteExport struct {
	Readers int
	Left    []LeftFile // what of the folders did not go along
}

// ExportSite writes all of a site as one zip: the people, their subscriptions,
// receipts and the words of these, the suppressions, the keys that links in old
// mails and the hashes of erased people need, what was sent to whom, what is
// queued, and the files of the folders. It holds secrets. It is streamed, its
// tables show one moment. Progress is told how many rows are written.
func (s *Service) ExportSite(ctx context.Context, w io.Writer, folders []SiteFolder, progress func(rows int)) (went SiteExport, err error) {
	z := zip.NewWriter(w)
	head, err := z.Create(siteManifest)
	if err != nil {
		return went, fmt.Errorf("write export: %w", err)
	}
	about := manifest{Format: "tidings-site", Version: siteVersion, Note: "This file holds secrets: readers' addresses, and the keys of the links in their mails."}
	if err := json.NewEncoder(head).Encode(about); err != nil {
		return went, fmt.Errorf("write export: %w", err)
	}
	went.Readers, err = s.Store.WriteTables(ctx, func(table string) (io.Writer, error) { return z.Create(table + ".jsonl") }, progress)
	if err != nil {
		return went, err
	}
	for _, f := range folders {
		left, err := f.pack(ctx, z)
		if err != nil {
			return went, fmt.Errorf("write export: folder %s: %w", f.Name, err)
		}
		went.Left = append(went.Left, left...)
	}
	if err := z.Close(); err != nil {
		return went, fmt.Errorf("write export: %w", err)
	}
	return went, nil
}

// SiteImport says what came with a whole site.
type SiteImport struct {
	Readers int      `json:"readers"`
	Files   int      `json:"files"` // that are new here
	Kept    []string `json:"kept"`  // files that are different here, and were left as they are
}

// ImportSite fills a site that has no readers yet with what ExportSite wrote.
// Ids, receipts and keys are as they were. Files that are here stay. Nothing is
// sent before the site is adopted. newsletter.ErrConflict: there are readers
// already. newsletter.ErrInvalid: this is no such file. In both cases nothing
// changes. Nothing else may use the site meanwhile. Progress is told how many
// rows are in.
func (s *Service) ImportSite(ctx context.Context, file *os.File, folders []SiteFolder, progress func(rows int)) (in SiteImport, err error) {
	by, all, err := openSite(file)
	if err != nil {
		return in, err
	}
	in.Readers, err = s.Store.ReadTables(ctx, store.SiteFiles{
		Open: func(table string) (io.ReadCloser, error) {
			f := by[table+".jsonl"]
			if f == nil {
				return nil, fmt.Errorf("%w export: it has no %s.jsonl", newsletter.ErrInvalid, table)
			}
			return openEntry(f)
		},
		Progress: progress,
		Finish: func() error {
			in.Files, in.Kept = 0, []string{}
			for _, f := range folders {
				if err := f.unpack(ctx, all, &in); err != nil {
					return fmt.Errorf("folder %s: %w", f.Name, err)
				}
			}
			return nil
		},
	})
	return in, err
}

// CheckSite says whether a file is a whole-site export that ImportSite can read;
// newsletter.ErrInvalid: it is not.
func CheckSite(file *os.File) error {
	_, _, err := openSite(file)
	return err
}

// openSite lists the files of a whole-site export, in their order and by name.
func openSite(file *os.File) (by map[string]*zip.File, all []*zip.File, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("read export: %w", err)
	}
	var head [4]byte
	if _, err := file.ReadAt(head[:], 0); err != nil || howPacked(bufio.NewReader(bytes.NewReader(head[:]))) != packedZip {
		return nil, nil, noSite()
	}
	if all, err = (seekable{file, info.Size(), nil}).entries(mostSiteEntries); err != nil {
		return nil, nil, err
	}
	by = map[string]*zip.File{}
	for _, f := range all {
		by[f.Name] = f
	}
	return by, all, readManifest(by[siteManifest])
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
		if m.Version < siteVersion {
			return newsletter.Hint(err, "it comes from an older Tidings; update that one and export again")
		}
		return newsletter.Hint(err, "it comes from a newer Tidings; update this one first")
	}
	return nil
}
