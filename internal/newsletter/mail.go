package newsletter

import (
	"net/mail"
	"strings"
	"time"
)

// Mail is an issue or a notice rendered once for all of its readers. It is
// frozen when it is published: what differs between readers are only the merge
// pieces of its templates.
type Mail struct {
	Newsletter  string        `json:"newsletter"`
	Kind        Kind          `json:"kind"`
	ListName    string        `json:"list_name"` // the newsletter's title, for List-Id
	From        mail.Address  `json:"from"`
	ReplyTo     *mail.Address `json:"reply_to,omitempty"`
	Title       string        `json:"title"`
	Description string        `json:"description"`          // plain text, without merge tags
	Standfirst  string        `json:"standfirst,omitempty"` // what stands below the title on its page, like Description
	Author      string        `json:"author"`
	Date        time.Time     `json:"date"`
	Language    string        `json:"language"`
	Image       string        `json:"image"`         // absolute URL for link previews, or empty
	Canonical   string        `json:"canonical_url"` // or empty
	ArchiveURL  string        `json:"archive_url"`   // absolute URL of its page; empty for notices, and where there is none

	// ReadersOnly says that the page opens by a link of each reader's own alone.
	ReadersOnly bool `json:"readers_only,omitempty"`

	Subject Template `json:"subject"`
	HTML    Template `json:"html"`
	Text    Template `json:"text"`
	Web     string   `json:"web"` // the article as HTML for its archive page; nothing of any reader in it

	// Embedded are the pictures that go in the mail itself, beside its HTML. They
	// are frozen with it, so that it can be sent again byte for byte.
	Embedded []Media `json:"embedded,omitempty"`

	Media []Media `json:"-"` // pictures to keep beside it, at /media/{hash}/{name}
	CutAt Place   `json:"-"` // where in its file HTML and Text end, to go on in Web; zero: they are whole
}

// Bytes of the HTML of a mail. Gmail cuts a mail off at about 102 KB and hides the
// rest, the link to unsubscribe with it; what is added on the way counts.
const (
	LongHTML = 80 << 10 // from here on writers are warned
	MostHTML = 95 << 10 // what is longer ends here, and goes on in the archive
)

// Kind says what a mail is for.
type Kind string

// The kinds of mail.
const (
	KindIssue   Kind = "issue"   // an issue, to the newsletter's readers
	KindWelcome Kind = "welcome" // greets one reader who has just confirmed
	KindConfirm Kind = "confirm" // asks one person whether they signed up
	KindTest    Kind = "test"    // an issue as staff try it
	KindNotice  Kind = "notice"  // tells staff what happened
	KindAccess  Kind = "access"  // brings one person the link to all that is known of them
	KindAddress Kind = "address" // asks whether a new address is a reader's own
	KindMoved   Kind = "moved"   // tells a reader's old address that they have another
	KindTaken   Kind = "taken"   // tells a reader that somebody wanted to change to their address
)

// Listed says whether a mail of this kind goes to a list that its readers can
// leave. Others are to one person, about something of theirs.
func (k Kind) Listed() bool { return k == KindIssue || k == KindWelcome || k == KindTest }

// Template is text made once for all readers, cut where readers differ.
type Template []Piece

// Piece is a stretch of a Template: either the same for every reader, or a
// Liquid source that is filled for each. A merge source holds its own escapes,
// so that its result stands safely where it lands.
type Piece struct {
	Literal string `json:"l,omitempty"`
	Merge   string `json:"m,omitempty"`
}

// Literal returns a template that is the same for every reader.
func Literal(s string) Template { return Template{{Literal: s}} }

// Personal says whether the template differs between readers.
func (t Template) Personal() bool {
	for _, p := range t {
		if p.Merge != "" {
			return true
		}
	}
	return false
}

// String returns the template's source: literals as they are, merge pieces as
// Liquid. It is for people and tests, not for sending.
func (t Template) String() string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.Literal)
		b.WriteString(p.Merge)
	}
	return b.String()
}

// Media is one picture of a mail, named by what it holds.
type Media struct {
	Hash string `json:"hash"` // first 32 hex digits of the SHA-256 of Data
	Name string `json:"name"` // file name as readers see it in the URL
	Type string `json:"type"` // MIME type
	Data []byte `json:"data"`
}

// Path is where the picture is served, below the site's base URL.
func (m *Media) Path() string { return "/media/" + m.Hash + "/" + m.Name }

// ContentID is how the HTML of a mail names a picture that goes with it, in
// cid:… (RFC 2392): without the angle brackets of the header field.
func (m *Media) ContentID() string { return m.Hash + "@tidings" }
