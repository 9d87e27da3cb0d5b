package public

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// mediaHash is the first part of a picture's path: newsletter.Media.Hash.
var mediaHash = regexp.MustCompile(`^[0-9a-f]{32}$`)

// mediaTypes are the files we serve. Everything else is none of ours, whatever
// lies in the folder: a page in there would be one of our site.
var mediaTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
	".webp": "image/webp", ".avif": "image/avif", ".svg": "image/svg+xml",
}

// mediaPolicy keeps a picture a picture: a drawing may hold scripts.
const mediaPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

// media answers GET /media/{hash}/{name}.
func (p *pages) media(w http.ResponseWriter, r *http.Request) error {
	hash, name := r.PathValue("hash"), r.PathValue("name")
	kind, ok := mediaTypes[strings.ToLower(path.Ext(name))]
	if !ok || !mediaHash.MatchString(hash) || strings.ContainsAny(name, `/\`) || !fs.ValidPath(name) {
		return fmt.Errorf("picture: %w", newsletter.ErrNotFound)
	}
	file := path.Join(hash, name)
	switch info, err := fs.Stat(p.Media, file); {
	case errors.Is(err, fs.ErrNotExist), err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("picture: %w", newsletter.ErrNotFound)
	case err != nil:
		return fmt.Errorf("picture: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", web.Immutable)
	h.Set("Content-Security-Policy", mediaPolicy)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // shown in mail programs on the web
	http.ServeFileFS(w, r, p.Media, file)
	return nil
}
