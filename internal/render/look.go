package render

import (
	"fmt"
	"strings"

	"tidings/internal/theme"
)

// look holds the attributes of each element, with a blank before them. In a mail
// they are inline styles, since many clients drop style sheets; on the archive
// page they are classes. Fonts and color are set on the cell of the sheet and
// inherited, so that a paragraph costs few bytes.
type look struct {
	web bool

	para, tightPara, lastPara    string
	heading                      [7]string // by level
	list, ordered, tasks, nested string
	task, box                    string // an item that is a task, and its mark
	nestedTasks                  string
	item                         string
	quote, cite                  string
	pull, pullPara, pullLast     string
	link, button, buttons        string
	codeCell, codePre, codeSpan  string
	keyword, literal, comment    string
	figure, captioned, caption   string
	image                        string // styles only
	picture                      string // with its width to be filled in
	table, wideTable, records    tableLook
	head, cell                   string // without padding and alignment
	label                        string // of a value when a wide table is shown as records
	rule                         string
	callout, calloutHead         string
	warning, warningHead         string // of a callout that warns
	noteRef, notes, note         string
	styled                       map[string]string
}

// newMailLook makes the inline styles of a mail from its palette.
func newMailLook(p *theme.Palette, lang language) *look {
	s := styler{p: p, start: lang.start(), slant: lang.slant}
	l := &look{}
	s.text(l)
	s.quotes(l)
	s.code(l)
	s.tables(l)
	s.media(l)
	return l
}

// styler writes style attributes.
type styler struct {
	p     *theme.Palette
	start string // the side where lines begin
	slant string
}

// attrs is a style attribute, with a class for the dark scheme when there is one.
func attrs(class, style string) string {
	if class != "" {
		class = ` class="` + class + `"`
	}
	return class + ` style="` + style + `"`
}

// meta is the font of what stands beside the text: captions, notes, the foot. It
// has 16px, since a mail may have little else, as listings have, and 15px in
// tables, where much has to stand in one line.
func (s styler) meta(size string) string { return "font:" + size + " " + s.p.MetaFont }

func (s styler) text(l *look) {
	c := s.p.Light
	l.para = attrs("", "margin:0 0 20px")
	l.tightPara = attrs("", "margin:0 0 8px")
	l.lastPara = attrs("", "margin:0")
	scale := [7]string{2: "25px/1.3", 3: "20px/1.35", 4: "18px/1.4", 5: "17px/1.4", 6: "16px/1.4"}
	margin := [7]string{2: "36px 0 12px", 3: "28px 0 10px", 4: "24px 0 8px", 5: "24px 0 8px", 6: "24px 0 8px"}
	for n := 2; n <= 6; n++ {
		l.heading[n] = attrs("", "margin:"+margin[n]+";font:bold "+scale[n]+" "+s.p.TextFont)
	}
	pad := ";padding:0;padding-" + s.start + ":28px"
	l.list = attrs("", "margin:0 0 20px"+pad)
	l.ordered = l.list
	l.nested = attrs("", "margin:8px 0 0"+pad)
	l.nestedTasks = attrs("", "margin:8px 0 0;padding:0;list-style-type:none")
	l.tasks = attrs("", "margin:0 0 20px;padding:0;list-style-type:none")
	l.item = attrs("", "margin:0 0 8px")
	// The blank behind the box belongs to its 28 pixels.
	l.task = attrs("", "margin:0 0 8px;padding-"+s.start+":28px")
	l.box = attrs("", "display:inline-block;width:22px;text-indent:0")
	// The padding moves no line: it makes the place where a finger can press as
	// high as the line.
	l.link = attrs("l", "color:"+c.Accent+";text-decoration:underline;padding:4px 0")
	l.rule = attrs("r", "margin:32px 0;border:0;border-top:1px solid "+c.Line)
	l.buttons = attrs("", "margin:8px 0 20px")
	l.button = attrs("b", "display:inline-block;margin:0 0 8px;padding:14px 26px;background-color:"+c.Accent+";border-radius:6px;"+
		s.meta("bold 17px/1.3")+";color:"+c.OnAccent+";text-decoration:none")
	l.noteRef = attrs("", "line-height:0;font-size:13px")
	l.notes = attrs("r", "margin:36px 0 0;padding:20px 0 0;padding-"+s.start+":24px;border-top:1px solid "+c.Line)
	l.note = attrs("m", "margin:0 0 8px;"+s.meta("16px/1.5")+";color:"+c.Muted)
	l.styled = map[string]string{
		"small": attrs("", "font-size:16px"),
		"sup":   attrs("", "line-height:0;font-size:13px"),
		"sub":   attrs("", "line-height:0;font-size:13px"),
		"mark":  attrs("k", "background-color:"+c.Soft+";color:"+c.Ink),
		"kbd":   attrs("k", "background-color:"+c.Soft+";color:"+c.Ink+";font-family:"+s.p.CodeFont+";font-size:90%"),
	}
}

