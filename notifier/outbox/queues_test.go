package outbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/notifier"
)

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// after is a moment, that long after the first.
func after(d time.Duration) moment { return moment{time.Hour + d, noon().Add(d)} }

// plain are roads without ways, on which each message holds one notice.
type plain struct{ bundle int }

func (p plain) Bundle(string) int { return max(p.bundle, 1) }

// Roads are not known.
func (plain) Roads(string) []notifier.Route { return nil }

// Address is not known.
func (plain) Address(string) string { return "" }

func (plain) Pace(string) notifier.Pace { return notifier.Pace{} }

func (plain) Namesake(recipient, _, _ string) string { return recipient }

// claimed writes work down in short: "wei send 1 2".
func claimed(ws []work) []string {
	var out []string
	for _, w := range ws {
		line := w.recipient + " " + [...]string{doSend: "send", doTrack: "track", doRelease: "release"}[w.action]
		for _, it := range w.items {
			line += fmt.Sprint(" ", it.seq)
		}
		out = append(out, line)
	}
	return out
}

// pendingItem, heldItem and sentItem are notices of wei that are due that long after
// the first moment. Each is of an episode of its own.
func pendingItem(seq int64, in time.Duration) item {
	return item{seq: seq, episode: seq, recipient: "hook/wei", state: notifier.Pending, due: after(in).at, weight: 3}
}

func heldItem(seq int64, in time.Duration) item {
	return item{seq: seq, episode: seq, recipient: "hook/wei", state: notifier.Held, until: after(in).wall, weight: 3}
}

func sentItem(seq int64, in time.Duration) item {
	return item{seq: seq, episode: seq, recipient: "hook/wei", state: notifier.Sent, due: after(in).at, weight: 3}
}

