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

// at1 is a bundle of one notice for everybody.
func at1(string) int { return 1 }

// claimed writes work down in short: "wei send 1 2".
func claimed(ws []work) []string {
	var out []string
	for _, w := range ws {
		line := w.recipient + " " + map[[2]bool]string{{false, false}: "send", {true, false}: "track", {false, true}: "release"}[[2]bool{w.track, w.release}]
		for _, it := range w.items {
			line += fmt.Sprint(" ", it.seq)
		}
		out = append(out, line)
	}
	return out
}

// TestQueueOrder: what of one recipient is done first, and when.
func TestQueueOrder(t *testing.T) {
	now := noon()
	pending := func(seq int64, after time.Duration) item {
		return item{seq: seq, recipient: "wei", state: notifier.Pending, next: now.Add(after)}
	}
	held := func(seq int64, after time.Duration) item {
		return item{seq: seq, recipient: "wei", state: notifier.Held, next: now.Add(after)}
	}
	sent := func(seq int64, after time.Duration) item {
		return item{seq: seq, recipient: "wei", state: notifier.Sent, next: now.Add(after)}
	}
	message := func(it item, id string) item { it.message = id; return it }
	split := func(it item) item { it.split = true; return it }
	for _, tt := range []struct {
		name   string
		items  []item
		bundle int
		want   string
		later  time.Duration // when nothing is due
	}{
		{"the first is sent first", []item{pending(2, 0), pending(1, 0)}, 1, "wei send 1", 0},
		{"due at this moment", []item{pending(1, 0)}, 1, "wei send 1", 0},
		{"one that waits blocks those behind it", []item{pending(1, time.Minute), pending(2, 0)}, 1, "", time.Minute},
		{"and is what is waited for", []item{pending(1, time.Hour), pending(2, time.Minute)}, 1, "", time.Hour},
		{"it does not block the end of a hold", []item{pending(1, time.Minute), held(2, 0)}, 1, "wei release 2", 0},
		{"behind others that it blocks", []item{pending(1, time.Minute), pending(2, 0), held(3, 0)}, 1, "wei release 3", 0},
		{"nor tracking", []item{pending(1, time.Minute), sent(2, 0)}, 1, "wei track 2", 0},
		{"what is held blocks nobody", []item{held(1, time.Minute), pending(2, 0)}, 1, "wei send 2", 0},
		{"what is tracked blocks nobody", []item{sent(1, time.Minute), pending(2, 0)}, 1, "wei send 2", 0},
		{"the soonest of all is waited for", []item{pending(1, time.Hour), held(2, time.Minute), sent(3, time.Second)}, 1, "", time.Second},
		{"wherever it is", []item{pending(1, time.Hour), sent(2, time.Second), held(3, time.Minute)}, 1, "", time.Second},
		{"as many as fit", []item{pending(1, 0), pending(2, 0), pending(3, 0)}, 2, "wei send 1 2", 0},
		{"those that wait for others go along", []item{pending(1, 0), pending(2, time.Minute)}, 2, "wei send 1 2", 0},
		{"what is not to be sent does not", []item{pending(1, 0), held(2, time.Minute), sent(3, time.Minute), pending(4, 0)}, 2, "wei send 1 4", 0},
		{"a message is tried again as it was", []item{message(pending(1, 0), "m"), pending(2, 0), message(pending(3, 0), "m")}, 3, "wei send 1 3", 0},
		{"whatever fits by now", []item{message(pending(1, 0), "m"), message(pending(2, 0), "m")}, 1, "wei send 1 2", 0},
		{"nobody joins another message", []item{pending(1, 0), message(pending(2, 0), "m"), pending(3, 0)}, 3, "wei send 1", 0},
		{"what was refused together goes by itself", []item{split(pending(1, 0)), pending(2, 0)}, 3, "wei send 1", 0},
		{"and joins nobody", []item{pending(1, 0), split(pending(2, 0)), pending(3, 0)}, 3, "wei send 1", 0},
	} {
		s := newQueues()
		s.put(tt.items)
		got, later := s.claim(now, parallel, func(string) int { return tt.bundle })
		if line := strings.Join(claimed(got), ", "); line != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, line, tt.want)
		}
		want := now.Add(tt.later)
		if tt.want != "" {
			want = time.Time{} // the only recipient is busy
		}
		if !later.Equal(want) {
			t.Errorf("%s: later %v, want %v", tt.name, later, want)
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
	s.put([]item{more("a"), more("b"), more("c")})
	served := map[string]int{}
	for range 30 {
		due, _ := s.claim(noon(), 1, at1)
		if len(due) != 1 {
			t.Fatalf("claimed %v", claimed(due))
		}
		served[due[0].recipient]++
		s.put([]item{more(due[0].recipient)})
		s.release(due[0], nil)
	}
	for recipient, n := range served {
		if n != 10 {
			t.Errorf("%s was served %d times of 30, want 10", recipient, n)
		}
	}
}

