package web

import (
	"errors"
	"net/http"
)

// errMethod is a request to a page of ours with a method that it does not answer.
var errMethod = errors.New("no such method here")

// Routes is mux, but where a path is ours and the method is not, the reader gets a
// page in plain words, in their language, as for every other error.
func (p *Pages) Routes(mux *http.ServeMux) http.Handler {
	refuse := p.Handle(func(http.ResponseWriter, *http.Request) error { return errMethod })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, pattern := mux.Handler(r); pattern == "" {
			var said overheard
			if h.ServeHTTP(&said, r); said.status == http.StatusMethodNotAllowed {
				w.Header().Set("Allow", said.Header().Get("Allow"))
				refuse.ServeHTTP(w, r)
				return
			}
		}
		mux.ServeHTTP(w, r)
	})
}

// overheard is what a handler says, without its body.
type overheard struct {
	header http.Header
	status int
}

func (a *overheard) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

func (a *overheard) WriteHeader(status int)      { a.status = status }
func (a *overheard) Write(b []byte) (int, error) { return len(b), nil }
