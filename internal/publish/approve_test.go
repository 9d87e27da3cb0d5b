package publish_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidings/internal/store"
	"tidings/templates"
)

const required = "approval = \"required\"\n"

func TestApproval_Required(t *testing.T) {
	h := newHouse(t, tuesdays+required)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.wantQueue("first ready Nov 24 09:00")
	h.at("2026-11-24T17:00:00Z")
	h.want("", store.SlotHeld)
	h.wantLog("not approved")
	h.approve("2026-11-19-first")
	h.wantQueue("first approved Dec 1 09:00")
	h.at("2026-12-01T17:00:00Z")
	h.want("first", store.SlotHeld, store.SlotSent)
}

// One byte of anything that goes into the mail ends the approval: at the next
// look, and in any case at the slot.
func TestApproval_OneByte(t *testing.T) {
	const file = "newsletters/harbor/2026-11-19-first.md"
	changes := map[string]func(h *house){
		"text":     func(h *house) { h.replace(file, "Text of", "Text if") },
		"blank":    func(h *house) { h.replace(file, "Text of", "Text  of") },
		"comment":  func(h *house) { h.replace(file, "status: ready", "status: ready #") },
		"audience": func(h *house) { h.replace(file, "status: ready", "status: ready\naudience: tag:clients") },
		"theme": func(h *house) {
			h.write("newsletters/harbor/newsletter.toml", settings+tuesdays+required+"[theme]\npreset = \"plum\"\n")
		},
		"sender":          func(h *house) { h.replace("newsletters/harbor/newsletter.toml", "Anytown", "Anycity") },
		"picture":         func(h *house) { h.write("newsletters/harbor/dot.gif", gif("\x01")) },
		"template":        func(h *house) { h.template("letter", "<p>Ours</p>") },
		"broken template": func(h *house) { h.template("letter", "{{end") },
		"file is gone":    func(h *house) { h.must(os.Remove(filepath.Join(h.dir, file))) },
	}
	for name, change := range changes {
		for when, look := range map[string]bool{"running": true, "at the slot": false} {
			t.Run(name+" "+when, func(t *testing.T) {
				h := newHouse(t, tuesdays+required)
				h.write("newsletters/harbor/dot.gif", gif("\x00"))
				h.issue("2026-11-19-first", "")
				h.replace(file, "Text of", "![A dot](dot.gif)\n\nText of")
				h.at("2026-11-23T20:00:00Z")
				h.approve("2026-11-19-first")
				h.wantQueue("first approved Nov 24 09:00")
				change(h)
				if look && name != "file is gone" {
					h.at("2026-11-23T20:00:10Z")
					h.wantQueue("first ready Nov 24 09:00")
					h.wantLog("was changed after ida approved it")
				}
				h.at("2026-11-24T17:00:00Z")
				if h.sent() != "" {
					t.Errorf("it went out\n%s", h.log.String())
				}
			})
		}
	}
}

func TestApproval_IsKept(t *testing.T) {
	h := newHouse(t, tuesdays+required)
	h.issue("2026-11-19-first", "")
	h.approve("2026-11-19-first")
	h.issue("2026-11-19-first", "author: Ida\n")
	h.at("2026-11-23T20:00:00Z")
	h.approve("2026-11-19-first")
	all, err := h.publisher.Approvals(t.Context(), h.newsletter(), "first")
	h.must(err)
	if len(all) != 2 || all[0].SHA256 == all[1].SHA256 || all[0].Ended != "changed" || !all[1].EndedAt.IsZero() || all[1].By != "ida" {
		t.Errorf("approvals %+v", all)
	}
}

// A template that cannot be used holds what needs it, with the place to mend,
// and the issue goes once that is done. Staff are told with the last one that
// was right.
func TestClock_BrokenTemplate(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.write("tidings.toml", "base_url = \"https://news.example.org\"\n[notify]\nto = [\"ida@example.org\"]\n")
	h.reopen()
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.template("letter", "{{text .Titel}}")
	h.template("confirm", "{{end")
	h.at("2026-11-24T17:00:00Z")
	h.want("", store.SlotHeld)
	h.wantLog("templates/mail/letter.html.tmpl:1:")
	h.must(os.RemoveAll(filepath.Join(h.dir, "templates")))
	h.at("2026-12-01T17:00:00Z")
	h.want("first", store.SlotHeld, store.SlotSent)
	if n, _, err := h.store.Untold(t.Context(), "harbor", time.Time{}); len(n) > 1 || err != nil {
		t.Errorf("staff were not told: %v, %v", n, err)
	}
}

// template lays a template of a mail over ours, with more before it.
func (h *house) template(layout, more string) {
	h.t.Helper()
	file := "mail/" + layout + ".html.tmpl"
	ours, err := fs.ReadFile(templates.FS, file)
	h.must(err)
	h.write("templates/"+file, more+string(ours))
}

// replace changes a file of the site.
func (h *house) replace(name, old, with string) {
	h.t.Helper()
	path := filepath.Join(h.dir, filepath.FromSlash(name))
	data, err := os.ReadFile(path)
	h.must(err)
	if !strings.Contains(string(data), old) {
		h.t.Fatalf("%s does not hold %q", name, old)
	}
	h.write(name, strings.Replace(string(data), old, with, 1))
}

// gif is a picture of one dot; color is a byte of its palette.
func gif(color string) string {
	return "GIF89a\x01\x00\x01\x00\x80\x00\x00" + color + "\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
}

// Whoever sends an issue by hand approves it by that; where it is not sent, nothing is
// approved.
func TestApproval_BySending(t *testing.T) {
	h := newHouse(t, tuesdays+required)
	h.issue("2026-11-19-first", "")
	h.issue("2026-11-20-nobody", "audience: tag:nobody\n")
	for slug, want := range map[string]int{"2026-11-19-first": 1, "2026-11-20-nobody": 0} {
		draft, err := h.publisher.Prepare(t.Context(), h.newsletter(), "newsletters/harbor/"+slug+".md")
		h.must(err)
		if _, err := h.publisher.Publish(t.Context(), draft, "ida"); (err == nil) != (want == 1) {
			t.Errorf("%s: %v", slug, err)
		}
		kept, err := h.publisher.Approvals(t.Context(), h.newsletter(), draft.Issue.Slug)
		h.must(err)
		if len(kept) != want || want == 1 && (kept[0].By != "ida" || kept[0].SHA256 != draft.SHA256) {
			t.Errorf("%s has the approvals %+v, want %d", slug, kept, want)
		}
	}
}
