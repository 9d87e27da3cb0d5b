package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tidings/internal/newsletter"
)

// The exit codes of the command.
const (
	exitOK      = 0
	exitFailure = 1 // it could not be done
	exitUsage   = 2 // what was asked for makes no sense; nothing was tried
)

// app is one run of the command.
type app struct {
	stdin  io.Reader
	stdout io.Writer // what was asked for
	stderr io.Writer // everything else: errors, progress, logs

	dir     string // --site
	json    bool   // --json
	verbose bool   // --verbose
	started bool   // arguments are understood: errors are no longer about usage
}

// run runs the command line and returns its exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	c, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errQuiet):
		return exitFailure
	case !a.started: // cobra did not understand the line
		a.complain(newsletter.Hint(err, "see "+c.CommandPath()+" --help"))
		return exitUsage
	}
	a.complain(err)
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailure
}

// errQuiet fails a command that has said already what is wrong.
var errQuiet = errors.New("said already")

// complain prints an error in one line with its hint. The problems of a file
// have a line each.
func (a *app) complain(err error) {
	if problems, ok := errors.AsType[newsletter.Problems](err); ok {
		for _, p := range problems {
			fmt.Fprintln(a.stderr, p)
		}
		return
	}
	hint := ""
	if h, ok := errors.AsType[*newsletter.Hinted](err); ok {
		hint = " (" + h.Hint + ")"
	}
	fmt.Fprintf(a.stderr, "tidings: %s%s\n", strings.ReplaceAll(err.Error(), "\n", "; "), hint)
}

func (a *app) root() *cobra.Command {
	root := group(&cobra.Command{
		Use:   "tidings",
		Short: "Publish email newsletters from Markdown files",
		Long: "Tidings publishes email newsletters: staff write issues as Markdown files, Tidings renders\n" +
			"each into a mail that reads well everywhere, keeps the readers, and sends on schedule.",
		Example:       "  tidings demo                 see all of it with sample data, on this machine alone\n  tidings init my-letters      make a site folder of your own",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if err := cmp.Or(plainRequired(c, c.ValidateRequiredFlags()), plainFlags(c, c.ValidateFlagGroups())); err != nil {
				return err
			}
			a.started = true
			return nil
		},
	})
	root.SetFlagErrorFunc(badValue)
	flags := root.PersistentFlags()
	flags.StringVar(&a.dir, "site", ".", "the site folder `DIR`, with its tidings.toml")
	flags.BoolVar(&a.json, "json", false, "print data as JSON")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "log what happens in detail, readers' addresses included")
	part(root, "A site", a.initCommand(), a.demoCommand(), a.serveCommand())
	part(root, "Issues", a.checkCommand(), a.previewCommand(), a.testCommand(), a.queueCommand(), a.approveCommand(), a.publishCommand(), a.statusCommand(),
		a.pauseCommand(), a.resumeCommand(), a.cancelCommand(), a.resendCommand(), a.scheduleCommand())
	part(root, "Readers", a.subscribersCommand(), a.suppressionsCommand())
	part(root, "More", a.dkimCommand(), a.keysCommand(), a.versionCommand(), a.manCommand())
	root.SetHelpCommandGroupID("More")
	root.SetCompletionCommandGroupID("More")
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			group(c).Example = "  tidings completion bash > ~/.local/share/bash-completion/completions/tidings"
		case "help":
			c.Run, c.RunE = nil, a.help
		}
	}
	a.completes(root)
	return root
}

// part adds commands under a heading of the help.
func part(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title + ":"})
	for _, c := range commands {
		c.GroupID = title
		root.AddCommand(c)
	}
}

// printJSON prints a value for scripts.
func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// logger logs to standard error: short lines to a person, one that programs read
// to anything else. Readers' addresses and tokens appear at debug level only.
func (a *app) logger(level slog.Level) *slog.Logger {
	if a.verbose {
		level = slog.LevelDebug
	}
	if a.interactive() {
		return slog.New(tint.NewTextHandler(a.lines(), &tint.Options{
			Level: level, TimeFormat: "15:04:05", NoColor: os.Getenv("NO_COLOR") != "",
		}))
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
}

// interactive says whether a person watches.
func (a *app) interactive() bool {
	f, ok := a.stderr.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// asks says whether somebody can be asked.
func (a *app) asks() bool {
	f, ok := a.stdin.(*os.File)
	return ok && a.interactive() && term.IsTerminal(int(f.Fd()))
}

// confirm asks a person whether they are sure. Where nobody can be asked, nobody is.
func (a *app) confirm(question string) error {
	if !a.asks() {
		return newsletter.Hint(errors.New(question), "add --yes if you are sure; nothing was changed")
	}
	fmt.Fprintf(a.stderr, "%s (yes or no) ", question)
	answer, _ := bufio.NewReader(a.stdin).ReadString('\n') // no answer is no
	if !strings.EqualFold(strings.TrimSpace(answer), "yes") {
		return errors.New("nothing was changed")
	}
	return nil
}
