// Package advisortest has a month of a small fleet, for tests of what is advised by a
// history.
package advisortest

import (
	"math"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

// Fleet is the part of a configuration with the instances of the month, and one that
// is never read.
const Fleet = `accounts: [{name: late, balance: {amount: -5, currency: CNY}}]
instances:
  - {id: rmq-grows, name: Orders, product: rocketmq, edition: professional, spec: rmq.p2.4xlarge, source: &page {type: exposition, url: "http://127.0.0.1:1/", mapping: {connections: {series: a, kind: gauge}}}}
  - {id: rmq-idle, product: rocketmq, edition: professional, spec: rmq.p2.30xlarge, source: *page}
  - {id: rmq-young, product: rocketmq, edition: professional, spec: rmq.p2.4xlarge, source: *page}
  - {id: iot-public, account: late, product: iot, edition: public-new, billing: {method: free}, source: *page}
  - {id: calendar, product: redis, edition: community}
`

// Reading is what a source told of two metrics.
func Reading(id string, at time.Time, tps, connections float64) *fleet.Reading {
	r := &fleet.Reading{Instance: id, At: at, Up: true}
	for m, v := range map[fleet.Metric]float64{fleet.SendTPS: tps / 4, fleet.ReceiveTPS: tps - tps/4, fleet.MessageTPS: tps, fleet.Connections: connections} {
		r.Known, r.Usage[m] = r.Known.With(m), v
	}
	return r
}

// Record writes 30 days and the beginning of today into a history: a reading every
// ten minutes, with a day that swells and ebbs.
func Record(store *statistics.Store, now time.Time) {
	begin := advice.DayStart(advice.DayNumber(now) - 30)
	var readings []*fleet.Reading
	for at := begin; at.Before(now); at = at.Add(10 * time.Minute) {
		day := at.Sub(begin).Hours() / 24
		wave := 0.5 + 0.5*math.Abs(math.Cos(day*math.Pi)) // its highest at midnight, when a day begins
		readings = append(readings,
			Reading("rmq-grows", at, (1000+60*math.Floor(day))*wave, 500),
			Reading("rmq-idle", at, 900*wave, 800),
			Reading("iot-public", at, 1, 48))
		if now.Sub(at) < 3*24*time.Hour {
			readings = append(readings, Reading("rmq-young", at, 100, 10))
		}
	}
	store.Append(readings)
	store.Flush()
}
