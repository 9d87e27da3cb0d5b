package smtpclient

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// A step that begins when nobody waits any more gets no time, even if it sets its
// deadline after that of stop: else a stop could take as long as the longest answer.
func TestSession_DeadlineAfterStop(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	defer ours.Close()
	s := &session{conn: newBounded(ours)}
	if err := s.deadline(time.Hour); err != nil {
		t.Fatal(err)
	}
	s.stop()
	if err := s.deadline(time.Hour); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("deadline after stop: %v, want %v", err, os.ErrDeadlineExceeded)
	}
}
