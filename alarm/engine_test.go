package alarm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memoryJournal keeps commits in memory and can be told to fail.
type memoryJournal struct {
	mu      sync.Mutex
	states  map[Key]State
	told    map[Key]Memory
	commits []Commit
	fail    error
}

func newMemoryJournal() *memoryJournal {
	return &memoryJournal{states: map[Key]State{}, told: map[Key]Memory{}}
}

func (j *memoryJournal) Commit(_ context.Context, c Commit) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.fail != nil {
		return j.fail
	}
	for _, r := range c.States {
		delete(j.states, r.Key)
		delete(j.told, r.Key)
		if !r.State.Zero() {
			j.states[r.Key] = r.State
		}
		if !r.Memory.Zero() {
			j.told[r.Key] = r.Memory
		}
	}
	c.Events = slices.Clone(c.Events)
	j.commits = append(j.commits, c)
	return nil
}

func (j *memoryJournal) Load(context.Context) ([]Record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []Record
	for k, s := range j.states {
		out = append(out, Record{Key: k, State: s, Memory: j.told[k]})
	}
	for k, m := range j.told {
		if j.states[k].Zero() {
			out = append(out, Record{Key: k, Memory: m})
		}
	}
	return out, nil
}

func (j *memoryJournal) setFail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.fail = err
}

// said returns what was told so far: "raised capacity a connections".
func (j *memoryJournal) said() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []string
	for _, c := range j.commits {
		for _, e := range c.Events {
			line := fmt.Sprintf("%s %s %s", e.Kind, e.Key.Rule, e.Key.Instance)
			if m := e.Key.MetricName(); m != "" {
				line += " " + m
			}
			if len(e.Silent) > 0 {
				line += fmt.Sprintf(" for %d", len(e.Silent))
			}
			out = append(out, line)
		}
	}
	return out
}

const every = 15 * time.Second

// watch is an instance with a capacity of 100 connections and the usual rules.
func watch(id string) Watch {
	r := warnCritical()
	w := Watch{
		Instance: &fleet.Instance{ID: id, Name: id, Product: "mqtt", Watched: true},
		NoData:   &Rule{Levels: []Level{{Severity: Warning, Threshold: 1, Clear: 1}}, For: 3 * time.Minute, Repeat: 24 * time.Hour},
		Every:    every,
	}
	w.Instance.Configured[fleet.Connections] = 100
	w.Rules[fleet.Connections] = &r
	return w
}

// read makes a reading of connections; a negative figure is a failed visit.
func read(id string, connections float64) *fleet.Reading {
	r := &fleet.Reading{Instance: id, At: time.Now().UTC(), Up: true}
	if connections < 0 {
		r.Up, r.Reason = false, "connection refused"
		return r
	}
	r.Known = r.Known.With(fleet.Connections)
	r.Usage[fleet.Connections] = connections
	return r
}

// rig is an Engine that runs inside a bubble.
type rig struct {
	*Engine
	t       *testing.T
	journal *memoryJournal
	stop    func()
}

