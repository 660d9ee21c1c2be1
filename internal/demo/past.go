package demo

import (
	"fmt"
	"hash/fnv"
	"log/slog"
	"math"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

// How far back the history of the demo goes, and how far apart its readings are: queries look
// back five minutes for one, and charts of the last day show a point each minute.
const (
	pastLength = 30 * 24 * time.Hour
	pastEvery  = 5 * time.Minute
	lateEvery  = time.Minute
	lateLength = 24 * time.Hour
)

const mebibyte = 1 << 20

// pastCeiling bounds the past as a share of the capacity. Nothing in it passes the threshold:
// the journal knows of no alarm before the demo began.
const pastCeiling = 0.66

// subject is an instance with what it did in the month before the demo.
type subject struct {
	instance fleet.Instance
	habits   []habit
}

// habit is how one metric developed.
type habit struct {
	metric   fleet.Metric
	now      float64 // what it is at when the demo begins
	capacity float64
	growth   float64 // by which share of now it grew in the month
	swing    float64 // by which share a day swells and ebbs
}

// upgraded is when Orders got its present capacity, before the demo began; and what its
// connections were bounded by until then.
const (
	upgraded            = 11 * 24 * time.Hour
	formerMaxConnection = 40
)

// subjects are the instances of the demo as they are when it begins.
func subjects(withCloud bool) []subject {
	of := func(id, product, edition string, habits ...habit) subject {
		return subject{fleet.Instance{ID: id, Product: product, Edition: edition, Watched: true}, habits}
	}
	quiet := calm()
	out := []subject{
		of(idOrders, "mqtt", "basic",
			habit{fleet.Connections, float64(quiet.clients), capacityConnections, 0.25, 0.3},
			habit{fleet.Subscriptions, float64(quiet.filters), capacitySubscriptions, 0.15, 0.2},
			habit{fleet.SendTPS, float64(quiet.messages), capacitySendTPS, 0.1, 0.5}),
		of(idPayments, "mqtt", "basic",
			habit{fleet.Connections, float64(usualPayments().clients), paymentsConnections, 0.05, 0.25},
			habit{fleet.Subscriptions, float64(usualPayments().filters), paymentsSubscriptions, 0.05, 0.2},
			habit{fleet.SendTPS, float64(usualPayments().messages), paymentsSendTPS, 0, 0.5}),
	}
	if !withCloud {
		return out
	}
	redis := func(id string, busy float64) subject {
		return of(id, "redis", "community",
			habit{fleet.Connections, 0.20 * busy * redisConnections, redisConnections, 0.1, 0.4},
			habit{fleet.CommandsTPS, 0.10 * busy * redisTPS, redisTPS, 0.1, 0.6},
			habit{fleet.MemoryBytes, 0.40 * busy * redisMegabytes * mebibyte, redisMegabytes * mebibyte, 0.4, 0.05})
	}
	return append(out,
		of(cloudTelemetry, "mqtt", "basic",
			habit{fleet.MessageTPS, 0.30 * telemetryTPS, telemetryTPS, 0.2, 0.3},
			habit{fleet.Connections, 0.45 * telemetryConnections, telemetryConnections, 0.3, 0.2},
			habit{fleet.Subscriptions, 0.20 * telemetrySubscriptions, telemetrySubscriptions, 0.2, 0.1}),
		of(cloudShop, "rocketmq", "standard",
			habit{fleet.MessageTPS, 0.50 * shopTPS, shopTPS, 0.15, 0.35},
			habit{fleet.Connections, 0.10 * shopConnections, shopConnections, 0, 0.2}),
		of(cloudDevices, "iot", "enterprise",
			habit{fleet.MessageTPS, 0.25 * devicesTPS, devicesTPS, 0.1, 0.3},
			habit{fleet.Connections, 0.50 * devicesConnections, devicesConnections, 0.2, 0.1}),
		redis(cloudCarts, 1), redis(cloudScratch, 0.2))
}

// at is what a habit's metric was at a moment before the demo began. It leads to what it is at
// then, whatever the time of day; a demo at night would have days above the threshold, so a day
// swells the less the higher that is.
func (h habit) at(id string, t, began time.Time) float64 {
	now := h.shape(id, began, began)
	highest := (1 + h.swing) * (1 + shapeNoise)
	swelling := 1.0
	if room := pastCeiling*h.capacity/h.now - 1; h.capacity > 0 && highest > now {
		swelling = min(1, room/(highest/now-1))
	}
	v := h.now * (1 + swelling*(h.shape(id, t, began)/now-1))
	if h.metric == fleet.MemoryBytes {
		return math.Round(v/mebibyte) * mebibyte
	}
	return math.Round(v)
}

// shapeNoise is by which share two moments of the same kind differ at most.
const shapeNoise = 0.03

// shape grows over the month, swells by day, is lower at weekends, and is never quite the same.
func (h habit) shape(id string, t, began time.Time) float64 {
	local := t.In(time.FixedZone("", 8*3600))
	hour := float64(local.Hour()) + float64(local.Minute())/60
	day := 1 + h.swing*math.Cos((hour-15)/24*2*math.Pi)
	if wd := local.Weekday(); wd == time.Saturday || wd == time.Sunday {
		day *= 1 - h.swing/3
	}
	grown := 1 - h.growth*float64(began.Sub(t))/float64(pastLength)
	sum := fnv.New32a()
	_, _ = fmt.Fprint(sum, id, h.metric, t.Unix()/int64(pastEvery/time.Second)) // a hash takes everything
	return day * grown * (1 - shapeNoise + 2*shapeNoise*float64(sum.Sum32()%1000)/1000)
}

// reading is what was read of an instance at a moment.
func (s *subject) reading(t, began time.Time) *fleet.Reading {
	r := &fleet.Reading{Instance: s.instance.ID, At: t, Up: true}
	for _, h := range s.habits {
		r.Known, r.Usage[h.metric] = r.Known.With(h.metric), h.at(s.instance.ID, t, began)
		if h.capacity > 0 {
			r.Limits[h.metric] = fleet.Limit{Value: h.capacity, Origin: fleet.OriginServer}
		}
	}
	if r.Known.Has(fleet.SendTPS) { // each message is delivered once
		r.Known = r.Known.With(fleet.ReceiveTPS).With(fleet.MessageTPS)
		r.Usage[fleet.ReceiveTPS], r.Usage[fleet.MessageTPS] = r.Usage[fleet.SendTPS], 2*r.Usage[fleet.SendTPS]
	}
	if s.instance.ID == idOrders && began.Sub(t) > upgraded {
		r.Limits[fleet.Connections].Value = formerMaxConnection
		r.Usage[fleet.Connections] = math.Round(r.Usage[fleet.Connections] * formerMaxConnection / capacityConnections)
	}
	return r
}

// silent tells whether nothing was read of an instance at a moment: a night of maintenance.
func (s *subject) silent(t, began time.Time) bool {
	before := began.Sub(t)
	return s.instance.ID == idPayments && before > 9*24*time.Hour && before < 9*24*time.Hour+5*time.Hour
}

// recordPast writes the month before the demo into the history in a folder, as if Brimwatch had
// watched the instances all the time.
func recordPast(dir string, subjects []subject, began time.Time) error {
	store, err := statistics.Open(statistics.Options{Dir: dir, Version: "demo", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("open the history of the demo: %w", err)
	}
	known := make([]*fleet.Instance, len(subjects))
	for i := range subjects {
		known[i] = &subjects[i].instance
	}
	store.SetFleet(known)
	var readings []*fleet.Reading
	every := pastEvery
	for t := began.Add(-pastLength).Truncate(pastEvery); t.Before(began); t = t.Add(every) {
		if began.Sub(t) <= lateLength {
			every = lateEvery
		}
		for i := range subjects {
			if s := &subjects[i]; !s.silent(t, began) {
				readings = append(readings, s.reading(t, began))
			}
		}
	}
	store.Append(readings)
	store.Flush()
	if err := store.Close(); err != nil {
		return fmt.Errorf("close the history of the demo: %w", err)
	}
	return nil
}
