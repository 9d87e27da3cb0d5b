package web

import (
	"log/slog"
	"net/http"
	"time"
)

// The deadlines of a connection. Pages and forms are small: whoever is slower
// than this holds a connection that another reader could use.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = time.Minute
	maxHeader     = 16 << 10 // bytes
)

// NewServer makes a server for addr with deadlines and limits against slow and
// large requests. It logs each request and sets the headers of Secure; what
// goes wrong below HTTP is logged at debug.
func NewServer(addr string, handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           Log(log, Secure(handler)),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
