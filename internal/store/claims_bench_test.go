package store

import (
	"context"
	"sync"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

// What the database costs a message, its part of each commit included: its row
// is read, claimed and given its receipt, with 20 connections that wait for their
// claims as those of a worker do.
func BenchmarkStore_Claim(b *testing.B) {
	const connections, page = 20, 256
	s := mustOpen(b)
	mustReaders(b, s, max(b.N, 1))
	epoch := mustBegin(b, s)
	_, err := s.Publish(b.Context(), Publication{Slug: "frost", Mail: sampleMail("frost")})
	if err != nil {
		b.Fatal(err)
	}
	due := make(chan newsletter.Delivery, connections)
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	issue := mustFind(b, s, "frost").ID
	b.ResetTimer()
	var done sync.WaitGroup
	for range connections {
		done.Go(func() {
			var last *Writing
			for d := range due {
				if err := s.Claim(ctx, d, epoch, last); err != nil {
					b.Error(err)
					return
				}
				d.State = newsletter.Attempting
				last = s.BeginRecord(d, epoch, newsletter.Outcome{State: newsletter.Sent}, newsletter.Receipt{Code: 250, Enhanced: "2.0.0", Text: "Ok"}, func(_ *Writing, err error) {
					if err != nil {
						b.Error(err)
					}
				})
			}
		})
	}
	var cursor Cursor
	for {
		var all []newsletter.Delivery
		if all, cursor, err = s.Due(ctx, issue, time.Now(), cursor, page); err != nil {
			b.Fatal(err)
		}
		if len(all) == 0 {
			break
		}
		for _, d := range all {
			due <- d
		}
	}
	close(due)
	done.Wait()
}
