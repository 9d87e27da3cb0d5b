package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
	"tidings/internal/token"
)

// calendarSlots is how many slots of each newsletter a calendar shows.
const calendarSlots = 26

func (a *app) scheduleICalCommand() *cobra.Command {
	var link bool
	c := &cobra.Command{
		Use:   "ical [NEWSLETTER]",
		Short: "Print what comes as a calendar, or the link to subscribe to it",
		Long: "Print the next slots of a newsletter, or of all, as an iCalendar file (RFC 5545), each with the\n" +
			"issue that will take it. With --link, print the address under which a running serve shows it.\n" +
			"The address is a secret: whoever has it sees the titles of issues that are not sent yet.",
		Example: "  tidings schedule ical harbor > harbor.ics\n  tidings schedule ical harbor --link",
		Args:    wants("[NEWSLETTER]"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error {
				id := strings.Join(args, "")
				if link {
					return a.calendarLink(d, id)
				}
				body, err := d.calendar(ctx, id)
				if err != nil {
					return err
				}
				_, err = a.stdout.Write(body)
				return err
			})
		},
	}
	c.Flags().BoolVar(&link, "link", false, "print the address of the calendar instead")
	return c
}

// calendarLink prints the address of a calendar; that of all newsletters for "".
func (a *app) calendarLink(d *desk, id string) error {
	if id != "" {
		if _, err := d.folder.Newsletter(id); err != nil {
			return err
		}
	}
	url := d.folder.Config.BaseURL + "/calendar/" + d.tokens.Sign(token.Calendar, id, 0, time.Time{}) + ".ics"
	if a.json {
		return a.printJSON(map[string]string{"url": url})
	}
	fmt.Fprintln(a.stdout, url)
	return nil
}

// calendar is what a newsletter is about to send, or all of them for "".
func (d *desk) calendar(ctx context.Context, id string) ([]byte, error) {
	newsletters, err := d.folder.Lasting()
	if err != nil {
		return nil, err
	}
	name := "Tidings"
	if id != "" {
		n, err := d.folder.Newsletter(id)
		if err != nil {
			return nil, err
		}
		newsletters, name = []newsletter.Newsletter{*n}, n.Title
	}
	var events []schedule.Event
	for i := range newsletters {
		more, err := d.publisher.Calendar(ctx, &newsletters[i], calendarSlots)
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
	}
	var b bytes.Buffer
	err = schedule.WriteCalendar(&b, name, time.Now(), events)
	return b.Bytes(), err
}

// serveCalendar answers calendars that subscribe. A wrong address looks like
// one that never was.
func (d *desk) serveCalendar(w http.ResponseWriter, r *http.Request) {
	claims, err := d.tokens.Open(token.Calendar, strings.TrimSuffix(r.PathValue("token"), ".ics"), time.Now())
	if err != nil {
		http.NotFound(w, r)
		return
	}
	body, err := d.calendar(r.Context(), claims.Newsletter)
	switch {
	case errors.Is(err, newsletter.ErrNotFound):
		http.NotFound(w, r)
		return
	case err != nil:
		d.log.Error("serve calendar", slog.Any("error", err))
		http.Error(w, "The calendar cannot be made now. Please try again later.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Cache-Control", "private, max-age=300")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Robots-Tag", "noindex")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body)
}