func startRig(t *testing.T, j *memoryJournal, watches ...Watch) *rig {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	e, err := NewEngine(ctx, Options{
		Journal: j, Watches: watches, Logger: slog.New(slog.DiscardHandler),
		FleetRule:  &Rule{Levels: []Level{{Severity: Critical, Threshold: 1, Clear: 1}}, For: 3 * time.Minute, ClearFor: time.Minute},
		Registerer: prometheus.NewRegistry(), Seed: 7,
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := e.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	return &rig{Engine: e, t: t, journal: j, stop: func() { cancel(); <-ended }}
}

// feed gives every instance of figures one reading a round, for as many rounds
// as fit into d.
func (r *rig) feed(d time.Duration, figures map[string]float64) {
	for range int(d / every) {
		var rs []*fleet.Reading
		for _, id := range slices.Sorted(maps.Keys(figures)) {
			rs = append(rs, read(id, figures[id]))
		}
		r.Observe(rs)
		<-time.After(every)
	}
	synctest.Wait()
}

func (r *rig) want(lines ...string) {
	r.t.Helper()
	if diff := cmp.Diff(lines, r.journal.said()); diff != "" {
		r.t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestEngineRaisesAndClearsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"))
		defer r.stop()
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		r.want("raised capacity a connections")
		if st, _ := r.States("a"); st[fleet.Connections] != fleet.MetricRaised {
			t.Errorf("state %q, want raised", st[fleet.Connections])
		}
		if got, of := r.Severities("a"), r.Severities("b"); got != (fleet.Severities{fleet.Connections: string(Warning)}) || of != (fleet.Severities{}) {
			t.Errorf("severities %q of a and %q of b, want a warning of a alone", got, of)
		}
		r.feed(2*time.Minute, map[string]float64{"a": 30, "b": 30})
		r.want("raised capacity a connections", "cleared capacity a connections")
		c := r.journal.commits
		if a, b := c[0].Events[0].Code, c[1].Events[0].Code; a == "" || a != b {
			t.Errorf("codes %q and %q, want the same", a, b)
		}
	})
}

func TestEngineSilenceNeitherRaisesNorClears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"))
		defer r.stop()
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30, "c": 30})
		r.feed(4*time.Minute, map[string]float64{"a": -1, "b": 30, "c": 30})
		r.want("raised capacity a connections", "lost capacity a connections", "raised no_data a")
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30, "c": 30})
		r.want("raised capacity a connections", "lost capacity a connections", "raised no_data a",
			"found capacity a connections", "cleared no_data a")
	})
}

func TestEngineReadingsThatStopComing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"))
		defer r.stop()
		r.feed(time.Minute, map[string]float64{"a": 30, "b": 30, "c": 30})
		r.feed(5*time.Minute, map[string]float64{"b": 30, "c": 30})
		r.want("raised no_data a")
	})
}

func TestEngineMostOfTheFleetSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var watches []Watch
		up, down, half := map[string]float64{}, map[string]float64{}, map[string]float64{}
		for i := range 10 {
			id := fmt.Sprintf("i%d", i)
			watches = append(watches, watch(id))
			up[id], down[id], half[id] = 30, -1, 30
		}
		half["i3"] = -1
		r := startRig(t, newMemoryJournal(), watches...)
		defer r.stop()
		r.feed(time.Minute, up)
		r.feed(10*time.Minute, down)
		r.want("raised no_data  for 10")
		r.feed(30*time.Second, half)
		r.want("raised no_data  for 10")
		r.feed(2*time.Minute, half)
		r.want("raised no_data  for 10", "cleared no_data  for 1", "raised no_data i3")
	})
}

// A metric without a capacity cannot be full, so not knowing it is no trouble;
// Redis never tells how many messages it delivers.
func TestUnknownWithoutCapacityIsUnwatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := watch("a")
		w.Rules[fleet.MessageTPS] = w.Rules[fleet.Connections]
		r := startRig(t, newMemoryJournal(), w)
		defer r.stop()
		r.feed(time.Minute, map[string]float64{"a": 30})
		st, _ := r.States("a")
		if st[fleet.Connections] != fleet.MetricOK || st[fleet.MessageTPS] != fleet.MetricUnwatched {
			t.Errorf("connections %q, message TPS %q; want ok, unwatched", st[fleet.Connections], st[fleet.MessageTPS])
		}
		r.feed(time.Minute, map[string]float64{"a": -1})
		st, _ = r.States("a")
		if st[fleet.Connections] != fleet.MetricUnknown || st[fleet.MessageTPS] != fleet.MetricUnwatched {
			t.Errorf("silent: connections %q, message TPS %q; want unknown, unwatched", st[fleet.Connections], st[fleet.MessageTPS])
		}
	})
}

// mute makes a reading of an instance that answers and does not tell its connections.
func mute(id string) *fleet.Reading {
	return &fleet.Reading{Instance: id, At: time.Now().UTC(), Up: true,
		Gaps: []fleet.Gap{{Metric: fleet.Connections, Reason: "not a number"}}}
}

