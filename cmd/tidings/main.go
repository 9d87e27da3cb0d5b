// Command tidings publishes email newsletters: it renders Markdown issues,
// keeps the readers, and sends on schedule. See README.md for the first ten
// minutes with it.
package main

import (
	"context"
	"os"
)

func main() {
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(a.run(context.Background(), os.Args[1:]))
}
