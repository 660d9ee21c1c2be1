package alarm

import (
	"bytes"
	"errors"
	"log/slog"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/brimwatch/brimwatch/fleet"
)

// engine is one that nobody runs, with what it logs.
func engine(t *testing.T, change ...func(*Options)) (*Engine, *memoryJournal, *bytes.Buffer) {
	t.Helper()
	j, log := newMemoryJournal(), &bytes.Buffer{}
	o := Options{Journal: j, Logger: slog.New(slog.NewTextHandler(log, nil)), Seed: 1}
	for _, f := range change {
		f(&o)
	}
	e, err := NewEngine(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return e, j, log
}

// always is a source of one number.
type always uint64

func (a always) Uint64() uint64 { return uint64(a) }

// TestCodesOfOneCommit: a code is neither that of an open episode nor that of
// another one that begins with it. When no free one is found, it gets longer.
func TestCodesOfOneCommit(t *testing.T) {
	e, j, _ := engine(t)
	e.rnd = rand.New(always(math.MaxUint64))
	begin := func(ids ...string) []string {
		var b batch
		for _, id := range ids {
			key := Key{Rule: Capacity, Instance: id}
			b.add(&slot{key: key}, State{Level: 1}, []Event{{Kind: Raised, Key: key}})
		}
		if err := e.commit(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, ev := range j.commits[len(j.commits)-1].Events {
			codes = append(codes, ev.Code)
			if got := j.states[ev.Key].Code; got != ev.Code || e.open[got] == nil || e.open[got].key != ev.Key {
				t.Errorf("%s: the event has %q, the state %q", ev.Key.Instance, ev.Code, got)
			}
		}
		return codes
	}
	got := append(begin("a", "b"), begin("c")...)
	if strings.Join(got, " ") != "Z999 Z9999 Z99999" {
		t.Errorf("%q", got)
	}
}

func TestShapeOfCodes(t *testing.T) {
	shape := regexp.MustCompile(`^[A-HJKMNP-TW-Z][2-9][2-9A-HJKMNP-TW-Z]{2}$`)
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		if code := newCode(func(string) bool { return false }, rnd); !shape.MatchString(code) {
			t.Fatalf("%q", code)
		}
	}
	for want := 4; want < 8; want++ {
		asked := 0
		code := newCode(func(c string) bool { asked++; return len(c) < want }, rnd)
		if len(code) != want || asked != (want-4)*64+1 {
			t.Errorf("%q after %d, want %d signs", code, asked, want)
		}
	}
}

// TestSeeds: without a seed, codes differ from start to start.
func TestSeeds(t *testing.T) {
	codes := func(seed uint64) string {
		e, _, _ := engine(t, func(o *Options) { o.Seed = seed })
		var out []string
		for range 8 {
			out = append(out, newCode(func(string) bool { return false }, e.rnd))
		}
		return strings.Join(out, " ")
	}
	first, again, other := codes(7), codes(7), codes(8)
	if first != again || first == other {
		t.Error("a seed does not make codes repeatable")
	}
	if one, two := codes(0), codes(0); one == two {
		t.Error("without a seed the codes are the same")
	}
}

// TestCommitsThatFail are counted each, and logged once until one succeeds.
func TestCommitsThatFail(t *testing.T) {
	e, j, log := engine(t)
	commit := func() error {
		var b batch
		b.add(&slot{key: Key{Rule: Capacity, Instance: "a"}}, State{Level: 1}, []Event{{Kind: Raised}})
		return e.commit(t.Context(), &b)
	}
	j.setFail(errors.New("disk full"))
	for range 2 {
		if err := commit(); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%v", err)
		}
	}
	j.setFail(nil)
	for range 2 {
		if err := commit(); err != nil {
			t.Error(err)
		}
	}
	j.setFail(errors.New("disk full"))
	if err := commit(); err == nil {
		t.Error("it did not fail")
	}
	if got := testutil.ToFloat64(e.metrics.commitFailures); got != 3 {
		t.Errorf("%v failures were counted, want 3", got)
	}
	if got := testutil.ToFloat64(e.metrics.events.WithLabelValues("capacity", "raised")); got != 2 {
		t.Errorf("%v events were counted, want 2", got)
	}
	for line, want := range map[string]int{"could not be stored": 2, "can be stored again": 1, "msg=alarm component=engine event=raised rule=capacity": 2} {
		if got := strings.Count(log.String(), line); got != want {
			t.Errorf("%q was logged %d times, want %d:\n%s", line, got, want, log)
		}
	}
}

// TestMetricsOfTheEngine: each is registered, and one that is taken is a fault.
func TestMetricsOfTheEngine(t *testing.T) {
	reg := prometheus.NewRegistry()
	e, j, _ := engine(t, func(o *Options) { o.Registerer, o.Watches = reg, []Watch{watch("a"), watch("b")} })
	j.setFail(errors.New("disk full"))
	e.Observe([]*fleet.Reading{{Instance: "a", At: start(), Reason: "refused"}, {Instance: "nobody", At: start()}})
	expect := func(text string) {
		t.Helper()
		if err := testutil.GatherAndCompare(reg, strings.NewReader(text+"\n"), strings.Fields(text)[2]); err != nil {
			t.Error(err)
		}
	}
	expect("# HELP brimwatch_engine_queue Readings that wait to be judged.\n# TYPE brimwatch_engine_queue gauge\nbrimwatch_engine_queue 2")
	e.judgeAll(t.Context())
	expect("# HELP brimwatch_engine_queue Readings that wait to be judged.\n# TYPE brimwatch_engine_queue gauge\nbrimwatch_engine_queue 0")
	expect("# HELP brimwatch_engine_readings_total Readings that were judged.\n# TYPE brimwatch_engine_readings_total counter\nbrimwatch_engine_readings_total 2")
	expect("# HELP brimwatch_engine_silent_instances Instances that tell nothing at the moment.\n# TYPE brimwatch_engine_silent_instances gauge\nbrimwatch_engine_silent_instances 1")
	j.setFail(nil)
	var b batch
	b.add(&slot{key: Key{Rule: Capacity, Instance: "a"}}, State{Level: 1}, []Event{{Kind: Raised}})
	if err := e.commit(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	expect("# HELP brimwatch_engine_open_episodes Episodes that are open.\n# TYPE brimwatch_engine_open_episodes gauge\nbrimwatch_engine_open_episodes 1")
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "brimwatch_engine_commit_duration_seconds" && f.GetMetric()[0].GetHistogram().GetSampleCount() != 1 {
			t.Errorf("durations of commits: %v", f)
		}
	}
	if _, err := newMetrics(reg, e); err == nil || !strings.Contains(err.Error(), "register metrics of the alarm engine") {
		t.Errorf("registered twice: %v", err)
	}
}

