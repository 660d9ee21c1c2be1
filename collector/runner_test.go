package collector

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestReadingsComeOnTheGrid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		s.watch(source("a", connections(7)), source("b", connections(8)))
		s.run()
		s.pass(5 * time.Minute)
		all := s.take()
		s.stop()
		for _, id := range []string{"a", "b"} {
			got := of(all, id)
			if len(got) < 20 || len(got) > 21 {
				t.Errorf("%s: %d readings in five minutes, want 20, or 21 with the first visit", id, len(got))
			}
			for i, r := range got {
				if r.At.Location() != time.UTC || !r.Up || r.Usage[fleet.Connections] == 0 {
					t.Errorf("%s: reading %d is %+v", id, i, r)
				}
				if i == 0 {
					continue // due within seconds, not on its place
				}
				if off := time.Duration(r.At.UnixNano()) % (15 * time.Second); off != place(id, 15*time.Second) {
					t.Errorf("%s: reading %d is at %v of its interval, want %v", id, i, off, place(id, 15*time.Second))
				}
				if passed := r.At.Sub(got[i-1].At); i > 1 && passed != 15*time.Second {
					t.Errorf("%s: reading %d is %v after the one before", id, i, passed)
				}
			}
		}
	})
}

func TestFirstVisitDoesNotWaitForItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		src := source("a", connections(7))
		src.Interval = time.Hour
		s.watch(src)
		s.run()
		begin := time.Now()
		s.pass(arrivalWindow + granularity + emitWindow)
		got := s.take()
		if len(got) != 1 || got[0].At.Before(begin) || got[0].At.After(time.Now()) {
			t.Errorf("readings %v, want one of the last two seconds", got)
		}
		if st := s.Stats(); st.Unvisited != 0 || st.Sources != 1 || st.Up != 1 {
			t.Errorf("stats are %+v", st)
		}
		s.pass(time.Hour)
		if got := s.take(); len(got) != 1 || time.Duration(got[0].At.UnixNano())%time.Hour != place("a", time.Hour) {
			t.Errorf("readings %v, want one, on its place", got)
		}
		s.stop()
	})
}

func TestManyNewSourcesAreAllVisitedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{Concurrency: 8})
		var sources []Source
		for i := range 5000 {
			sources = append(sources, source(strconv.Itoa(i), connections(1)))
		}
		s.watch(sources...)
		s.run()
		s.pass(5*time.Second + granularity + emitWindow)
		if got := s.Stats(); got.Unvisited != 0 || got.Up != 5000 {
			t.Errorf("stats after five seconds are %+v", got)
		}
		s.stop()
	})
}

func TestOverrun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		slow := &fake{collect: func(ctx context.Context, _ []Visit) error {
			select {
			case <-time.After(20 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		src := source("a", slow)
		src.Timeout = 25 * time.Second
		s.watch(src)
		s.run()
		s.pass(10 * time.Minute)
		got := s.take()
		for i, r := range got {
			if i > 1 && r.At.Sub(got[i-1].At) != 30*time.Second {
				t.Errorf("reading %d is %v after the one before, want every second place", i, r.At.Sub(got[i-1].At))
			}
		}
		if n := s.value("overruns_total", ""); n < 19 || n > 21 {
			t.Errorf("%v overruns in ten minutes, want about 20", n)
		}
		s.stop()
	})
}

func TestTimeoutIsAFailedReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		s.watch(source("a", blackHole()))
		s.run()
		s.pass(time.Minute)
		got := s.take()
		if len(got) < 3 {
			t.Fatalf("%d readings, want one for each visit", len(got))
		}
		for _, r := range got {
			if r.Up || r.Reason != "no answer within 5s: connect" {
				t.Errorf("reading is %+v", r)
			}
		}
		s.stop()
		if n := s.value("visits_total", "timeout"); n != float64(len(got)) {
			t.Errorf("%v visits timed out, want %d", n, len(got))
		}
		if n := s.value("visits_total", "cancelled"); n > 1 {
			t.Errorf("%v visits were cancelled, want at most the last", n)
		}
	})
}

