package alarm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
)

// staged is a batch with one change for each list of topics; an event has one topic.
func staged(topics ...[]string) *batch {
	var b batch
	for i, list := range topics {
		var events []Event
		for k, topic := range list {
			events = append(events, Event{Kind: Raised, Topic: topic, Reason: fmt.Sprintf("%d.%d", i, k)})
		}
		b.add(&slot{key: Key{Rule: Capacity, Instance: strconv.Itoa(i)}}, State{Level: 1}, events)
	}
	return &b
}

// laidOut says which changes are in which part, with their events.
func laidOut(parts []batch) []string {
	var out []string
	for i := range parts {
		line := ""
		for _, c := range parts[i].changes {
			line += c.slot.key.Instance + " "
		}
		for _, ev := range parts[i].commit.Events {
			line += "(" + ev.Reason + ")"
		}
		out = append(out, line)
	}
	return out
}

func TestParts(t *testing.T) {
	none, x, y, xy := []string{""}, []string{"x"}, []string{"y"}, []string{"x", "y"}
	for _, tt := range []struct {
		name   string
		topics [][]string
		most   int
		want   []string
	}{
		{"nothing", nil, 2, nil},
		{"as many as may be", [][]string{none, none}, 2, []string{"0 1 (0.0)(1.0)"}},
		{"one more", [][]string{none, none, none}, 2, []string{"0 1 (0.0)(1.0)", "2 (2.0)"}},
		{"without events", [][]string{nil, {"", ""}, nil}, 2, []string{"0 1 (1.0)(1.1)", "2 "}},
		{"one topic stays together", [][]string{none, x, none, x}, 2, []string{"0 (0.0)", "1 3 (1.0)(3.0)", "2 (2.0)"}},
		{"a topic that is more than a part", [][]string{none, x, x, x, none}, 2, []string{"0 (0.0)", "1 2 3 (1.0)(2.0)(3.0)", "4 (4.0)"}},
		{"topics that hang together by one change", [][]string{x, y, none, xy, y}, 2, []string{"0 1 3 4 (0.0)(1.0)(3.0)(3.1)(4.0)", "2 (2.0)"}},
		{"two topics beside each other", [][]string{x, y, x, y}, 2, []string{"0 2 (0.0)(2.0)", "1 3 (1.0)(3.0)"}},
	} {
		if diff := cmp.Diff(tt.want, laidOut(staged(tt.topics...).parts(tt.most))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestPartsAreTheWhole: nothing is lost, doubled or torn apart, and no part is too large
// unless one topic is.
func TestPartsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topic := rapid.SampledFrom([]string{"", "", "", "x", "y", "z"})
		topics := rapid.SliceOfN(rapid.SliceOfN(topic, 0, 3), 0, 40).Draw(t, "topics")
		most := rapid.IntRange(1, 10).Draw(t, "most")
		b := staged(topics...)
		where := make(map[string]int) // the part of each topic
		changes, events := 0, 0
		for n, p := range b.parts(most) {
			own := 0
			for _, c := range p.changes {
				for range c.events {
					ev := p.commit.Events[own]
					own++
					if ev.Key != c.slot.key {
						t.Fatalf("part %d: the event of %s is beside the change of %s", n, ev.Key.Instance, c.slot.key.Instance)
					}
					if ev.Topic == "" {
						continue
					}
					if before, known := where[ev.Topic]; known && before != n {
						t.Fatalf("topic %s is in the parts %d and %d", ev.Topic, before, n)
					}
					where[ev.Topic] = n
				}
			}
			if own != len(p.commit.Events) || len(p.changes) == 0 {
				t.Fatalf("part %d: %d changes, %d events, of which %d belong to them", n, len(p.changes), len(p.commit.Events), own)
			}
			changes, events = changes+len(p.changes), events+own
		}
		if changes != len(b.changes) || events != len(b.commit.Events) {
			t.Fatalf("%d changes of %d, %d events of %d", changes, len(b.changes), events, len(b.commit.Events))
		}
	})
}

// limited is a journal that takes so many commits, and then fails.
type limited struct {
	*memoryJournal
	commits int
}

func (j *limited) Commit(ctx context.Context, c Commit) error {
	if j.commits == 0 {
		return errors.New("disk full")
	}
	j.commits--
	return j.memoryJournal.Commit(ctx, c)
}

