package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"tidings/internal/newsletter"
)

// Lock is held by the one process that sends for a site (rule R10). The
// operating system lets go of it when the process ends, however it ends. Its
// file also remembers the last epoch, outside the database, so that a database
// restored from an older backup is noticed.
type Lock struct {
	file  *flock.Flock
	epoch int64 // that the last holder wrote; 0: none
}

// lookMost is how long somebody may have the lock who only looks at it.
const lookMost = 200 * time.Millisecond

// AcquireLock takes the lock at path. newsletter.ErrLocked, with who holds it
// as a hint: another process sends.
func AcquireLock(path string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	f := flock.New(path, flock.SetPermissions(0o600))
	ctx, stop := context.WithTimeout(context.Background(), lookMost)
	defer stop()
	got, err := f.TryLockContext(ctx, lookMost/10)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	l := &Lock{file: f}
	holder := l.remember(text)
	if !got {
		return nil, heldBy(holder)
	}
	return l, l.write(l.epoch)
}

func heldBy(holder string) error {
	return newsletter.Hint(fmt.Errorf("this site is %w", newsletter.ErrLocked), "held by "+holder+"; stop it first")
}

// Locked says whether a process holds the lock at path.
func Locked(path string) (bool, error) {
	_, held, err := LookAtLock(path)
	return held != nil, err
}

// LookAtLock says whether a process holds the lock at path, and returns what its
// file remembers, for Home: the lock itself is not taken. held is what AcquireLock
// would say to a second one; nil: nobody holds it.
func LookAtLock(path string) (l *Lock, held, err error) {
	f := flock.New(path, flock.SetPermissions(0o600))
	free, err := f.TryRLock()
	if err != nil {
		return nil, nil, fmt.Errorf("look at lock %s: %w", path, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read %s: %w", path, err), f.Unlock())
	}
	l = &Lock{file: f}
	if holder := l.remember(text); !free {
		held = heldBy(holder)
	}
	return l, held, f.Unlock()
}

// remember takes the last epoch from the lock's file, and returns who wrote it.
func (l *Lock) remember(text []byte) (holder string) {
	holder, epoch, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	epoch, _, _ = strings.Cut(epoch, "\n") // behind it may be the rest of a longer text
	if number, ok := strings.CutPrefix(epoch, "epoch "); ok {
		l.epoch, _ = strconv.ParseInt(number, 10, 64) // a file that somebody edited knows nothing
	}
	return holder
}

// write names this process and the epoch in the lock's file. It writes over what is
// there and cuts off the rest afterwards: on a full disk, or if the process ends in
// between, the file never forgets the epoch.
func (l *Lock) write(epoch int64) (err error) {
	l.epoch = epoch
	f, err := os.OpenFile(l.file.Path(), os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		defer func() { err = errors.Join(err, f.Close()) }()
		text := fmt.Appendf(nil, "%s\nepoch %d\n", Holder(), epoch)
		if _, err = f.WriteAt(text, 0); err == nil {
			err = f.Truncate(int64(len(text)))
		}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", l.file.Path(), err)
	}
	return nil
}

// Release lets another process send.
func (l *Lock) Release() error { return l.file.Unlock() }

// Holder names this process for people.
func Holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s", os.Getpid(), host)
}
