// Package templates holds the built-in templates: the frame of every mail, the
// web pages and their static files. A site can lay files of its own over them.
package templates

import "embed"

// FS holds the folders mail, web and static.
//
//go:embed mail web static
var FS embed.FS
