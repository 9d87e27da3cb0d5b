package newsletter

import "time"

// QueueEntry is an issue in its newsletter's queue: what staff decided about it
// besides what its file says. The order of a queue is that of its list.
type QueueEntry struct {
	Newsletter string
	Slug       string
	File       string // below the site folder, as last seen
	State      QueueState
	Reason     string    // why it is held
	ByClock    bool      // held by the schedule, not by a person: mending the file releases it
	ByHand     bool      // added by a person: it stays even where its file says draft
	SendAt     time.Time // said at the command line, over the file's send_at; zero: not said
	SlotAt     time.Time // the time it stands for, while sending
	GoesAt     time.Time // when it is frozen, while sending
	SHA256     string    // of the file, as last seen
	SeenAt     time.Time // when the file was first seen like that
	Place      int64     // grows along the queue; package store keeps it
}

// Ref names the issue as commands do: newsletter/slug.
func (q *QueueEntry) Ref() string { return q.Newsletter + "/" + q.Slug }

// QueueState is where an issue stands before it is frozen.
type QueueState string

// The states of a queued issue:
//
//	waiting -> sending -> frozen, and out of the queue
//	waiting, sending -> held -> waiting
//	waiting, sending, held -> removed -> waiting (added again, or its file changed)
const (
	QueueWaiting QueueState = "waiting" // takes the next free slot, or goes at its own time
	QueueSending QueueState = "sending" // its time has come: it goes at GoesAt unless somebody stops it
	QueueHeld    QueueState = "held"    // keeps its place but takes no slot until it is released
	QueueRemoved QueueState = "removed" // taken out; remembered so that its file does not bring it back
)

// Approval is a person's consent to an issue as it would be sent.
type Approval struct {
	ID         int64
	Newsletter string
	Slug       string
	SHA256     string // of what would be sent
	By         string
	At         time.Time
	EndedAt    time.Time // zero: it holds
	Ended      string    // why it holds no more
}
