package lists

import (
	"bufio"
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"tidings/internal/store"
)

// Sizes of a sorter.
const (
	// sortAfter is how many rows of a file are written as they come. Up to about
	// so many the index of addresses fits in memory, and their order is no matter.
	sortAfter = 100_000
	sortRun   = 2 << 20 // bytes that are sorted at once
	sortRead  = 2 << 20 // bytes that are read ahead, of all runs together
)

// sorter puts the rows of a long file into the order of their addresses, by an
// external merge sort: written in that order, each page of the index is touched
// once and not again and again, which makes the millionth row as quick as the
// first. Rows of the same address keep their order. The file has no name and is
// gone when it is closed.
type sorter struct {
	file    *os.File
	out     *bufio.Writer
	size    int64
	runs    []*io.SectionReader
	text    []byte  // of the run that is being filled
	entries []entry // its rows
}

// entry is where a row stands in the text of its run.
type entry struct{ at, end uint32 }

// add takes a row.
func (s *sorter) add(row *store.ImportRow) error {
	if s.text == nil {
		s.text = make([]byte, 0, sortRun+sortRun/8) // growing step by step would leave much behind
	}
	at := len(s.text)
	s.text = appendRow(s.text, row)
	s.entries = append(s.entries, entry{uint32(at), uint32(len(s.text))}) //nolint:gosec // a run is far below 4 GiB
	if len(s.text) < sortRun {
		return nil
	}
	return s.spill()
}

// spill writes a run to the disk, sorted.
func (s *sorter) spill() error {
	if s.file == nil {
		var err error
		if s.file, err = os.CreateTemp("", "tidings-import-*"); err != nil {
			return fmt.Errorf("sort rows: %w", err)
		}
		_ = os.Remove(s.file.Name()) // where that cannot be, close does it
		s.out = bufio.NewWriterSize(s.file, 1<<16)
	}
	slices.SortStableFunc(s.entries, func(a, b entry) int {
		return bytes.Compare(firstPart(s.text[a.at:a.end]), firstPart(s.text[b.at:b.end]))
	})
	begin := s.size
	for _, e := range s.entries {
		row := s.text[e.at:e.end]
		n, err := s.out.Write(binary.AppendUvarint(nil, uint64(len(row))))
		if err == nil {
			_, err = s.out.Write(row)
		}
		if err != nil {
			return fmt.Errorf("sort rows: %w", err)
		}
		s.size += int64(n + len(row))
	}
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("sort rows: %w", err)
	}
	s.runs = append(s.runs, io.NewSectionReader(s.file, begin, s.size-begin))
	s.text, s.entries = s.text[:0], s.entries[:0]
	return nil
}

// close forgets the rows.
func (s *sorter) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}

// each calls take for all rows, in the order of their addresses.
func (s *sorter) each(take func(store.ImportRow) error) error {
	if len(s.entries) > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.text, s.entries = nil, nil
	all := make(merging, 0, len(s.runs))
	for i, section := range s.runs {
		r := &run{in: bufio.NewReaderSize(section, max(512, min(1<<16, sortRead/len(s.runs)))), n: i}
		if err := r.next(); err != nil {
			return err
		}
		all = append(all, r)
	}
	heap.Init(&all)
	for len(all) > 0 {
		row, err := readRowOf(all[0].row)
		if err != nil {
			return err
		}
		if err := take(row); err != nil {
			return err
		}
		switch err := all[0].next(); {
		case errors.Is(err, io.EOF):
			heap.Pop(&all)
		case err != nil:
			return err
		default:
			heap.Fix(&all, 0)
		}
	}
	return nil
}

// run is one sorted stretch of the file, at its next row.
type run struct {
	in  *bufio.Reader
	n   int
	row string
	key []byte
}

// next goes to the next row; io.EOF behind the last.
func (r *run) next() error {
	size, err := binary.ReadUvarint(r.in)
	if err != nil {
		return err
	}
	row := make([]byte, size)
	if _, err := io.ReadFull(r.in, row); err != nil {
		return fmt.Errorf("read sorted rows: %w", err)
	}
	r.row, r.key = string(row), firstPart(row)
	return nil
}

// merging is a heap of runs by their next rows.
type merging []*run

// Len is how many runs are not at their end.
func (m merging) Len() int { return len(m) }

// Less says whose row comes first: of the same address the earlier run's.
func (m merging) Less(i, j int) bool {
	if c := bytes.Compare(m[i].key, m[j].key); c != 0 {
		return c < 0
	}
	return m[i].n < m[j].n
}

// Swap changes two places.
func (m merging) Swap(i, j int) { m[i], m[j] = m[j], m[i] }

// Push is not used: no run begins later.
func (m *merging) Push(any) {}

// Pop takes the last one away.
func (m *merging) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
