package families

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestPoints(t *testing.T) {
	golden.Equal(t, "points.txt", []byte(strings.Join(lines(t, smallFleet(), Choice{}), "\n")+"\n"))
}

// TestEveryFamilyHasAPoint holds that no family is forgotten: neither here, nor by
// the fleet of these tests.
func TestEveryFamilyHasAPoint(t *testing.T) {
	var want, got []string
	for _, f := range series.Families() {
		want = append(want, f.Name)
	}
	smallFleet().source(t).Read(t.Context(), now(), Choice{}).Each(func(p *series.Point) {
		if len(got) == 0 || got[len(got)-1] != p.Family.Name {
			got = append(got, p.Family.Name)
		}
	})
	if !slices.Equal(got, want) {
		t.Errorf("families that have points, in their order:\n%q\nwant\n%q", got, want)
	}
	walked := slices.Sorted(maps.Keys(walkers()))
	slices.Sort(want)
	if !slices.Equal(walked, want) {
		t.Errorf("families that can be walked:\n%q\nwant\n%q", walked, want)
	}
}

// TestAnyFleet holds that whatever people call their instances and labels, no series
// comes twice, none has a label twice, every value is a number, and the order is the
// same each time.
func TestAnyFleet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z_.\-0-9"\\]{0,4}`), rapid.SampledFrom([]string{
			"instance_id", "name", "account", "label_name", "__name__", "metric", "state", "a-b", "a.b", "a_b_2", "\xff", "\n", strings.Repeat("长", 200),
		}))
		amount := rapid.OneOf(rapid.Float64(), rapid.Just(0.0), rapid.Just(5e-324), rapid.Just(1.7e308))
		f := smallFleet()
		f.standings, f.episodes = nil, nil
		for _, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`.{1,6}`), 0, 4, rapid.ID).Draw(t, "ids") {
			st := watched(id, rapid.SampledFrom([]string{"mqtt", "redis"}).Draw(t, "product"), text.Draw(t, "edition"), rapid.SampledFrom([]string{"", "acme"}).Draw(t, "account"),
				map[fleet.Metric]float64{fleet.Connections: amount.Draw(t, "capacity")}, map[fleet.Metric]float64{fleet.Connections: amount.Draw(t, "usage")})
			st.Instance.Name, st.Instance.Labels = text.Draw(t, "name"), fleet.SortLabels(rapid.MapOfN(text, text, 0, 5).Draw(t, "labels"))
			st.Lifecycle.State = rapid.SampledFrom(append(series.States(), "")).Draw(t, "state")
			f.standings = append(f.standings, st)
			f.episodes = append(f.episodes, alarm.Episode{Key: alarm.Key{Rule: alarm.Capacity, Instance: id, Metric: fleet.Connections}, Severity: alarm.Warning},
				alarm.Episode{Key: alarm.Key{Rule: alarm.Capacity, Instance: id, Metric: fleet.Subscriptions}, Severity: alarm.Warning})
		}
		source, err := New(Options{Fleet: f, Accounts: f, Alarms: f, Silences: f, Outlooks: f, Logger: quiet()})
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		var order [2][]string
		for i := range order {
			source.Read(context.Background(), now(), Choice{}).Each(func(p *series.Point) {
				if !finite(p.Value) {
					t.Errorf("%s has no number", written(p))
				}
				pairs := map[string]string{}
				p.EachLabel(func(name, value string) {
					if _, twice := pairs[name]; twice || value == "" || p.Label(name) != value {
						t.Errorf("label %q of %s", name, written(p))
					}
					pairs[name] = value
				})
				key := fmt.Sprint(p.Family.Name, pairs)
				if i == 0 && seen[key] {
					t.Errorf("%s comes twice", key)
				}
				seen[key] = true
				order[i] = append(order[i], written(p))
			})
		}
		if !slices.Equal(order[0], order[1]) {
			t.Errorf("one order is\n%q\nand another\n%q", order[0], order[1])
		}
	})
}