// TestTheDeadDoNotDelayTheHealthy puts forty times as many sources that never
// answer into a Runner as it may visit at a time.
func TestTheDeadDoNotDelayTheHealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{Concurrency: 8})
		var sources []Source
		for i := range 320 {
			sources = append(sources, source("dead "+strconv.Itoa(i), blackHole()))
		}
		var healthy []*fake
		for i := range 50 {
			f := connections(1)
			healthy = append(healthy, f)
			sources = append(sources, source("healthy "+strconv.Itoa(i), f))
		}
		s.watch(sources...)
		s.run()
		s.pass(time.Minute) // the dead are known by then
		s.take()
		before := make([]int32, len(healthy))
		for i, f := range healthy {
			before[i] = f.calls.Load()
		}
		for range 4 {
			s.pass(15 * time.Second)
			for i, f := range healthy {
				if n := f.calls.Load(); n != before[i]+1 {
					t.Errorf("healthy source %d was visited %d times in an interval, want once", i, n-before[i])
				}
				before[i] = f.calls.Load()
			}
		}
		if st := s.Stats(); st.Slow != 8*slowFactor || st.Waiting == 0 {
			t.Errorf("stats are %+v, want a full slow lane", st)
		}
		if s.value("waiting", "") == 0 || s.value("running", "slow") != 8*slowFactor {
			t.Error("the metrics do not show that the slow lane is full")
		}
		s.stop()
	})
}

// TestSourcesThatAwakeLeaveTheSlowLane lets one of many dead sources answer again.
func TestSourcesThatAwakeLeaveTheSlowLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{Concurrency: 1})
		awake := make(chan struct{})
		f := &fake{collect: func(ctx context.Context, visits []Visit) error {
			select {
			case <-awake:
				visits[0].Gauge(fleet.Connections, 1)
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		s.watch(source("a", f))
		s.run()
		s.pass(time.Minute)
		if !s.isSlow("a") {
			t.Error("a source that never answers begins in the prompt lane")
		}
		close(awake)
		s.pass(30 * time.Second)
		if s.isSlow("a") {
			t.Error("a source that answers begins in the slow lane")
		}
		s.stop()
	})
}

func (s *stage) isSlow(name string) bool {
	s.Runner.mu.Lock()
	defer s.Runner.mu.Unlock()
	return s.tasks[name].slow
}

// TestCollectorThatIgnoresContext hangs beyond its timeout, is reported at each
// of its places, holds no lane, is never called twice, and goes on afterwards.
func TestCollectorThatIgnoresContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{Concurrency: 1})
		release := make(chan struct{})
		stuck := &fake{}
		stuck.collect = func(_ context.Context, visits []Visit) error {
			if stuck.calls.Load() == 2 {
				<-release
			}
			visits[0].Gauge(fleet.Connections, 1)
			visits[0].Limit(fleet.Connections, 5)
			return nil
		}
		s.watch(source("stuck", stuck))
		s.run()
		s.pass(2 * time.Minute)
		got := s.take()
		if len(got) < 8 || !got[0].Up {
			t.Fatalf("%d readings, the first %+v", len(got), got[0])
		}
		for i, r := range got[1:] {
			if r.Up || !strings.HasPrefix(r.Reason, "no answer within 5s") || r.Limits[fleet.Connections].Value != 5 {
				t.Errorf("reading %d is %+v", i, r)
			}
			if i > 0 && r.At.Sub(got[i].At) != 15*time.Second {
				t.Errorf("reading %d is %v after the one before", i, r.At.Sub(got[i].At))
			}
		}
		if st := s.Stats(); st.Hung != 1 || st.Prompt+st.Slow != 0 {
			t.Errorf("stats are %+v, want one that hangs and none in a lane", st)
		}
		if n := s.value("overruns_total", ""); int(n) != len(got)-2 {
			t.Errorf("%v overruns, want %d", n, len(got)-2)
		}
		close(release)
		s.pass(16 * time.Second)
		if got := s.take(); len(got) != 1 || !got[0].Up {
			t.Errorf("readings after it came back: %+v", got)
		}
		if st := s.Stats(); st.Hung != 0 {
			t.Errorf("stats are %+v", st)
		}
		s.stop()
	})
}

func TestPanicIsAFailedReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s := newStage(t, Options{Logger: textLogger(&log)})
		f := &fake{close: func() error { panic("at the end") }}
		f.collect = func(_ context.Context, visits []Visit) error {
			visits[0].Gauge(fleet.Connections, 1)
			visits[0].Full(fleet.Connections)
			if f.calls.Load() == 1 {
				panic("s3cret")
			}
			visits[0].Reset()
			return nil
		}
		s.watch(source("a", f))
		s.run()
		s.pass(30 * time.Second)
		got := s.take()
		if len(got) < 2 || got[0].Up || strings.Contains(got[0].Reason, "s3cret") || got[0].Reason == "" || !got[1].Up {
			t.Errorf("readings are %+v", got)
		}
		s.stop()
		if n := s.value("panics_total", ""); n != 2 {
			t.Errorf("%v panics, want 2", n)
		}
		for _, want := range []string{"collector panicked", "collector panicked while it was closed", "source=a", "runner_test.go"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log does not say %q", want)
			}
		}
	})
}

// TestErrNotYet tells nothing at first, and that a source is silent when that
// lasts; the time is counted from when it last told something.
func TestErrNotYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		var told atomic.Bool
		s.watch(source("a", &fake{collect: func(_ context.Context, visits []Visit) error {
			if told.Load() {
				visits[0].Gauge(fleet.Connections, 1)
				return nil
			}
			return fmt.Errorf("connected, but the broker has published no $SYS figures: %w", ErrNotYet)
		}}))
		s.run()
		s.pass(45 * time.Second)
		if got := s.take(); len(got) != 0 {
			t.Errorf("readings %+v, want none before three intervals", got)
		}
		s.pass(30 * time.Second)
		got := s.take()
		if len(got) == 0 || got[0].Up || !strings.HasPrefix(got[0].Reason, "connected, but the broker has published no $SYS figures, for ") {
			t.Errorf("readings %+v, want the silence reported", got)
		}
		told.Store(true)
		s.pass(15 * time.Second)
		told.Store(false)
		s.pass(45 * time.Second)
		if got := s.take(); len(got) != 1 || !got[0].Up {
			t.Errorf("readings %+v, want one", got)
		}
		s.stop()
	})
}

// TestAVanishedNetwork lets most of a healthy fleet fall silent at once.
func TestAVanishedNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{Concurrency: 8})
		var gone atomic.Bool
		var sources []Source
		var healthy []*fake
		for i := range 250 {
			f := connections(1)
			if i%5 > 0 {
				f = &fake{collect: func(ctx context.Context, visits []Visit) error {
					if gone.Load() {
						<-ctx.Done()
						return ctx.Err()
					}
					visits[0].Gauge(fleet.Connections, 1)
					return nil
				}}
			} else {
				healthy = append(healthy, f)
			}
			sources = append(sources, source(strconv.Itoa(i), f))
		}
		s.watch(sources...)
		s.run()
		s.pass(time.Minute)
		gone.Store(true)
		before := make([]int32, len(healthy))
		for i, f := range healthy {
			before[i] = f.calls.Load()
		}
		s.pass(time.Minute)
		for i, f := range healthy {
			if n := f.calls.Load() - before[i]; n < 3 {
				t.Errorf("healthy source %d was visited %d times in the minute after the network vanished, want at least 3", i, n)
			}
		}
		if st := s.Stats(); st.Up != len(healthy) {
			t.Errorf("%d instances are up, want %d", st.Up, len(healthy))
		}
		s.stop()
	})
}

