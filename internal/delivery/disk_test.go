package delivery_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"sync"
)

// sector is how much a disk writes whole or not at all.
const sector = 512

// disk sees what SQLite writes to a database and its log, and knows of each
// write whether it was synced: what of it a power cut would leave.
type disk struct {
	mu    sync.Mutex
	files map[string]*diskFile // by path
	wrote func()               // called after each write and before each sync, while SQLite waits; nil: nobody asks
	full  func() bool          // whether it takes no more; nil: it always does
	fails func() bool          // whether a sync fails now; nil: none does
}

// diskFile is one file: what is certainly on the disk, and what was written since.
type diskFile struct {
	synced []byte
	since  []diskWrite
}

// diskWrite is bytes at an offset; without bytes, a new length of the file.
type diskWrite struct {
	at   int
	data []byte
}

func (w diskWrite) apply(b []byte) []byte {
	if w.data == nil {
		return slices.Grow(b, max(0, w.at-len(b)))[:w.at]
	}
	if end := w.at + len(w.data); end > len(b) {
		b = append(b, make([]byte, end-len(b))...)
	}
	copy(b[w.at:], w.data)
	return b
}

// newDisk is a disk with a database that is not open yet.
func newDisk(path string) *disk {
	d := &disk{files: map[string]*diskFile{}}
	for _, p := range []string{path, path + "-wal"} {
		d.files[p] = &diskFile{}
		if b, err := os.ReadFile(p); err == nil {
			d.files[p].synced = b
		}
	}
	return d
}

func (d *disk) write(path string, w diskWrite) {
	if d.wrote == nil {
		return
	}
	d.mu.Lock()
	d.files[path].since = append(d.files[path].since, w)
	d.mu.Unlock()
	d.wrote()
}

func (d *disk) sync(path string) {
	if d.wrote == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[path]
	for _, w := range f.since {
		f.synced = w.apply(f.synced)
	}
	f.since = nil
}

// lose is a sync that failed: what was written since the one before is not kept,
// and no later sync makes up for that, because the system holds it for written.
func (d *disk) lose(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[path].since = nil
}

// cut is what a power cut leaves at this moment: everything that was synced, and
// of what was not, each sector by chance.
func (d *disk) cut(random *rand.Rand) map[string][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	left := map[string][]byte{}
	for path, f := range d.files {
		b := slices.Clone(f.synced)
		keep := random.Float64() // of this file: little of it, or nearly all
		for _, w := range f.since {
			if w.data == nil {
				if random.Float64() < keep {
					b = w.apply(b)
				}
				continue
			}
			for from := 0; from < len(w.data); {
				to := min(len(w.data), from+sector-(w.at+from)%sector)
				if random.Float64() < keep {
					b = diskWrite{w.at + from, w.data[from:to]}.apply(b)
				}
				from = to
			}
		}
		left[path] = b
	}
	return left
}