// TestWhatCannotBeRead holds that a fault of one part takes only its own series away,
// and that it is said once when it begins and once when it ends.
func TestWhatCannotBeRead(t *testing.T) {
	f := smallFleet()
	all := familiesWithPoints(f, t)
	f.episodesErr, f.silencesErr = errors.New("database is locked"), errors.New("database is locked")
	s := f.source(t)
	var got []string
	for range 3 {
		got = nil
		s.Read(t.Context(), now(), Choice{}).Each(func(p *series.Point) { got = append(got, p.Family.Name) })
	}
	missing := []string{}
	for _, name := range all {
		if !slices.Contains(got, name) {
			missing = append(missing, name)
		}
	}
	want := []string{series.Silenced, series.Alarms, series.AlarmRaised, series.Silences, series.FleetAlarms}
	if !slices.Equal(missing, want) {
		t.Errorf("missing are %q, want %q", missing, want)
	}
	if n := strings.Count(f.log.String(), "database is locked"); n != 2 {
		t.Errorf("it is said %d times for two parts:\n%s", n, f.log.String())
	}
	f.episodesErr = nil
	s.Read(t.Context(), now(), Choice{})
	if log := f.log.String(); !strings.Contains(log, "are back\" missing=alarms") || strings.Contains(log, "are back\" missing=silences") {
		t.Errorf("the log is\n%s", log)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.log.Reset()
	f.episodesErr = context.Canceled
	s.Read(ctx, now(), Choice{})
	if f.log.Len() > 0 {
		t.Errorf("what was given up is in the log: %s", f.log.String())
	}
}

// familiesWithPoints lists the names of families that have points, each once.
func familiesWithPoints(f *fakes, t *testing.T) []string {
	t.Helper()
	var out []string
	f.source(t).Read(t.Context(), now(), Choice{}).Each(func(p *series.Point) {
		if len(out) == 0 || out[len(out)-1] != p.Family.Name {
			out = append(out, p.Family.Name)
		}
	})
	return out
}

func TestFigures(t *testing.T) {
	f := smallFleet()
	kept := make(map[series.Keeping]bool)
	var got []string
	wanted := func(f *series.Family) bool { return f.Kept != series.WithReadings }
	f.episodesErr = errors.New("disk full")
	read := f.source(t).Figures(t.Context(), now(), wanted, func(*series.Point) {})
	if slices.Contains(read, series.AlarmRaised) || !slices.Contains(read, series.Info) {
		t.Errorf("read while alarms cannot be: %v", read)
	}
	f.episodesErr = nil
	f.source(t).Figures(t.Context(), now(), wanted, func(p *series.Point) {
		kept[p.Family.Kept] = true
		got = append(got, written(p))
	})
	want := slices.DeleteFunc(lines(t, smallFleet(), Choice{}), func(line string) bool {
		name, _, _ := strings.Cut(line, "{")
		for _, f := range series.Families() {
			if f.Name == name {
				return f.Kept == series.WithReadings
			}
		}
		return false
	})
	if !slices.Equal(got, want) || !kept[series.AsFact] || !kept[series.Sampled] {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestChoice holds that what is not asked for is neither handed out nor read.
func TestChoice(t *testing.T) {
	only := func(names ...string) func(*series.Family) bool {
		return func(f *series.Family) bool { return slices.Contains(names, f.Name) }
	}
	for _, tt := range []struct {
		name   string
		choice Choice
		reads  string
		want   []string
	}{
		{"one family", Choice{Family: only(series.Silences)}, "silences", []string{"brimwatch_silences 2"}},
		{"none", Choice{Family: only()}, "", nil},
		{"one of accounts", Choice{Family: only(series.Balance)}, "accounts", []string{
			`brimwatch_account_balance{account="acme",currency="CNY"} 1200.5`, `brimwatch_account_balance{account="late",currency="USD"} -11.19`,
		}},
		{"an instance, and the fleet as a whole", Choice{Family: only(series.Up, series.FleetUp), Instance: func(in *fleet.Instance) bool { return in.ID == "mqtt-2" }}, "standings", []string{
			`brimwatch_instance_up{instance_id="mqtt-2",product="mqtt",edition="basic"} 1`,
			`brimwatch_fleet_up{product="mqtt",account="acme"} 2`, `brimwatch_fleet_up{product="redis"} 0`, `brimwatch_fleet_up{product="rocketmq",account="late"} 0`,
		}},
		{"an account", Choice{Account: "late"}, "standings accounts episodes silences", []string{
			`brimwatch_instance_capacity{instance_id="rmq-2",product="rocketmq",edition="standard",metric="message_tps"} 2000`,
			`brimwatch_instance_lifecycle_state{instance_id="rmq-2",product="rocketmq",edition="standard",state="grace"} 1`,
			`brimwatch_instance_info{instance_id="rmq-2",product="rocketmq",edition="standard",name="Billing",account="late"} 1`,
			`brimwatch_instance_silenced{instance_id="rmq-2",product="rocketmq",edition="standard"} 1`,
			`brimwatch_account_balance{account="late",currency="USD"} -11.19`,
			`brimwatch_account_overdue{account="late",currency="USD"} 1`,
			`brimwatch_account_shortfall_amount{account="late",currency="USD"} 0`,
			`brimwatch_alarm_raised{rule="low_balance",account="late",severity="warning"} 1`,
			`brimwatch_fleet_instances{product="rocketmq",account="late",state="grace"} 1`,
			`brimwatch_fleet_watched{product="rocketmq",account="late"} 0`,
			`brimwatch_fleet_up{product="rocketmq",account="late"} 0`,
			`brimwatch_fleet_alarms{account="late",rule="low_balance",severity="warning"} 1`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := smallFleet()
			if got := lines(t, f, tt.choice); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			if got := strings.Join(f.reads, " "); got != tt.reads {
				t.Errorf("read were %q, want %q", got, tt.reads)
			}
		})
	}
}

// TestNothingIsAllocatedForAPoint holds that a fleet of ten times the size takes no
// more allocations to go through.
func TestNothingIsAllocatedForAPoint(t *testing.T) {
	allocations := func(n int) float64 {
		c := largeFleet(n).source(t).Read(t.Context(), now(), Choice{})
		points := 0
		c.Each(func(*series.Point) { points++ }) // groups are made the first time
		if points < 25*n {
			t.Fatalf("%d instances have %d points", n, points)
		}
		return testing.AllocsPerRun(10, func() { c.Each(func(*series.Point) { points++ }) })
	}
	if small, large := allocations(10), allocations(100); large > small {
		t.Errorf("10 instances take %v allocations, 100 take %v", small, large)
	}
}

func TestNewNeedsAll(t *testing.T) {
	if _, err := New(Options{Fleet: &fakes{}}); err == nil {
		t.Error("a Source without anything to read was built")
	}
}

func BenchmarkRead(b *testing.B) {
	s := largeFleet(10_000).source(b)
	b.ReportAllocs()
	points := 0
	for b.Loop() {
		points = 0
		s.Read(b.Context(), now(), Choice{}).Each(func(*series.Point) { points++ })
	}
	b.ReportMetric(float64(points), "points")
}

func BenchmarkFigures(b *testing.B) {
	s := largeFleet(10_000).source(b)
	b.ReportAllocs()
	points := 0
	for b.Loop() {
		points = 0
		s.Figures(b.Context(), now(), func(f *series.Family) bool { return f.Kept != series.WithReadings }, func(*series.Point) { points++ })
	}
	b.ReportMetric(float64(points), "points")
}
