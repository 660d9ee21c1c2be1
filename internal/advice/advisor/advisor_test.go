package advisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/advice/advisor/advisortest"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/state"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

// rig is an Advisor over a fleet and a history.
type rig struct {
	*Advisor
	state *state.Fleet
	store *statistics.Store
}

// configuration reads a configuration from text.
func configuration(t *testing.T, text string) *config.Snapshot {
	t.Helper()
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newRig has a month of history before now.
func newRig(t *testing.T, now time.Time) *rig {
	t.Helper()
	s := configuration(t, advisortest.Fleet)
	store, err := statistics.Open(statistics.Options{Dir: t.TempDir(), Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	store.SetFleet(s.FleetInstances())
	advisortest.Record(store, now)
	r := &rig{state: state.New(s, s.AccountList(), now), store: store}
	r.Advisor = r.fresh(now)
	return r
}

// fresh is another Advisor over the same, that knows nothing yet.
func (r *rig) fresh(now time.Time) *Advisor {
	a := New(r.store, r.state, slog.New(slog.DiscardHandler))
	a.now = func() time.Time { return now }
	return a
}

// noon is a moment of a day like others.
func noon() time.Time { return time.Date(2026, 11, 12, 12, 0, 0, 0, time.UTC) }

// TestAdvisorKeepsUp holds what is read bit by bit, over days, against what is read
// at once.
func TestAdvisorKeepsUp(t *testing.T) {
	now := noon()
	r := newRig(t, now)
	slowly := r.fresh(now)
	for back := 75 * time.Hour; back >= 0; back -= 5 * time.Hour {
		slowly.now = func() time.Time { return now.Add(-back) }
		if err := slowly.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"rmq-grows", "rmq-idle", "rmq-young", "iot-public"} {
		a, b := r.summaries(id), slowly.summaries(id)
		if len(a) == 0 || fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s: at once %+v\nbit by bit %+v", id, a, b)
		}
	}
}

// TestAdvisorAndTheClock sets the clock 26 hours ahead, and back again. That
// crosses one midnight or two, by the hour; each costs a day of what is known.
func TestAdvisorAndTheClock(t *testing.T) {
	for _, tt := range []struct {
		name string
		now  string
		days int // that are lost
	}{
		{"at midnight", "2026-11-30T00:00:00Z", 1},
		{"at noon", "2026-11-30T12:00:00Z", 1},
		{"just before two midnights lie ahead", "2026-11-30T21:59:00Z", 1},
		{"two midnights ahead", "2026-11-30T22:00:00Z", 2},
		{"the last minute of a year", "2026-12-31T23:59:00Z", 2},
		{"29 February", "2028-02-29T23:30:00Z", 2},
		{"summer time begins in Europe", "2027-03-28T00:30:00Z", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			r := newRig(t, now)
			a := r.Advisor
			for _, at := range []time.Time{now, now.Add(26 * time.Hour), now} {
				a.now = func() time.Time { return at }
				if err := a.Refresh(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			fresh := r.fresh(now)
			if err := fresh.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := fresh.summaries("rmq-grows")
			for i, s := range a.summaries("rmq-grows") {
				want := before[i]
				if s.metric != want.metric || s.usage.Week.Peak != want.usage.Week.Peak || s.usage.Days != want.usage.Days-tt.days {
					t.Errorf("%s: %+v, before %+v", s.metric, s.usage, want.usage)
				}
			}
		})
	}
}

// brokenReader is a history that cannot be read.
type brokenReader struct{ err error }

func (b brokenReader) EachUsage(context.Context, []string, fleet.MetricSet, time.Time, time.Time, func(string, fleet.Metric, statistics.Samples)) error {
	return b.err
}

func TestAdviceWithoutAHistory(t *testing.T) {
	r := newRig(t, noon())
	broken := errors.New("the disk is gone")
	r.history = brokenReader{broken}
	if err := r.Refresh(t.Context()); !errors.Is(err, broken) {
		t.Errorf("refresh: %v", err)
	}
	r.state.Put([]*fleet.Reading{advisortest.Reading("rmq-young", noon(), 3612, 10)})
	got, ok := r.Advice("rmq-young")
	if !ok || got.Verdict != advice.Upgrade || got.Target.Spec != "rmq.p2.6xlarge" {
		t.Errorf("by the newest reading alone: %+v", got)
	}
	if _, ok := r.Outlook("rmq-young", fleet.MessageTPS); ok {
		t.Error("an outlook without a history")
	}
	if _, ok := r.Advice("nobody"); ok {
		t.Error("advice for nobody")
	}
}

// Full is what the outlook of each metric says.
func TestFull(t *testing.T) {
	r := newRig(t, noon())
	if err := r.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, id := range []string{"rmq-grows", "rmq-idle", "rmq-young", "iot-public", "nobody"} {
		in, _, _ := r.state.Case(id)
		for m, got := range r.Full(id, &in.Capacity, noon()) {
			m := fleet.Metric(m)
			outlook, _ := r.Outlook(id, m)
			if want := outlook.Capacity.Likely; !got.Equal(want) {
				t.Errorf("%s, %s: full at %s, and the outlook says %s", id, m, got, want)
			}
			if !got.IsZero() {
				known++
			}
		}
	}
	if known == 0 {
		t.Error("nothing is ever full")
	}
}

// An instance that is taken out is forgotten.
func TestAdvisorForgets(t *testing.T) {
	r := newRig(t, noon())
	if err := r.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := configuration(t, strings.Replace(advisortest.Fleet, "  - {id: rmq-idle, product: rocketmq, edition: professional, spec: rmq.p2.30xlarge, source: *page}\n", "", 1))
	r.state.Set(s, s.AccountList(), noon())
	if err := r.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Advice("rmq-idle"); ok || r.read["rmq-idle"] != nil || r.summaries("rmq-idle") != nil {
		t.Error("rmq-idle is still known")
	}
	if len(r.summaries("rmq-grows")) == 0 {
		t.Error("rmq-grows is not known any more")
	}
}
