package exposition

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// plan is a mapping made ready for scanning. It is immutable, so that
// Collectors with the same mapping share one.
//
// Every selector of the mapping has a cell, in order: the usages of the first
// metric, its limits, the usages of the second, and so on; in the end, the extras.
type plan struct {
	metrics []planned
	names   []wanted
	extras  int // the first cell of the extras
	cells   int
}

// planned is one metric: its usages have the cells first to limits, its limits
// those from there to end.
type planned struct {
	metric             fleet.Metric
	counter            bool
	first, limits, end int
	series             []selector // of the cells, for messages
}

// wanted is a name that is looked for on a page, with all who want it.
type wanted struct {
	name     string
	picks    []pick
	matchers []Match // the conditions of all picks, each once
	absent   uint64  // those that hold for a series without labels
}

// pick adds the series that fulfil the conditions need to a cell.
type pick struct {
	cell int
	need uint64 // bits of wanted.matchers
	max  bool
}

// cell is what a page told for one selector of the mapping.
type cell struct {
	n     int // series added
	value float64
	named bool // a series of this name was there, whatever its labels
	bad   bool // a line could not be read
}

func (c *cell) add(v float64, largest bool) {
	switch {
	case c.n == 0:
		c.value = v
	case !largest:
		c.value += v
	case v > c.value || math.IsNaN(v):
		c.value = v // NaN stays, since nothing is larger
	}
	c.n++
}

// present tells whether the page had anything to say for the cell.
func (c *cell) present() bool { return c.n > 0 || c.bad }

// maxMatchers is how many different conditions one name may have: the bits of a word.
const maxMatchers = 64

// newPlan compiles a mapping.
func newPlan(mapping []Metric, extras []Extra) (*plan, error) {
	if err := checkMapping(mapping, extras); err != nil {
		return nil, err
	}
	p := &plan{metrics: make([]planned, 0, len(mapping))}
	for i := range mapping {
		m := &mapping[i]
		usages := m.usages()
		t := planned{metric: m.Metric, counter: m.Counter, first: p.cells, limits: p.cells + len(usages)}
		t.series = append(usages, m.limits()...)
		for _, s := range t.series {
			if err := p.want(s); err != nil {
				return nil, fmt.Errorf("mapping: %v: %w", m.Metric, err)
			}
		}
		t.end = p.cells
		p.metrics = append(p.metrics, t)
	}
	p.extras = p.cells
	for _, e := range extras {
		if err := p.want(e.selector()); err != nil {
			return nil, fmt.Errorf("extra: %w", err)
		}
	}
	return p, nil
}

// want gives a series the next cell.
func (p *plan) want(s selector) error {
	w := p.wantedOf(s.name)
	k := pick{cell: p.cells, max: s.max}
	p.cells++
	for _, m := range s.match {
		bit := w.bitOf(m)
		if bit == maxMatchers {
			return fmt.Errorf("series %s has more than %d different conditions", s.name, maxMatchers)
		}
		k.need |= 1 << bit
	}
	w.picks = append(w.picks, k)
	return nil
}

func (p *plan) wantedOf(name string) *wanted {
	for i := range p.names {
		if p.names[i].name == name {
			return &p.names[i]
		}
	}
	p.names = append(p.names, wanted{name: name})
	return &p.names[len(p.names)-1]
}

// bitOf returns the bit of a condition, a new one if need be.
func (w *wanted) bitOf(m Match) int {
	for i, known := range w.matchers {
		if known == m {
			return i
		}
	}
	if len(w.matchers) == maxMatchers {
		return maxMatchers
	}
	w.matchers = append(w.matchers, m)
	bit := len(w.matchers) - 1
	if (m.Value == "") != m.Not {
		w.absent |= 1 << bit
	}
	return bit
}

// fill tells a visit what the cells of a page say, as of the moment arrived.
func (p *plan) fill(cells []cell, arrived time.Time, v *collector.Visit) {
	for i := range p.metrics {
		t := &p.metrics[i]
		t.usage(cells[t.first:t.limits], arrived, v)
		if c, _ := firstPresent(cells[t.limits:t.end]); c != nil && !c.bad {
			v.Limit(t.metric, c.value)
		}
	}
}

func (t *planned) usage(cells []cell, arrived time.Time, v *collector.Visit) {
	c, at := firstPresent(cells)
	switch {
	case c == nil:
		v.Unknown(t.metric, t.missing(cells))
	case c.bad:
		v.Unknown(t.metric, "a line of series "+t.series[at].String()+" cannot be read")
	case math.IsNaN(c.value):
		v.Unknown(t.metric, "series "+t.series[at].String()+" is not a number (NaN) at the moment")
	case math.IsInf(c.value, 0):
		v.Unknown(t.metric, "series "+t.series[at].String()+" is infinite")
	case t.counter:
		v.Counter(t.metric, c.value, arrived)
	default:
		v.Gauge(t.metric, c.value)
	}
}

// firstPresent returns the first cell that the page told something for.
func firstPresent(cells []cell) (*cell, int) {
	for i := range cells {
		if cells[i].present() {
			return &cells[i], i
		}
	}
	return nil, 0
}

// missing says why none of the usages was found. Absent is not zero.
func (t *planned) missing(cells []cell) string {
	for i := range cells {
		if cells[i].named {
			return "no series of the page fits " + t.series[i].String() + ", though others have this name"
		}
	}
	if len(cells) == 1 {
		return "the page has no series " + t.series[0].name
	}
	names := make([]string, len(cells))
	for i := range names {
		names[i] = t.series[i].name
	}
	return "the page has none of the series " + strings.Join(names, ", ")
}
