package collectortest

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// Two passwords; both hold what has to be escaped somewhere.
const (
	rightWord = "korrekt/horse+battery=staple"
	wrongWord = "falsch/horse+battery=staple"
)

// defaultPatience bounds the waiting for what has to happen. Nothing is
// measured against it: it only ends a test of a Collector that hangs.
const defaultPatience = 30 * time.Second

// visitTimeout is the timeout of a visit that is expected to go well, or to fail by itself.
const visitTimeout = 5 * time.Second

// shortTimeout is the timeout of a visit that is expected to use it up.
const shortTimeout = 300 * time.Millisecond

// retryEvery is the pause between two visits while something is waited for.
const retryEvery = 20 * time.Millisecond

// visitor is one Collector under test with all that is known about it.
type visitor struct {
	suite    Suite
	front    *front
	c        collector.Collector
	visits   []collector.Visit
	leaks    goleak.Option
	password string
}

// open builds a Collector for a front; close has to be called in the end.
func open(t testing.TB, s Suite, f *front, password string) *visitor {
	t.Helper()
	if s.Serve == nil || s.New == nil {
		t.Fatal("the suite needs both Serve and New")
	}
	v := &visitor{suite: s, front: f, password: password, leaks: goleak.IgnoreCurrent(),
		visits: make([]collector.Visit, max(s.Instances, 1))}
	v.c = s.New(t, f.addr, password)
	return v
}

// patience returns how long may be waited.
func (v *visitor) patience() time.Duration {
	if v.suite.patience > 0 {
		return v.suite.patience
	}
	return defaultPatience
}

// within calls do and fails the test when it does not return.
func (v *visitor) within(t testing.TB, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	guard := time.NewTimer(v.patience())
	defer guard.Stop()
	select {
	case <-done:
	case <-guard.C:
		t.Fatalf("%s did not return", what)
	}
}

// collect visits once and judges what every visit has to keep.
func (v *visitor) collect(ctx context.Context, t testing.TB) error {
	t.Helper()
	for i := range v.visits {
		v.visits[i].Reset()
	}
	var err error
	v.within(t, "Collect", func() { err = v.c.Collect(ctx, v.visits) })
	if err == nil {
		return nil
	}
	if wrong := judgeWords(err.Error(), v.password); wrong != "" {
		t.Errorf("the text of the error is not fit for people: %s: %q", wrong, err)
	}
	for i := range v.visits {
		if !v.visits[i].Blank() {
			t.Errorf("Collect returned an error (%v) and filled in visit %d: only Full may go along with an error", err, i)
		}
	}
	return err
}

// visit collects with the timeout of a visit that should go well.
func (v *visitor) visit(t testing.TB, timeout time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	return v.collect(ctx, t)
}

// fails collects and wants an error that is not "nothing told yet".
func (v *visitor) fails(ctx context.Context, t testing.TB, when string) {
	t.Helper()
	switch err := v.collect(ctx, t); {
	case err == nil:
		t.Errorf("Collect returned no error %s", when)
	case errors.Is(err, collector.ErrNotYet):
		t.Errorf("Collect returned ErrNotYet %s, as if nothing were wrong", when)
	}
}

// until visits until ok, and fails the test when that does not come.
func (v *visitor) until(t testing.TB, what string, ok func(error) bool) {
	t.Helper()
	guard := time.NewTimer(v.patience())
	defer guard.Stop()
	pause := time.NewTicker(retryEvery)
	defer pause.Stop()
	for {
		err := v.visit(t, visitTimeout)
		if ok(err) {
			return
		}
		select {
		case <-pause.C:
		case <-guard.C:
			t.Fatalf("%s; the last visit returned: %v", what, err)
		}
	}
}

// untilHealthy visits until the server has told everything that is expected.
func (v *visitor) untilHealthy(t testing.TB) {
	t.Helper()
	v.until(t, "a healthy server was not read", func(err error) bool {
		return err == nil && v.complete()
	})
}

// complete tells whether every expected metric has a figure. Servers that tell
// one figure at a time may need some visits for it.
func (v *visitor) complete() bool {
	for i := range v.visits {
		for _, f := range v.suite.Expect {
			if _, ok := figureOf(&v.visits[i], f); !ok {
				return false
			}
		}
	}
	return true
}

// figureOf returns what a visit holds for an expected figure.
func figureOf(visit *collector.Visit, f Figure) (float64, bool) {
	if f.Counter {
		total, _, ok := visit.CounterOf(f.Metric)
		return total, ok
	}
	return visit.GaugeOf(f.Metric)
}

// plausible judges every figure the visits hold: a figure that is not expected,
// or out of its bounds, is wrong.
func (v *visitor) plausible(t testing.TB) {
	t.Helper()
	for i := range v.visits {
		visit := &v.visits[i]
		for m := range fleet.Metric(fleet.NumMetrics) {
			_, isGauge := visit.GaugeOf(m)
			_, clock, isCounter := visit.CounterOf(m)
			if isCounter && clock.IsZero() {
				t.Errorf("visit %d: the total of %s has no clock", i, m)
			}
			want, expected := v.suite.expected(m)
			switch known := isGauge || isCounter; {
			case expected:
				judgeFigure(t, i, visit, want, known)
			case known:
				t.Errorf("visit %d: %s was told and is not expected", i, m)
			}
		}
	}
}

// judgeFigure holds a metric of visit i against what is expected of it; known
// says that the visit has a gauge or a counter of it.
func judgeFigure(t testing.TB, i int, visit *collector.Visit, want Figure, known bool) {
	t.Helper()
	value, ok := figureOf(visit, want)
	if ok && (value < want.Min || value > want.Max) {
		t.Errorf("visit %d: %s is %v, want %v to %v", i, want.Metric, value, want.Min, want.Max)
	}
	if limit, ok := visit.LimitOf(want.Metric); ok && limit != want.Limit {
		t.Errorf("visit %d: the limit of %s is %v, want %v", i, want.Metric, limit, want.Limit)
	}
	if !ok && known {
		t.Errorf("visit %d: %s is a gauge where a counter was expected, or the other way round", i, want.Metric)
	}
}

// expected finds what is expected of a metric.
func (s *Suite) expected(m fleet.Metric) (Figure, bool) {
	for _, f := range s.Expect {
		if f.Metric == m {
			return f, true
		}
	}
	return Figure{}, false
}

// close ends the Collector and wants nothing of it to be left: no connection, no
// goroutine, no hand on the visits.
func (v *visitor) close(t testing.TB) {
	t.Helper()
	for i := range v.visits {
		v.visits[i].Reset()
	}
	v.within(t, "Close", func() {
		if err := v.c.Close(); err != nil {
			t.Errorf("Close returned an error: %v", err)
		}
	})
	guard := time.NewTimer(v.patience())
	defer guard.Stop()
	for {
		open, _, changed := v.front.state()
		if open == 0 {
			break
		}
		select {
		case <-changed:
		case <-guard.C:
			t.Fatalf("%d connections of the Collector are open after Close", open)
		}
	}
	v.front.down()
	if err := goleak.Find(v.leaks); err != nil {
		t.Errorf("after Close: %v", err)
	}
	for i := range v.visits {
		if !v.visits[i].Blank() {
			t.Errorf("visit %d was filled in after Collect had returned", i)
		}
	}
}
