package publish

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"path"
	"reflect"
	"sync"
	"time"

	"tidings/internal/issue"
	"tidings/internal/newsletter"
)

// shelf remembers what the newsletters' folders hold, so that they are read
// again only after something in them has changed.
type shelf struct {
	mu    sync.Mutex
	known map[string]*listing // by newsletter
}

// listing is a newsletter's folder as it was read.
type listing struct {
	settings newsletter.Newsletter
	print    uint64 // of the names, sizes and times of its files and of the templates
	issues   map[string]*newsletter.Issue
	order    []*newsletter.Issue // by date
	problems newsletter.Problems // what is wrong with files
	broken   map[string]string   // file -> what is wrong with it
}

// of is the issue of an entry of the queue: that of its file or, where that was
// renamed, the one that has its slug now. It is nil while its file is gone or
// cannot be read, or another file took its slug.
func (l *listing) of(q *newsletter.QueueEntry) *newsletter.Issue {
	i := l.issues[q.Slug]
	if i != nil && i.File != q.File && l.broken[q.File] != "" {
		return nil
	}
	return i
}

// single refuses an issue whose slug an earlier one of its newsletter has: what
// is queued and sent by that name is the other.
func (p *Publisher) single(n *newsletter.Newsletter, i *newsletter.Issue) error {
	for _, problem := range p.shelf.look(p.config.Site.FS(), n).problems {
		if problem.Rule == issue.RuleDuplicateSlug && problem.File == i.File {
			return newsletter.Problems{problem}
		}
	}
	return nil
}

// settled is how old the newest file must be for its time to tell it from what
// it may be a moment later.
const settled = 3 * time.Second

// look returns what a newsletter's folder holds now.
func (s *shelf) look(fsys fs.FS, n *newsletter.Newsletter) *listing {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum, newest := fingerprint(fsys, path.Join("newsletters", n.ID), "templates")
	known := s.known[n.ID]
	if known != nil && known.print == sum && reflect.DeepEqual(known.settings, *n) {
		return known
	}
	l := &listing{settings: *n, print: sum, issues: map[string]*newsletter.Issue{}, broken: map[string]string{}}
	l.order, l.problems = issue.List(fsys, n)
	for _, i := range l.order {
		l.issues[i.Slug] = i
	}
	for _, p := range l.problems {
		l.broken[p.File] = p.String()
	}
	if time.Since(newest) < settled {
		l.print = 0 // it may change without looking changed
	}
	s.known[n.ID] = l
	return l
}

// fingerprint sums up the names, sizes and times of all files in folders, and
// says how young the youngest is. A folder that is not there adds nothing.
func fingerprint(fsys fs.FS, dirs ...string) (sum uint64, newest time.Time) {
	h := fnv.New64a()
	for _, dir := range dirs {
		_ = fs.WalkDir(fsys, dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil //nolint:nilerr // what cannot be looked at is as good as not there
			}
			info, err := entry.Info()
			if err != nil {
				return nil //nolint:nilerr // gone meanwhile
			}
			if info.ModTime().After(newest) {
				newest = info.ModTime()
			}
			fmt.Fprintf(h, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
			return nil
		})
	}
	return h.Sum64(), newest
}
