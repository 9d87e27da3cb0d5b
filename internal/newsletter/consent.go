package newsletter

import "time"

// Consent is one receipt of what a person agreed to or took back (GDPR, Article
// 7(1)). The receipts of a person are a chain: each is sealed together with the
// one before it, so that a change, a gap or a receipt made up later shows.
type Consent struct {
	N          int        `json:"n"`          // 1, 2, 3 … of this person
	Newsletter string     `json:"newsletter"` // empty: all of them
	Act        ConsentAct `json:"act"`
	Source     string     `json:"source"`  // how it came: "form", "one-click", "import: spring fair", …
	Words      string     `json:"words"`   // what they were shown; empty where nothing was
	Version    string     `json:"version"` // of the words: the first 12 hex digits of their SHA-256
	Network    string     `json:"network"` // keyed hash of where the request came from; empty: not known
	Agent      string     `json:"agent"`   // keyed hash of the program that made it; empty: not known
	Actor      string     `json:"actor"`   // who did it, where it was not the person themselves
	At         time.Time  `json:"at"`
	Intact     bool       `json:"intact"` // it and all before it are as they were written
}

// ConsentAct is what a receipt is about.
type ConsentAct string

// The acts that leave a receipt.
const (
	ConsentAsked     ConsentAct = "asked"     // somebody typed the address into a form
	ConsentConfirmed ConsentAct = "confirmed" // the person pressed the button of the mail
	ConsentAdded     ConsentAct = "added"     // staff say that consent was given elsewhere
	ConsentImported  ConsentAct = "imported"  // a list says so
	ConsentPaused    ConsentAct = "paused"
	ConsentResumed   ConsentAct = "resumed" // before the pause was over
	ConsentLeft      ConsentAct = "left"
	ConsentReturned  ConsentAct = "returned" // took an unsubscribe back
	ConsentMoved     ConsentAct = "moved"    // confirmed another address
	ConsentChanged   ConsentAct = "changed"  // of what is known of them
)

// Proof is what comes with an act and is kept as its receipt. Network and Agent
// are kept as keyed hashes only: enough to tell whether two requests were alike,
// and not enough to tell where they came from.
type Proof struct {
	Source  string // how it came
	Words   string // what the person was shown where they pressed the button
	Network string // of the request: an IP prefix
	Agent   string // User-Agent of the request
	Actor   string // who did it, where it was not the person themselves
}
