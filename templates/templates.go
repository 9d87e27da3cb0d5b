// Package templates holds the built-in templates: the frame of every mail, the
// web pages and their static files, and the words of each language. A site can
// lay files of its own over them.
package templates

import "embed"

// FS holds the folders mail, web, static and locale.
//
//go:embed mail web static locale
var FS embed.FS
