package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"

	"tidings/internal/newsletter"
)

// Immutable tells browsers and proxies to keep what they got for a year and not
// to ask again: its URL names what it holds (RFC 8246).
const Immutable = "public, max-age=31536000, immutable"

// Assets are the static files of the pages: style sheet and pictures. A file's
// URL holds a hash of what is in it, so that it can be kept for ever.
type Assets struct {
	files map[string]asset // by file name
}

type asset struct {
	hash string
	data []byte
}

// NewAssets reads every file of the folder static of files.
func NewAssets(files fs.FS) (*Assets, error) {
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		return nil, fmt.Errorf("listing static files: %w", err)
	}
	a := &Assets{files: make(map[string]asset, len(entries))}
	for _, e := range entries {
		data, err := fs.ReadFile(files, path.Join("static", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading static file: %w", err)
		}
		sum := sha256.Sum256(data)
		a.files[e.Name()] = asset{hash: hex.EncodeToString(sum[:8]), data: data}
	}
	return a, nil
}

// URL is where a static file is served: /static/{hash}/{name}. A page that
// names a file we do not have is an error when it is rendered.
func (a *Assets) URL(name string) (string, error) {
	f, ok := a.files[name]
	if !ok {
		return "", fmt.Errorf("no static file %s", name)
	}
	return "/static/" + f.hash + "/" + name, nil
}

// Serve answers GET /static/{hash}/{name}.
func (a *Assets) Serve(w http.ResponseWriter, r *http.Request) error {
	f, ok := a.files[r.PathValue("name")]
	if !ok || f.hash != r.PathValue("hash") {
		return fmt.Errorf("static file: %w", newsletter.ErrNotFound)
	}
	w.Header().Set("Cache-Control", Immutable)
	http.ServeContent(w, r, r.PathValue("name"), time.Time{}, bytes.NewReader(f.data))
	return nil
}
