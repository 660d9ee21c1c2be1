// Package farside is what stands at the other end of the network, one for each way out:
// providers of text messages and calls, webhook receivers, chats, PagerDuty, an Alertmanager
// and a mail server. Each remembers what it took. HTTP ones stand behind gates at which
// requests go wrong in the ways that networks and providers have; the mail server goes wrong
// in its own.
package farside

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Way is how a request goes wrong.
type Way int

// The ways. Accepted means that the far side has the message and remembers it.
const (
	Well              Way = iota // accepted and answered, after Wait
	Refuse                       // Status, with RetryAfter, Location and Body where they are set; not accepted
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
	Location   string
	Body       string // "" is an error as Twilio writes it
	Type       string // of the Body; "" is JSON
}

// Portal answers as the gateway of a network does that wants people to sign in first.
func Portal() Fate {
	return Fate{Way: Refuse, Status: http.StatusOK, Type: "text/html; charset=utf-8", Body: "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome to the guest network. Please sign in.</body></html>"}
}

// Name says in words what becomes of a request.
func (f Fate) Name() string {
	names := [...]string{
		Well: "all goes well", Refuse: "the answer is " + strconv.Itoa(f.Status), CutBefore: "it is cut before it is read", CutUnaccepted: "it is cut, not accepted",
		Silent: "nothing is answered", AcceptThenFail: "it is accepted and the answer is " + strconv.Itoa(f.Status), AcceptThenCut: "it is accepted and cut",
		AcceptThenSilence: "it is accepted and nothing is answered", AcceptLate: "it is accepted later",
	}
	if f.Body != "" && f.Status == http.StatusOK {
		return "a sign-in page answers"
	}
	return names[f.Way]
}

// FormValue reads a field of a form, and leaves the body as it was.
func FormValue(r *http.Request, name string) string {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, bad := url.ParseQuery(string(body))
	if err != nil || bad != nil {
		return ""
	}
	return form.Get(name)
}

// Leaves tells whether a fate leaves the sender in doubt.
func (f Fate) Leaves() bool { return f.Way >= CutUnaccepted || f.Way == Refuse && f.Status >= 500 }

// Outage answers everything with a status.
func Outage(status int) func(*http.Request) Fate {
	return func(*http.Request) Fate { return Fate{Way: Refuse, Status: status} }
}

// Always gives each request that sends something the same fate, and lets those that
// ask go well.
func Always(f Fate) func(*http.Request) Fate { return WhereSends(IsPost, f) }

// WhereSends does the same at a far side at which not each POST sends something.
func WhereSends(sends func(*http.Request) bool, f Fate) func(*http.Request) Fate {
	return func(r *http.Request) Fate {
		if !sends(r) {
			return Fate{}
		}
		return f
	}
}

// IsPost tells whether a request sends something, at most far sides.
func IsPost(r *http.Request) bool { return r.Method == http.MethodPost }

// Gate stands before a far side. It is safe for use from several goroutines.
type Gate struct {
	calm
	next http.Handler

	mu     sync.Mutex
	choose func(*http.Request) Fate // nil lets all go well
	posts  []time.Time              // when something was sent here
	late   sync.WaitGroup           // what is accepted behind the client's back
	behind int                      // how much of that is still to come
	ended  chan struct{}
}

// NewGate returns a gate at which all goes well.
func NewGate(next http.Handler) *Gate {
	return &Gate{calm: newCalm(), next: next, ended: make(chan struct{})}
}

// Set chooses what becomes of each request from now on; nil lets all go well.
func (g *Gate) Set(choose func(*http.Request) Fate) {
	g.note(choose == nil)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.choose = choose
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
	f := g.fate(r)
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

// fate chooses what becomes of a request, one at a time.
func (g *Gate) fate(r *http.Request) (f Fate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.choose != nil {
		f = g.choose(r)
	}
	if r.Method == http.MethodPost {
		g.posts = append(g.posts, time.Now())
	}
	return f
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

// refuse answers with what a fate says, or with an error as Twilio writes it.
func refuse(w http.ResponseWriter, f Fate) {
	kind, body := "application/json", f.Body
	if f.Type != "" {
		kind = f.Type
	}
	if body == "" {
		body = twilioError(f.Status)
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	if f.RetryAfter != "" {
		h.Set("Retry-After", f.RetryAfter)
	}
	if f.Location != "" {
		h.Set("Location", f.Location)
	}
	w.WriteHeader(f.Status)
	_, _ = io.WriteString(w, body) // the reader may be gone
}

func twilioError(status int) string {
	code := 20500
	switch status {
	case http.StatusTooManyRequests:
		code = 20429
	case http.StatusUnauthorized:
		code = 20003
	}
	return `{"code":` + strconv.Itoa(code) + `,"message":"a fault of the test","status":` + strconv.Itoa(status) + `}`
}