// TestQueueOrder: what of one recipient is done first, and when.
func TestQueueOrder(t *testing.T) {
	change := func(it item, f func(*item)) item { f(&it); return it }
	weighs := func(it item, w int) item { return change(it, func(it *item) { it.weight = w }) }
	doubt := func(it item, id string) item { return change(it, func(it *item) { it.message = id }) }
	alone := func(it item) item { return change(it, func(it *item) { it.alone = true }) }
	bound := func(it item, episode int64) item {
		return change(it, func(it *item) { it.bound, it.episode, it.weight = true, episode, 4 })
	}
	for _, tt := range []struct {
		name   string
		items  []item
		bundle int
		want   string
		later  time.Duration // when nothing is due
	}{
		{"the first is sent first", []item{pendingItem(2, 0), pendingItem(1, 0)}, 1, "hook/wei send 1", 0},
		{"due at this moment", []item{pendingItem(1, 0)}, 1, "hook/wei send 1", 0},
		{"critical overtakes warning", []item{pendingItem(1, 0), weighs(pendingItem(2, 0), 0)}, 1, "hook/wei send 2", 0},
		{"and leads it", []item{pendingItem(1, 0), weighs(pendingItem(2, 0), 0)}, 9, "hook/wei send 2 1", 0},
		{"what waits for others does not block", []item{pendingItem(1, time.Minute), pendingItem(2, time.Minute)}, 1, "", time.Minute},
		{"it goes along", []item{pendingItem(1, time.Minute), pendingItem(2, 0)}, 9, "hook/wei send 1 2", 0},
		{"as many as fit", []item{pendingItem(1, 0), pendingItem(2, 0), pendingItem(3, 0)}, 2, "hook/wei send 1 2", 0},
		{"the gravest, when not all fit", []item{pendingItem(1, 0), pendingItem(2, 0), weighs(pendingItem(3, 0), 0)}, 2, "hook/wei send 3 1", 0},
		{"holds end first", []item{pendingItem(1, 0), heldItem(2, 0)}, 1, "hook/wei release 2", 0},
		{"all that end together", []item{heldItem(1, 0), heldItem(2, time.Minute), heldItem(3, -time.Minute)}, 1, "hook/wei release 1 3", 0},
		{"tracking comes last", []item{sentItem(1, 0), pendingItem(2, 0)}, 1, "hook/wei send 2", 0},
		{"tracking", []item{pendingItem(1, time.Minute), sentItem(2, 0)}, 1, "hook/wei track 2", 0},
		{"what is held blocks nobody", []item{heldItem(1, time.Minute), pendingItem(2, 0)}, 1, "hook/wei send 2", 0},
		{"the soonest of all is waited for", []item{pendingItem(1, time.Hour), heldItem(2, time.Minute), sentItem(3, time.Second)}, 1, "", time.Second},
		{"wherever it is", []item{pendingItem(1, time.Hour), sentItem(2, time.Minute), heldItem(3, time.Second)}, 1, "", time.Second},
		{"a message in doubt stays as it was", []item{doubt(pendingItem(1, 0), "m"), pendingItem(2, 0), doubt(pendingItem(3, 0), "m")}, 9, "hook/wei send 1 3", 0},
		{"whatever fits by now", []item{doubt(pendingItem(1, 0), "m"), doubt(pendingItem(2, 0), "m")}, 1, "hook/wei send 1 2", 0},
		{"it blocks nobody", []item{doubt(pendingItem(1, time.Minute), "m"), pendingItem(2, 0)}, 1, "hook/wei send 2", 0},
		{"something critical overtakes it", []item{doubt(pendingItem(1, 0), "m"), weighs(pendingItem(2, 0), 0)}, 1, "hook/wei send 2", 0},
		{"unless it is critical itself", []item{doubt(weighs(pendingItem(1, 0), 0), "m"), weighs(pendingItem(2, 0), 0)}, 1, "hook/wei send 1", 0},
		{"the gravest of two in doubt", []item{doubt(pendingItem(1, 0), "m"), doubt(weighs(pendingItem(2, 0), 0), "n")}, 1, "hook/wei send 2", 0},
		{"an end waits for its beginning in doubt", []item{doubt(pendingItem(1, time.Minute), "m"), bound(pendingItem(2, 0), 1)}, 1, "", time.Minute},
		{"and for no other", []item{doubt(pendingItem(1, time.Minute), "m"), bound(pendingItem(2, 0), 7)}, 1, "hook/wei send 2", 0},
		{"what was refused together goes by itself", []item{alone(pendingItem(1, 0)), pendingItem(2, 0)}, 3, "hook/wei send 1", 0},
		{"and joins nobody", []item{pendingItem(1, 0), alone(pendingItem(2, 0)), pendingItem(3, 0)}, 3, "hook/wei send 1 3", 0},
	} {
		s := newQueues()
		s.put(tt.items, after(0), plain{})
		got, later, some := s.claim(after(0), parallel, plain{tt.bundle})
		if line := strings.Join(claimed(got), ", "); line != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, line, tt.want)
		}
		if wants := tt.want == ""; some != wants || (wants && later != after(tt.later).at) {
			t.Errorf("%s: later %v, %v; want %v", tt.name, later, some, after(tt.later).at)
		}
	}
}

// TestClaimServesInTurn: while there is always more for some, nobody waits for ever.
func TestClaimServesInTurn(t *testing.T) {
	s := newQueues()
	seq := int64(0)
	more := func(recipient string) item {
		seq++
		return item{seq: seq, recipient: recipient, state: notifier.Pending}
	}
	s.put([]item{more("a"), more("b"), more("c")}, after(0), plain{})
	served := map[string]int{}
	for range 30 {
		due, _, _ := s.claim(after(0), 1, plain{})
		if len(due) != 1 {
			t.Fatalf("claimed %v", claimed(due))
		}
		served[due[0].recipient]++
		s.put([]item{more(due[0].recipient)}, after(0), plain{})
		s.release(due[0], nil, verdict{}, after(0), plain{})
	}
	for recipient, n := range served {
		if n != 10 {
			t.Errorf("%s was served %d times of 30, want 10", recipient, n)
		}
	}
}

