package redis

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// reading makes what INFO tells of these figures.
func reading(id string, up, commands, connections, publishes uint64) *info {
	i := &info{runID: id, publishes: publishes, commandstats: true}
	for f, n := range map[field]uint64{uptime: up, commandsProcessed: commands, connectionsReceived: connections} {
		i.figures[f] = n
		i.known |= 1 << f
	}
	return i
}

// TestRun follows readings ten seconds apart.
func TestRun(t *testing.T) {
	zero := time.Unix(1_800_000_000, 0)
	for _, tt := range []struct {
		name             string
		a, b             *info
		anew, restarted  bool
		earliest, latest int // of the start after b, in seconds since a
	}{
		{"goes on", reading("x", 100, 50, 5, 7), reading("x", 110, 60, 6, 8), false, false, -100, -100},
		{"the uptime jitters", reading("x", 100, 50, 5, 7), reading("x", 109, 60, 6, 8), false, false, -100, -100},
		{"nothing happened", reading("x", 100, 50, 5, 7), reading("x", 110, 50, 5, 7), false, false, -100, -100},
		{"restarted", reading("x", 100, 50, 5, 7), reading("y", 3, 1, 1, 0), true, true, 7, 7},
		{"restarted and higher", reading("x", 100, 50, 5, 7), reading("y", 3, 500, 50, 70), true, true, 7, 7},
		{"restarted, and its uptime lies", reading("x", 100, 50, 5, 7), reading("y", 300, 1, 1, 0), true, true, 0, 0},
		{"restarted soon after its start", reading("x", 1, 50, 5, 7), reading("y", 9, 1, 1, 0), true, true, 9, 9},
		{"restarted at once", reading("x", 0, 50, 5, 7), reading("y", 10, 1, 1, 0), true, true, 10, 10},
		{"reset", reading("x", 100, 50, 5, 7), reading("x", 110, 1, 0, 0), true, false, 10, 10},
		{"reset, and commands are higher", reading("x", 100, 50, 5, 7), reading("x", 110, 90, 1, 9), true, false, 10, 10},
		{"reset, and only publishes fell", reading("x", 100, 50, 5, 7), reading("x", 110, 90, 9, 1), true, false, 10, 10},
		{"a section is missing once", reading("x", 100, 50, 5, 7), &info{runID: "x"}, false, false, -100, -100},
		{"no run_id, fell", reading("", 100, 50, 5, 7), reading("", 2, 1, 1, 1), true, false, 10, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r run
			if anew, _ := r.follow(tt.a, zero); anew {
				t.Error("the first reading is said to have begun anew")
			}
			anew, restarted := r.follow(tt.b, zero.Add(10*time.Second))
			if anew != tt.anew || restarted != tt.restarted {
				t.Errorf("anew %v, restarted %v; want %v, %v", anew, restarted, tt.anew, tt.restarted)
			}
			at := int(r.started.Sub(zero).Seconds())
			if at < tt.earliest || at > tt.latest {
				t.Errorf("the start is %d s after the first reading, want %d to %d", at, tt.earliest, tt.latest)
			}
		})
	}
	var r run
	r.follow(&info{runID: "x"}, zero)
	if anew, _ := r.follow(&info{runID: "y"}, zero.Add(time.Second)); !anew || !r.started.IsZero() {
		t.Errorf("without an uptime: anew %v, start %v", anew, r.started)
	}
}

// TestSubscriptionsAge lets time pass over a count.
func TestSubscriptionsAge(t *testing.T) {
	zero := time.Unix(1_800_000_000, 0)
	some := &info{}
	some.figures[pubsubChannels], some.known = 5, 1<<pubsubChannels|1<<pubsubPatterns
	none := &info{known: some.known}
	told := func(s *subscriptions, i *info, after time.Duration) (float64, string) {
		var v collector.Visit
		s.fill(&v, i, zero.Add(after))
		n, ok := v.GaugeOf(fleet.Subscriptions)
		if !ok {
			n = -1
		}
		return n, collectortest.GapOf(&v, fleet.Subscriptions)
	}
	s := &subscriptions{every: time.Minute}
	if !s.due(zero) {
		t.Error("the first count is not due")
	}
	s.count(12, zero)
	if s.due(zero.Add(59*time.Second)) || !s.due(zero.Add(time.Minute)) {
		t.Error("the next count is not due after a minute")
	}
	if n, _ := told(s, some, 3*time.Minute); n != 12 {
		t.Errorf("%v after three minutes, want 12", n)
	}
	if n, why := told(s, some, 3*time.Minute+1); n != -1 || why == "" {
		t.Errorf("%v, reason %q after more than three minutes", n, why)
	}
	if n, _ := told(s, none, time.Second); n != 0 {
		t.Errorf("%v although no name is subscribed to", n)
	}
	s.fail("why", zero.Add(time.Minute), refusedEvery)
	if s.due(zero.Add(time.Minute+refusedEvery-1)) || !s.due(zero.Add(time.Minute+refusedEvery)) {
		t.Error("a refused count is not due when it should be")
	}
	if n, _ := told(s, some, 2*time.Minute); n != 12 {
		t.Errorf("%v, want 12: a count is held although the next one failed", n)
	}
	if n, why := told(s, some, 4*time.Minute); n != -1 || why != "why" {
		t.Errorf("%v, reason %q; want the reason of the failure", n, why)
	}
	s.fail("why", zero, 0)
	if s.due(zero.Add(59 * time.Second)) {
		t.Error("a failed count is due sooner than a good one")
	}
	s.count(12, zero)
	s.forget()
	if n, _ := told(s, some, time.Second); n != -1 || !s.due(zero) {
		t.Errorf("%v after the server went, want nothing and to count at once", n)
	}
}
