package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/check"
	"tidings/internal/delivery"
	"tidings/internal/issue"
	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// maxTests is how many addresses one test goes to. More are readers.
const maxTests = 20

func (a *app) testCommand() *cobra.Command {
	var to []string
	var despite bool
	c := &cobra.Command{
		Use:   "test FILE --to EMAIL",
		Short: "Send an issue to yourself",
		Long: "Send an issue over the relay at once, with [TEST] before its subject, and print what the relay\n" +
			"answers. It is the mail that readers would get, signature included; who is a reader sees it with\n" +
			"their own name. Nothing is recorded, and the links to leave in it belong to nobody.\n" +
			"Without a relay it goes to the built-in mailbox, when no serve runs.",
		Example: "  tidings test newsletters/harbor/2026-11-24-first-frost.md --to me@example.org --to you@example.org",
		Args:    wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(to) == 0 || len(to) > maxTests {
				return usage(fmt.Sprintf("1 to %d, each with --to", maxTests), "test goes to %d addresses", len(to))
			}
			for i, email := range to {
				var err error
				if to[i], _, err = newsletter.ParseAddress(email); err != nil {
					return badFlag("--to", err)
				}
			}
			ctx, stop := a.untilStopped(c.Context())
			defer stop()
			return a.test(ctx, args[0], to, despite)
		},
	}
	c.Flags().StringArrayVar(&to, "to", nil, "where to send it, an `EMAIL`; may be given several times")
	c.Flags().BoolVar(&despite, "despite-errors", false, "send it although a check finds an error")
	return c
}

func (a *app) test(ctx context.Context, arg string, to []string, despite bool) error {
	d, err := a.open(ctx, a.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer d.Close()
	mail, err := a.testMail(ctx, d, arg, despite)
	if err != nil {
		return err
	}
	composer, err := d.composer()
	if err != nil {
		return err
	}
	template, err := composer.Compile(mail)
	if err != nil {
		return err
	}
	if err := d.publisher.KeepMedia(mail.Media); err != nil {
		return err
	}
	conn, done, err := a.testConn(ctx, d)
	if err != nil {
		return err
	}
	defer done()
	return a.sendTests(ctx, d, template, conn, to)
}

// testMail is the mail that readers would get, marked. What the checks find is
// shown.
func (a *app) testMail(ctx context.Context, d *desk, arg string, despite bool) (*newsletter.Mail, error) {
	file, n, err := d.folder.IssuePath(arg)
	if err != nil {
		return nil, err
	}
	i, err := issue.Read(d.folder.FS(), file, n)
	if err != nil {
		return nil, err
	}
	mail, problems, err := d.publisher.Check(ctx, n, i, nil)
	if err != nil {
		return nil, err
	}
	if err := check.WriteText(a.stderr, problems); err != nil {
		return nil, err
	}
	errs := len(problems.Errors())
	switch {
	case mail == nil:
		return nil, fmt.Errorf("%s cannot be rendered: nothing was sent", arg)
	case errs > 0 && !despite:
		return nil, newsletter.Hint(fmt.Errorf("%s has %s: nothing was sent", arg, count(errs, "error")), "--despite-errors sends the test all the same")
	}
	test := *mail
	test.Kind = newsletter.KindTest
	test.Subject = slices.Concat(newsletter.Literal("[TEST] "), mail.Subject)
	return &test, nil
}

// testConn opens a connection for tests: to the relay beside whatever else is
// going on, or to the built-in mailbox, which only one process can hold.
func (a *app) testConn(ctx context.Context, d *desk) (conn delivery.Sender, done func(), err error) {
	e := &engine{stopBox: func() {}} // one that does not deliver
	if len(d.folder.Config.Relays) == 0 {
		if e.lock, err = store.AcquireLock(d.lockFile()); err != nil {
			return nil, nil, newsletter.Hint(fmt.Errorf("no relay is set, and the built-in mailbox is in use: %w", err), "set a relay, or stop the other process for the test")
		}
		fmt.Fprintf(a.stderr, "tidings: no relay is set: tests go to the built-in mailbox, %s\n", d.folder.Data("mailbox"))
	}
	routes, err := e.routes(ctx, d)
	if err != nil {
		e.stop()
		return nil, nil, err
	}
	route := slices.MinFunc(routes, func(a, b delivery.Route) int { return cmp.Compare(a.Order, b.Order) })
	conn = route.Connect()
	return conn, func() { conn.Close(); e.stop() }, nil
}

// testResult is what became of a test, as --json prints it.
type testResult struct {
	To        string `json:"to"`
	Accepted  bool   `json:"accepted"`
	Relay     string `json:"relay"`
	Code      int    `json:"code"`
	Enhanced  string `json:"enhanced"`
	Text      string `json:"text"`
	MessageID string `json:"message_id"`
}

func (a *app) sendTests(ctx context.Context, d *desk, template *message.Template, conn delivery.Sender, to []string) error {
	results := []testResult{}
	refused := 0
	for i, email := range to {
		r, err := d.sendTest(ctx, template, conn, email, i)
		if err != nil {
			if a.json { // what went before
				err = errors.Join(err, a.printJSON(results))
			}
			if rest := to[i+1:]; len(rest) > 0 {
				fmt.Fprintf(a.stderr, "tidings: not tried: %s\n", strings.Join(rest, ", "))
			}
			return err
		}
		results = append(results, r)
		if !r.Accepted {
			refused++
		}
		if !a.json {
			receipt := newsletter.Receipt{Code: r.Code, Enhanced: r.Enhanced, Text: r.Text}
			fmt.Fprintf(a.stdout, "%s: %s says: %s\n", r.To, r.Relay, receipt)
		}
	}
	if a.json {
		if err := a.printJSON(results); err != nil {
			return err
		}
	}
	if refused > 0 {
		return fmt.Errorf("the relay refused %d of %s", refused, count(len(to), "test"))
	}
	return nil
}

// sendTest sends one test. Its delivery has the number of an issue that there is
// not, and no two tests have the same: what comes back about it is about nobody,
// and mail stores take it for a new mail.
func (d *desk) sendTest(ctx context.Context, template *message.Template, conn delivery.Sender, email string, nth int) (testResult, error) {
	reader, err := d.previewReader(ctx, email)
	if errors.Is(err, newsletter.ErrNotFound) {
		reader, err = newsletter.Subscriber{Email: email}, nil
	}
	if err != nil {
		return testResult{}, err
	}
	reader.Email = email
	now := time.Now()
	m, err := template.Compose(newsletter.Delivery{IssueID: now.UnixMicro() + int64(nth), Subscriber: reader, CreatedAt: now})
	if err != nil {
		return testResult{}, err
	}
	claimed := false
	receipt, err := conn.Send(ctx, m, func() error { claimed = true; return nil }, nil)
	switch {
	case err == nil:
	case claimed && !errors.Is(err, newsletter.ErrNoDot):
		err = newsletter.Hint(fmt.Errorf("relay %s took the test to %s: %w", receipt.Relay, email, err), "it may have arrived all the same")
	case ctx.Err() != nil:
		err = newsletter.Hint(errors.New("stopped"), "relay "+receipt.Relay+" had not answered yet; nothing went to "+email)
	case errors.Is(err, newsletter.ErrHungUp):
		err = fmt.Errorf("relay %s, test to %s: %w", receipt.Relay, email, err)
	}
	if err != nil {
		return testResult{}, err
	}
	return testResult{
		To: email, Accepted: receipt.Code/100 == 2, Relay: receipt.Relay,
		Code: receipt.Code, Enhanced: receipt.Enhanced, Text: receipt.Text, MessageID: m.ID,
	}, nil
}
