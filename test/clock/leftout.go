package main

import "strings"

// test is a test that cannot be run at another moment.
type test struct {
	pkg  string // its folder in the module
	name string
	why  string
}

// leftOut are the tests that fail at another moment for a reason that is not
// ours: they need a server that asks the kernel for the time to agree with them. One
// takes minutes, and the moment is nothing to it.
func leftOut() []test {
	return []test{
		{"collector/nats", "TestTotalsBelongToTheServersClock", "holds the clock of the NATS server against that of the test"},
		{"collector/prometheus", "TestFigureOf100SecondsAgo", "the exporter is part of the test, and dates its sample for a server on another clock"},
		{"collector/prometheus", "TestLatencyOffset", "imports a sample of the test's moment into VictoriaMetrics, and asks for its newest"},
		{"internal/statistics", "TestRemoteWriteSurvivesWithVictoriaMetrics", "VictoriaMetrics takes no samples that lie far ahead of its clock, nor shows those that lie ahead of it"},
		{"internal/statistics/promread", "TestConformanceOfVictoriaMetrics", "the same"},
		{"test/acceptance", "TestDashboardsAreAnswered", "Prometheus dates what it scrapes by the kernel's clock, and is asked for the test's moment"},
		{"test/chaos", "TestBriefly", "it takes a minute and more, judges no moment, and has a scenario of its own that sets the clock of the product"},
	}
}

// skipPattern is the list as go test -skip takes it. It goes by name alone: no
// test elsewhere may have one of these names.
func skipPattern(tests []test) string {
	names := make([]string, 0, len(tests))
	for _, t := range tests {
		names = append(names, t.name)
	}
	return "^(" + strings.Join(names, "|") + ")$"
}