// storm is an Engine over many instances whose alarms are all raised by one round.
func storm(t testing.TB, j Journal, n int) (*Engine, []*fleet.Reading) {
	watches := make([]Watch, n)
	round := make([]*fleet.Reading, n)
	rule := warnCritical()
	rule.For = 0
	for i := range n {
		id := strconv.Itoa(i)
		watches[i] = watch(id)
		watches[i].Rules[fleet.Connections] = &rule
		round[i] = &fleet.Reading{Instance: id, At: start(), Up: true, Known: fleet.MetricSet(0).With(fleet.Connections)}
		round[i].Usage[fleet.Connections] = 95
	}
	e, err := NewEngine(t.Context(), Options{Journal: j, Watches: watches, Logger: slog.New(slog.DiscardHandler), Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	return e, round
}

// TestStormIsCommittedInParts: what was committed has happened, and nothing else; the
// next round makes up for it. In the end all is as if it had been committed at once.
func TestStormIsCommittedInParts(t *testing.T) {
	const n = 3*commitMost + 7
	for _, tt := range []struct {
		name          string
		commits, want int // that succeeded, and alarms after them
	}{{"none", 0, 0}, {"one", 1, commitMost}, {"all but the last", 3, 3 * commitMost}, {"all", 4, n}} {
		j := &limited{newMemoryJournal(), tt.commits}
		e, round := storm(t, j, n)
		e.Observe(round)
		e.judgeAll(t.Context())
		if len(e.open) != tt.want || len(j.states) != tt.want || len(j.said()) != tt.want {
			t.Errorf("%s: %d alarms are open, %d stored, %d told; want %d", tt.name, len(e.open), len(j.states), len(j.said()), tt.want)
		}
		for id, en := range e.entries {
			if sl := en.slots[fleet.Connections]; en.staged || sl.state != j.states[sl.key] {
				t.Fatalf("%s: %s is staged %v, %+v in memory and %+v in the journal", tt.name, id, en.staged, sl.state, j.states[sl.key])
			}
		}
		j.commits = 9
		for _, r := range round {
			r.At = r.At.Add(time.Second)
		}
		e.Observe(round)
		e.judgeAll(t.Context())
		codes := make(map[string]bool)
		for _, c := range j.memoryJournal.commits {
			if len(c.States) > commitMost {
				t.Errorf("%s: %d changes in one commit", tt.name, len(c.States))
			}
			for _, ev := range c.Events {
				codes[ev.Code] = true
			}
		}
		if len(e.open) != n || len(j.said()) != n || len(codes) != n {
			t.Errorf("%s: in the end %d alarms are open, %d told, with %d codes; want %d", tt.name, len(e.open), len(j.said()), len(codes), n)
		}
	}
}

// TestPartsEqualTheWhole: committed in parts, a batch leaves what it leaves when it is
// committed at once.
func TestPartsEqualTheWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		topics := rapid.SliceOfN(rapid.SliceOfN(rapid.Just(""), 0, 2), 1, 30).Draw(rt, "changes")
		whole, j, _ := engine(t)
		if err := whole.commitPart(t.Context(), staged(topics...)); err != nil {
			rt.Fatal(err)
		}
		cut, k, _ := engine(t)
		for _, p := range staged(topics...).parts(rapid.IntRange(1, 10).Draw(rt, "most")) {
			if err := cut.commitPart(t.Context(), &p); err != nil {
				rt.Fatal(err)
			}
		}
		if diff := cmp.Diff(j.states, k.states); diff != "" {
			rt.Errorf("states (-whole +cut):\n%s", diff)
		}
		var got []Event
		for _, c := range k.commits {
			got = append(got, c.Events...)
		}
		if diff := cmp.Diff(j.commits[0].Events, got, cmp.Comparer(func(a, b *fleet.Instance) bool { return a == b })); diff != "" {
			rt.Errorf("events (-whole +cut):\n%s", diff)
		}
	})
}

// nothing is a journal that forgets all.
type nothing struct{}

func (nothing) Commit(context.Context, Commit) error   { return nil }
func (nothing) Load(context.Context) ([]Record, error) { return nil, nil }

// BenchmarkStorm raises 10,000 alarms by one round of readings.
func BenchmarkStorm(b *testing.B) {
	const n = 10_000
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		e, round := storm(b, nothing{}, n)
		b.StartTimer()
		e.Observe(round)
		e.judgeAll(b.Context())
		if len(e.open) != n {
			b.Fatalf("%d alarms", len(e.open))
		}
	}
}
