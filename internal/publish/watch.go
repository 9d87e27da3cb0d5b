package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/render"
	"tidings/internal/store"
)

const (
	ahead      = 24 * time.Hour   // how early an empty queue is told
	gather     = 10 * time.Minute // mails to staff of one newsletter keep this distance, and gather what happens between
	stale      = 24 * time.Hour   // what is older when [notify] is set is not told any more
	stalled    = 15 * time.Minute // without a mail getting through, the relay is said to fail
	approvalsN = 50               // approvals checked in one look
)

// pace is how far an issue had got, and since when.
type pace struct {
	done   int
	since  time.Time
	looked time.Time // when it was still going out
}

// tell notes something for staff, once, and logs it.
func (r *round) tell(ctx context.Context, about string, level slog.Level, message string) error {
	news, err := r.clock.publisher.config.Store.Note(ctx, r.newsletter.ID, about, message)
	if err == nil && news {
		r.clock.publisher.config.Log.LogAttrs(ctx, level, "note to staff", slog.String("newsletter", r.newsletter.ID), slog.String("note", message))
	}
	return err
}

// approvals ends the approvals of issues that are not any more what somebody
// approved. It works only after a file of the newsletter or a template changed.
func (r *round) approvals(ctx context.Context) error {
	if r.newsletter.Approval != newsletter.ApprovalRequired {
		return nil
	}
	fsys := r.clock.publisher.config.Site.FS()
	sum, newest := fingerprint(fsys, path.Join("newsletters", r.newsletter.ID), "templates")
	if known, ok := r.clock.prints[r.newsletter.ID]; ok && known == sum {
		return nil
	}
	checked := 0
	for i := range r.queue {
		e := &r.queue[i]
		if e.Approval == nil || e.Issue == nil || e.State == newsletter.QueueSending {
			continue
		}
		if checked++; checked > approvalsN {
			break // the slot looks again, whatever was seen before
		}
		if err := r.approval(ctx, e); err != nil {
			return err
		}
	}
	if time.Since(newest) > settled {
		r.clock.prints[r.newsletter.ID] = sum
	}
	return nil
}

// approval checks one issue against what was approved.
func (r *round) approval(ctx context.Context, e *Entry) error {
	draft, err := r.clock.publisher.Prepare(ctx, r.newsletter, e.File)
	if _, broken := errors.AsType[newsletter.Problems](err); err != nil && !broken && !errors.Is(err, newsletter.ErrNotFound) {
		return err
	}
	sum := ""
	if err == nil {
		sum = draft.SHA256
	}
	return r.lose(ctx, e, sum)
}

// lose ends an approval that is for something else, and says so.
func (r *round) lose(ctx context.Context, e *Entry, sum string) error {
	if e.Approval == nil || e.Approval.SHA256 == sum {
		return nil
	}
	was := e.Approval
	e.Approval = nil
	ended, err := r.clock.publisher.config.Store.EndApproval(ctx, was.ID, "changed")
	if err != nil || !ended {
		return err
	}
	return r.tell(ctx, fmt.Sprintf("approval %d", was.ID), slog.LevelWarn, fmt.Sprintf(
		"%s was changed after %s approved it, so it is not approved any more and will not go out. Look at it again, then: tidings approve %s",
		e.Ref(), was.By, e.Ref()))
}

// warn says a day ahead that a slot will find the queue empty, and that files
// of queued issues are gone.
func (r *round) warn(ctx context.Context) error {
	for i := range r.queue {
		e := &r.queue[i]
		if e.Standing == Missing && e.State == newsletter.QueueWaiting {
			if err := r.tell(ctx, "missing "+e.Slug, slog.LevelWarn, e.Ref()+" stands in the queue, but its file "+e.File+
				" is gone. It takes no slot until the file is back. To forget it: tidings queue remove "+e.Ref()); err != nil {
				return err
			}
		}
	}
	slot := r.times.next(r.now)
	if slot.IsZero() || slot.Sub(r.now) > ahead {
		return nil
	}
	if head, err := r.head(ctx); err != nil || head != nil {
		return err
	}
	at := r.times.shown(slot)
	return r.tell(ctx, "empty "+at.Format(time.DateOnly), slog.LevelWarn, fmt.Sprintf(
		"The queue of %s is empty: nothing will go out at %s", r.newsletter.ID, at.Format(minute)))
}

