// Package collectortest is the conformance suite of collector.Collector: what
// every Collector promises, whatever it reads, checked on a real conversation
// over loopback.
//
// A Collector's own test says how to start a healthy server and how to build
// the Collector for an address; all that goes wrong (refused, silent, cut off,
// talking nonsense, gone and back) is made by the suite, which stands between
// the two as a TCP front:
//
//	Collector ──► front (forwards, stalls, cuts, answers nonsense) ──► server
//
// The checks run one after the other, since they look at goroutines; a test
// that calls Run must not be parallel.
//
// It also holds what the tests of all collectors need: Build and Visit, what a
// visit holds (GaugeOf, TotalOf, LimitOf, GapOf, Describe), and two servers that
// say what a test prepared, over TCP (Script) and over HTTP (Serve).
package collectortest

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// Username is the name with which a Collector under test logs in.
const Username = "monitor"

// Suite is what one kind of Collector brings along.
type Suite struct {
	// Serve starts a healthy server on a free loopback port and returns its
	// address, such as 127.0.0.1:41883. The server lets in only Username with this
	// password and ends with the test.
	Serve func(t testing.TB, password string) (addr string)
	// New builds a Collector that reads the server at addr as Username with this
	// password. The suite closes it. Of the two, the Collector speaks first.
	New func(t testing.TB, addr, password string) collector.Collector
	// Instances is how many instances are behind one source; 0 is one.
	Instances int
	// Expect lists all that a healthy server tells about each instance.
	Expect []Figure
	// Open says that this kind of server knows no passwords; what is checked with
	// a wrong one is left out.
	Open bool

	patience time.Duration // for the suite's own tests; 0 is the default
}

// Figure is one figure that a healthy server tells. The bounds should be as
// tight as the server allows: a figure of a page that was cut off in the middle
// is found by them.
type Figure struct {
	Metric   fleet.Metric
	Counter  bool    // a running total; else a gauge
	Min, Max float64 // the figure is within, bounds included
	Limit    float64 // the limit that the server tells; 0 is none
}

// check is one promise.
type check struct {
	name string
	run  func(t testing.TB, s Suite)
}

// checks are all promises in the order in which they are worth reading.
func checks() []check {
	return []check{
		{"a healthy server tells what is expected", healthy},
		{"the connection is kept between visits", kept},
		{"a refused connection is an error", refused},
		{"a wrong password is an error", wrongPassword},
		{"a silent server is left when ctx is cancelled", cancelled},
		{"a silent server is left when ctx has a deadline", deadline},
		{"a ctx that has ended before is respected", ended},
		{"nonsense is an error", nonsense},
		{"a conversation that is cut off tells no wrong figure", cut},
		{"a server that falls silent later is left when ctx ends", stalled},
		{"a server that is gone is an error and read again when it is back", goneAndBack},
		{"close before the first visit", closeFirst},
		{"close ends all and may be repeated", closeTwice},
		{"close after a failed visit ends all", closeAfterFailure},
	}
}

// Run checks all promises of a Collector.
func Run(t *testing.T, s Suite) {
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}
