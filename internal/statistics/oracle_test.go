package statistics

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/value"

	"github.com/brimwatch/brimwatch/fleet"
)

// A story is forty minutes in the life of a small fleet. It is told to a history,
// and an oracle says, by plain computation, which samples whoever asks must see.
//
//   - mqtt-1 has everything: a capacity that changes, one that is not known for a
//     while, a calendar that moves on;
//   - redis-1 does not answer for a while, and does not know a metric for another;
//   - the third has quotes, a backslash and Chinese in its id, readings off the
//     grid, a message_tps that is not always the sum, a time without any reading,
//     and another edition in the end;
//   - the fourth has an id of 200 characters, and no capacity at all.
const (
	ticks     = 160
	tick      = 15 * time.Second
	biggerAt  = 120 // the tick at which the third gets its edition
	oddID     = `订单 "A"\ (主)`
	offGrid   = 7 * time.Second
	storyOver = 45 * time.Minute // until when the oracle knows the facts
)

func longID() string { return strings.Repeat("x", 200) }

// storyFleet is the fleet at a tick.
func storyFleet(t0 time.Time, k int) []*fleet.Instance {
	mqtt := &fleet.Instance{ID: "mqtt-1", Product: "mqtt", Edition: "basic", Watched: true}
	mqtt.Catalogue[fleet.MessageTPS], mqtt.Catalogue[fleet.Connections] = 1000, 5000
	mqtt.Term.Expires = t0.Add(100 * time.Hour)
	redis := &fleet.Instance{ID: "redis-1", Product: "redis", Edition: "2G", Watched: true}
	redis.Catalogue[fleet.CommandsTPS], redis.Catalogue[fleet.MemoryBytes] = 80_000, 2<<30
	redis.Term.Expires = t0.Add(-time.Hour)
	odd := &fleet.Instance{ID: oddID, Product: "mqtt", Edition: "basic", Watched: true}
	odd.Catalogue[fleet.MessageTPS] = 800
	if k >= biggerAt {
		odd.Edition = "platinum"
		odd.Catalogue[fleet.MessageTPS] = 1600
	}
	return []*fleet.Instance{mqtt, redis, odd, {ID: longID(), Product: "mqtt", Edition: "basic", Watched: true}}
}

// storyReading is what an instance tells at a tick, nil when it is not asked.
func storyReading(t0 time.Time, in *fleet.Instance, k int) *fleet.Reading {
	r := &fleet.Reading{Instance: in.ID, At: t0.Add(time.Duration(k) * tick), Up: true}
	// Eighths add up without a rounding error, in whatever order.
	put := func(m fleet.Metric, most int) {
		r.Known = r.Known.With(m)
		r.Usage[m] = float64((k*k*31+k*int(m+7)*113+len(in.ID)*int(m+1)*57)%(8*most)) / 8
	}
	total := func() {
		r.Known = r.Known.With(fleet.MessageTPS)
		r.Usage[fleet.MessageTPS] = r.Usage[fleet.SendTPS] + r.Usage[fleet.ReceiveTPS]
	}
	switch in.ID {
	case "mqtt-1":
		put(fleet.SendTPS, 300)
		put(fleet.ReceiveTPS, 600)
		total()
		put(fleet.Connections, 5500)
		put(fleet.Subscriptions, 9000)
	case "redis-1":
		put(fleet.CommandsTPS, 70_000)
		put(fleet.MemoryBytes, 1<<20)
		put(fleet.Connections, 100)
		switch {
		case k >= 50 && k < 58:
			return silence(in.ID, r.At)
		case k >= 80 && k < 84:
			r.Known = r.Known.Without(fleet.MemoryBytes)
		}
	case oddID:
		r.At = r.At.Add(offGrid)
		put(fleet.SendTPS, 300)
		put(fleet.ReceiveTPS, 300)
		total()
		switch {
		case k >= 96 && k < 119:
			return nil
		case k >= 30 && k < 33:
			r.Known = r.Known.Without(fleet.MessageTPS)
		case k >= 40 && k < 43:
			r.Known = r.Known.Without(fleet.MessageTPS).Without(fleet.SendTPS)
		case k%10 == 3:
			r.Usage[fleet.MessageTPS] += 5
		}
	default:
		put(fleet.Connections, 200)
	}
	for m := range fleet.Metric(fleet.NumMetrics) {
		if v := toldCapacity(in.ID, m, k); v > 0 {
			r.Limits[m] = fleet.Limit{Value: v, Origin: fleet.OriginServer}
		}
	}
	return r
}

// toldCapacity is what a reading says of a capacity, 0 for nothing.
func toldCapacity(id string, m fleet.Metric, k int) float64 {
	switch {
	case id == "mqtt-1" && m == fleet.Connections && k >= 70:
		return 6000
	case id == "mqtt-1" && m == fleet.Subscriptions && (k < 90 || k >= 96):
		return 10_000
	}
	return 0
}

