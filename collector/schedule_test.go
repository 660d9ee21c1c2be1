package collector

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func scheduled(name string, interval time.Duration) *task {
	return &task{name: name, interval: interval, place: place(name, interval)}
}

// TestPlacesStay pins places down: a fleet keeps them over releases, too.
func TestPlacesStay(t *testing.T) {
	got := make(map[string]time.Duration)
	for _, name := range []string{"", "a", "b", "mqtt-cn-0pp1abc"} {
		got[name] = place(name, 15*time.Second)
	}
	want := map[string]time.Duration{
		"": 14_051_541_725, "a": 7_654_417_764, "b": 6_468_932_509, "mqtt-cn-0pp1abc": 14_635_860_925,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places moved (-want +got):\n%s", diff)
	}
}

// TestPlacesSpread wants names as people give them to fall evenly over the
// interval: of n in b equal parts, each holds n/b give or take five standard
// deviations.
func TestPlacesSpread(t *testing.T) {
	const n, parts = 10_000, 100
	const interval = 15 * time.Second
	for _, format := range []string{"%d", "mqtt-%05d", "instance-%d.example.com", "%d-orders"} {
		var count [parts]int
		for i := range n {
			p := place(fmt.Sprintf(format, i), interval)
			if p < 0 || p >= interval {
				t.Fatalf("place %v is outside the interval", p)
			}
			count[p*parts/interval]++
		}
		slack := 5 * math.Sqrt(n/parts)
		if low, high := slices.Min(count[:]), slices.Max(count[:]); float64(low) < n/parts-slack || float64(high) > n/parts+slack {
			t.Errorf("%s: parts hold %d to %d sources, want about %d", format, low, high, n/parts)
		}
	}
}

// TestRingTakesEachPlaceOnce walks any ring in any steps.
func TestRingTakesEachPlaceOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		interval := time.Duration(rapid.Int64Range(int64(minInterval), int64(time.Hour)).Draw(t, "interval"))
		var tasks []*task
		for i := range rapid.IntRange(1, 20).Draw(t, "sources") {
			tasks = append(tasks, scheduled(strconv.Itoa(i), interval))
		}
		start := rapid.Int64Range(0, 4e18).Draw(t, "start")
		g := rings(tasks, start)[0]
		wall := start
		taken := make(map[*task][]int64)
		last := start
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			wall += rapid.Int64Range(0, int64(3*interval)).Draw(t, "step")
			g.take(wall, func(task *task, due int64) {
				if due < last || due <= start || due > wall {
					t.Fatalf("due %d is out of order", due)
				}
				if within := (due - int64(task.place)) % int64(interval); within != 0 {
					t.Fatalf("due %d is off the grid by %d", due, within)
				}
				last = due
				taken[task] = append(taken[task], due)
			})
		}
		for _, task := range tasks {
			var want []int64
			for due := start + int64(untilPlace(task, start)); due <= wall; due += int64(interval) {
				want = append(want, due)
			}
			if !slices.Equal(taken[task], want) {
				t.Fatalf("source %s was due at %v, want %v", task.name, taken[task], want)
			}
		}
	})
}

func TestRingSeekGoesAnywhere(t *testing.T) {
	tasks := []*task{scheduled("a", time.Minute), scheduled("b", time.Minute), scheduled("c", time.Minute)}
	g := rings(tasks, noon().UnixNano())[0]
	for _, jump := range []time.Duration{0, time.Hour, -2 * time.Hour, 7 * time.Second, -7 * time.Second, -60 * 365 * 24 * time.Hour} {
		at := noon().Add(jump).UnixNano()
		g.seek(at)
		n := 0
		g.take(at+int64(time.Minute), func(task *task, due int64) {
			n++
			if due <= at || due > at+int64(time.Minute) {
				t.Errorf("after a jump of %v, source %s is due %v away", jump, task.name, time.Duration(due-at))
			}
		})
		if n != len(tasks) {
			t.Errorf("after a jump of %v, %d sources were due within an interval, want %d", jump, n, len(tasks))
		}
	}
}

func TestRingsByInterval(t *testing.T) {
	tasks := []*task{scheduled("a", time.Minute), scheduled("b", time.Second), scheduled("c", time.Minute)}
	var got []string
	for _, g := range rings(tasks, 0) {
		names := ""
		for _, t := range g.tasks {
			names += t.name
		}
		got = append(got, fmt.Sprint(g.interval, " ", len(names)))
	}
	if diff := cmp.Diff([]string{"1m0s 2", "1s 1"}, got); diff != "" {
		t.Errorf("rings (-want +got):\n%s", diff)
	}
}

func TestJumped(t *testing.T) {
	at := func(wall, mono time.Duration) moment {
		return moment{wall: noon().UnixNano() + int64(wall), mono: mono}
	}
	for _, tt := range []struct {
		name string
		now  moment
		want bool
	}{
		{"as always", at(time.Second, time.Second), false},
		{"slewed", at(time.Second+time.Millisecond, time.Second), false},
		{"a little late", at(3*time.Second, 3*time.Second), false},
		{"forward", at(time.Hour, time.Second), true},
		{"back", at(-time.Hour, time.Second), true},
		{"forward by a second", at(2*time.Second, time.Second), true},
		{"the process was stopped", at(time.Minute, time.Minute), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := jumped(at(0, 0), tt.now); got != tt.want {
				t.Errorf("jumped = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestArrivalsAreSpread(t *testing.T) {
	for _, tt := range []struct {
		name     string
		n        int
		interval time.Duration
		window   time.Duration
	}{
		{"one", 1, time.Hour, 2 * time.Second},
		{"a hundred", 100, time.Hour, 2 * time.Second},
		{"ten thousand", 10_000, time.Hour, 10 * time.Second},
		{"more than fit in an interval", 30_000, 15 * time.Second, 0},
		{"a short interval", 10, time.Second, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var fresh []*task
			for i := range tt.n {
				fresh = append(fresh, scheduled(strconv.Itoa(i), tt.interval))
			}
			now := moment{wall: noon().UnixNano(), mono: time.Hour}
			got := arrivals(fresh, now)
			planned := make(map[*task]bool)
			for i, a := range got {
				planned[a.task] = true
				if a.at < now.mono || a.at >= now.mono+tt.window {
					t.Fatalf("first visit %d is %v away, want below %v", i, a.at-now.mono, tt.window)
				}
				if i > 0 && a.at < got[i-1].at {
					t.Fatal("first visits are out of order")
				}
			}
			for _, f := range fresh {
				if soon := max(tt.window, arrivalWindow, time.Duration(tt.n)*arrivalPace); planned[f] == (untilPlace(f, now.wall) <= soon) {
					t.Fatalf("source %s: planned %v, its place is %v away", f.name, planned[f], untilPlace(f, now.wall))
				}
			}
		})
	}
}

func TestSleep(t *testing.T) {
	base := noon().UnixNano()
	for _, tt := range []struct {
		name string
		next time.Duration
		want time.Duration
	}{
		{"rounded up to the granularity", 26 * time.Millisecond, 50 * time.Millisecond},
		{"just there", 50 * time.Millisecond, 50 * time.Millisecond},
		{"overdue", -time.Second, time.Millisecond},
		{"far away", time.Hour, longestSleep},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := sleep(moment{wall: base}, base+int64(tt.next)); got != tt.want {
				t.Errorf("sleep = %v, want %v", got, tt.want)
			}
		})
	}
}
