package delivery

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// Sender hands messages to a relay over one connection, one at a time.
//
// Send streams the message, calls claim, and sends the final dot only when
// claim returned nil. A receipt is whatever the relay answered; an error means
// that it gave no answer: clean if claim was not called or failed, or if the
// error is newsletter.ErrNoDot, and in doubt else. next may be called once, before
// claim, and returns the message of the following Send, or nil: so that its
// envelope can go with the final dot of m, whose bytes are not needed any more.
//
// Open says whether the connection is there; Send makes it where it is not.
type Sender interface {
	Send(ctx context.Context, m *message.Message, claim func() error, next func() *message.Message) (newsletter.Receipt, error)
	Open() bool
	Close()
}

// Config is what a Worker works with.
type Config struct {
	Store      *store.Store
	Composer   *message.Composer
	Routes     []Route            // the relays; at least one
	DomainRate map[string]float64 // messages a second to the readers of a domain, over all routes
	Epoch      int64              // from store.Begin
	Retry      newsletter.Retry
	Drain      time.Duration // how long a stop waits for answers; 0: 60 s
	Poll       time.Duration // how often to look for what nobody wakes us for, such as other processes publish; 0: 1 s
	Resend     bool          // unknown deliveries are sent again by themselves, 15 minutes later
	Log        *slog.Logger
}

// Worker sends what is due. There is one for a site.
type Worker struct {
	config    Config
	templates *templates
	wake      chan struct{}
	pool      *pool
	trouble   trouble
	guard     guard
	dead      deadAddresses

	records sync.WaitGroup // outcomes on their way to the disk

	mu     sync.Mutex
	flying map[key]bool // handed to a connection, not yet written down
}

// job is a due delivery and the mail it carries.
type job struct {
	delivery newsletter.Delivery
	mail     int64
	readers  int              // of its issue
	first    bool             // somebody waits for it: it goes before others
	hungUp   int              // how often the relay hung up on it
	shy      bool             // it was taken ahead, and the answer before it came late or never
	message  *message.Message // by the connection that took it ahead; nil: not composed yet
}

type key struct{ issue, subscriber int64 }

// New returns a Worker that does nothing until Run.
func New(c Config) *Worker {
	if c.Drain == 0 {
		c.Drain = time.Minute
	}
	if c.Poll == 0 {
		c.Poll = time.Second
	}
	w := &Worker{
		config:    c,
		templates: newTemplates(c.Store, c.Composer),
		wake:      make(chan struct{}, 1),
		guard:     guard{byIssue: map[int64]*lastAnswers{}},
		dead:      deadAddresses{runs: map[string][]deadAddress{}},
		flying:    map[key]bool{},
	}
	w.pool = newPool(c.Routes, c.DomainRate, w.Wake)
	return w
}

// Wake tells the worker that something may be due. It never blocks. The rows
// are the truth: a wake-up that is lost costs a second, not a mail.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends. Then it hands out no more work and waits for the
// answers that are under way, at most Drain; what was claimed and not answered
// by then is unknown.
func (w *Worker) Run(ctx context.Context) {
	answers, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(w.config.Drain, giveUp) })()
	var connections sync.WaitGroup
	for _, r := range w.pool.routes {
		for range r.Connections {
			connections.Go(func() { w.connection(ctx, answers, r) })
		}
		if r.Daily > 0 {
			connections.Go(func() { w.ration(ctx, r) })
		}
	}
	connections.Go(func() { w.reportHealth(ctx) })
	if w.config.Resend {
		connections.Go(func() { w.resendUnknown(ctx) })
	}
	w.dispatch(ctx)
	w.pool.close()
	connections.Wait()
	w.records.Wait()
}

// launch notes that a delivery is under way; false if it already is.
func (w *Worker) launch(d newsletter.Delivery) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := key{d.IssueID, d.Subscriber.ID}
	if w.flying[k] {
		return false
	}
	w.flying[k] = true
	return true
}

func (w *Worker) landed(d newsletter.Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.flying, key{d.IssueID, d.Subscriber.ID})
}
