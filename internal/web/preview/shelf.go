package preview

import (
	"context"
	"errors"
	"sync"
	"time"

	"tidings/internal/newsletter"
)

// maxKept is for how many readers a view is kept.
const maxKept = 8

// shelf keeps what was rendered last for each reader, so that the page and the
// frames in it show the same, and so that a slip of the pen does not leave the
// writer with nothing to look at.
type shelf struct {
	mu   sync.Mutex
	kept map[string]*kept // by address
}

// kept is the last view of one reader.
type kept struct {
	good     *View     // the last that could be rendered; nil: none yet
	at       time.Time // when that was
	stale    bool      // the files as they are now cannot be rendered
	problems newsletter.Problems
}

// look renders the issue for a reader and returns what there is to show. An
// error means that it could not be tried.
func (p *preview) look(ctx context.Context, reader newsletter.Subscriber) (kept, error) {
	p.shelf.mu.Lock()
	defer p.shelf.mu.Unlock()
	view, err := p.Render(ctx, reader)
	if ctx.Err() != nil {
		return kept{}, ctx.Err()
	}
	k := p.shelf.place(reader.Email)
	k.stale, k.problems = true, problemsOf(err)
	if err == nil {
		k.problems = view.Problems
	}
	if err == nil && view.Mail != nil {
		k.good, k.at, k.stale = view, time.Now(), false
	}
	return *k, nil
}

// place is where the view of a reader is kept. A new one makes room for itself.
func (s *shelf) place(address string) *kept {
	if k, ok := s.kept[address]; ok {
		return k
	}
	if s.kept == nil || len(s.kept) >= maxKept {
		s.kept = map[string]*kept{}
	}
	k := &kept{}
	s.kept[address] = k
	return k
}

// shown is what the page of a reader shows now, rendered if it never was.
func (p *preview) shown(ctx context.Context, reader newsletter.Subscriber) (*View, error) {
	p.shelf.mu.Lock()
	k := *p.shelf.place(reader.Email)
	p.shelf.mu.Unlock()
	if k.good == nil {
		var err error
		if k, err = p.look(ctx, reader); err != nil {
			return nil, err
		}
	}
	if k.good == nil {
		return nil, newsletter.ErrNotFound
	}
	return k.good, nil
}

// media finds a picture of a mail that is shown.
func (s *shelf) media(hash, name string) (newsletter.Media, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.kept {
		if k.good == nil {
			continue
		}
		for _, m := range k.good.Mail.Media {
			if m.Hash == hash && m.Name == name {
				return m, true
			}
		}
	}
	return newsletter.Media{}, false
}

// problemsOf says what went wrong as the checks do.
func problemsOf(err error) newsletter.Problems {
	if err == nil {
		return nil
	}
	if found, ok := errors.AsType[newsletter.Problems](err); ok {
		return found
	}
	problem := newsletter.Problem{Level: newsletter.LevelError, Message: err.Error()}
	if h, ok := errors.AsType[*newsletter.Hinted](err); ok {
		problem.Hint = h.Hint
	}
	return newsletter.Problems{problem}
}
