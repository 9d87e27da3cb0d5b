package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/lists"
)

// demoReaders is how many sample readers a demo has.
const demoReaders = 500

func (a *app) demoCommand() *cobra.Command {
	var listen, dir string
	c := &cobra.Command{
		Use:   "demo",
		Short: "See all of it with sample data, on this machine alone",
		Long: "Make a site with sample newsletters and 500 sample readers, send one issue at once and one\n" +
			"each minute by its schedule, and show every mail in the built-in mailbox. Nothing leaves this\n" +
			"machine. The site is made anew in a temporary folder each time; --dir keeps it.",
		Example: "  tidings demo\n  tidings demo --listen 127.0.0.1:9000 --dir my-demo",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			log := a.logger(slog.LevelInfo)
			ctx, stop := a.untilStopped(c.Context())
			defer stop()
			return a.demo(ctx, listen, dir, log)
		},
	}
	c.Flags().StringVar(&listen, "listen", "", "`ADDRESS` of the pages, host:port (default 127.0.0.1:8080, or a free port where that is taken)")
	c.Flags().StringVar(&dir, "dir", "", "a new folder `DIR` for the site, which is kept (default a temporary one)")
	return c
}

func (a *app) demo(ctx context.Context, listen, dir string, log *slog.Logger) (err error) {
	listener, err := demoPort(ctx, listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	if dir == "" {
		if dir, err = os.MkdirTemp("", "tidings-demo-*"); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		if err := os.Remove(dir); err != nil { // makeSite makes it, whole
			return err
		}
	}
	if err := makeSite(dir, demoSettings(address(listener)), eachMinute); err != nil {
		return err
	}
	a.dir = dir
	d, err := a.open(ctx, log)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.demoReaders(ctx); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "tidings: %d sample readers, three newsletters, in %s\n", demoReaders, dir)
	return a.serve(ctx, d, listener, func(ctx context.Context) { a.demoSends(ctx, d) })
}

// demoPort opens the port that was asked for, or else 127.0.0.1:8080, or a free
// one where that is taken.
func demoPort(ctx context.Context, listen string) (net.Listener, error) {
	if listen != "" {
		return openPort(ctx, listen)
	}
	l, err := openPort(ctx, "127.0.0.1:8080")
	if err != nil {
		return openPort(ctx, "127.0.0.1:0")
	}
	return l, nil
}

func demoSettings(listen string) string {
	return strings.ReplaceAll(siteSettings, "127.0.0.1:8080", listen)
}

var scheduleLine = regexp.MustCompile(`(?m)^schedule = .*$`)

// eachMinute lets Harbor Letters go out each minute, and the others every five.
func eachMinute(name string, data []byte) []byte {
	switch name {
	case "harbor/newsletter.toml":
		return scheduleLine.ReplaceAll(data, []byte(`schedule = "* * * * *"`))
	case "harbor-notes/newsletter.toml", "harbor-walks/newsletter.toml":
		return scheduleLine.ReplaceAll(data, []byte(`schedule = "*/5 * * * *"`))
	}
	return data
}

// demoReaders imports the sample readers, as staff would a list of their own.
func (d *desk) demoReaders(ctx context.Context) error {
	newsletters, err := d.folder.Newsletters()
	if err != nil {
		return err
	}
	for _, n := range newsletters {
		_, err := d.lists.Import(ctx, strings.NewReader(sampleReaders()), lists.ImportOptions{
			Newsletter: n.ID, Confirmed: true, Source: "demo",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sampleReaders is a list of invented people at domains that are reserved for
// examples (RFC 2606).
func sampleReaders() string {
	first := strings.Fields("Ada Bruno Clara Dario Elena Felix Greta Hugo Ines Jonas Karin Luca Mina Nora Otto Paula Quinn Rosa Selma Tomas")
	last := strings.Fields("Abel Brandt Castillo Dunn Eriksen Fontaine Gallo Holm Ivers Jensen Keller Lund Moreau Novak Okafor Pereira Quist Rossi Sato Tanaka Urban Vidal Weber Yilmaz Zeller")
	cities := []string{"Tacoma", "Astoria", "Port Townsend", "Anacortes", ""}
	var b strings.Builder
	b.WriteString("email,name,first_name,city,tags\n")
	for i := range demoReaders {
		f, l := first[i%len(first)], last[i/len(first)%len(last)]
		fmt.Fprintf(&b, "%s.%s@example.%s,%s %s,%s,%s,%s\n", strings.ToLower(f), strings.ToLower(l),
			[]string{"org", "com", "net"}[i%3], f, l, f, cities[i%len(cities)], []string{"clients", "friends", ""}[i%3])
	}
	return b.String()
}

// demoSends sends one issue at once, and sees to it that the queue of Harbor
// Letters never runs dry.
func (a *app) demoSends(ctx context.Context, d *desk) {
	if err := a.demoFirst(ctx, d); err != nil && ctx.Err() == nil {
		d.log.Error("send the first issue", slog.Any("error", err))
		return
	}
	tick := time.NewTicker(15 * time.Second)
	defer tick.Stop()
	for n := 2; ; {
		added, err := d.refill(ctx, n)
		if err != nil {
			d.log.Error("refill the queue", slog.Any("error", err))
		}
		if added {
			n++
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (a *app) demoFirst(ctx context.Context, d *desk) error {
	n, err := d.folder.Newsletter("harbor")
	if err != nil {
		return err
	}
	queue, _, err := d.publisher.Queue(ctx, n)
	if err != nil || len(queue) == 0 {
		return err
	}
	draft, err := d.publisher.Prepare(ctx, n, queue[0].File)
	if err != nil {
		return err
	}
	if _, err := d.publisher.Publish(ctx, draft, actor("")); err != nil {
		return err
	}
	i, err := a.watch(ctx, d, draft.Issue, func() error { return nil })
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "tidings: %s: %s\n", draft.Issue.Ref(), equation(i.Tally))
	return nil
}

var dateLine = regexp.MustCompile(`(?m)^date(: | = ).*$`)

// refill writes a sample issue once more, under a later date, when the queue of
// Harbor Letters is nearly empty.
func (d *desk) refill(ctx context.Context, again int) (added bool, err error) {
	n, err := d.folder.Newsletter("harbor")
	if err != nil {
		return false, err
	}
	queue, _, err := d.publisher.Queue(ctx, n)
	if err != nil || len(queue) > 1 {
		return false, err
	}
	names := []string{"2026-11-24-first-frost.md", "2026-12-01-spare-keys.md"}
	name := names[again%len(names)]
	folder := filepath.Join(d.folder.Dir(), "newsletters", "harbor")
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return false, fmt.Errorf("read sample: %w", err)
	}
	date := time.Date(2027, 1, again, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	slug := fmt.Sprintf("%s-%d", strings.TrimSuffix(name[len("2026-11-24-"):], ".md"), again)
	data = dateLine.ReplaceAll(data, []byte("date${1}"+date))
	if err := os.WriteFile(filepath.Join(folder, date+"-"+slug+".md"), data, 0o600); err != nil { //nolint:gosec // a name of our own in a demo
		return false, fmt.Errorf("write sample: %w", err)
	}
	return true, nil
}
