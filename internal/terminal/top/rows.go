package top

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// Order is what rows are sorted by.
type Order string

// The orders.
const (
	Worst    Order = "worst"   // alarms, then silence, then terms that end, then the fullest
	Fullest  Order = "fullest" // by utilization
	ByName   Order = "name"    //
	ByID     Order = "id"      //
	Product  Order = "product" // and the fullest of each first
	Expiring Order = "expires" // the next to expire first
)

// Orders lists the orders as a key walks through them.
func Orders() []Order { return []Order{Worst, Fullest, ByName, ByID, Product, Expiring} }

// states are what the list may be narrowed to; "" is all.
func states() []string {
	return []string{"", "raised", "unknown", "ok", "unwatched", "expiring", "past"}
}

// Filter says which instances are listed.
type Filter struct {
	Query string // words that must all be in its names, product, account or labels
	State string // raised, unknown, ok, unwatched, expiring or past; "" is all
}

// Takes tells whether an instance is listed.
func (f *Filter) Takes(in *wire.Instance) bool {
	switch f.State {
	case "":
	case "expiring":
		if in.Lifecycle.State != "expiring" {
			return false
		}
	case "past":
		if !past(in.Lifecycle.State) {
			return false
		}
	default:
		if in.State != f.State {
			return false
		}
	}
	for word := range strings.FieldsSeq(strings.ToLower(f.Query)) {
		if !called(in, word) {
			return false
		}
	}
	return true
}

// called tells whether an instance is called, labelled or kept under word.
func called(in *wire.Instance, word string) bool {
	for _, text := range [...]string{in.Name, in.ID, in.Product, in.Edition, in.Spec, in.Account} {
		if strings.Contains(strings.ToLower(text), word) {
			return true
		}
	}
	for name, value := range in.Labels {
		if strings.Contains(strings.ToLower(name+"="+value), word) {
			return true
		}
	}
	return false
}

func past(lifecycle string) bool { return fleet.LifecycleState(lifecycle).Past() }

// row is one line of the list: an instance with one of its metrics.
type row struct {
	in     *wire.Instance
	metric string // "" where there is none
	m      wire.Metric
}

func (r *row) key() string { return r.in.ID + "\x00" + r.metric }

func (r *row) name() string { return cmp.Or(r.in.Name, r.in.ID) }

// full is the utilization; -1 where it is not known.
func (r *row) full() float64 {
	if r.m.Utilization == nil {
		return -1
	}
	return *r.m.Utilization
}

// rank says how bad a row is; more is worse.
func (r *row) rank() int {
	state := r.m.State
	if r.metric == "" {
		state = r.in.State
	}
	switch {
	case state == "raised":
		return 5
	case state == "unknown" && r.in.Watched:
		return 4
	case past(r.in.Lifecycle.State):
		return 3
	case r.in.Lifecycle.State == "expiring":
		return 2
	case state == "ok":
		return 1
	}
	return 0
}

// Sort puts instances in an order.
func Sort(list []wire.Instance, by Order) {
	rows := rowsOf(list, Filter{}, by, false, false)
	sorted := make([]wire.Instance, len(rows))
	for i := range rows {
		sorted[i] = *rows[i].in
	}
	copy(list, sorted)
}

// rowsOf makes the rows of a fleet: one for each instance, with its worst metric, or one
// for each metric.
func rowsOf(list []wire.Instance, f Filter, by Order, reversed, spread bool) []row {
	rows := make([]row, 0, len(list))
	for i := range list {
		in := &list[i]
		if !f.Takes(in) {
			continue
		}
		metrics := metricsOf(in)
		if !spread && len(metrics) > 1 {
			metrics = metrics[:1]
		}
		if len(metrics) == 0 {
			metrics = []row{{in: in}}
		}
		rows = append(rows, metrics...)
	}
	slices.SortFunc(rows, func(a, b row) int {
		c := compare(&a, &b, by)
		if reversed {
			c = -c
		}
		return cmp.Or(c, strings.Compare(a.in.ID, b.in.ID), strings.Compare(a.metric, b.metric))
	})
	return rows
}

// metricsOf lists the metrics of an instance, the worst first.
func metricsOf(in *wire.Instance) []row {
	var out []row
	for name, m := range in.Metrics {
		out = append(out, row{in: in, metric: name, m: m})
	}
	slices.SortFunc(out, func(a, b row) int {
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(b.full(), a.full()), strings.Compare(a.metric, b.metric))
	})
	return out
}

func compare(a, b *row, by Order) int {
	fullest := cmp.Compare(b.full(), a.full())
	name := strings.Compare(strings.ToLower(a.name()), strings.ToLower(b.name()))
	switch by {
	case Worst:
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), fullest, name)
	case Fullest:
		return cmp.Or(fullest, name)
	case Product:
		return cmp.Or(strings.Compare(a.in.Product, b.in.Product), strings.Compare(a.in.Edition, b.in.Edition), fullest, name)
	case Expiring:
		return cmp.Or(cmp.Compare(expiry(a.in), expiry(b.in)), name)
	case ByName:
		return name
	case ByID:
	}
	return strings.Compare(a.in.ID, b.in.ID)
}

// expiry is when a term ends, in Unix seconds; what does not is last.
func expiry(in *wire.Instance) int64 {
	if in.Lifecycle.ExpiresAt == nil {
		return math.MaxInt64
	}
	return in.Lifecycle.ExpiresAt.Unix()
}

// counts is how many instances stand how.
type counts struct {
	all, raised, unknown, expiring, past int
}

func countsOf(list []wire.Instance) counts {
	c := counts{all: len(list)}
	for i := range list {
		switch {
		case list[i].State == "raised":
			c.raised++
		case list[i].State == "unknown" && list[i].Watched:
			c.unknown++
		}
		switch {
		case list[i].Lifecycle.State == "expiring":
			c.expiring++
		case past(list[i].Lifecycle.State):
			c.past++
		}
	}
	return c
}

// next is the next moment of the calendar that lies ahead; nil when there is none.
func next(in *wire.Instance, now time.Time) *wire.Next {
	if n := in.Lifecycle.Next; n != nil && n.At.After(now) {
		return n
	}
	return nil
}
