package collector

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{Concurrency: 2})
		two := source("two", connections(1))
		two.Instances = append(two.Instances, instance("second"))
		s.watch(two, source("dead", blackHole()))
		s.run()
		s.pass(40 * time.Second)
		names := []string{"visits_total", "overruns_total", "running", "waiting", "sources", "instances", "instances_up", "panics_total", "resets_total", "clock_jumps_total"}
		for i := range names {
			names[i] = "brimwatch_collect_" + names[i]
		}
		want := `
# HELP brimwatch_collect_clock_jumps_total Times at which the clock was set, or this process was held up for seconds.
# TYPE brimwatch_collect_clock_jumps_total counter
brimwatch_collect_clock_jumps_total 0
# HELP brimwatch_collect_instances Instances behind the sources.
# TYPE brimwatch_collect_instances gauge
brimwatch_collect_instances 3
# HELP brimwatch_collect_instances_up Instances whose newest reading was up.
# TYPE brimwatch_collect_instances_up gauge
brimwatch_collect_instances_up 2
# HELP brimwatch_collect_overruns_total Visits left out because the one before was still waiting or running.
# TYPE brimwatch_collect_overruns_total counter
brimwatch_collect_overruns_total 0
# HELP brimwatch_collect_panics_total Panics of collectors that were caught.
# TYPE brimwatch_collect_panics_total counter
brimwatch_collect_panics_total 0
# HELP brimwatch_collect_resets_total Counters of servers that began anew.
# TYPE brimwatch_collect_resets_total counter
brimwatch_collect_resets_total 0
# HELP brimwatch_collect_running Visits that run, by lane; hung ones outlast their timeout.
# TYPE brimwatch_collect_running gauge
brimwatch_collect_running{lane="hung"} 0
brimwatch_collect_running{lane="prompt"} 0
brimwatch_collect_running{lane="slow"} 1
# HELP brimwatch_collect_sources Sources on the schedule.
# TYPE brimwatch_collect_sources gauge
brimwatch_collect_sources 2
# HELP brimwatch_collect_visits_total Visits to sources, by how they ended.
# TYPE brimwatch_collect_visits_total counter
brimwatch_collect_visits_total{outcome="cancelled"} 0
brimwatch_collect_visits_total{outcome="failed"} 0
brimwatch_collect_visits_total{outcome="full"} 0
brimwatch_collect_visits_total{outcome="not_yet"} 0
brimwatch_collect_visits_total{outcome="ok"} 3
brimwatch_collect_visits_total{outcome="panic"} 0
brimwatch_collect_visits_total{outcome="partial"} 0
brimwatch_collect_visits_total{outcome="timeout"} 3
# HELP brimwatch_collect_waiting Sources that are due and wait for room.
# TYPE brimwatch_collect_waiting gauge
brimwatch_collect_waiting 0
`
		if err := testutil.GatherAndCompare(s.registry, strings.NewReader(want), names...); err != nil {
			t.Error(err)
		}
		if visits, delays := s.value("duration_seconds", ""), s.value("delay_seconds", ""); visits != 6 || delays != 7 {
			t.Errorf("%v durations and %v delays were observed, want 6 and 7", visits, delays)
		}
		s.stop()
		problems, err := testutil.GatherAndLint(s.registry)
		if err != nil || len(problems) > 0 {
			t.Errorf("the metrics do not follow the rules: %v %v", problems, err)
		}
	})
}

func TestNewRunnerRefusesWhatIsWrong(t *testing.T) {
	sink := func([]*fleet.Reading) {}
	log := textLogger(io.Discard)
	taken := prometheus.NewRegistry()
	if _, err := NewRunner(Options{Sink: sink, Logger: log, Registerer: taken}); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"no sink":                  {Logger: log},
		"no logger":                {Sink: sink},
		"concurrency below zero":   {Sink: sink, Logger: log, Concurrency: -1},
		"metrics that exist twice": {Sink: sink, Logger: log, Registerer: taken},
	} {
		if _, err := NewRunner(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
