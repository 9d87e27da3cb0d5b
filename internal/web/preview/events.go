package preview

import (
	"fmt"
	"net/http"
	"time"
)

const (
	pollEvery = 250 * time.Millisecond // how soon a save is seen
	pingEvery = 15 * time.Second       // how soon a page that has gone is noticed
)

// events answers GET /events?version=V with Server-Sent Events (HTML Living
// Standard, section 9.2): one each time when the files are no longer those of
// version V. Files that cannot be looked at just now, as in the middle of a
// save, are looked at again.
func (p *preview) events(w http.ResponseWriter, r *http.Request) error {
	version := r.URL.Query().Get("version")
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	stream := http.NewResponseController(w)
	send := func(event string) bool {
		// The deadline of the server is for answers that have an end.
		if err := stream.SetWriteDeadline(time.Now().Add(2 * pingEvery)); err != nil {
			return false
		}
		_, err := fmt.Fprint(w, event)
		return err == nil && stream.Flush() == nil
	}
	poll, ping := time.NewTicker(pollEvery), time.NewTicker(pingEvery)
	defer poll.Stop()
	defer ping.Stop()
	for open := send("retry: 1000\n\n"); open; {
		select {
		case <-r.Context().Done():
			return nil
		case <-ping.C:
			open = send(": still here\n\n")
		case <-poll.C:
			now, err := p.Version()
			if err == nil && now != version {
				version = now
				open = send("event: saved\ndata: " + now + "\n\n")
			}
		}
	}
	return nil
}
