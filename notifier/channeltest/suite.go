// Package channeltest is the conformance suite of notifier.Channel: what every
// channel that speaks HTTP does with every status, with connections that fail
// before and after the request was written, with contexts that end, and with
// answers that are long, cut, or somebody else's. Each channel's test calls Run
// with the outcomes its documentation promises.
package channeltest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/notifier"
)

// Outcome is what may be done after a send.
type Outcome string

// The outcomes of notifier.Channel.
const (
	Accepted  Outcome = "accepted"
	Later     Outcome = "later"      // a plain error
	NotBefore Outcome = "not before" // notifier.After
	Never     Outcome = "never"      // notifier.Permanent
	Doubt     Outcome = "doubt"      // notifier.Unknown
)

// OutcomeOf tells which outcome an error is. An unknown outcome stays unknown,
// whatever else the error says.
func OutcomeOf(err error) Outcome {
	_, after := notifier.RetryAfter(err)
	switch {
	case err == nil:
		return Accepted
	case notifier.IsUnknown(err):
		return Doubt
	case notifier.IsPermanent(err):
		return Never
	case after:
		return NotBefore
	}
	return Later
}

// Subject is a channel under test with what its documentation promises.
type Subject struct {
	// New returns the channel, sending to a server at base ("http://127.0.0.1:1").
	// It uses its own transport.
	New func(t *testing.T, base string) notifier.Channel
	// Message is one that is in order.
	Message notifier.Message
	// Accept writes the answer of a far side that takes the message.
	Accept func(w http.ResponseWriter)
	// Status is the documented outcome of an HTTP status without a Retry-After,
	// from 200 to 599, with a body that says nothing.
	Status func(status int) Outcome
	// Page is the same when the body is a page that somebody else wrote; nil: the page makes
	// no difference.
	Page func(status int) Outcome
	// RetryAfter tells for which statuses the header Retry-After is honoured.
	RetryAfter func(status int) bool
	// Lost is the outcome when the request was written and no answer came: Doubt,
	// because nobody can know.
	Lost Outcome
	// CutBody is the outcome when the answer accepts and its body breaks off: Accepted
	// where the body does not matter, else Doubt.
	CutBody Outcome
	// Refusals are answers of success in which the far side says no. They are wanted of a
	// channel for which not every 200 is a success.
	Refusals []Refusal
	// Secrets must not be in any error or receipt.
	Secrets []string
}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	t.Helper()
	if s.Lost != Doubt || s.CutBody != Accepted && s.CutBody != Doubt {
		t.Fatalf("what may have left is in doubt: a lost answer is documented as %q, a cut one as %q", s.Lost, s.CutBody)
	}
	leaks := goleak.IgnoreCurrent()
	t.Run("Accepted", s.accepted)
	t.Run("EveryStatus", s.everyStatus)
	t.Run("EarlyHints", s.earlyHints)
	t.Run("RetryAfter", s.retryAfter)
	t.Run("RedirectNotFollowed", s.redirect)
	t.Run("SecretsRepeatedByTheFarSide", s.echo)
	t.Run("SaysNoInTheBody", s.refusals)
	t.Run("SomebodyElseAnswers", s.somebodyElse)
	t.Run("HugeBody", s.hugeBody)
	t.Run("CutBody", s.cutBody)
	t.Run("NotHTTP", s.notHTTP)
	t.Run("ConnectionRefused", s.refused)
	t.Run("ConnectionCutAfterRequest", s.cutAfterRequest)
	t.Run("ContextEndedBefore", s.endedBefore)
	t.Run("ContextEndedWhileConnecting", s.endedConnecting)
	t.Run("ContextEndedAfterRequest", s.endedAfter)
	t.Run("ConnectionKept", s.kept)
	t.Run("Concurrent", s.concurrent)
	t.Run("NothingLeftRunning", func(t *testing.T) { goleak.VerifyNone(t, leaks) })
}

// subjectUnderTest is a channel whose every answer is looked at for secrets.
type subjectUnderTest struct {
	notifier.Channel
	t       *testing.T
	secrets []string
}

// channel makes the channel and closes its connections when the test is over.
func (s Subject) channel(t *testing.T, base string) subjectUnderTest {
	t.Helper()
	ch := s.New(t, base)
	closer, ok := ch.(interface{ CloseIdleConnections() })
	if !ok {
		t.Fatal("the channel has no CloseIdleConnections, so one that is replaced on a reload keeps its connections")
	}
	t.Cleanup(closer.CloseIdleConnections)
	return subjectUnderTest{ch, t, s.Secrets}
}

// send sends and checks what is true of every answer.
func (u subjectUnderTest) send(ctx context.Context, m notifier.Message) error {
	u.t.Helper()
	receipt, err := u.Send(ctx, m)
	said := fmt.Sprintf("%+v", receipt)
	if err != nil {
		said += err.Error()
		if receipt != (notifier.Receipt{}) {
			u.t.Errorf("an error comes with the receipt %+v", receipt)
		}
		if text := err.Error(); text == "" || strings.ContainsAny(text, "\r\n\t\x00") || len(text) > 1000 {
			u.t.Errorf("the error is not one short line: %q", text)
		}
	} else if receipt.Status == "" {
		u.t.Error("the receipt has no status")
	}
	for _, secret := range u.secrets {
		if strings.Contains(said, secret) {
			u.t.Errorf("%q holds the secret %q", said, secret)
		}
	}
	return err
}

// want sends and compares the outcome.
func (u subjectUnderTest) want(ctx context.Context, m notifier.Message, want Outcome, when string) error {
	u.t.Helper()
	err := u.send(ctx, m)
	if got := OutcomeOf(err); got != want {
		u.t.Errorf("%s: outcome %q, want %q; error: %v", when, got, want, err)
	}
	return err
}

func (s Subject) accepted(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { s.Accept(w) })
	_ = s.channel(t, srv.URL).want(t.Context(), s.Message, Accepted, "a good answer")
}

func (s Subject) concurrent(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { s.Accept(w) })
	ch := s.channel(t, srv.URL)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 4 {
				_ = ch.want(t.Context(), s.Message, Accepted, "one of many at once")
			}
		})
	}
	group.Wait()
}

// lapsed is a context whose deadline passes when end is closed, so that a test
// decides the moment and waits for no clock.
type lapsed struct {
	context.Context //nolint:containedctx // it is one
	end             chan struct{}
}

func (c lapsed) Done() <-chan struct{}       { return c.end }
func (c lapsed) Deadline() (time.Time, bool) { return time.Time{}, false }

func (c lapsed) Err() error {
	select {
	case <-c.end:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// ends runs a test for both ways in which a context ends.
func ends(t *testing.T, f func(t *testing.T, ctx context.Context, end func(), cause error)) {
	t.Helper()
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		f(t, ctx, cancel, context.Canceled)
	})
	t.Run("deadline", func(t *testing.T) {
		c := lapsed{context.Background(), make(chan struct{})}
		f(t, c, sync.OnceFunc(func() { close(c.end) }), context.DeadlineExceeded)
	})
}

func (s Subject) endedBefore(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		t.Error("the far side was called")
		s.Accept(w)
	})
	ends(t, func(t *testing.T, ctx context.Context, end func(), cause error) {
		end()
		err := s.channel(t, srv.URL).want(ctx, s.Message, Later, "a context that has ended")
		if !errors.Is(err, cause) {
			t.Errorf("error %v does not wrap %v", err, cause)
		}
	})
}
