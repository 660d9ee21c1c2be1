// Package httpcall makes one HTTP call for a channel and says exactly what
// became of it: whether anything can have reached the far side, the answer
// with its body capped, and errors that hold neither address nor credentials.
// It follows no redirect, keeps no cookie and tries nothing again.
package httpcall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // at most the limit that was asked for
	// Cut says why Body is not all of it: the connection broke, time was up, or
	// ErrTooLong. It is nil when the whole body is there.
	Cut error
}

// ErrTooLong is the Cut of a body that is longer than the limit.
var ErrTooLong = errors.New("the answer is too long")

// CallError is the error of a call that got no answer.
type CallError struct {
	// Written tells that the request may have reached the far side. When it is
	// false, certainly nothing did: the failure came while the name was looked
	// up, the connection made or secured.
	Written bool
	Err     error
}

// Error says what happened.
func (f *CallError) Error() string { return f.Err.Error() }

// Unwrap returns the cause, so that the end of a context is recognized.
func (f *CallError) Unwrap() error { return f.Err }

// Do sends a request once and reads at most limit bytes of the answer's body.
// The whole call may take as long as timeout. The connection is kept when the
// body ended within the limit. The error is a *CallError.
func Do(transport http.RoundTripper, req *http.Request, timeout time.Duration, limit int64) (Answer, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return Answer{}, &CallError{Err: err}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, timeoutError{timeout})
	defer cancel()
	p := &progress{}
	// The transport, not a Client: a Client follows redirects, and puts the
	// address into its errors.
	resp, err := transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, p.trace())))
	if err != nil {
		return Answer{}, &CallError{Written: p.written(transport), Err: plain(ctx, err)}
	}
	defer func() { _ = resp.Body.Close() }() // read-only: nothing can be lost
	if resp.StatusCode == http.StatusSwitchingProtocols {
		// The connection is no longer HTTP, so there is no body that would end.
		return Answer{}, &CallError{Written: true, Err: errors.New("the far side switched to another protocol, which was not asked for")}
	}
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	a.Body, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		a.Cut = plain(ctx, err)
	case int64(len(a.Body)) > limit:
		a.Body, a.Cut = a.Body[:limit], ErrTooLong
	}
	return a, nil
}

// timeoutError is the cause of a call that its own timeout ended.
type timeoutError struct{ after time.Duration }

func (e timeoutError) Error() string   { return fmt.Sprintf("no answer within %s", e.after) }
func (e timeoutError) Is(t error) bool { return t == context.DeadlineExceeded }

// plain says why a call failed: the end of its context where that was the
// reason, with its own timeout in words.
func plain(ctx context.Context, err error) error {
	switch ended := ctx.Err(); {
	case ended == nil:
		return err
	case errors.Is(context.Cause(ctx), ended):
		return context.Cause(ctx)
	default:
		return ended
	}
}

// progress is how far a request got. The transport calls back from goroutines
// of its own.
type progress struct {
	begun atomic.Bool // the transport looked for a connection, so it traces
	wrote atomic.Bool
}

// trace notes the moment before the first byte can leave. The headers go into
// the transport's buffer first, so WroteHeaders comes before anything is on the
// wire; WroteRequest would come after, and lose a race against the error.
// GetConn starts over: the transport takes another connection only when nothing
// of the request went out on the one before.
func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) {
			p.begun.Store(true)
			p.wrote.Store(false)
		},
		WroteHeaders: func() { p.wrote.Store(true) },
	}
}

// written tells whether anything may have left. A foreign transport that does
// not trace is not believed that nothing did.
func (p *progress) written(t http.RoundTripper) bool {
	if p.begun.Load() {
		return p.wrote.Load()
	}
	_, ours := t.(*http.Transport)
	return !ours
}
