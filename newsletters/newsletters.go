// Package newsletters is in charge of the sample newsletters of an invented
// counseling practice: real issues to read, to send and to learn from. They
// are what the demo sends, what a new site starts with, and what tests work on.
package newsletters

import "embed"

// FS holds one folder for each sample newsletter, laid out as in a site's own
// newsletters folder: newsletter.toml, the issues as Markdown files, and their
// pictures in images. Paths begin with the newsletter's ID, as in
// "harbor/newsletter.toml".
//
//go:embed harbor harbor-notes harbor-walks
var FS embed.FS