// TestDroppedReadingsAreCounted counts those beyond the bound, and no others.
func TestDroppedReadingsAreCounted(t *testing.T) {
	e, _, _ := engine(t)
	many := make([]*fleet.Reading, inboxBound)
	e.Observe(many)
	if got := testutil.ToFloat64(e.metrics.dropped); got != 0 {
		t.Errorf("%v were dropped within the bound", got)
	}
	e.Observe(many[:3])
	if got := testutil.ToFloat64(e.metrics.dropped); got != 3 {
		t.Errorf("%v were dropped, want 3", got)
	}
}

// TestWithdrawalThatCouldNotBeStored waits, whatever else is stored meanwhile.
func TestWithdrawalThatCouldNotBeStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		b := watch("b")
		b.Rules[fleet.Connections].For = 0
		r := startRig(t, j, watch("a"), b)
		defer r.stop()
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		<-time.After(every / 4) // between two ticks
		j.setFail(errors.New("disk full"))
		if err := r.SetWatches(t.Context(), []Watch{b}, nil); err == nil {
			t.Error("a commit that failed was not told")
		}
		j.setFail(nil)
		r.Observe([]*fleet.Reading{read("b", 75)})
		synctest.Wait()
		r.want("raised capacity a connections", "raised capacity b connections")
		r.mu.RLock()
		if len(r.orphans) != 1 || len(r.open) != 2 {
			t.Errorf("what waits to be withdrawn: %v, open: %v", r.orphans, r.open)
		}
		r.mu.RUnlock()
		<-time.After(2 * time.Second)
		synctest.Wait()
		r.want("raised capacity a connections", "raised capacity b connections", "withdrawn capacity a connections")
	})
}

// TestOpenEpisodes are found by their codes from the raise to the end, whatever
// happens in between.
func TestOpenEpisodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"))
		defer r.stop()
		open := func() int {
			r.mu.RLock()
			defer r.mu.RUnlock()
			return len(r.open)
		}
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		code := r.journal.commits[0].Events[0].Code
		r.feed(2*time.Minute, map[string]float64{"a": 95, "b": 30})
		if err := r.Ack(t.Context(), code, "wei"); err != nil {
			t.Fatal(err)
		}
		ack := newestEvents(r.journal)[0]
		if ack.By != "wei" || !ack.Known || ack.Usage != 95 || ack.Capacity != 100 || ack.Level != 2 || ack.Instance.ID != "a" {
			t.Errorf("%+v", ack)
		}
		if got := open(); got != 1 {
			t.Errorf("%d are open, want 1", got)
		}
		r.feed(2*time.Minute, map[string]float64{"a": 30, "b": 30})
		if got := open(); got != 0 {
			t.Errorf("%d are open, want none", got)
		}
		if err := r.Ack(t.Context(), code, "wei"); !errors.Is(err, ErrNoEpisode) {
			t.Errorf("one that has ended: %v", err)
		}
	})
}

// TestAcknowledgedWhileSilent: the figures of the event are the last known ones.
func TestAcknowledgedWhileSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"))
		defer r.stop()
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		r.feed(every, map[string]float64{"a": -1, "b": 30})
		if err := r.Ack(t.Context(), r.journal.commits[0].Events[0].Code, "wei"); err != nil {
			t.Fatal(err)
		}
		if ack := newestEvents(r.journal)[0]; ack.Known || ack.Usage != 75 {
			t.Errorf("%+v", ack)
		}
	})
}

func TestEachInstance(t *testing.T) {
	e, _, _ := engine(t, func(o *Options) { o.Watches = []Watch{watch("a"), watch("b")} })
	got := map[string]fleet.MetricState{}
	e.Each(func(id string, states [fleet.NumMetrics]fleet.MetricState, _ fleet.Severities) {
		got[id] = states[fleet.Connections]
	})
	if len(got) != 2 || got["a"] != fleet.MetricUnknown || got["b"] != fleet.MetricUnknown {
		t.Errorf("%v", got)
	}
	if _, known := e.States("c"); known {
		t.Error("an instance that is not watched stands somewhere")
	}
}

func TestUtilizationOfAnEvent(t *testing.T) {
	for _, tt := range []struct{ usage, capacity, want float64 }{{50, 200, 0.25}, {50, 0, 0}, {50, -1, 0}, {0, 10, 0}, {30, 10, 3}} {
		if got := (&Event{Usage: tt.usage, Capacity: tt.capacity}).Utilization(); got != tt.want {
			t.Errorf("%v of %v: %v", tt.usage, tt.capacity, got)
		}
	}
}
