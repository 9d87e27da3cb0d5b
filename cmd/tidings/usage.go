package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tidings/internal/newsletter"
)

// usageError is a command line that makes no sense.
type usageError struct{ message string }

// Error says what makes no sense.
func (u *usageError) Error() string { return u.message }

// usage returns a usageError with a hint.
func usage(hint, format string, args ...any) error {
	return newsletter.Hint(&usageError{fmt.Sprintf(format, args...)}, hint)
}

// badFlag is an error that a flag's value caused; a nil err stays nil.
func badFlag(flag string, err error) error {
	if err == nil {
		return nil
	}
	hint := "see --help"
	if h, ok := errors.AsType[*newsletter.Hinted](err); ok {
		hint = h.Hint
	}
	return usage(hint, "%s: %s", flag, err)
}

// badValue says in plain words which kind of value a flag wants, where cobra only
// passes on what the parser said.
func badValue(_ *cobra.Command, err error) error {
	invalid, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	f, wanted := invalid.GetFlag(), "another value"
	switch f.Value.Type() {
	case "int":
		wanted = "a whole number"
	case "duration":
		wanted = "a time such as 90m or 36h"
	case "bool":
		wanted = "true or false"
	}
	return fmt.Errorf("--%s wants %s, and %q is none", f.Name, wanted, invalid.GetValue())
}

// missing are the flags that cobra names in what it says of required ones.
var missing = regexp.MustCompile(`"([^"]+)"`)

// plainRequired says in plain words which flags a command cannot do without.
func plainRequired(c *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	var names []string
	for _, m := range missing.FindAllStringSubmatch(err.Error(), -1) {
		names = append(names, "--"+m[1])
	}
	return fmt.Errorf("%s wants %s", c.CommandPath(), strings.Join(names, " and "))
}

// flagLists are the flags that cobra names in what it says of a group of them.
var flagLists = regexp.MustCompile(`\[([^\]]+)\]`)

// plainFlags says in plain words what cobra says of flags of which one is missing,
// or which exclude each other.
func plainFlags(c *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	lists := flagLists.FindAllStringSubmatch(err.Error(), -1)
	if len(lists) == 0 {
		return err
	}
	names := "--" + strings.ReplaceAll(lists[len(lists)-1][1], " ", ", --")
	if len(lists) == 1 {
		return fmt.Errorf("%s wants one of %s", c.CommandPath(), names)
	}
	return fmt.Errorf("%s exclude each other", names)
}

// wants asks for exactly these arguments. A name that ends in "..." stands for
// one or more, a name in brackets for one or none.
func wants(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		need, most := 0, len(names)
		for _, name := range names {
			if !strings.HasPrefix(name, "[") {
				need++
			}
			if strings.HasSuffix(name, "...") {
				most = len(args)
			}
		}
		switch {
		case len(args) < need:
			return fmt.Errorf("%s wants %s", c.CommandPath(), strings.Join(names[len(args):], " and "))
		case len(args) > most && most == 0:
			return fmt.Errorf("%s takes no argument, and %q is one", c.CommandPath(), args[0])
		case len(args) > most:
			return fmt.Errorf("%s takes only %s, and %q is more", c.CommandPath(), strings.Join(names, " and "), args[most])
		}
		return nil
	}
}

// group makes c a command that holds others and does nothing itself: alone it
// shows its help, and a word that is none of its commands is an error.
func group(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		return noCommand(c, args[0])
	}
	return c
}

// noCommand says that a command holds none of that name.
func noCommand(c *cobra.Command, name string) error {
	var names []string
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() {
			names = append(names, below.Name())
		}
	}
	hint := "see " + c.CommandPath() + " --help"
	if near := newsletter.Nearest(name, names); near != "" {
		hint = "did you mean " + c.CommandPath() + " " + near
	}
	return usage(hint, "%s has no command %q", c.CommandPath(), name)
}

// help shows the help of the command that args lead to. The one that comes with
// cobra shows its own help, and succeeds, where there is no such command.
func (a *app) help(c *cobra.Command, args []string) error {
	a.started = true
	at, rest, err := c.Root().Find(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return noCommand(at, rest[0])
	}
	return at.Help()
}
