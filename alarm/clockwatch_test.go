package alarm

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestClockWatch: the wall clock was set when it went another way than the time that
// passed. Small corrections are none.
func TestClockWatch(t *testing.T) {
	for _, tt := range []struct {
		name         string
		wall, passed time.Duration
		want         time.Duration
	}{
		{"it goes as it should", time.Second, time.Second, 0},
		{"nothing was looked at for an hour", time.Hour, time.Hour, 0},
		{"set forward by a little", 3 * time.Second, time.Second, 0},
		{"set back by a little", -time.Second, time.Second, 0},
		{"set forward by more", 3*time.Second + 1, time.Second, 2*time.Second + 1},
		{"set back by more", -time.Second - 1, time.Second, -2*time.Second - 1},
		{"set forward by 25 hours", 25*time.Hour + time.Second, time.Second, 25 * time.Hour},
		{"set back by 25 hours", time.Second - 25*time.Hour, time.Second, -25 * time.Hour},
	} {
		var w clockWatch
		if by := w.look(start(), time.Hour); by != 0 {
			t.Errorf("%s: the first look is a jump of %v", tt.name, by)
		}
		if by := w.look(start().Add(tt.wall), time.Hour+tt.passed); by != tt.want {
			t.Errorf("%s: set by %v, want %v", tt.name, by, tt.want)
		}
		if by := w.look(start().Add(tt.wall+time.Second), time.Hour+tt.passed+time.Second); by != 0 {
			t.Errorf("%s: set again by %v", tt.name, by)
		}
	}
}

// TestMomentsOfReadings: a reading that was made before the clock was set, and comes
// after it, is of the time by the new clock.
func TestMomentsOfReadings(t *testing.T) {
	const age = 4 * time.Second
	for _, tt := range []struct {
		name string
		sets []time.Duration // one after the other
		made int             // before so many of them
		wait time.Duration   // after the last
		want time.Duration   // how old the reading is taken to be
	}{
		{"never set", nil, 0, 0, age},
		{"made after it was set", []time.Duration{time.Hour}, 0, 0, age},
		{"set forward by an hour", []time.Duration{time.Hour}, 1, 0, age},
		{"set forward by 25 hours", []time.Duration{25 * time.Hour}, 1, 0, age},
		{"set back by an hour", []time.Duration{-time.Hour}, 1, 0, age},
		{"set back by 25 hours", []time.Duration{-25 * time.Hour}, 1, 0, age},
		{"forward and back, made before", []time.Duration{time.Hour, -time.Hour}, 2, 0, age},
		{"forward and back, made between", []time.Duration{time.Hour, -time.Hour}, 1, 0, age},
		{"back and back, made before", []time.Duration{-time.Hour, -25 * time.Hour}, 2, 0, age},
		{"back and back, made after", []time.Duration{-time.Hour, -25 * time.Hour}, 0, 0, age},
		{"as likely made after as before", []time.Duration{2 * age}, 0, 0, age},
		{"almost forgotten", []time.Duration{time.Hour}, 1, lateReadings, age},
		{"forgotten", []time.Duration{time.Hour}, 1, lateReadings + 1, time.Hour + age},
	} {
		var w clockWatch
		wall, steady := start(), time.Duration(0)
		w.look(wall, steady)
		at := wall
		for i, by := range tt.sets {
			if i == len(tt.sets)-tt.made {
				at = wall
			}
			wall = wall.Add(by)
			w.look(wall, steady)
		}
		if tt.made == 0 {
			at = wall
		}
		at = at.Add(-age)
		wall, steady = wall.Add(tt.wait), steady+tt.wait
		w.look(wall, steady)
		if got := wall.Add(-tt.wait).Sub(w.moment(at)); got != tt.want {
			t.Errorf("%s: %v old, want %v", tt.name, got, tt.want)
		}
	}
}

// everyMoment is a state in which every moment is set.
func everyMoment(at int64) State {
	var s State
	var set func(v reflect.Value)
	set = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				set(v.Field(i))
			}
		case reflect.Array:
			for i := range v.Len() {
				set(v.Index(i))
			}
		case reflect.Int64:
			v.SetInt(at)
		}
	}
	set(reflect.ValueOf(&s).Elem())
	return s
}

