// Package farside is what stands at the other end of the network: a Twilio server
// that remembers, and webhook receivers, each behind a gate at which requests go
// wrong in the ways that networks and providers have.
package farside

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// Way is how a request goes wrong.
type Way int

// The ways. Accepted means that the far side has the message and remembers it.
const (
	Well              Way = iota // accepted and answered, after Wait
	Refuse                       // Status, with RetryAfter where it is set; not accepted
	CutBefore                    // the connection is cut before the request is read
	CutUnaccepted                // it is cut after the request was read; not accepted
	Silent                       // read, never answered; not accepted
	AcceptThenFail               // accepted; the answer is Status
	AcceptThenCut                // accepted; the answer is lost
	AcceptThenSilence            // accepted; no answer until the client goes away
	AcceptLate                   // accepted after Wait, whether the client is there or not
)

// Fate is what becomes of one request. The zero Fate lets it go well.
type Fate struct {
	Way        Way
	Wait       time.Duration
	Status     int
	RetryAfter string
}

// Leaves tells whether a fate leaves the sender in doubt.
func (f Fate) Leaves() bool { return f.Way >= CutUnaccepted || f.Way == Refuse && f.Status >= 500 }

// Outage answers everything with a status.
func Outage(status int) func(*http.Request) Fate {
	return func(*http.Request) Fate { return Fate{Way: Refuse, Status: status} }
}

// Always gives each request that sends something the same fate, and lets those that
// ask go well.
func Always(f Fate) func(*http.Request) Fate {
	return func(r *http.Request) Fate {
		if r.Method != http.MethodPost {
			return Fate{}
		}
		return f
	}
}

// Gate stands before a far side. It is safe for use from several goroutines.
type Gate struct {
	next http.Handler

	mu     sync.Mutex
	choose func(*http.Request) Fate // nil lets all go well
	since  time.Time                // when that began
	free   []span                   // when all went well, before that
	posts  []time.Time              // when something was sent here
	late   sync.WaitGroup           // what is accepted behind the client's back
	behind int                      // how much of that is still to come
	ended  chan struct{}
}

// span is a time from and until.
type span struct{ from, until time.Time }

// NewGate returns a gate at which all goes well.
func NewGate(next http.Handler) *Gate {
	return &Gate{next: next, since: time.Now(), ended: make(chan struct{})}
}

// Set chooses what becomes of each request from now on; nil lets all go well.
func (g *Gate) Set(choose func(*http.Request) Fate) {
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.choose == nil {
		g.free = append(g.free, span{g.since, now})
	}
	g.choose, g.since = choose, now
}

// Free tells whether all went well for d on end, at some time between two moments; a
// zero end is now.
func (g *Gate) Free(from, to time.Time, d time.Duration, up func(from, to time.Time, d time.Duration) bool) bool {
	now := time.Now()
	if to.IsZero() {
		to = now
	}
	g.mu.Lock()
	spans := append([]span(nil), g.free...)
	if g.choose == nil {
		spans = append(spans, span{g.since, now})
	}
	g.mu.Unlock()
	for _, s := range spans {
		begin, end := s.from, s.until
		if begin.Before(from) {
			begin = from
		}
		if end.After(to) {
			end = to
		}
		if end.Sub(begin) >= d && up(begin, end, d) {
			return true
		}
	}
	return false
}

// Posts returns when something was sent, whatever became of it.
func (g *Gate) Posts() []time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]time.Time(nil), g.posts...)
}

// Behind counts what is still to be accepted, whoever has gone by then.
func (g *Gate) Behind() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.behind
}

// Close ends what waits behind the gate.
func (g *Gate) Close() {
	close(g.ended)
	g.late.Wait()
}

// ServeHTTP lets a request pass, or go wrong.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	var f Fate
	if g.choose != nil {
		f = g.choose(r)
	}
	if r.Method == http.MethodPost {
		g.posts = append(g.posts, time.Now())
	}
	g.mu.Unlock()
	if f.Way == CutBefore {
		panic(http.ErrAbortHandler)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away while it spoke: there is no request
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch f.Way {
	case Well:
		if g.waited(r.Context(), f.Wait) {
			g.next.ServeHTTP(w, r)
		}
	case Refuse:
		refuse(w, f)
	case CutUnaccepted, CutBefore:
		panic(http.ErrAbortHandler)
	case Silent:
		g.silence(r)
	case AcceptThenFail:
		g.accept(r)
		refuse(w, f)
	case AcceptThenCut:
		g.accept(r)
		panic(http.ErrAbortHandler)
	case AcceptThenSilence:
		g.accept(r)
		g.silence(r)
	case AcceptLate:
		g.acceptLate(r, f.Wait)
		g.silence(r)
	}
}

// accept hands a request on, and keeps the answer to itself.
func (g *Gate) accept(r *http.Request) {
	g.next.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
}

// acceptLate hands a request on later, whoever has gone by then.
func (g *Gate) acceptLate(r *http.Request, wait time.Duration) {
	later := r.Clone(context.WithoutCancel(r.Context()))
	g.mu.Lock()
	g.behind++
	g.mu.Unlock()
	g.late.Go(func() {
		if g.waited(later.Context(), wait) {
			g.accept(later)
		}
		g.mu.Lock()
		g.behind--
		g.mu.Unlock()
	})
}

// silence answers nothing until the client goes away.
func (g *Gate) silence(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-g.ended:
	}
	panic(http.ErrAbortHandler)
}

// waited waits, and tells whether nobody went away meanwhile.
func (g *Gate) waited(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-g.ended:
	}
	return false
}

// refuse answers with an error, as Twilio writes it.
func refuse(w http.ResponseWriter, f Fate) {
	w.Header().Set("Content-Type", "application/json")
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	code := 20500
	switch f.Status {
	case http.StatusTooManyRequests:
		code = 20429
	case http.StatusUnauthorized:
		code = 20003
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, `{"code":`+strconv.Itoa(code)+`,"message":"a fault of the test","status":`+strconv.Itoa(f.Status)+`}`) // the reader may be gone
}
