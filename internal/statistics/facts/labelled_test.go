package facts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
)

const raised = "brimwatch_alarm_raised"

// alarmOf is the labels of a raised alarm.
func alarmOf(instance, rule string) labels.Labels {
	return labels.FromStrings("__name__", raised, "instance_id", instance, "rule", rule)
}

// shown writes the labelled facts of the alarms: instance, rule and samples.
func shown(s *Store, now int64) string {
	var out []string
	for _, v := range s.LabelledViews(raised, now) {
		out = append(out, fmt.Sprintf("%s/%s %s", v.Labels.Get("instance_id"), v.Labels.Get("rule"), samples(v.Track, 0, 10*minute)))
	}
	return strings.Join(out, "; ")
}

func TestLabelled(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*Store)
		want string
	}{
		{"one that holds", func(s *Store) {
			s.Round(0).Set(s.Labelled(alarmOf("a", "capacity")), 1)
			s.Alive(2 * minute)
		}, "a/capacity 0=1 1=1 2=1"},
		{"in the order of their labels, whenever they came", func(s *Store) {
			s.Round(0).Set(s.Labelled(alarmOf("b", "capacity")), 1)
			s.Round(0).Set(s.Labelled(alarmOf("a", "no_data")), 1)
			s.Round(0).Set(s.Labelled(alarmOf("a", "capacity")), 1)
		}, "a/capacity 0=1; a/no_data 0=1; b/capacity 0=1"},
		{"one that is not found in a round ends", func(s *Store) {
			s.Round(0).Set(s.Labelled(alarmOf("a", "capacity")), 1)
			s.Round(minute / 2).End(raised)
			s.Alive(2 * minute)
		}, "a/capacity 0=1 0.5=x"},
		{"and may begin again", func(s *Store) {
			s.Round(0).Set(s.Labelled(alarmOf("a", "capacity")), 1)
			s.Round(minute / 2).End(raised)
			s.Round(3*minute/2).Set(s.Labelled(alarmOf("a", "capacity")), 1)
			s.Alive(2 * minute)
		}, "a/capacity 0=1 0.5=x 1.5=1 2=1"},
		{"what another round is about stays", func(s *Store) {
			s.Round(0).Set(s.Labelled(alarmOf("a", "capacity")), 1)
			s.Round(minute / 2).End("brimwatch_instance_info")
			s.Alive(minute)
		}, "a/capacity 0=1 1=1"},
		{"two that are found in one round both stay", func(s *Store) {
			for i := range int64(3) {
				r := s.Round(i * minute)
				r.Set(s.Labelled(alarmOf("a", "capacity")), 1)
				r.Set(s.Labelled(alarmOf("a", "expiry")), float64(i))
				r.End(raised)
			}
			s.Alive(2 * minute)
		}, "a/capacity 0=1 1=1 2=1; a/expiry 0=0 1=1 2=2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openIn(t, dir, nil)
			s.Begin(0)
			c.do(s)
			s.open = false // so that now is the last sign of life
			if got := shown(s, 0); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			again := openIn(t, dir, nil)
			if got := shown(again, 0); got != c.want {
				t.Errorf("after a restart\ngot  %s\nwant %s", got, c.want)
			}
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestLabelledRetention(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	ago := func(d time.Duration) int64 { return now.Add(-d).UnixMilli() }
	s := openIn(t, dir, nil)
	s.Begin(ago(100 * time.Hour))
	r := s.Round(ago(99 * time.Hour))
	r.Set(s.Labelled(alarmOf("gone", "capacity")), 1)
	r.Set(s.Labelled(alarmOf("kept", "capacity")), 1)
	r = s.Round(ago(90 * time.Hour))
	r.Set(s.Labelled(alarmOf("kept", "capacity")), 1)
	r.End(raised)
	s.Alive(now.UnixMilli())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openIn(t, dir, nil)
	s.opts.Retention = 24 * time.Hour
	if err := s.rewrite(now.UnixMilli()); err != nil {
		t.Fatal(err)
	}
	views := s.LabelledViews(raised, 0)
	if len(views) != 1 || views[0].Labels.Get("instance_id") != "kept" {
		t.Errorf("facts left: %v", views)
	}
	if got := s.Families(); len(got) != 1 || got[0] != raised {
		t.Errorf("families: %v", got)
	}
	if s.Points() != 1 {
		t.Errorf("%d points, want 1", s.Points())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestKinds holds the numbers of facts against their series, in both directions.
func TestKinds(t *testing.T) {
	seen := make(map[string]bool)
	for k := range Kind(NumKinds) {
		name := k.String()
		if name == "unknown" || seen[name] {
			t.Errorf("kind %d is called %q", k, name)
		}
		seen[name] = true
		if k == Lifecycle {
			continue // one fact, several series
		}
		if back, ok := KindOf(k.Dimension()); !ok || back != k {
			t.Errorf("%s: its series leads to %s", k, back)
		}
	}
	if Kind(NumKinds).String() != "unknown" {
		t.Error("there is a kind beyond the last")
	}
	if NumKinds > 64 {
		t.Errorf("%d kinds do not fit into the set that a round keeps", NumKinds)
	}
}
