package delivery_test

import (
	"slices"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// at reads C memory. go vet takes a pointer that was a number for a mistake.
func peek[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// call makes a C function pointer a Go function.
func call[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{p})) }

// pointer makes a Go function a C function pointer.
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

type (
	openFunc     = func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32
	closeFunc    = func(*libc.TLS, uintptr) int32
	writeFunc    = func(*libc.TLS, uintptr, uintptr, int32, int64) int32
	truncateFunc = func(*libc.TLS, uintptr, int64) int32
	syncFunc     = func(*libc.TLS, uintptr, int32) int32
)

// vfs stands between SQLite and the system's files (sqlite.org/vfs.html). It
// hands everything on, and tells a disk of what is written to its files.
type vfs struct {
	once   sync.Once
	system uintptr // the VFS that it stands before

	mu    sync.Mutex
	disks []*disk
	open  map[uintptr]opened
}

type opened struct {
	disk   *disk
	path   string
	system *sqlite3.Tsqlite3_io_methods // what the system's VFS does with it
	broken bool                         // a sync failed: it takes nothing more, until it is closed
}

var shim = &vfs{open: map[uintptr]opened{}} // SQLite has one list of them for the process

// watch begins to tell a disk of its files.
func (v *vfs) watch(d *disk) {
	v.once.Do(v.install)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.disks = append(v.disks, d)
}

func (v *vfs) forget(d *disk) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.disks = slices.DeleteFunc(v.disks, func(other *disk) bool { return other == d })
}

// install makes ours the VFS of every database that is opened from now on.
func (v *vfs) install() {
	tls := libc.NewTLS()
	defer tls.Close()
	v.system = sqlite3.Xsqlite3_vfs_find(tls, 0)
	ours := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	*peek[sqlite3.Tsqlite3_vfs](ours) = *peek[sqlite3.Tsqlite3_vfs](v.system)
	name, err := libc.CString("watched")
	if err != nil {
		panic(err)
	}
	peek[sqlite3.Tsqlite3_vfs](ours).FzName = name
	peek[sqlite3.Tsqlite3_vfs](ours).FxOpen = pointer[openFunc](vfsOpen)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, ours, 1); rc != sqlite3.SQLITE_OK {
		panic(rc)
	}
}

// replace gives an open file our methods, and returns those that it had.
func replace(tls *libc.TLS, file uintptr) *sqlite3.Tsqlite3_io_methods {
	f := peek[sqlite3.Tsqlite3_file](file)
	had := peek[sqlite3.Tsqlite3_io_methods](f.FpMethods)
	f.FpMethods = libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(*had))) // a test has few: none is freed
	m := peek[sqlite3.Tsqlite3_io_methods](f.FpMethods)
	*m = *had
	m.FxClose, m.FxWrite = pointer[closeFunc](vfsClose), pointer[writeFunc](vfsWrite)
	m.FxTruncate, m.FxSync = pointer[truncateFunc](vfsTruncate), pointer[syncFunc](vfsSync)
	return had
}

func (v *vfs) file(file uintptr) opened {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.open[file]
}

// broke is whether a sync of an open file fails, now or since it failed once.
func (v *vfs) broke(file uintptr) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	f := v.open[file]
	if f.disk.fails != nil && f.disk.fails() {
		f.broken = true
		v.open[file] = f
		f.disk.lose(f.path)
	}
	return f.broken
}

func vfsOpen(tls *libc.TLS, _, name, file uintptr, flags int32, out uintptr) int32 {
	rc := call[openFunc](peek[sqlite3.Tsqlite3_vfs](shim.system).FxOpen)(tls, shim.system, name, file, flags, out)
	if rc != sqlite3.SQLITE_OK || name == 0 {
		return rc
	}
	path := libc.GoString(name)
	shim.mu.Lock()
	defer shim.mu.Unlock()
	for _, d := range shim.disks {
		if d.files[path] != nil {
			shim.open[file] = opened{disk: d, path: path, system: replace(tls, file)}
		}
	}
	return rc
}

func vfsClose(tls *libc.TLS, file uintptr) int32 {
	f := shim.file(file)
	shim.mu.Lock()
	delete(shim.open, file)
	shim.mu.Unlock()
	return call[closeFunc](f.system.FxClose)(tls, file)
}

func vfsWrite(tls *libc.TLS, file, buf uintptr, n int32, at int64) int32 {
	f := shim.file(file)
	if f.disk.full != nil && f.disk.full() {
		return sqlite3.SQLITE_FULL
	}
	if f.broken {
		return sqlite3.SQLITE_IOERR_WRITE
	}
	rc := call[writeFunc](f.system.FxWrite)(tls, file, buf, n, at)
	if rc == sqlite3.SQLITE_OK {
		f.disk.write(f.path, diskWrite{int(at), slices.Clone(unsafe.Slice(peek[byte](buf), int(n)))})
	}
	return rc
}

func vfsTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	f := shim.file(file)
	rc := call[truncateFunc](f.system.FxTruncate)(tls, file, size)
	if rc == sqlite3.SQLITE_OK {
		f.disk.write(f.path, diskWrite{at: int(size)})
	}
	return rc
}

func vfsSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	f := shim.file(file)
	if f.disk.wrote != nil {
		f.disk.wrote()
	}
	if shim.broke(file) {
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	rc := call[syncFunc](f.system.FxSync)(tls, file, flags)
	if rc == sqlite3.SQLITE_OK {
		f.disk.sync(f.path)
	}
	return rc
}
