// Package robots has stand-ins of the far sides of chats and on-call services: DingTalk,
// Feishu, WeCom, Slack and PagerDuty. Each keeps the contract that its publisher describes,
// as far as somebody notices who posts there: what it reads, which limits it holds, how it
// checks a signature, and in which words it says no. They know nothing of Brimwatch.
package robots

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

// Options are how a robot is set up.
type Options struct {
	Key      string           // in its address, or, of PagerDuty, its routing key
	Secret   string           // that signs; "" asks for no signature
	Keywords []string         // of which a message must have one; none asks for none
	Now      func() time.Time // nil is time.Now
	// Fetches tells whether a picture is there, of Slack, which refuses a message otherwise;
	// nil: each is.
	Fetches func(address string) bool
}

// Robot is a stand-in. It is safe for use from several goroutines.
type Robot struct {
	opts  Options
	serve func(*Robot, http.ResponseWriter, *http.Request, []byte)

	mu       sync.Mutex
	taken    [][]byte
	calls    []time.Time
	blocked  time.Time // until when nothing is heard
	archived bool
	alerts   map[string]string // of PagerDuty: dedup_key to state
}

func newRobot(o Options, serve func(*Robot, http.ResponseWriter, *http.Request, []byte)) *Robot {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Robot{opts: o, serve: serve, alerts: make(map[string]string)}
}

// ServeHTTP takes one call.
func (r *Robot) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, 8<<20))
	if err != nil {
		return // the caller went away
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.serve(r, w, req, body)
}

// Taken returns the bodies that were taken, oldest first.
func (r *Robot) Taken() [][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([][]byte(nil), r.taken...)
}

// Archive puts the channel into the archive, of Slack.
func (r *Robot) Archive() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.archived = true
}

// Alerts returns the state of each alert, of PagerDuty: triggered, acknowledged, resolved.
func (r *Robot) Alerts() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make(map[string]string, len(r.alerts))
	for k, v := range r.alerts {
		out[k] = v
	}
	return out
}

// within counts a call, and tells how many there were in a time before it, with it.
func (r *Robot) within(d time.Duration) int {
	now, n := r.opts.Now(), 0
	for _, at := range r.calls {
		if now.Sub(at) < d {
			n++
		}
	}
	return n
}

func (r *Robot) count() { r.calls = append(r.calls, r.opts.Now()) }

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) //nolint:errchkjson // plain values; and the reader may be gone
}