// storyState is the lifecycle state of an instance at a moment.
func storyState(t0 time.Time, id string, at time.Time) fleet.LifecycleState {
	switch passed := at.Sub(t0); {
	case id == "redis-1":
		return fleet.LifecycleGrace
	case id != "mqtt-1" || passed < 12*time.Minute:
		return fleet.LifecycleActive
	case passed < 25*time.Minute:
		return fleet.LifecycleExpiring
	}
	return fleet.LifecycleSuspended
}

func storyMoments(t0 time.Time) []fleet.Moment {
	return []fleet.Moment{
		{State: fleet.LifecycleSuspended, At: t0.Add(25 * time.Minute)},
		{State: fleet.LifecycleReleased, At: t0.Add(200 * time.Hour)},
	}
}

// tell opens a history and tells it the story.
func tell(t testing.TB, t0 time.Time) *Store {
	t.Helper()
	s := open(t, t.TempDir(), func(o *Options) {
		o.Lifecycle = func(in *fleet.Instance, at time.Time) fleet.Lifecycle {
			return fleet.Lifecycle{State: storyState(t0, in.ID, at)}
		}
		o.Courses = func(id string) (time.Time, iter.Seq2[*fleet.Instance, *fleet.Course]) {
			return t0, func(yield func(*fleet.Instance, *fleet.Course) bool) {
				if in := storyFleet(t0, 0)[0]; id == "" || id == in.ID {
					yield(in, &fleet.Course{Moments: storyMoments(t0)})
				}
			}
		}
	})
	for k := range ticks {
		instances := storyFleet(t0, k)
		if k == 0 || k == biggerAt {
			s.SetFleet(instances)
		}
		for _, in := range instances {
			if r := storyReading(t0, in, k); r != nil {
				s.Append([]*fleet.Reading{r})
			}
		}
		s.commit(t0.Add(time.Duration(k) * tick))
	}
	return s
}

// point is a sample in milliseconds.
type point struct {
	t int64
	v float64
}

// oracle is all samples of the story, by the labels of their series.
type oracle struct {
	series map[string]*told
	order  []*told
}

// told is one series.
type told struct {
	labels map[string]string
	points []point
}

func (o *oracle) of(in *fleet.Instance, name, metric, state string) *told {
	ls := map[string]string{"__name__": name, "instance_id": in.ID, "product": in.Product, "edition": in.Edition, "metric": metric, "state": state}
	for k, v := range ls {
		if v == "" {
			delete(ls, k)
		}
	}
	key := fmt.Sprint(ls)
	if o.series[key] == nil {
		o.series[key] = &told{labels: ls}
		o.order = append(o.order, o.series[key])
	}
	return o.series[key]
}

func (s *told) live() bool {
	n := len(s.points)
	return n > 0 && !value.IsStaleNaN(s.points[n-1].v)
}

func (s *told) put(t int64, v float64) { s.points = append(s.points, point{t, v}) }

// end breaks the series where it goes on.
func (s *told) end(t int64) {
	if s.live() {
		s.put(t, stale())
	}
}

// hold puts what a fact is seen as: a sample when it changes, and one at each full
// minute until it ends, which is at until.
func (s *told) hold(from, until int64, v float64) {
	const minute = 60_000
	s.put(from, v)
	for at := from - from%minute + minute; at < until; at += minute {
		s.put(at, v)
	}
}

// consult computes the samples of the story.
func consult(t0 time.Time) *oracle {
	o := &oracle{series: make(map[string]*told)}
	for i := range storyFleet(t0, 0) {
		o.readings(t0, i)
		o.capacities(t0, i)
		o.terms(t0, i)
	}
	for _, m := range storyMoments(t0) {
		o.of(storyFleet(t0, 0)[0], "brimwatch_instance_lifecycle_moment_timestamp_seconds", "", string(m.State)).
			hold(t0.UnixMilli(), t0.Add(storyOver).UnixMilli(), float64(m.At.Unix()))
	}
	return o
}

// readings computes up, usage and utilization of instance i.
func (o *oracle) readings(t0 time.Time, i int) {
	for k := range ticks {
		in := storyFleet(t0, k)[i]
		if k == biggerAt && in.ID == oddID {
			o.endAll(storyFleet(t0, 0)[i], t0.Add(time.Duration(k)*tick).UnixMilli())
		}
		r := storyReading(t0, in, k)
		if r == nil {
			continue
		}
		t := r.At.UnixMilli()
		up := o.of(in, "brimwatch_instance_up", "", "")
		if r.Up {
			up.put(t, 1)
		} else {
			up.put(t, 0)
		}
		for m := range fleet.Metric(fleet.NumMetrics) {
			usage := o.of(in, "brimwatch_instance_usage", m.String(), "")
			ratio := o.of(in, "brimwatch_instance_utilization_ratio", m.String(), "")
			if !r.Known.Has(m) {
				usage.end(t)
				ratio.end(t)
				continue
			}
			usage.put(t, r.Usage[m])
			if c := storyCapacity(in, m, k); c > 0 {
				ratio.put(t, r.Usage[m]/c)
			} else {
				ratio.end(t)
			}
		}
	}
}