// counting are roads that tell of whom was asked.
type counting struct{ asked *[]string }

func (c counting) Bundle(recipient string) int {
	*c.asked = append(*c.asked, recipient)
	return 1
}

// Roads are not known.
func (counting) Roads(string) []notifier.Route { return nil }

// Address is not known.
func (counting) Address(string) string { return "" }

func (counting) Pace(string) notifier.Pace { return notifier.Pace{} }

func (counting) Namesake(recipient, _, _ string) string { return recipient }

// TestClaimLooksAtWhatIsDue: those whose moment is yet to come are not even asked
// about.
func TestClaimLooksAtWhatIsDue(t *testing.T) {
	s := newQueues()
	s.put([]item{
		{seq: 1, recipient: "due", state: notifier.Pending},
		{seq: 2, recipient: "later", state: notifier.Pending, due: after(1).at},
		{seq: 3, recipient: "held", state: notifier.Held, until: after(time.Hour).wall},
	}, after(0), plain{})
	var asked []string
	_, later, _ := s.claim(after(0), parallel, counting{&asked})
	if !slices.Equal(asked, []string{"due"}) || later != after(1).at {
		t.Errorf("looked at %q, and again at %v", asked, later)
	}
}

// TestWallClockIsSet: what waits is as if nothing had happened, and what is held is held
// until the moment that the wall clock says.
func TestWallClockIsSet(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 25 * time.Hour, -25 * time.Hour} {
		s := newQueues()
		s.put([]item{
			{seq: 1, recipient: "a", state: notifier.Pending, due: after(time.Minute).at},
			{seq: 2, recipient: "b", state: notifier.Held, until: after(10 * time.Minute).wall},
		}, after(0), plain{})
		s.claim(after(0), parallel, plain{})
		jumped := func(d time.Duration) moment { return moment{after(d).at, after(d + jump).wall} }
		got, _, _ := s.claim(jumped(time.Minute), parallel, plain{})
		want := []string{"a send 1"}
		if jump > 0 {
			want = append(want, "b release 2")
		}
		slices.Sort(want)
		lines := claimed(got)
		slices.Sort(lines)
		if !slices.Equal(lines, want) {
			t.Errorf("the clock is set by %v: claimed %q, want %q", jump, lines, want)
		}
		if jump < 0 {
			if got, _, _ := s.claim(jumped(10*time.Minute-jump), parallel, plain{}); len(got) != 1 {
				t.Errorf("the clock is set by %v: claimed %q when the hold is over", jump, claimed(got))
			}
		}
	}
}

