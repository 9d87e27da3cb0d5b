package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manCommand is for those who package Tidings, so it does not stand in the list
// of commands.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write a man page for each command",
		Example: "  tidings man /usr/local/share/man/man1",
		Args:    wants("DIR"),
		Hidden:  true,
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // man pages are for everybody
				return fmt.Errorf("make folder: %w", err)
			}
			root := c.Root()
			root.DisableAutoGenTag = true // the same program writes the same pages on any day
			header := &doc.GenManHeader{Section: "1", Source: "Tidings " + readVersion().Version, Manual: "Tidings"}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return fmt.Errorf("write man pages: %w", err)
			}
			return nil
		},
	}
}