func (o *oracle) endAll(in *fleet.Instance, t int64) {
	o.of(in, "brimwatch_instance_up", "", "").end(t)
	for m := range fleet.Metric(fleet.NumMetrics) {
		o.of(in, "brimwatch_instance_usage", m.String(), "").end(t)
		o.of(in, "brimwatch_instance_utilization_ratio", m.String(), "").end(t)
	}
}

// storyCapacity is the capacity in force at a tick: what is told, or the edition's.
func storyCapacity(in *fleet.Instance, m fleet.Metric, k int) float64 {
	if v := toldCapacity(in.ID, m, k); v > 0 {
		return v
	}
	return in.Catalogue[m]
}

// capacities computes the capacity of instance i: it is what the last reading
// left, until the next says otherwise.
func (o *oracle) capacities(t0 time.Time, i int) {
	for m := range fleet.Metric(fleet.NumMetrics) {
		held, since, whose := 0.0, int64(0), storyFleet(t0, 0)[i]
		change := func(at int64, to float64, in *fleet.Instance) {
			s := o.of(whose, "brimwatch_instance_capacity", m.String(), "")
			if held > 0 {
				s.hold(since, at, held)
				if to == 0 || in.Edition != whose.Edition {
					s.put(at, stale())
				}
			}
			held, since, whose = to, at, in
		}
		for k := range ticks {
			in := storyFleet(t0, k)[i]
			if in.Edition != whose.Edition {
				change(t0.Add(time.Duration(k)*tick).UnixMilli(), 0, in)
			}
			if r := storyReading(t0, in, k); r != nil && r.Up {
				if c := storyCapacity(in, m, k); c != held {
					change(r.At.UnixMilli(), c, in)
				}
			}
		}
		change(t0.Add(storyOver).UnixMilli(), 0, whose)
	}
}

// terms computes expiry and lifecycle state of instance i. They are looked at at
// each full minute.
func (o *oracle) terms(t0 time.Time, i int) {
	bigger := t0.Add(biggerAt * tick).UnixMilli()
	for at := t0; at.Before(t0.Add(storyOver)); at = at.Add(time.Minute) {
		t, k := at.UnixMilli(), min(int(at.Sub(t0)/tick), ticks-1)
		in := storyFleet(t0, k)[i]
		if e := in.Term.Expires; !e.IsZero() {
			o.of(in, "brimwatch_instance_expiry_timestamp_seconds", "", "").put(t, float64(e.Unix()))
		}
		if before := storyFleet(t0, 0)[i]; t == bigger && before.Edition != in.Edition {
			o.of(before, "brimwatch_instance_lifecycle_state", "", string(storyState(t0, in.ID, at))).end(t)
		}
		now := storyState(t0, in.ID, at)
		if was := storyState(t0, in.ID, at.Add(-time.Minute)); was != now {
			o.of(in, "brimwatch_instance_lifecycle_state", "", string(was)).end(t)
		}
		o.of(in, "brimwatch_instance_lifecycle_state", "", string(now)).put(t, 1)
	}
}

// TestHistoryAsTheOracle compares all samples of the story, those of the derived
// series too.
func TestHistoryAsTheOracle(t *testing.T) {
	t0 := start()
	s := tell(t, t0)
	end := t0.Add(ticks * tick)
	want := []string{}
	for _, one := range consult(t0).order {
		var text strings.Builder
		for _, p := range one.points {
			if p.t <= end.UnixMilli() && !value.IsStaleNaN(p.v) {
				fmt.Fprintf(&text, "\n%v @[%d]", p.v, p.t)
			}
		}
		if text.Len() > 0 {
			want = append(want, fmt.Sprint(one.labels)+text.String())
		}
	}
	q, err := s.engine.NewInstantQuery(t.Context(), s.query, nil, `{__name__=~"brimwatch_.+"}[50m]`, end)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	matrix, err := q.Exec(t.Context()).Matrix()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, one := range matrix {
		var text strings.Builder
		for _, p := range one.Floats {
			fmt.Fprintf(&text, "\n%v @[%d]", p.F, p.T)
		}
		got = append(got, fmt.Sprint(one.Metric.Map())+text.String())
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-oracle +history)\n%s", diff)
	}
	if len(got) < 30 {
		t.Errorf("the story has %d series", len(got))
	}
}