// TestClaimLooksAtWhatIsDue: those whose moment is yet to come are not even asked
// about.
func TestClaimLooksAtWhatIsDue(t *testing.T) {
	s := newQueues()
	s.put([]item{{seq: 1, recipient: "due", state: notifier.Pending}, {seq: 2, recipient: "later", state: notifier.Pending, next: noon().Add(1)}, {seq: 3, recipient: "held", state: notifier.Held, next: noon().Add(time.Hour)}})
	var asked []string
	_, later := s.claim(noon(), parallel, func(recipient string) int {
		asked = append(asked, recipient)
		return 1
	})
	if !slices.Equal(asked, []string{"due"}) || !later.Equal(noon().Add(1)) {
		t.Errorf("looked at %q, and again at %v", asked, later)
	}
}

// TestClockPutBack: what was due a moment ago and is not any more waits.
func TestClockPutBack(t *testing.T) {
	s := newQueues()
	s.put([]item{{seq: 1, recipient: "a", state: notifier.Pending, next: noon()}, {seq: 2, recipient: "b", state: notifier.Pending, next: noon()}})
	if due, _ := s.claim(noon(), 1, at1); len(due) != 1 {
		t.Fatalf("claimed %v", claimed(due))
	}
	due, later := s.claim(noon().Add(-time.Hour), 1, at1)
	if len(due) != 0 || !later.Equal(noon()) {
		t.Errorf("claimed %v, and then at %v", claimed(due), later)
	}
	if due, _ := s.claim(noon(), 1, at1); len(due) != 1 {
		t.Errorf("claimed %v when its moment came again", claimed(due))
	}
}

// TestQueuesProperties holds queues against looking at everybody each time.
func TestQueuesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newQueues()
		now := noon()
		var seq int64
		var under []work
		states := []notifier.NoticeState{notifier.Pending, notifier.Held, notifier.Sent}
		drawItem := func(recipient string) item {
			seq++
			it := item{seq: seq, recipient: recipient, state: rapid.SampledFrom(states).Draw(t, "state")}
			if wait := rapid.IntRange(0, 5).Draw(t, "wait"); wait > 0 {
				it.next = now.Add(time.Duration(wait) * time.Second)
			}
			return it
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				s.put([]item{drawItem(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "recipient"))})
			},
			"time passes": func(t *rapid.T) { now = now.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "seconds")) * time.Second) },
			"claim": func(t *rapid.T) {
				most := rapid.IntRange(0, 4).Draw(t, "most")
				var want []string // everybody something is due of
				for _, q := range s.of {
					if w, due := q.next(now, 1); due && !q.busy {
						want = append(want, claimed([]work{w})...)
					}
				}
				got, later := s.claim(now, most, at1)
				for _, line := range claimed(got) {
					if !slices.Contains(want, line) {
						t.Fatalf("claimed %q, which is none of %q", line, want)
					}
				}
				if len(got) != min(most, len(want)) {
					t.Fatalf("claimed %d of at most %d, due were %q", len(got), most, want)
				}
				under = append(under, got...)
				var soonest time.Time
				for _, q := range s.of {
					if at := q.soonest(); !q.busy && !q.ready && (soonest.IsZero() || at.Before(soonest)) {
						soonest = at
					}
				}
				if !later.Equal(soonest) {
					t.Fatalf("more is due at %v, want %v", later, soonest)
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
						it.next = now.Add(time.Second)
						left = append(left, it)
					}
				}
				s.release(w, left)
			},
			"": func(t *rapid.T) {
				for i, q := range s.waiting {
					if q.place != i || q.busy || q.ready || (i > 0 && q.due.Before(s.waiting[(i-1)/2].due)) {
						t.Fatalf("the heap is out of order at %d", i)
					}
				}
				idle := 0
				for _, q := range s.of {
					if len(q.items) == 0 {
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
	now := noon()
	s.put([]item{
		{seq: 1, recipient: "a", state: notifier.Pending},
		{seq: 2, recipient: "a", state: notifier.Pending, next: now.Add(-time.Minute)},
		{seq: 3, recipient: "b", state: notifier.Pending, next: now.Add(-time.Second)},
		{seq: 4, recipient: "b", state: notifier.Held, next: now.Add(time.Hour)},
	})
	for state, want := range map[notifier.NoticeState]struct {
		n       int
		overdue time.Duration
	}{notifier.Pending: {3, time.Minute}, notifier.Held: {1, 0}, notifier.Sent: {0, 0}} {
		if n, overdue := s.depth(state, now); n != want.n || overdue != want.overdue {
			t.Errorf("%s: %d, overdue %v; want %+v", state, n, overdue, want)
		}
	}
}
