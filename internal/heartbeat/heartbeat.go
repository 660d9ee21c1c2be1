// Package heartbeat tells somebody else's monitor that Brimwatch does its work, by calling
// a URL again and again. A call that stays away is the alarm: of Brimwatch, of the machine
// below it, and of the network between the two.
//
// A Heart is safe for concurrent use. What went wrong is counted, logged when it begins and
// when it ends, and among the remarks for as long as it lasts.
package heartbeat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/notifier/httpcall"
)

// Target is what is called. The zero Target is nothing. Two that are equal are the same.
type Target struct {
	URL    string
	Method string // GET or POST
	Every  time.Duration
}

// Name is what is shown of a target: the path of its URL may be all that tells senders
// apart.
func (t Target) Name() string {
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" {
		return "(a URL that cannot be read)"
	}
	return u.Scheme + "://" + u.Host
}

// Options are what a Heart is built from. All must be given.
type Options struct {
	// Alive says, in words for people, why Brimwatch does not do its work at the moment
	// now; nil when it does.
	Alive      func(now time.Time) error
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	Version    string
}

// Heart beats.
type Heart struct {
	alive     func(now time.Time) error
	agent     string
	transport *http.Transport
	log       *slog.Logger
	beats     *prometheus.CounterVec
	success   prometheus.Gauge
	changed   chan struct{} // of capacity 1: target is another one

	mu     sync.Mutex
	target Target
	since  time.Time // when the first of the beats that did not arrive was due; zero is none
	why    error
}

// The outcomes of a beat, as the metric tells them.
const (
	sent     = "sent"
	failed   = "failed"
	withheld = "withheld"
)

// soon is how long after the start, or after a change, the first beat comes at the latest:
// by then readings have arrived.
const soon = 15 * time.Second

// New returns a Heart without a target.
func New(o Options) (*Heart, error) {
	if o.Alive == nil || o.Logger == nil || o.Registerer == nil {
		return nil, errors.New("heartbeat: Alive, Logger and Registerer must be given")
	}
	h := &Heart{
		alive: o.Alive, agent: "Brimwatch/" + o.Version, transport: httpcall.NewTransport(nil, true), log: o.Logger.With("component", "heartbeat"),
		changed: make(chan struct{}, 1),
		beats: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_heartbeat_total", Help: "Heartbeats by outcome: sent, failed, or withheld because readings or the store are missing.",
		}, []string{"outcome"}),
		success: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "brimwatch_heartbeat_last_success_timestamp_seconds", Help: "When a heartbeat was last taken; 0 is not since the start.",
		}),
	}
	for _, c := range []prometheus.Collector{h.beats, h.success} {
		if err := o.Registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	for _, outcome := range []string{sent, failed, withheld} {
		h.beats.WithLabelValues(outcome) // so that each begins at 0
	}
	return h, nil
}

// Set says what is called from now on. A target that stays goes on at its pace.
func (h *Heart) Set(t Target) {
	h.mu.Lock()
	same := h.target == t
	if !same {
		h.target, h.since, h.why = t, time.Time{}, nil
	}
	h.mu.Unlock()
	if same {
		return
	}
	select {
	case h.changed <- struct{}{}:
	default: // what was set before was not looked at yet, and need not be
	}
}

// Remarks says in a sentence that no heartbeat arrives, and why.
func (h *Heart) Remarks() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.why == nil {
		return nil
	}
	return []string{fmt.Sprintf("The heartbeat could not be sent to %s since %s: %v.", h.target.Name(), h.since.UTC().Format("2006-01-02 15:04 UTC"), h.why)}
}

// Run beats until ctx ends.
func (h *Heart) Run(ctx context.Context) error {
	defer h.transport.CloseIdleConnections()
	timer := time.NewTimer(soon)
	defer timer.Stop()
	for {
		t := h.current()
		if t.URL == "" {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-h.changed:
			timer.Reset(min(soon, h.current().Every))
			h.transport.CloseIdleConnections()
			continue
		case now := <-timer.C:
			// The next one is counted from when this one was due, however long it takes.
			timer.Reset(t.Every)
			h.beat(ctx, t, now)
		}
	}
}

func (h *Heart) current() Target {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.target
}

// beat calls the target once, if Brimwatch does its work.
func (h *Heart) beat(ctx context.Context, t Target, now time.Time) {
	outcome, err := withheld, h.alive(now)
	if err == nil {
		outcome, err = sent, h.call(ctx, t)
	}
	if ctx.Err() != nil {
		return // to be ended is no failure
	}
	if outcome == sent && err != nil {
		outcome = failed
	}
	h.beats.WithLabelValues(outcome).Inc()
	if err == nil {
		h.success.Set(float64(time.Now().UnixMilli()) / 1000)
	}
	h.note(t, err, now)
}

// note keeps what became of a beat. That of a target that was changed meanwhile says
// nothing of the new one.
func (h *Heart) note(t Target, err error, now time.Time) {
	h.mu.Lock()
	since, stays := h.since, h.target == t
	if stays {
		h.why = err
		switch {
		case err == nil:
			h.since = time.Time{}
		case since.IsZero():
			h.since = now
		}
	}
	h.mu.Unlock()
	switch {
	case err != nil && since.IsZero():
		h.log.Warn("no heartbeat is sent", "to", t.Name(), "error", err)
	case err == nil && !since.IsZero():
		h.log.Info("heartbeats are sent again", "to", t.Name(), "since", since)
	}
}

const (
	longest   = 10 * time.Second // that a call may take
	mostBytes = 64 << 10         // that are read of an answer
)

// call makes one call. Its error holds nothing of the URL but the host.
func (h *Heart) call(ctx context.Context, t Target) error {
	req, err := http.NewRequestWithContext(ctx, t.Method, t.URL, http.NoBody)
	if err != nil {
		return errors.New("the URL cannot be read")
	}
	req.Header.Set("User-Agent", h.agent)
	a, err := httpcall.Do(h.transport, req, min(longest, t.Every), mostBytes)
	switch {
	case err != nil:
		return err
	case a.Status >= 300 && a.Status < 400:
		return fmt.Errorf("it answered %s and points to %s, which is not followed: write the URL that it points to", httpcall.StatusLine(a.Status), httpcall.RedirectTarget(a.Header))
	case a.Status < 200 || a.Status >= 300:
		return fmt.Errorf("it answered %s", httpcall.StatusLine(a.Status))
	}
	return nil
}