// TestMomentsOfAState: all of them follow the clock, and those that are not set stay so.
func TestMomentsOfAState(t *testing.T) {
	now := milli(start())
	if got, want := everyMoment(now).moved(-time.Hour), everyMoment(now-3600_000); got != want {
		t.Errorf("moved: %s", cmp.Diff(want, got))
	}
	quiet := State{Level: 1, Code: "K7Q2", Usage: 5}
	if got := quiet.moved(time.Hour); got != quiet {
		t.Errorf("moved: %+v", got)
	}
	behind := State{RaisedAt: now - 5000, NotifiedAt: now - 1000}
	for name, tt := range map[string]struct{ stored, want State }{
		"all is past":          {behind, behind},
		"the clock went back":  {behind.moved(time.Hour), behind.moved(time.Second)},
		"nothing but a future": {everyMoment(now + 5), everyMoment(now)},
		"quiet":                {State{}, State{}},
	} {
		if got := tt.stored.notAhead(start()); got != tt.want {
			t.Errorf("%s: %s", name, cmp.Diff(tt.want, got))
		}
	}
}

// simulation drives an Engine whose clocks it holds.
type simulation struct {
	*Engine
	t       testing.TB
	journal *memoryJournal
	wall    time.Time
	steady  time.Duration
	visits  []visited // readings under way
	told    []string
}

// visited is a reading that arrives some time after it was due.
type visited struct {
	r      *fleet.Reading
	arrive time.Duration
}

func newSimulation(t testing.TB, o Options) *simulation {
	s := &simulation{t: t, journal: newMemoryJournal(), wall: start()}
	s.start(o)
	return s
}