func (s styler) quotes(l *look) {
	c := s.p.Light
	l.quote = attrs("q", fmt.Sprintf("margin:0 0 24px;padding:2px 0;padding-%s:20px;border-%s:3px solid %s", s.start, s.start, c.Accent))
	l.pull = attrs("r", "margin:36px 0;padding:24px 0;border-top:1px solid "+c.Line+";border-bottom:1px solid "+c.Line)
	font := ";font:" + s.slant + "24px/1.45 " + s.p.TextFont
	l.pullPara, l.pullLast = attrs("", "margin:0 0 12px"+font), attrs("", "margin:0"+font)
	l.cite = attrs("m", "margin:10px 0 0;"+s.meta("16px/1.5")+";color:"+c.Muted)
	box := func(class, ground, rule string) string {
		return attrs(class, fmt.Sprintf("padding:18px 20px;background-color:%s;border-%s:4px solid %s;font:17px/1.6 %s;color:%s",
			ground, s.start, rule, s.p.TextFont, c.Ink))
	}
	head := func(class, color string) string {
		return attrs(class, "margin:0 0 6px;"+s.meta("bold 16px/1.4")+";color:"+color)
	}
	l.callout, l.calloutHead = box("k q", c.Soft, c.Accent), head("l", c.Accent)
	l.warning, l.warningHead = box("u", c.WarnSoft, c.Warn), head("z", c.Warn)
}

func (s styler) code(l *look) {
	c := s.p.Light
	l.codeCell = attrs("k", "padding:14px 12px;background-color:"+c.Soft+";color:"+c.Ink)
	l.codePre = attrs("", "margin:0;font:16px/1.5 "+s.p.CodeFont+";white-space:pre-wrap;word-break:break-word")
	l.codeSpan = attrs("k", "padding:1px 4px;background-color:"+c.Soft+";font-family:"+s.p.CodeFont+";font-size:88%;color:"+c.Ink)
	l.keyword = attrs("x", "color:"+c.CodeWord)
	l.literal = attrs("y", "color:"+c.CodeText)
	l.comment = attrs("m", "color:"+c.Muted)
}

func (s styler) tables(l *look) {
	c := s.p.Light
	const sheet, top = "width:100%;margin:0 0 24px;border-collapse:collapse", "vertical-align:top" // a row's cells begin on one line
	block := func(style string) string { return attrs("", "display:block;"+style) }
	l.table = tableLook{table: attrs("", sheet), body: attrs("", top)}
	l.wideTable = tableLook{table: attrs("w", sheet), body: attrs("", top)}
	l.records = tableLook{
		table: attrs("w", "display:block;"+sheet), head: attrs("", "display:block"), body: block(top), row: block("padding:0 0 20px"),
		title: "inline", cell: "block", between: " ", // a share of the width means nothing inline
	}
	l.cell = "border-bottom:1px solid " + c.Line + ";" + s.meta("15px/1.5") + ";color:" + c.Ink
	l.head = l.cell + ";font-weight:bold"
	// The style sheet alone hides it: SpamAssassin counts words that are hidden in
	// their own style (HTML_TEXT_INVISIBLE_STYLE).
	l.label = ` class="h"`
}

func (s styler) media(l *look) {
	c := s.p.Light
	l.image = "max-width:100%;height:auto;border:0;vertical-align:middle"
	l.picture = attrs("m", "display:block;width:100%%;max-width:%dpx;height:auto;border:0;"+s.meta("16px/1.4")+";color:"+c.Muted)
	l.figure, l.captioned = attrs("", "margin:28px 0"), attrs("", "margin:28px 0 0")
	l.caption = attrs("m", "margin:8px 0 28px;"+s.meta("16px/1.5")+";color:"+c.Muted)
}

// newWebLook has the classes of the archive page's style sheet. Plain elements
// need none.
func newWebLook() *look {
	class := func(name string) string { return ` class="` + name + `"` }
	return &look{
		web:  true,
		pull: class("pull"), tasks: class("tasks"), nestedTasks: class("tasks"), button: class("button"), buttons: class("buttons"),
		keyword: class("hl-k"), literal: class("hl-s"), comment: class("hl-c"),
		callout: "callout", calloutHead: class("callout-title"), warningHead: class("callout-title"), cite: class("source"),
		noteRef: class("note-ref"), notes: class("notes"), wideTable: tableLook{table: class("wide")}, records: tableLook{table: class("wide")}, label: class("label"),
	}
}

// styleOnly is a style attribute, or nothing on the web.
func (l *look) styleOnly(style string) string {
	if l.web {
		return ""
	}
	return ` style="` + strings.TrimSuffix(style, ";") + `"`
}
