package web

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"

	"tidings/internal/newsletter"
)

// MaxForm is how many bytes a form may have.
const MaxForm = 64 << 10

// Form reads the body of a form in either encoding, urlencoded or multipart,
// and nothing of the URL's query. One that is too large is an
// *http.MaxBytesError, any other that cannot be read newsletter.ErrInvalid.
func Form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, MaxForm)
	parse := r.ParseForm
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		parse = func() error { return r.ParseMultipartForm(MaxForm) } //nolint:gosec // bounded above
	}
	err := parse()
	if err == nil {
		return r.PostForm, nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, fmt.Errorf("reading form: %w", err)
	}
	return nil, fmt.Errorf("reading form: %w: %w", newsletter.ErrInvalid, err)
}