// A metric that was told before a restart, or a crash, is missed after it: its
// silence neither ends by it nor is it forgotten.
func TestMissingMetricIsMissedAfterRestart(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before float64 // connections before the silence
		silent time.Duration
		crash  bool
		down   bool // the source does not answer at all until the restart
		want   []string
	}{
		{"told, then stopped", 30, 4 * time.Minute, false, false, []string{"raised no_data a", "found no_data a"}},
		{"told, then crashed", 30, 4 * time.Minute, true, false, []string{"raised no_data a"}},
		{"stopped before it was told", 30, 2 * time.Minute, false, false, []string{"raised no_data a"}},
		{"raised, then crashed before the silence was told", 75, 2 * time.Minute, true, false,
			[]string{"raised capacity a connections", "lost capacity a connections", "raised no_data a"}},
		{"did not answer before, is mute since", 30, 4 * time.Minute, false, true, []string{"raised no_data a", "found no_data a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := newMemoryJournal()
				r := startRig(t, j, watch("a"), watch("b"), watch("c"))
				r.feed(2*time.Minute, map[string]float64{"a": tt.before, "b": 30, "c": 30})
				quiet := func(d time.Duration, down bool) {
					for range int(d / every) {
						a := mute("a")
						if down {
							a = read("a", -1)
						}
						r.Observe([]*fleet.Reading{a, read("b", 30), read("c", 30)})
						<-time.After(every)
					}
					synctest.Wait()
				}
				quiet(tt.silent, tt.down)
				committed := maps.Clone(j.states)
				r.stop()
				if tt.crash {
					j.states = committed
				}
				r = startRig(t, j, watch("a"), watch("b"), watch("c"))
				defer r.stop()
				quiet(4*time.Minute, false)
				r.want(tt.want...)
				r.feed(time.Minute, map[string]float64{"a": 30, "b": 30, "c": 30})
				if said := j.said(); !slices.Contains(said, "cleared no_data a") {
					t.Errorf("the silence has not ended when all is told again: %q", said)
				}
			})
		})
	}
}

func TestEngineFailedCommitChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		r := startRig(t, j, watch("a"), watch("b"))
		defer r.stop()
		j.setFail(errors.New("disk full"))
		r.feed(3*time.Minute, map[string]float64{"a": 75, "b": 30})
		r.want()
		if st, _ := r.States("a"); st[fleet.Connections] != fleet.MetricOK {
			t.Errorf("state %q although nothing was committed", st[fleet.Connections])
		}
		j.setFail(nil)
		r.feed(every, map[string]float64{"a": 75, "b": 30})
		r.want("raised capacity a connections")
	})
}

func TestEngineRestartKeepsTheEpisode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		r := startRig(t, j, watch("a"), watch("b"))
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		r.stop()
		r = startRig(t, j, watch("a"), watch("b"))
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		r.want("raised capacity a connections", "found capacity a connections")
		r.feed(2*time.Minute, map[string]float64{"a": 30, "b": 30})
		r.stop()
		r.want("raised capacity a connections", "found capacity a connections", "cleared capacity a connections")
		if len(j.states) != 0 {
			t.Errorf("states left behind: %v", j.states)
		}
	})
}

func TestEngineTimersSurviveAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		r := startRig(t, j, watch("a"), watch("b"))
		r.feed(45*time.Second, map[string]float64{"a": 75, "b": 30})
		r.stop()
		<-time.After(time.Hour)
		r = startRig(t, j, watch("a"), watch("b"))
		defer r.stop()
		r.feed(every, map[string]float64{"a": 75, "b": 30})
		r.want()
		r.feed(2*every, map[string]float64{"a": 75, "b": 30})
		r.want("raised capacity a connections")
	})
}

func TestEngineWithdrawal(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Watch) bool // false removes the instance
	}{
		{"instance removed", func(*Watch) bool { return false }},
		{"alarm switched off", func(w *Watch) bool { w.Rules[fleet.Connections] = nil; return true }},
		{"capacity removed", func(w *Watch) bool { w.Instance.Configured[fleet.Connections] = 0; return true }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := startRig(t, newMemoryJournal(), watch("a"), watch("b"))
				defer r.stop()
				r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
				next := []Watch{watch("b")}
				if w := watch("a"); tt.change(&w) {
					next = append(next, w)
				}
				if err := r.SetWatches(t.Context(), next, nil); err != nil {
					t.Fatal(err)
				}
				r.want("raised capacity a connections", "withdrawn capacity a connections")
			})
		})
	}
}

func TestEngineWithdrawsAtStartWhatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newMemoryJournal()
		r := startRig(t, j, watch("a"), watch("b"))
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		r.stop()
		r = startRig(t, j, watch("b"))
		synctest.Wait()
		r.stop()
		r.want("raised capacity a connections", "withdrawn capacity a connections")
	})
}

func TestEngineReloadKeepsUnchangedAlarms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"))
		defer r.stop()
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30})
		for range 3 {
			if err := r.SetWatches(t.Context(), []Watch{watch("a"), watch("b"), watch("c")}, nil); err != nil {
				t.Fatal(err)
			}
		}
		r.feed(2*time.Minute, map[string]float64{"a": 75, "b": 30, "c": 10})
		r.want("raised capacity a connections")
	})
}

func TestEngineNewCapacityIsJudgedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := func(capacity float64) []Watch {
			w := watch("a")
			w.Instance.Configured[fleet.Connections] = capacity
			w.Rules[fleet.Connections].For, w.Rules[fleet.Connections].ClearFor = 0, 0
			return []Watch{w, watch("b")}
		}
		r := startRig(t, newMemoryJournal(), at(100)...)
		defer r.stop()
		r.feed(every, map[string]float64{"a": 60, "b": 30})
		r.want()
		if err := r.SetWatches(t.Context(), at(80), nil); err != nil {
			t.Fatal(err)
		}
		r.want("raised capacity a connections")
		if err := r.SetWatches(t.Context(), at(200), nil); err != nil {
			t.Fatal(err)
		}
		r.want("raised capacity a connections", "cleared capacity a connections")
	})
}

func TestEngineLostMetricOfALiveInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"), watch("c"))
		defer r.stop()
		r.feed(time.Minute, map[string]float64{"a": 30, "b": 30, "c": 30})
		for range 16 {
			r.Observe([]*fleet.Reading{
				{Instance: "a", At: time.Now().UTC(), Up: true, Gaps: []fleet.Gap{{Metric: fleet.Connections, Reason: "not permitted"}}},
				read("b", 30), read("c", 30),
			})
			<-time.After(every)
		}
		synctest.Wait()
		r.want("raised no_data a")
		if got := r.journal.commits[0].Events[0].Reason; got != "connections: not permitted" {
			t.Errorf("reason %q", got)
		}
	})
}

func TestEngineAfterSleepingThroughIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := startRig(t, newMemoryJournal(), watch("a"), watch("b"))
		defer r.stop()
		r.feed(every, map[string]float64{"a": 75, "b": 30})
		// The next reading is from an hour later, and no tick came in between.
		late := read("a", 75)
		late.At = late.At.Add(time.Hour)
		r.Observe([]*fleet.Reading{late})
		synctest.Wait()
		r.want()
	})
}

func TestEngineBoundsItsInbox(t *testing.T) {
	var in inbox
	in.init()
	one := &fleet.Reading{Instance: "old"}
	in.put([]*fleet.Reading{one})
	many := make([]*fleet.Reading, inboxBound)
	for i := range many {
		many[i] = &fleet.Reading{Instance: "new"}
	}
	if dropped := in.put(many); dropped != 1 {
		t.Errorf("dropped %d, want 1", dropped)
	}
	if got := in.take(); len(got) != inboxBound || got[0].Instance != "new" {
		t.Errorf("%d wait, the first is %q", len(got), got[0].Instance)
	}
}

func TestCodes(t *testing.T) {
	j := newMemoryJournal()
	e, err := NewEngine(t.Context(), Options{Journal: j, Logger: slog.New(slog.DiscardHandler), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for range 20000 {
		code := newCode(func(c string) bool { return used[c] }, e.rnd)
		if used[code] || len(code) < codeLength {
			t.Fatalf("code %q is taken or too short", code)
		}
		used[code] = true
	}
}
