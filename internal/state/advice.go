package state

import (
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Case gathers what advice about an instance needs, but for its usage, with its
// newest reading, which is nil before the first.
func (f *Fleet) Case(id string) (advice.Input, *fleet.Reading, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	i, ok := f.index[id]
	if !ok {
		return advice.Input{}, nil, false
	}
	in, r := &f.snapshot.Instances[i], f.readings[i]
	out := advice.Input{Instance: in.Instance, Overdue: !in.Term.OverdueSince.IsZero()}
	if c := f.snapshot.Catalogue; c != nil {
		out.Product = c.Sizes[in.Product]
	}
	for m := range fleet.Metric(fleet.NumMetrics) {
		if limit := in.Limit(r, m); limit.Known() {
			out.Capacity[m] = limit.Value
		}
		out.Thresholds[m] = f.levels[i].Lowest(m)
	}
	for k := range f.accounts {
		if f.accounts[k].Name == in.Account {
			out.Overdue = out.Overdue || f.accounts[k].Overdue()
		}
	}
	return out, r, true
}

// Watched lists the instances that are read, with the metrics that have a capacity:
// one in force, or one of any specification of their product.
func (f *Fleet) Watched() []advice.Watched {
	f.mu.RLock()
	defer f.mu.RUnlock()
	stated := make(map[string]fleet.MetricSet)
	out := make([]advice.Watched, 0, len(f.snapshot.Instances))
	for i := range f.snapshot.Instances {
		in := &f.snapshot.Instances[i]
		set, ok := stated[in.Product]
		if !ok {
			set = statedBy(f.snapshot.Catalogue, in.Product)
			stated[in.Product] = set
		}
		for m := range fleet.Metric(fleet.NumMetrics) {
			if in.Limit(f.readings[i], m).Known() {
				set = set.With(m)
			}
		}
		if in.Source == nil {
			set = 0
		}
		out = append(out, advice.Watched{ID: in.ID, Metrics: set})
	}
	return out
}

// statedBy is the metrics of which any specification of a product states a capacity.
func statedBy(c *config.Catalogue, product string) fleet.MetricSet {
	if c == nil || c.Sizes[product] == nil {
		return 0
	}
	return c.Sizes[product].Stated()
}