// report tells what became of issues, and that a relay takes nothing.
func (r *round) report(ctx context.Context) error {
	db := r.clock.publisher.config.Store
	finished, err := db.Finished(ctx, r.newsletter.ID, time.Now().Add(-stale))
	if err != nil {
		return err
	}
	for _, i := range finished {
		if err := r.finished(ctx, i); err != nil {
			return err
		}
	}
	sending, err := db.SendingIssues(ctx, r.newsletter.ID)
	if err != nil {
		return err
	}
	for _, i := range sending {
		if err := r.stalled(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// finished tells the equation of an issue.
func (r *round) finished(ctx context.Context, i store.Issue) error {
	ref := i.Newsletter + "/" + i.Slug
	message := fmt.Sprintf("%s is finished (%s): sent %d + failed %d + unknown %d + skipped %d = audience %d",
		ref, i.State, i.Sent, i.Failed, i.Unknown, i.Skipped, i.Audience)
	if i.Unknown > 0 {
		message += fmt.Sprintf(". %d are unknown: the relay took them, but the line went dead before it said so. They most likely arrived. "+
			"To send them again: tidings resend %s --unknown", i.Unknown, ref)
	}
	return r.tell(ctx, "finished "+i.Slug, slog.LevelInfo, message)
}

// stalled says that a relay takes nothing: mails of an issue are due, and for a
// while none got through.
func (r *round) stalled(ctx context.Context, i store.Issue) error {
	done := i.Sent + i.Failed + i.Unknown + i.Skipped
	was, known := r.clock.progress[i.ID]
	if !known || was.done != done {
		was = pace{done: done, since: r.now}
	}
	was.looked = r.now
	r.clock.progress[i.ID] = was
	if r.now.Sub(was.since) < stalled {
		return nil
	}
	due, _, err := r.clock.publisher.config.Store.Due(ctx, i.ID, time.Now(), store.Cursor{}, 1)
	if err != nil || len(due) == 0 && i.Deferred*2 < i.Audience {
		return err
	}
	return r.tell(ctx, "relay "+i.Slug, slog.LevelError, fmt.Sprintf(
		"The relay has taken nothing of %s/%s for %s: %d of %d mails still wait. They are tried again by themselves",
		i.Newsletter, i.Slug, brief(r.now.Sub(was.since)), i.Open(), i.Audience))
}

// tellStaff mails what was noted to the people whom [notify] names.
func (r *round) tellStaff(ctx context.Context) error {
	p := r.clock.publisher
	to := p.config.Site.Config.Notify.To
	if len(to) == 0 {
		return nil
	}
	notes, last, err := p.config.Store.Untold(ctx, r.newsletter.ID, time.Now().Add(-stale))
	if err != nil || len(notes) == 0 || time.Since(last) < gather {
		return err
	}
	subject, paragraphs := letter(r.newsletter.ID, notes)
	mail, err := p.config.Renderer.Notice(r.newsletter, subject, paragraphs, render.Options{BaseURL: p.config.Site.Config.BaseURL, Files: p.config.Site.FS()})
	if err != nil {
		return fmt.Errorf("render notice: %w", err)
	}
	if err := p.config.Store.TellStaff(ctx, notes, mail, to); err != nil {
		return err
	}
	p.config.Wake()
	return nil
}

// letter is what staff read: a subject, and a paragraph for each note, with the
// command that it names on a line of its own. Of a single note the first sentence
// is the subject, and stands above the mail.
func letter(newsletterID string, notes []store.Note) (subject string, paragraphs []string) {
	subject = fmt.Sprintf("%s: %d things to know", newsletterID, len(notes))
	for _, n := range notes {
		text := strings.Join(strings.Fields(n.Message), " ")
		if first, rest, more := strings.Cut(text, ". "); len(notes) == 1 && len(first) <= maxSubject {
			if subject = first; more {
				text = rest
			}
		} else if len(notes) == 1 {
			subject = newsletterID + ": something to know"
		}
		text, command := instruction(text)
		text = strings.TrimRight(text, ".:") + map[bool]string{true: ":\n" + command, false: "."}[command != ""]
		if n.Times > 1 {
			text = fmt.Sprintf("%d times since %s. %s", n.Times, n.FirstAt.Format("15:04 MST"), text)
		}
		paragraphs = append(paragraphs, text)
	}
	return subject, paragraphs
}

// maxSubject is the longest subject of a mail to staff, in bytes.
const maxSubject = 120

// instruction cuts the command off with which a note ends, if it ends with one.
func instruction(message string) (text, command string) {
	const name = "tidings "
	at := strings.LastIndex(message, ": "+name)
	if at < 0 || strings.Contains(message[at:], ". ") {
		return message, ""
	}
	return message[:at], strings.TrimRight(message[at+2:], ".")
}