// TestQueuesProperties holds queues against looking at everybody each time.
func TestQueuesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newQueues()
		var passed time.Duration
		var seq int64
		var under []work
		now := func() moment { return after(passed) }
		states := []notifier.NoticeState{notifier.Pending, notifier.Held, notifier.Sent}
		drawItem := func(recipient string) item {
			seq++
			it := item{seq: seq, recipient: recipient, state: rapid.SampledFrom(states).Draw(t, "state"), weight: rapid.IntRange(0, 8).Draw(t, "weight")}
			wait := time.Duration(rapid.IntRange(0, 5).Draw(t, "wait")) * time.Second
			it.due, it.until = now().at+wait, now().wall.Add(wait)
			return it
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				s.put([]item{drawItem(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "recipient"))}, now(), plain{})
			},
			"time passes": func(t *rapid.T) { passed += time.Duration(rapid.IntRange(1, 3).Draw(t, "seconds")) * time.Second },
			"claim": func(t *rapid.T) {
				most := rapid.IntRange(0, 4).Draw(t, "most")
				var want []string // everybody something is due of
				for _, q := range s.of {
					if w, due := q.next(now(), 1); due && !q.busy {
						want = append(want, claimed([]work{w})...)
					}
				}
				got, later, some := s.claim(now(), most, plain{})
				for _, line := range claimed(got) {
					if !slices.Contains(want, line) {
						t.Fatalf("claimed %q, which is none of %q", line, want)
					}
				}
				if len(got) != min(most, len(want)) {
					t.Fatalf("claimed %d of at most %d, due were %q", len(got), most, want)
				}
				under = append(under, got...)
				var soonest instant
				found := false
				for _, q := range s.of {
					if at, waits := q.soonest(now()); waits && !q.busy && !q.ready && (!found || at < soonest) {
						soonest, found = at, true
					}
				}
				if some != found || later != soonest {
					t.Fatalf("more is due at %v (%v), want %v (%v)", later, some, soonest, found)
				}
			},
			"release": func(t *rapid.T) {
				if len(under) == 0 {
					t.Skip("nothing is under way")
				}
				w := under[0]
				under = under[1:]
				var left []item
				for _, it := range w.items {
					if rapid.Bool().Draw(t, "stays") {
						it.due, it.until = now().at+time.Second, now().wall.Add(time.Second)
						left = append(left, it)
					}
				}
				s.release(w, left, verdict{}, now(), plain{})
			},
			"": func(t *rapid.T) {
				for i, q := range s.waiting {
					if q.place != i || q.busy || q.ready || (i > 0 && q.due < s.waiting[(i-1)/2].due) {
						t.Fatalf("the heap is out of order at %d", i)
					}
				}
				idle := 0
				for _, q := range s.of {
					if len(q.items) == 0 && !q.busy {
						t.Fatalf("an empty queue of %s is left", q.recipient)
					}
					if !q.busy {
						idle++
					}
				}
				if idle != len(s.waiting)+len(s.ready) {
					t.Fatalf("%d queues are not busy; %d wait and %d are ready", idle, len(s.waiting), len(s.ready))
				}
			},
		})
	})
}

func TestDepth(t *testing.T) {
	s := newQueues()
	s.put([]item{
		{seq: 1, recipient: "a", state: notifier.Pending, decided: after(-time.Second).at},
		{seq: 2, recipient: "a", state: notifier.Pending, decided: after(-time.Minute).at},
		{seq: 3, recipient: "b", state: notifier.Pending, decided: after(-time.Hour).at, due: after(-time.Second).at},
		{seq: 4, recipient: "b", state: notifier.Held, decided: after(0).at, until: after(time.Hour).wall},
	}, after(0), plain{})
	for state, want := range map[notifier.NoticeState]struct {
		n       int
		overdue time.Duration
	}{notifier.Pending: {3, time.Minute}, notifier.Held: {1, 0}, notifier.Sent: {0, 0}} {
		if n, overdue := s.depth(state, after(0)); n != want.n || overdue != want.overdue {
			t.Errorf("%s: %d, overdue %v; want %+v", state, n, overdue, want)
		}
	}
}

// TestAHoldForALength follows no wall clock.
func TestAHoldForALength(t *testing.T) {
	for _, jump := range []time.Duration{0, time.Hour, -time.Hour, 25 * time.Hour, -25 * time.Hour} {
		s := newQueues()
		it := heldItem(1, 0)
		it.length, it.due, it.until = true, after(15*time.Minute).at, after(15*time.Minute).wall
		s.put([]item{it}, after(0), plain{})
		jumped := func(d time.Duration) moment { return moment{after(d).at, after(d + jump).wall} }
		if got, _, _ := s.claim(jumped(14*time.Minute), parallel, plain{}); len(got) != 0 {
			t.Errorf("the clock is set by %v: claimed %q too early", jump, claimed(got))
		}
		if got, _, _ := s.claim(jumped(15*time.Minute), parallel, plain{}); len(got) != 1 {
			t.Errorf("the clock is set by %v: claimed %q when the hold is over", jump, claimed(got))
		}
	}
}
