// Package newsletter holds the nouns of Tidings and the rules that belong to
// them: what a newsletter, an issue, a mail, a subscriber and a delivery are,
// which states they pass through, and what a relay's answer means. It knows no
// file, no database, no network and no clock, and imports nothing of ours, so
// that every other package can speak its words.
package newsletter

import (
	"net/mail"
	"time"
)

// Newsletter is one newsletter of a site: the settings of its newsletter.toml,
// read and checked. A folder's name is the newsletter's ID, in URLs and in
// commands alike.
type Newsletter struct {
	ID            string         // folder name: a-z, 0-9 and "-"
	Title         string         // as readers know it
	Description   string         // one sentence on what it is, for the sign-up page and the foot of its mails; may be empty
	From          mail.Address   // From header of every mail
	ReplyTo       *mail.Address  // nil: replies go to From
	PostalAddress string         // stands in every footer (15 U.S.C. 7704(a)(5))
	Language      string         // BCP 47 tag of the newsletter's own language
	Unspoken      bool           // nobody said which: Language is a guess
	Zone          *time.Location // in which the schedule's wall times are read
	Schedule      []string       // cron lines; none: nothing goes out by the clock
	CatchUp       CatchUp        // which slots missed while down are run late
	MaxLateness   time.Duration  // a slot later than this is held instead of run
	Approval      ApprovalPolicy // whether a person must approve before a slot
	Undo          time.Duration  // how long after its time an issue can still be stopped
	LocalTime     bool           // each reader gets it at the slot's wall time in their own zone
	DoubleOptIn   bool           // a sign-up counts only once its mail is confirmed
	RemindAfter   time.Duration  // who has not confirmed is asked once more after that; 0: nobody
	Unconfirmed   time.Duration  // how long a sign-up that nobody confirms is kept; 0: for ever
	FormTags      []string       // tags that a form may give; all others are for staff to give
	FormReturns   []string       // pages of other sites to which a form may lead back, each as a whole URL
	Retention     Retention      // what is forgotten by itself, and when
	Layout        Layout         // default layout of its issues
	Fields        []Field        // what is kept of a subscriber besides name and address
	Theme         Theme          // colors and fonts, as written
	Images        Images         // where mail programs find the pictures; empty: hosted
	Discreet      *Discreet      // what a bystander must not learn; nil: nothing is hidden
	Archive       Archive        // who can read past issues on the web; empty: everybody
}

// Retention says how long is kept what is needed no more. Zero is for ever.
type Retention struct {
	Left       time.Duration // after people left, until they are erased
	Deliveries time.Duration // after an issue went out, until its deliveries lose their names and addresses
}

// Theme is how a newsletter looks, as its newsletter.toml says it. Empty values
// are filled from the preset, dark ones from their light twins.
type Theme struct {
	Preset string // name of a built-in theme; empty: the first

	Accent, Paper, Sheet, Ink                 string // #rrggbb, light scheme
	AccentDark, PaperDark, SheetDark, InkDark string // #rrggbb, dark scheme
	TextFont, MetaFont                        string // CSS font families: articles; captions and buttons
	Logo                                      string // picture in the newsletter's folder
	Width                                     int    // of the sheet in CSS pixels; 0: 640
}

// Discreet is for newsletters whose readers would not want others to know that
// they get it. What a locked phone shows of a mail, its sender, subject and
// preheader, then gives nothing away, and no picture is loaded from anywhere.
type Discreet struct {
	Words []string // must not stand there, in upper or lower case, alone or as part of a word
}

// Images says where a mail program finds the pictures of a mail.
type Images string

// The ways of pictures to readers. Archive pages show hosted ones either way.
const (
	ImagesHosted   Images = "hosted"   // on the site, loaded when the mail is opened
	ImagesEmbedded Images = "embedded" // in the mail, which is larger by them and loads nothing
)

// Archive says who can read the past issues of a newsletter on the web. Nothing
// of any reader stands there in any case.
type Archive string

// The archives.
const (
	ArchivePublic   Archive = "public"   // everybody; listed, searched, in feeds and in search engines
	ArchiveUnlisted Archive = "unlisted" // whoever has the address of an issue; listed nowhere
	ArchiveReaders  Archive = "readers"  // readers, by the link in their own mails
	ArchiveOff      Archive = "off"      // nobody: there are no pages
)

// Listed says whether past issues are listed, in pages, feeds and site maps.
func (a Archive) Listed() bool { return a == "" || a == ArchivePublic }

// Open says whether the address of an issue is enough to read it.
func (a Archive) Open() bool { return a.Listed() || a == ArchiveUnlisted }

// CatchUp says which of the slots that passed while Tidings was down are run
// when it is up again.
type CatchUp string

// The catch-up policies. Every passed slot is reported whichever is chosen.
const (
	CatchUpLatest CatchUp = "latest" // only the last one
	CatchUpAll    CatchUp = "all"    // each, one issue a slot
	CatchUpNone   CatchUp = "none"   // none
)

// ApprovalPolicy says whether an issue needs a person's consent before its slot.
type ApprovalPolicy string

// The approval policies.
const (
	ApprovalNone     ApprovalPolicy = "none"
	ApprovalRequired ApprovalPolicy = "required"
)

// Layout is the shape of an issue in mail, on the archive page and as text.
type Layout string

// The built-in layouts.
const (
	LayoutLetter       Layout = "letter"       // an essay
	LayoutDigest       Layout = "digest"       // several short pieces
	LayoutAnnouncement Layout = "announcement" // one thing to say, one thing to do
)

// Field returns the declared field of that name.
func (n *Newsletter) Field(name string) (Field, bool) {
	for _, f := range n.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}
