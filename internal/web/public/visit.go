package public

import (
	"net/http"

	"tidings/internal/signup"
)

// visit is what a request brings with it, for the receipt of what it does.
func visit(r *http.Request, source string) signup.Visit {
	return signup.Visit{Source: source, RemoteAddr: r.RemoteAddr, UserAgent: r.UserAgent()}
}
