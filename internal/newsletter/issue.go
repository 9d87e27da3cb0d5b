package newsletter

import "time"

// Issue is what staff wrote: a Markdown file with its front matter, read and
// understood but not yet rendered. See DESIGN section 3 for the keys.
type Issue struct {
	Newsletter   string            // ID of the newsletter it belongs to
	Kind         Kind              // KindWelcome, or KindIssue; empty: that
	File         string            // path below the site folder, for messages
	Dir          string            // folder of the file, below the site folder; pictures are relative to it
	Slug         string            // last part of its archive URL, unique in the newsletter
	Title        string            // headline
	Subject      string            // mail subject; may hold merge tags
	Description  string            // preheader and archive summary; may hold merge tags
	Author       string            // may be empty
	Date         time.Time         // day it is dated, midnight in the newsletter's zone
	Image        string            // picture for link previews, relative to Dir or absolute
	CanonicalURL string            // where the article first appeared, if elsewhere
	Status       IssueStatus       // draft or ready
	SendAt       time.Time         // zero: at the next free slot
	SendBy       time.Time         // zero: slot + MaxLateness
	Audience     string            // segment expression; empty: all confirmed
	Language     string            // BCP 47
	Layout       Layout            // shape of the mail
	Waive        map[string]string // check rule -> why it does not apply here
	Markdown     []byte            // body after the front matter, LF line ends
	BodyLine     int               // line of the file on which Markdown begins, from 1
	SHA256       string            // of the file's bytes, in hexadecimal
	Places       map[string]Place  // where the keys of the front matter stand; a waived rule is "waive.RULE"
}

// IssueStatus is what the writer says of a file: a draft stays where it is, a
// ready issue stands in the queue.
type IssueStatus string

// The words allowed for status in front matter.
const (
	IssueDraft IssueStatus = "draft"
	IssueReady IssueStatus = "ready"
)

// IssueState is the life of an issue once it was taken out of the queue and
// frozen.
type IssueState string

// The states of a frozen issue:
//
//	expanding -> sending -> sent
//	sending <-> paused
//	sending, paused -> cancelled
//	sent -> sending (a person resends what was unknown)
//	held -> sending (a person releases it) | cancelled
const (
	IssueExpanding IssueState = "expanding" // a long list of deliveries is being made; none is sent yet
	IssueSending   IssueState = "sending"   // deliveries are being worked on
	IssueSent      IssueState = "sent"      // every delivery has its outcome
	IssuePaused    IssueState = "paused"    // nothing is claimed until resumed
	IssueCancelled IssueState = "cancelled" // what was not sent is skipped
	IssueHeld      IssueState = "held"      // too late or not approved: waits for a person
)

// Ref names an issue as commands and URLs do: newsletter/slug.
func (i *Issue) Ref() string { return i.Newsletter + "/" + i.Slug }

// Problem is one thing wrong with an issue or a settings file, with its place.
type Problem struct {
	Rule    string `json:"rule"`    // stable id of the check, as used by waive
	Level   Level  `json:"level"`   // an error stops, a warning is shown
	File    string `json:"file"`    // path below the site folder
	Line    int    `json:"line"`    // from 1; 0: the whole file
	Column  int    `json:"column"`  // in characters, from 1; 0: the whole line
	Message string `json:"message"` // what is wrong and what was expected
	Hint    string `json:"hint"`    // how to mend it
}

// Place is where something stands in a file: line and column, both from 1; the
// column counts characters. Zero is the file as a whole.
type Place struct{ Line, Column int }

// Level says how grave a Problem is.
type Level string

// The levels.
const (
	LevelError   Level = "error"
	LevelWarning Level = "warning"
)
