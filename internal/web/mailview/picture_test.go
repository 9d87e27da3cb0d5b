package mailview

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// dot is a GIF of one dot.
const dot = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// carrying is a mail with these parts, each named by the Content-ID "a@b".
func carrying(html, kind, data string) string {
	return "Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n" +
		"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html + "\r\n" +
		"--x\r\nContent-Type: " + kind + "\r\nContent-ID: <a@b>\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte(data)) + "\r\n--x--\r\n"
}

func TestPicture(t *testing.T) {
	s := mustServe(t)
	for name, test := range map[string]struct {
		html, kind, data string
		has              string // in the frame
		status           int    // of the picture
	}{
		"a picture":              {`<p><img alt="A dot" src="cid:a@b"></p>`, "image/gif", dot, `<p><img alt="A dot" src="/mailbox/ID/picture/0"></p>`, 200},
		"in capitals, escaped":   {`<IMG SRC='CID:a%40b'>`, "image/gif", dot, `src="/mailbox/ID/picture/0"`, 200},
		"another kind":           {`<img src="cid:a@b">`, "image/svg+xml", dot, `src="/mailbox/ID/picture/0"`, 200},
		"one that is not there":  {`<img src="cid:c@d">`, "image/gif", dot, `<img src="cid:c@d">`, 200},
		"a page as a picture":    {`<img src="cid:a@b">`, "image/gif", "<html><script>alert(1)</script>", `<img src="cid:a@b">`, 404},
		"a drawing":              {`<img src="cid:a@b">`, "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", `<img src="cid:a@b">`, 404},
		"a link and not an img":  {`<a href="cid:a@b">x</a>`, "image/gif", dot, `<a href="cid:a@b">x</a>`, 200},
		"quotes in the alt text": {`<img alt="a &quot; onerror=x" src="cid:a@b">`, "image/gif", dot, `alt="a &#34; onerror=x" src="/mailbox/ID/picture/0"`, 200},
	} {
		t.Run(name, func(t *testing.T) {
			id := s.send(t, carrying(test.html, test.kind, test.data))
			_, body := s.get(t, "/mailbox/"+id+"/html")
			if has := strings.ReplaceAll(test.has, "ID", id); !strings.Contains(body, has) {
				t.Errorf("the frame has no %s:\n%s", has, body)
			}
			answer := s.mustGet(t, "/mailbox/"+id+"/picture/0")
			h := answer.Header
			if answer.StatusCode != test.status || test.status == http.StatusOK &&
				(h.Get("Content-Type") != "image/gif" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox;")) {
				t.Errorf("the picture: %s, %v", answer.Status, h)
			}
		})
	}
	for _, path := range []string{"/picture/1", "/picture/-1", "/picture/x"} {
		if status, _ := s.get(t, "/mailbox/"+s.send(t, carrying("", "image/gif", dot))+path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// TestPicture_inBrowser wants a real browser to show a picture that a mail
// brings along, though the frame has no origin.
func TestPicture_inBrowser(t *testing.T) {
	ctx := mustBrowse(t)
	s := mustServe(t)
	id := s.send(t, carrying(`<img src="cid:a@b">`, "image/gif", dot))
	if err := chromedp.Do(ctx, chromedp.Navigate(s.url+"/mailbox/"+id+"/html")); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if width, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.images[0].naturalWidth`)); err == nil && width == 1 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("the picture is not shown")
}