func (s *simulation) start(o Options) {
	o.Journal, o.Seed = s.journal, 7
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Clocks = func() (time.Time, time.Duration) { return s.wall, s.steady }
	e, err := NewEngine(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Engine = e
}

// second lets a second pass: what has arrived is judged, and the clock ticks.
func (s *simulation) second() {
	s.wall, s.steady = s.wall.Add(time.Second), s.steady+time.Second
	rest := s.visits[:0]
	for _, v := range s.visits {
		if v.arrive <= s.steady {
			s.Observe([]*fleet.Reading{v.r})
		} else {
			rest = append(rest, v)
		}
	}
	s.visits = rest
	s.judgeAll(s.t.Context())
	s.onTick(s.t.Context(), s.look())
	for ; len(s.journal.commits) > 0; s.journal.commits = s.journal.commits[1:] {
		for _, ev := range s.journal.commits[0].Events {
			line := fmt.Sprintf("%s %s %s%s", s.steady, ev.Kind, ev.Key.Rule, ev.Key.Instance)
			if ev.Kind != Lost && ev.Kind != Found { // these are of the moment at which a visit was due
				line += " after " + ev.At.Sub(ev.RaisedAt).String()
			}
			s.told = append(s.told, line)
		}
	}
}

// visit makes a reading that is due now and arrives later.
func (s *simulation) visit(id string, connections float64, later time.Duration) {
	r := read(id, connections)
	r.At = s.wall
	s.visits = append(s.visits, visited{r, s.steady + later})
}

// eventful is a course of three instances with something of everything: in seconds, up
// to when each has which figure; -1 could not be read, -2 is not read at all.
func eventful() map[string][]struct {
	until  int
	figure float64
} {
	type part = struct {
		until  int
		figure float64
	}
	return map[string][]part{
		"a": {{100, 30}, {1500, 80}, {1700, 95}, {2000, 80}, {2400, 40}, {3000, 75}, {3400, -1}, {9999, 20}},
		"b": {{200, 30}, {900, -1}, {1300, 50}, {2000, -2}, {3400, 80}, {9999, 30}},
		"c": {{3000, 72}, {3500, -1}, {9999, 40}},
	}
}

// course plays the course; the clock is set after so many seconds.
func course(t testing.TB, sets map[int]time.Duration, later time.Duration) []string {
	o := Options{FleetRule: &Rule{Levels: []Level{{Severity: Critical, Threshold: 1, Clear: 1}}, For: 3 * time.Minute, ClearFor: time.Minute}}
	for _, id := range []string{"a", "b", "c"} {
		w := watch(id)
		w.Rules[fleet.Connections].Repeat, w.NoData.Repeat, w.NoData.ClearFor = 10*time.Minute, 5*time.Minute, time.Minute
		w.Rules[fleet.Connections].Flapping = Flapping{Raises: 3, Within: time.Hour}
		o.Watches = append(o.Watches, w)
	}
	s := newSimulation(t, o)
	figures := eventful()
	for second := range 3700 {
		if second%15 == 0 {
			for _, id := range []string{"a", "b", "c"} {
				for _, p := range figures[id] {
					if second < p.until {
						if p.figure > -2 {
							s.visit(id, p.figure, later)
						}
						break
					}
				}
			}
		}
		s.wall = s.wall.Add(sets[second])
		s.second()
	}
	return s.told
}

// TestNothingHappensWhenTheClockIsSet: nothing is raised, ended, reminded of or told
// otherwise because of it, and nothing comes late.
func TestNothingHappensWhenTheClockIsSet(t *testing.T) {
	want := course(t, nil, 3*time.Second)
	for _, kind := range []EventKind{Raised, Escalated, Eased, Reminded, Cleared, Lost, Found} {
		if !strings.Contains(strings.Join(want, "\n"), " "+string(kind)+" ") {
			t.Errorf("nothing was %s in the course:\n%s", kind, strings.Join(want, "\n"))
		}
	}
	if !strings.Contains(strings.Join(want, "\n"), "raised no_data after") {
		t.Errorf("the fleet was not silent in the course:\n%s", strings.Join(want, "\n"))
	}
	rapid.Check(t, func(rt *rapid.T) {
		sets := make(map[int]time.Duration)
		for range rapid.IntRange(1, 3).Draw(rt, "times") {
			by := rapid.SampledFrom([]time.Duration{time.Hour, -time.Hour, 25 * time.Hour, -25 * time.Hour, time.Minute, -time.Minute, 10 * time.Second, -10 * time.Second}).Draw(rt, "by")
			sets[rapid.IntRange(1, 3650).Draw(rt, "second")] = by
		}
		if diff := cmp.Diff(want, course(t, sets, 3*time.Second)); diff != "" {
			rt.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

// TestRemindersOfTheCalendarWhenTheClockIsSet: an unpaid bill is reminded of once a day,
// whatever the clock says meanwhile.
func TestRemindersOfTheCalendarWhenTheClockIsSet(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -time.Hour, 25 * time.Hour, -25 * time.Hour, time.Minute, -time.Minute} {
		account := &fleet.Account{Name: "main", OverdueSince: start()}
		overdue := &Rule{Levels: []Level{{Severity: Critical, Threshold: 1, Clear: 0.5}}, Repeat: 2 * time.Hour}
		s := newSimulation(t, Options{Calendar: Calendar{Payers: []Payer{{Account: account, Overdue: overdue}}}})
		for range 60 * 60 {
			s.second()
		}
		s.wall = s.wall.Add(by)
		for range 5 * 60 * 60 {
			s.second()
		}
		want := []string{"1s raised overdue after 0s", "2h0m1s reminded overdue after 2h0m0s", "4h0m1s reminded overdue after 4h0m0s"}
		if diff := cmp.Diff(want, s.told); diff != "" {
			t.Errorf("set by %v (-want +got):\n%s", by, diff)
		}
	}
}

// TestDatesWaitForTheClock: no date is judged by a clock that was just set by far. What
// it says counts once it has stayed for a while; one that is mended has no effect.
func TestDatesWaitForTheClock(t *testing.T) {
	for _, tt := range []struct {
		name string
		sets map[int]time.Duration
		want []string
	}{
		{"never set", nil, nil},
		{"set forward, and it stays", map[int]time.Duration{60: day}, []string{"11m1s raised expirya after 0s"}},
		{"set forward, and mended", map[int]time.Duration{60: day, 120: -day}, nil},
		{"a small correction", map[int]time.Duration{60: 2 * time.Minute}, nil},
	} {
		end := start().Add(7*day + 12*time.Hour)
		s := newSimulation(t, Options{Calendar: Calendar{Terms: []TermWatch{subscribed("a", end, nil)}}})
		for second := range 1800 {
			s.wall = s.wall.Add(tt.sets[second])
			s.second()
		}
		if diff := cmp.Diff(tt.want, s.told); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestSmallCorrectionsOfTheClock: up to two minutes, either way, dates are judged on, and at
// once.
func TestSmallCorrectionsOfTheClock(t *testing.T) {
	for _, tt := range []struct {
		by   time.Duration
		want time.Duration // from when on dates are judged
	}{
		{2 * time.Minute, 0}, {-2 * time.Minute, 0}, {2*time.Minute + 1, time.Hour + clockSettle}, {-2*time.Minute - 1, time.Hour + clockSettle},
	} {
		e, _, log := engine(t)
		e.watch.steady, e.byClock.lookAt = time.Hour, start()
		e.follow(tt.by)
		if e.byClock.settled != tt.want || !e.byClock.lookAt.IsZero() {
			t.Errorf("set by %v: judged from %v, looked at %s", tt.by, e.byClock.settled, e.byClock.lookAt)
		}
		if said := strings.Contains(log.String(), "the calendar is not judged"); said != (tt.want > 0) {
			t.Errorf("set by %v: %s", tt.by, log)
		}
	}
}

// TestClockThatIsSetIsSaid, counted, and what is stored follows.
func TestClockThatIsSetIsSaid(t *testing.T) {
	var log bytes.Buffer
	w := watch("a")
	w.Rules[fleet.Connections].For = 0
	s := newSimulation(t, Options{Watches: []Watch{w}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	s.visit("a", 80, 0)
	s.second()
	key := Key{Rule: Capacity, Instance: "a", Metric: fleet.Connections}
	before := s.journal.states[key]
	s.journal.setFail(errors.New("disk full"))
	s.wall = s.wall.Add(25 * time.Hour)
	s.second()
	s.second()
	if got := s.journal.states[key]; got != before {
		t.Errorf("stored although it failed: %+v", got)
	}
	s.journal.setFail(nil)
	s.second()
	if got, want := s.journal.states[key], before.moved(25*time.Hour); got != want {
		t.Errorf("stored (-want +got):\n%s", cmp.Diff(want, got))
	}
	if got := testutil.ToFloat64(s.metrics.clockJumps); got != 1 {
		t.Errorf("%v jumps were counted", got)
	}
	if n := strings.Count(log.String(), "the wall clock was set; timers of alarms go on as if it had not been\" component=engine by=25h0m0s"); n != 1 {
		t.Errorf("said %d times:\n%s", n, &log)
	}
	commits := len(s.journal.commits)
	s.second()
	if len(s.journal.commits) > commits {
		t.Error("what is stored is stored again")
	}
}

// TestStartsWithAnotherClock: after a stop, a start at which the clock is set back goes
// on where the timers stood, and nothing is told because of either clock.
func TestStartsWithAnotherClock(t *testing.T) {
	for _, by := range []time.Duration{-25 * time.Hour, -time.Hour, 0, time.Hour, 25 * time.Hour} {
		w := watch("a")
		w.NoData.Repeat = 48 * time.Hour // of a reminder after 25 hours nobody can know whether it is due
		o := Options{Watches: []Watch{w}}
		s := newSimulation(t, o)
		for range 4 {
			s.visit("a", -1, 0)
			for range 60 {
				s.second()
			}
		}
		s.visit("a", 80, 0) // its timer runs for 30 seconds
		for range 30 {
			s.second()
		}
		s.stop(t.Context())
		s.wall, s.steady = s.wall.Add(by), 0
		s.told, s.journal.commits = nil, nil
		s.start(o)
		for i := range 60 {
			if i%15 == 0 {
				s.visit("a", 80, 0)
			}
			s.second()
		}
		if len(s.told) != 1 || !strings.HasPrefix(s.told[0], "31s raised capacitya") {
			t.Errorf("set by %v: %q", by, s.told)
		}
	}
}

// TestMachineClocks: the one is in UTC and without a monotonic reading, the other goes on.
func TestMachineClocks(t *testing.T) {
	clocks := machineClocks()
	wall, steady := clocks()
	if wall.Location() != time.UTC || strings.Contains(wall.String(), " m=") || time.Since(wall).Abs() > time.Hour {
		t.Errorf("the wall clock says %s", wall)
	}
	for later := steady; later <= steady; _, later = clocks() {
	}
}
