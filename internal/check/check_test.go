package check_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/check"
	"tidings/internal/newsletter"
	"tidings/internal/render"
)

// TestIssue_all wants every mistake of an issue at once, in the order of the
// file, also those that keep it from being rendered.
func TestIssue_all(t *testing.T) {
	problems := mustCheck(t, pictures(t), "---\ntitle: \"Re: first frost\"\n---\n![](key.png)\n\nSee [here](#), {{ subscriber.cty }}.\n\n#### TK\n")
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.Level, p.Rule))
	}
	want := []string{
		"0:0 warning description-missing", "2:1 error subject-reply", "4:1 warning image-alt", "4:1 error picture",
		"6:5 error link-placeholder", "6:19 error merge-tag", "8:6 warning heading-order", "8:6 error leftover",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestIssue_once wants a leftover that is of two kinds to be named once.
func TestIssue_once(t *testing.T) {
	problems := mustCheck(t, pictures(t), front+"TODO: say when.\n\nFIXME and TK\n")
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Message))
	}
	want := []string{`5:1 "TODO" was left for later`, `7:1 "FIXME" was left for later`, `7:11 "TK" was left for later`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestIssue_waive wants a waived rule to be silent, also where it finds nothing.
func TestIssue_waive(t *testing.T) {
	const waived = begin + "waive:\n  image-alt: only adorns\n  link-http: old host\n---\n![](quay.png)\n"
	if problems := mustCheck(t, pictures(t), waived); len(problems) > 0 {
		t.Error(problems)
	}
}

// TestIssue_blank wants readers without a field to be counted once a field, and
// nothing to be said where there are none.
func TestIssue_blank(t *testing.T) {
	const body = "{{ subscriber.first_name }}, it is white in {{ subscriber.city }}, {{ subscriber.city | upcase }}, {{ subscriber.name }}.\n"
	asked := map[string]int{}
	count := func(field string) (int, error) {
		asked[field]++
		return map[string]int{"first_name": 1, "city": 1200}[field], nil
	}
	n := harbor()
	_, problems, err := check.Issue(mustRenderer(t), n, mustRead(t, n, front+body), check.Options{Now: now, Blank: count})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.Rule+" "+p.Message)
	}
	want := []string{
		"tag-default {{ subscriber.first_name }} leaves a blank for 1 reader whose first name is not known",
		"tag-default {{ subscriber.city }} leaves a blank for 1200 readers whose city is not known",
		"tag-default {{ subscriber.city | upcase }} leaves a blank for 1200 readers whose city is not known",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"first_name": 1, "city": 1, "name": 1}, asked); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
	broken := func(string) (int, error) { return 0, newsletter.ErrLocked }
	if _, _, err := check.Issue(mustRenderer(t), n, mustRead(t, n, front+body), check.Options{Now: now, Blank: broken}); !errors.Is(err, newsletter.ErrLocked) {
		t.Errorf("got %v, want %v", err, newsletter.ErrLocked)
	}
}

// TestIssue_audience wants an audience without a reader to be shown where it is
// written, and one that is not given to be left alone.
func TestIssue_audience(t *testing.T) {
	const whole = "---\ntitle: First frost\n" + described + "audience: tag:client\n---\nWhite.\n"
	tests := []struct {
		src     string
		readers int
		err     error
		want    string
	}{
		{whole, 0, nil, "4:1 audience-empty audience names 0 readers now: tag:client"},
		{whole, 3, nil, ""},
		{whole, 0, newsletter.ErrLocked, ""},
		{front + "White.\n", 0, nil, ""},
	}
	for _, test := range tests {
		n := harbor()
		count := func() (int, error) { return test.readers, test.err }
		_, problems, err := check.Issue(mustRenderer(t), n, mustRead(t, n, test.src), check.Options{Now: now, Readers: count})
		if !errors.Is(err, test.err) {
			t.Errorf("got %v, want %v", err, test.err)
		}
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.Rule, p.Message))
		}
		if strings.Join(got, "\n") != test.want {
			t.Errorf("%d readers: %q, want %q", test.readers, got, test.want)
		}
	}
}

// TestIssue_reach wants each link of the web to be asked for once, and what came
// of it to be said at its place.
func TestIssue_reach(t *testing.T) {
	var asked []string
	reach := func(urls []string) map[string]check.Outcome {
		asked = urls
		return map[string]check.Outcome{
			"https://example.org/b": {Gone: true, Message: "the host answers 404 Not Found"},
			"https://example.org/c": {Message: "the host does not answer in time"},
		}
	}
	const body = "[the a](https://example.org/a) [the b](https://example.org/b) [the c](//example.org/c) [to b](https://example.org/b)\n" +
		"[you](https://example.org/{{ subscriber.email }}) [us](mailto:ida@example.org) [me](http://localhost/)\n"
	n := harbor()
	_, problems, err := check.Issue(mustRenderer(t), n, mustRead(t, n, body), check.Options{Now: now, Reach: reach})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.Level, p.Rule))
	}
	if diff := cmp.Diff([]string{"5:32 error link-dead", "5:63 warning link-unreachable", "5:88 error link-dead", "6:80 error link-local"}, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"https://example.org/a", "https://example.org/b", "https://example.org/c"}, asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
}

