package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/newsletters"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Make a new site folder",
		Long: "Make a site folder with its settings and sample newsletters to start from. Their issues are\n" +
			"drafts, so that none goes out by accident. No relay is set: mail goes to the built-in mailbox.",
		Example: "  tidings init my-letters\n  cd my-letters && tidings serve",
		Args:    wants("DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := args[0]
			if dir == "" {
				return usage("such as tidings init my-letters", "tidings init wants the name of a folder, and this one is empty")
			}
			if err := makeSite(dir, siteSettings, draft); err != nil {
				return err
			}
			if a.json {
				return a.printMade(dir)
			}
			fmt.Fprintf(a.stdout, "%s is ready. Next:\n\n  tidings --site %s serve\n  tidings --site %s check %s\n",
				dir, dir, dir, filepath.Join(dir, "newsletters", "harbor", "2026-11-24-first-frost.md"))
			return nil
		},
	}
}

// printMade tells a script which site was made, and what is in it.
func (a *app) printMade(dir string) error {
	samples, err := fs.ReadDir(newsletters.FS, ".")
	if err != nil {
		return err
	}
	ids := make([]string, len(samples))
	for i, sample := range samples {
		ids[i] = sample.Name()
	}
	return a.printJSON(map[string]any{"site": dir, "newsletters": ids})
}

// siteSettings is the tidings.toml of a new site.
const siteSettings = `# A site of Tidings. A key that it does not know is an error.

# Where readers reach the pages. Links in mails begin with it: set it before the
# first issue goes out, and let it be https.
base_url = "http://127.0.0.1:8080"

# The database, pictures and the built-in mailbox. Back this folder up.
data_dir = "data"
database = "sqlite:data/tidings.db"

[http]
listen = "127.0.0.1:8080"
# proxies = ["127.0.0.1"]                 # who stands before it and names visitors in X-Forwarded-For

# Who takes the mails to the world. Without a relay they go to the built-in
# mailbox, and nowhere else; /mailbox shows it as long as base_url is this machine.
#
# [[relay]]
# name = "primary"
# address = "smtp.example.org:587"
# tls = "starttls"                        # starttls | implicit | none (loopback only)
# username = "tidings"
# password_env = "TIDINGS_SMTP_PASSWORD"  # or password_file; token_env or token_file for XOAUTH2
# connections = 8
# rate = "50/s"                           # unset: as fast as the relay takes it
# messages = 100                          # over one connection; unset: as many as it takes
# daily = 50000                           # in any 24 hours; unset: no limit
# pipelining = false                      # unset: several commands at a time, where the relay offers that
# order = 1                               # with several relays: the lowest that works is used
# weight = 1                              # a relay's share among those of its order

# Who is told by mail when an issue is held or finished, or the queue runs empty.
#
# [notify]
# to = ["staff@example.org"]

# Signs every mail, so that nobody can send in your name. This makes the key:
# tidings dkim keygen --domain example.org --out dkim.pem
#
# [dkim]
# domain = "example.org"
# selector = "t1"
# key_file = "dkim.pem"

# Where bounces go: a mailbox that you read yourself for now. Each mail leaves as
# bounces+TOKEN@example.org, so the mail server has to take what follows a "+".
#
# [bounce]
# address = "bounces@example.org"

# What happens when the relay says: not now.
[delivery]
retry = ["10m", "30m", "1h", "2h", "4h", "8h"]
give_up = "48h"
unknown = "hold"
# stop_wait = "60s"                       # how long a stop waits for answers that are under way
# domain_rate = {"gmail.com" = "20/s"}    # to the readers of a domain; unset: as fast as it takes them
`

// makeSite writes a site folder with the sample newsletters. change may alter
// each file on its way. It refuses a folder that holds anything, and leaves
// nothing behind when it cannot finish.
func makeSite(dir, settings string, change func(name string, data []byte) []byte) (err error) {
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s holds files", dir), "choose a new folder; nothing was changed")
	}
	if info, failed := os.Stat(dir); failed == nil && !info.IsDir() {
		return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s is a file", dir), "choose a new folder; nothing was changed")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o750); err != nil {
		return newsletter.Hint(fmt.Errorf("make folder: %w", err), "may this user write there, and is no file in the way")
	}
	temp, err := os.MkdirTemp(parent, ".tidings-*")
	if err != nil {
		return newsletter.Hint(fmt.Errorf("make folder: %w", err), "may this user write there")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	if err := fillSite(temp, settings, change); err != nil {
		return err
	}
	if len(entries) == 0 {
		_ = os.Remove(dir) // an empty folder makes room
	}
	return os.Rename(temp, dir)
}

func fillSite(dir, settings string, change func(name string, data []byte) []byte) error {
	files := map[string]string{"tidings.toml": settings, ".gitignore": "/data/\n"}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return fs.WalkDir(newsletters.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path := filepath.Join(dir, "newsletters", filepath.FromSlash(name))
		if entry.IsDir() {
			return os.MkdirAll(path, 0o750)
		}
		data, err := fs.ReadFile(newsletters.FS, name)
		if err != nil {
			return err
		}
		return os.WriteFile(path, change(name, data), 0o600)
	})
}

// readyLine is the line of a front matter that puts an issue in the queue.
var readyLine = regexp.MustCompile(`(?m)^status( = "|: )ready`)

// draft takes an issue out of the queue.
func draft(name string, data []byte) []byte {
	if !strings.HasSuffix(name, ".md") {
		return data
	}
	head, body, ok := bytes.Cut(data, []byte("\n\n"))
	if !ok {
		return data
	}
	return bytes.Join([][]byte{readyLine.ReplaceAll(head, []byte("status${1}draft")), body}, []byte("\n\n"))
}
