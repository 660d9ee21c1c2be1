package families

import (
	"cmp"
	"maps"
	"slices"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// groupKey is what figures of the fleet are summed up by.
type groupKey struct {
	product, account string
}

func (k groupKey) compare(other groupKey) int {
	return cmp.Or(cmp.Compare(k.product, other.product), cmp.Compare(k.account, other.account))
}

// labels appends the labels of the group.
func (k groupKey) labels(to []fleet.Label) []fleet.Label {
	return append(to, fleet.Label{Name: series.Product, Value: k.product}, fleet.Label{Name: series.Account, Value: k.account})
}

// group is what the instances of one product and account come to.
type group struct {
	groupKey
	states      map[fleet.LifecycleState]int
	watched, up int
	metrics     [fleet.NumMetrics]sum
}

// sum is what one metric of a group comes to, of the instances whose usage and
// capacity are both known.
type sum struct {
	usage, capacity float64
	shares          []float64 // utilization of each, in order of size
}

// gathered returns the groups that are asked for, in order.
func (c *Content) gathered() []group {
	if c.groups != nil {
		return c.groups
	}
	places := make(map[groupKey]int)
	c.groups = []group{}
	for i := range c.fleet {
		st := &c.fleet[i]
		k := groupKey{st.Instance.Product, st.Instance.Account}
		if !c.of(k.account) {
			continue
		}
		place, ok := places[k]
		if !ok {
			place = len(c.groups)
			places[k] = place
			c.groups = append(c.groups, group{groupKey: k, states: make(map[fleet.LifecycleState]int)})
		}
		c.groups[place].add(st)
	}
	for i := range c.groups {
		for m := range c.groups[i].metrics {
			slices.Sort(c.groups[i].metrics[m].shares)
		}
	}
	slices.SortFunc(c.groups, func(a, b group) int { return a.compare(b.groupKey) })
	return c.groups
}

// add takes one instance in.
func (g *group) add(st *standing) {
	g.states[cmp.Or(st.Lifecycle.State, fleet.LifecycleUnknown)]++
	if st.Instance.Watched {
		g.watched++
		if st.Reading != nil && st.Reading.Up {
			g.up++
		}
	}
	for m := range fleet.Metric(fleet.NumMetrics) {
		share, known := utilization(st, m)
		if !known || !finite(share) {
			continue
		}
		s := &g.metrics[m]
		s.usage, s.capacity, s.shares = s.usage+st.Reading.Usage[m], s.capacity+st.limits[m], append(s.shares, share)
	}
}

// fleetInstances hands out how many instances of each group are in which state.
func (c *Content) fleetInstances(f *series.Family, visit Visit) {
	p := series.Point{Family: f}
	for i := range c.gathered() {
		g := &c.groups[i]
		p.Labels = g.labels(p.Labels[:0])
		for _, state := range slices.Sorted(maps.Keys(g.states)) {
			p.State, p.Value = string(state), float64(g.states[state])
			visit(&p)
		}
	}
}

// perGroup hands out a count of each group.
func perGroup(figure func(*group) int) func(*Content, *series.Family, Visit) {
	return func(c *Content, f *series.Family, visit Visit) {
		p := series.Point{Family: f}
		for i := range c.gathered() {
			g := &c.groups[i]
			p.Labels, p.Value = g.labels(p.Labels[:0]), float64(figure(g))
			visit(&p)
		}
	}
}

// perGroupMetric hands out a figure of each metric of each group.
func perGroupMetric(figure func(*sum) float64) func(*Content, *series.Family, Visit) {
	return func(c *Content, f *series.Family, visit Visit) {
		p := series.Point{Family: f}
		for i := range c.gathered() {
			g := &c.groups[i]
			p.Labels = g.labels(p.Labels[:0])
			for m := range g.metrics {
				s := &g.metrics[m]
				if p.Value = figure(s); len(s.shares) > 0 && finite(p.Value) {
					p.Metric = fleet.Metric(m).String()
					visit(&p)
				}
			}
		}
	}
}

// The values of the label stat.
const (
	statMax  = "max"
	statMean = "mean"
	statP90  = "p90"
)

// fleetUtilization hands out how full each metric of each group is.
func (c *Content) fleetUtilization(f *series.Family, visit Visit) {
	p := series.Point{Family: f}
	for i := range c.gathered() {
		g := &c.groups[i]
		for m := range g.metrics {
			shares := g.metrics[m].shares
			if len(shares) == 0 {
				continue
			}
			p.Metric = fleet.Metric(m).String()
			for _, one := range [...]struct {
				stat  string
				value float64
			}{{statMax, shares[len(shares)-1]}, {statMean, mean(shares)}, {statP90, quantile(shares, 0.9)}} {
				p.Labels = append(g.labels(p.Labels[:0]), fleet.Label{Name: series.Stat, Value: one.stat})
				if p.Value = one.value; finite(p.Value) {
					visit(&p)
				}
			}
		}
	}
}

func mean(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total / float64(len(values))
}

// quantile interpolates in sorted values, as the function of PromQL does.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (sorted[i+1]-sorted[i])*(at-float64(i))
}