// TestIssue_newsletter has the rules that are about a newsletter's settings.
func TestIssue_newsletter(t *testing.T) {
	discreet := &newsletter.Discreet{Words: []string{"Frost", "harbor letters"}}
	const settings, picture = "newsletters/harbor/newsletter.toml", "![The quay](quay.png)"
	var noise strings.Builder
	for i := range 8 {
		fmt.Fprintf(&noise, "![Noise of the %d kind](noise-%[1]d.png)\n\n", i)
	}
	heavy := noise.String()
	tests := []struct {
		name, body string
		change     func(*newsletter.Newsletter)
		want       []string
	}{
		{"no address", "White.", func(n *newsletter.Newsletter) { n.PostalAddress = "" }, []string{settings + ":0:0 postal-address"}},
		{"badge", "White.", func(n *newsletter.Newsletter) { n.From.Name = "Harbor ✔" }, []string{settings + ":0:0 sender-badge"}},
		{"no language", "White.", func(n *newsletter.Newsletter) { n.Unspoken = true }, []string{settings + ":0:0 language-missing"}},
		{"says not what it is", "White.", func(n *newsletter.Newsletter) { n.Description = " " }, []string{settings + ":0:0 newsletter-about"}},
		{"other language", prose, func(n *newsletter.Newsletter) { n.Language = "fr" }, []string{file + ":2:1 language-mismatch"}},
		{"not discreet", picture, func(*newsletter.Newsletter) {}, nil},
		{"discreet", picture, func(n *newsletter.Newsletter) { n.Discreet = discreet }, []string{
			file + ":2:1 discreet-words", file + ":5:1 discreet-pictures", settings + ":0:0 discreet-words",
		}},
		{"discreet, with its picture in the mail", "![The quay](quay.png)\n\n![The sea](https://example.org/sea.png)", func(n *newsletter.Newsletter) {
			n.Discreet, n.Images, n.Theme.Logo = &newsletter.Discreet{}, newsletter.ImagesEmbedded, "quay.png"
		}, []string{file + ":7:1 discreet-pictures"}},
		{"embedded, and heavy together", heavy, func(n *newsletter.Newsletter) { n.Images = newsletter.ImagesEmbedded }, []string{file + ":5:1 embedded-heavy"}},
		{"hosted, and heavy together", heavy, func(*newsletter.Newsletter) {}, nil},
		{"discreet with a logo", "White.", func(n *newsletter.Newsletter) {
			n.Discreet, n.Theme.Logo = &newsletter.Discreet{}, "quay.png"
		}, []string{settings + ":0:0 discreet-pictures"}},
	}
	files := pictures(t)
	for i := range 8 {
		files[fmt.Sprintf("newsletters/harbor/noise-%d.png", i)] = &fstest.MapFile{Data: mustPNG(t, 507-i, true)}
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := harbor()
			test.change(n)
			var got []string
			for _, p := range mustCheckOf(t, n, mustRenderer(t), files, test.body) {
				got = append(got, fmt.Sprintf("%s:%d:%d %s", p.File, p.Line, p.Column, p.Rule))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestIssue_template wants what the law asks for to be missed in a template of
// the site's own that has lost it.
func TestIssue_template(t *testing.T) {
	bare := fstest.MapFS{}
	for _, name := range []string{"letter", "digest", "announcement", "confirm"} {
		bare["mail/"+name+".html.tmpl"] = &fstest.MapFile{Data: []byte(`<html><body>{{ .Body }}</body></html>`)}
		bare["mail/"+name+".txt.tmpl"] = &fstest.MapFile{Data: []byte(`{{ .Body }}`)}
	}
	bare["mail/base.html.tmpl"], bare["mail/base.txt.tmpl"] = &fstest.MapFile{}, &fstest.MapFile{}
	r := render.New(bare)
	found := func(src string) (all []string) {
		for _, p := range mustCheckOf(t, harbor(), r, pictures(t), src) {
			if p.Rule != "mail-frame" { // TestIssue_frame
				all = append(all, p.Rule+": "+p.Message)
			}
		}
		return all
	}
	got := found("White.")
	want := []string{
		"postal-address: the postal address is not in the HTML part of the mail",
		"postal-address: the postal address is not in the text part of the mail",
		"unsubscribe-link: no link to unsubscribe is in the HTML part of the mail",
		"unsubscribe-link: no link to unsubscribe is in the text part of the mail",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	got = found("---\ntitle: Frost\ndescription: What the cold is good for, and a walk.\nwaive:\n  postal-address: among friends\n  unsubscribe-link: nobody leaves\n---\nWhite.")
	want = append(want[2:], `waive-unknown: the rule "unsubscribe-link" cannot be waived`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
