package state

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

func TestAlive(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	read := func(id string, ago time.Duration, up bool) *fleet.Reading {
		return &fleet.Reading{Instance: id, At: now.Add(-ago), Up: up}
	}
	source := func(kind string, every time.Duration) *config.Source {
		return &config.Source{Type: kind, Interval: every}
	}
	for _, tt := range []struct {
		name     string
		sources  [2]*config.Source
		readings []*fleet.Reading
		want     string
	}{
		{"the calendar alone", [2]*config.Source{}, nil, ""},
		{"not read yet", [2]*config.Source{source("redis", 15*time.Second)}, nil, "no instance has been read yet"},
		{"read", [2]*config.Source{source("redis", 15*time.Second)}, []*fleet.Reading{read("a", 59*time.Second, true)}, ""},
		{"not for some intervals", [2]*config.Source{source("redis", 15*time.Second)}, []*fleet.Reading{read("a", 61*time.Second, true)}, "no instance was read for 1 min"},
		{"seldom, as it is meant", [2]*config.Source{source("redis", time.Hour)}, []*fleet.Reading{read("a", 3*time.Hour, true)}, ""},
		{"a cloud, which is late", [2]*config.Source{source("aliyun", time.Minute)}, []*fleet.Reading{read("a", 8*time.Minute, true)}, ""},
		{"nobody answers", [2]*config.Source{source("redis", 15*time.Second)}, []*fleet.Reading{read("a", time.Second, false)}, "no instance has been read yet"},
		{"one of two", [2]*config.Source{source("redis", 15*time.Second), source("redis", 15*time.Second)}, []*fleet.Reading{read("a", time.Hour, true), read("b", time.Second, true)}, ""},
		{"none of two", [2]*config.Source{source("redis", 15*time.Second), source("redis", 15*time.Second)}, []*fleet.Reading{read("a", time.Hour, true), read("b", 2*time.Hour, true)}, "no instance was read for 1 h"},
		{"the clock was set back", [2]*config.Source{source("redis", 15*time.Second)}, []*fleet.Reading{read("a", -time.Hour, true)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := New(&config.Snapshot{Instances: []config.Instance{
				{Instance: &fleet.Instance{ID: "a"}, Source: tt.sources[0]}, {Instance: &fleet.Instance{ID: "b"}, Source: tt.sources[1]},
			}}, nil, now)
			f.Put(tt.readings)
			got := ""
			if err := f.Alive(now); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
