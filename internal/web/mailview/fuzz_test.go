package mailview

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tidings/internal/mailbox"
)

// FuzzFrame wants the HTML of a mail to stay as it is, but for the addresses of
// pictures that the mail has, and its doctype before what is put in.
func FuzzFrame(f *testing.F) {
	for _, doc := range []string{
		"", "plain", "<!-- a --> <!DOCTYPE html>\n<html><head><title>x</title></head><body>b</body></html>",
		`<!doctype html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"><p>b<!doctype html>`, "<!--", "<!doctype", "\xff\x00<p>",
		`<IMG alt="ä&amp;" src='CID:a%40b'><img src=cid:other>`, `<img src="cid:a@b`, `<script>"<img src=cid:a@b>"</script>`,
	} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		bare := mailbox.Message{HTML: doc}
		if got := withPictures(&bare); got != doc {
			t.Errorf("without pictures, %q becomes %q", doc, got)
		}
		whole := mailbox.Message{HTML: doc, Attachments: []mailbox.Attachment{{ContentID: "a@b", Picture: "image/gif"}}}
		if got := withPictures(&whole); got != doc && !strings.Contains(strings.ToLower(doc), "cid:") {
			t.Errorf("without cid:, %q becomes %q", doc, got)
		}
		at := headStart(doc)
		if at < 0 || at > len(doc) {
			t.Fatalf("the head of %q starts at %d", doc, at)
		}
		if at == len(doc) {
			return // nothing to show; a doctype that is cut off may go on with what is put in
		}
		if want, got := doctype(doc), doctype(doc[:at]+"<base>"+doc[at:]); got != want {
			t.Errorf("the doctype %q becomes %q, at %d", want, got, at)
		}
	})
}

// doctype is the doctype that a browser hears of; "" is quirks mode.
func doctype(doc string) string {
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		return "" // too deep to be read
	}
	for n := range root.ChildNodes() {
		if n.Type == html.DoctypeNode {
			return n.Data
		}
	}
	return ""
}