// TestJump puts the clock forward and back under a schedule. No source is visited in a
// burst, twice in quick succession, or later than two intervals after its last visit.
func TestJump(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 25 * time.Hour, -25 * time.Hour, 40 * time.Minute, -40 * time.Minute,
		8 * time.Second, -8 * time.Second, -16 * time.Second, time.Second, -time.Second} {
		t.Run(jump.String(), func(t *testing.T) {
			r := newIdleRunner(t)
			const n = 300
			var sources []Source
			for i := range n {
				src := source(strconv.Itoa(i), &fake{})
				if i%3 == 0 {
					src.Interval = time.Hour // must not hide those of 15 s
				}
				sources = append(sources, src)
			}
			r.Update(sources)
			now := moment{wall: noon().UnixNano(), mono: time.Minute}
			r.begun(now)
			visited := make(map[*task]time.Duration) // when last, on the monotonic clock
			burst := 0
			var gaps []string
			walk := func(d time.Duration) {
				for end := now.mono + d; now.mono < end; {
					now.mono += granularity
					now.wall += int64(granularity)
					taken := r.taken(now)
					burst = max(burst, len(taken))
					for _, task := range taken {
						at, known := visited[task]
						gap := now.mono - at
						visited[task] = now.mono
						if known && (gap < task.interval/2-granularity || gap > 2*task.interval+granularity) {
							gaps = append(gaps, fmt.Sprintf("%s, every %v, after %v", task.name, task.interval, gap))
						}
					}
				}
			}
			walk(2 * time.Hour)
			now.wall += int64(jump)
			walk(3 * time.Hour)
			for _, task := range r.tasks {
				if late := now.mono - visited[task]; late > task.interval+2*granularity {
					gaps = append(gaps, fmt.Sprintf("%s, every %v, not for %v", task.name, task.interval, late))
				}
			}
			if len(gaps) > 0 {
				t.Errorf("%d sources were not visited as they should be: %q", len(gaps), gaps[:min(5, len(gaps))])
			}
			if burst > 10 {
				t.Errorf("%d visits at once", burst)
			}
		})
	}
}

// TestJumpWhileWaiting: what a source tells belongs to the newest place by the clock as it
// is set now, and how long it has waited does not change.
func TestJumpWhileWaiting(t *testing.T) {
	for _, jump := range []time.Duration{25 * time.Hour, -25 * time.Hour} {
		r := newIdleRunner(t)
		r.Update([]Source{source("a", &fake{})})
		task := r.tasks["a"]
		now := moment{wall: noon().UnixNano(), mono: time.Minute}
		r.begun(now)
		r.last = now
		due := now.wall + int64(untilPlace(task, now.wall)) - int64(task.interval)
		r.enqueue(task, due)
		now.mono += time.Second
		now.wall += int64(time.Second + jump)
		r.reseat(now)
		if want := now.wall + int64(untilPlace(task, now.wall)) - int64(task.interval); task.due != want {
			t.Errorf("set by %v: it is due %v from where it should", jump, time.Duration(task.due-want))
		}
		if task.since != due+int64(jump) {
			t.Errorf("set by %v: it waits %v longer", jump, time.Duration(due+int64(jump)-task.since))
		}
	}
}

// TestWaitingPassesPlaces lets a source wait for room while its place comes again.
func TestWaitingPassesPlaces(t *testing.T) {
	r := newIdleRunner(t)
	r.Update([]Source{source("a", &fake{})})
	task := r.tasks["a"]
	due := noon().UnixNano()
	r.due(task, due)
	r.due(task, due+15e9)
	if task.due != due+15e9 || task.since != due || r.prompt.queue.len() != 1 {
		t.Errorf("a source that waits is due at %d since %d, %d times in the queue", task.due, task.since, r.prompt.queue.len())
	}
	if n := testutil.ToFloat64(r.metrics.overruns); n != 1 {
		t.Errorf("%v overruns, want 1", n)
	}
}

// TestStall holds the process up for minutes: what was missed is left out.
func TestStall(t *testing.T) {
	r := newIdleRunner(t)
	var sources []Source
	for i := range 100 {
		sources = append(sources, source(strconv.Itoa(i), &fake{}))
	}
	r.Update(sources)
	now := moment{wall: noon().UnixNano(), mono: time.Minute}
	r.begun(now)
	now.wall += int64(5 * time.Minute)
	now.mono += 5 * time.Minute
	if n := r.tick(now); n != 0 {
		t.Errorf("%d visits at once after a stall, want none", n)
	}
}
