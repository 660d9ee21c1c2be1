package advice

import (
	"github.com/brimwatch/brimwatch/fleet"
)

// candidate is an edition and specification with what the catalogue says of
// changing into it.
type candidate struct {
	edition *Edition
	spec    string
	amounts fleet.Amounts
	change  *Change
}

func (c *candidate) target(in *Input) *Target {
	t := &Target{Edition: c.edition.Name, Spec: c.spec, Capacity: c.amounts, Open: c.edition.open(), Change: c.change}
	t.Allowed = c.change != nil && c.change.Allowed
	if t.Allowed && c.change.Solvent && in.Overdue {
		t.Allowed, t.Refused = false, true
	}
	return t
}

// elsewhere tells whether it is of another edition than the instance.
func (c *candidate) elsewhere(in *Input) bool { return c.edition.Name != in.Instance.Edition }

// candidates lists what there is in a direction, the own edition first, then the
// others, each from the smallest on.
func candidates(in *Input, way Direction) []candidate {
	var own, others []candidate
	add := func(e *Edition, name string, a fleet.Amounts) {
		c := candidate{edition: e, spec: name, amounts: a, change: in.Product.change(in.Instance.Edition, e.Name, way, in.Instance.Term.Method)}
		if e.Name == in.Instance.Edition {
			own = append(own, c)
		} else {
			others = append(others, c)
		}
	}
	for i := range in.Product.Editions {
		e := &in.Product.Editions[i]
		for j := range e.Specs {
			add(e, e.Specs[j].Name, laid(e.Capacity, e.Specs[j].Capacity))
		}
		if len(e.Specs) == 0 {
			add(e, "", e.Capacity)
		}
	}
	return append(own, others...)
}

// up looks for the smallest that keeps everything under its threshold.
func (a *Advice) up(in *Input) {
	all := candidates(in, Up)
	a.markApart(in, all)
	if a.onlyApart() {
		a.Target = a.figures(in, all)
		return
	}
	for i := range all {
		c := &all[i]
		if c.edition.open() || !a.holds(in, c) {
			continue
		}
		t := c.target(in)
		switch {
		case t.Allowed, t.Refused, c.change == nil && !c.elsewhere(in):
			if a.Target == nil {
				a.Target = t
			} else if a.Also == nil && c.elsewhere(in) && a.Target.Edition == in.Instance.Edition {
				a.Also = t
			}
		case a.Blocked == nil:
			a.Blocked = t
		}
	}
	if a.Target == nil {
		a.Target = a.openEdition(in, all)
	}
	if a.Target != nil {
		a.Blocked = nil
	}
	if a.Target == nil {
		a.missing(in, all)
	}
}

// holds tells whether a candidate relieves all that stands above its threshold and
// makes nothing worse. What it does not state is not known, and must not be what
// is above.
func (a *Advice) holds(in *Input, c *candidate) bool {
	for i := range a.Findings {
		f := &a.Findings[i]
		if c.change != nil && c.change.Keeps.Has(f.Metric) {
			continue
		}
		capacity := c.amounts[f.Metric]
		switch {
		case capacity <= 0:
			if f.State == Over {
				return false
			}
		case !f.Usage.Known:
			if capacity < f.Capacity {
				return false
			}
		case judge(f.Need, capacity, f.Threshold) == Over, f.State == Over && capacity <= in.Capacity[f.Metric]:
			return false
		}
	}
	return true
}

// markApart marks the metrics whose capacity the own edition sells apart from its
// specifications.
func (a *Advice) markApart(in *Input, all []candidate) {
	for i := range all {
		c := &all[i]
		if c.elsewhere(in) || c.change == nil {
			continue
		}
		for k := range a.Findings {
			a.Findings[k].Apart = a.Findings[k].Apart || c.change.Keeps.Has(a.Findings[k].Metric)
		}
	}
}

// onlyApart tells whether all that is above its threshold is bought apart from
// specifications.
func (a *Advice) onlyApart() bool {
	for i := range a.Findings {
		if f := &a.Findings[i]; f.State == Over && !f.Apart {
			return false
		}
	}
	return true
}

// figures is the own edition and specification with more of what is bought apart.
func (a *Advice) figures(in *Input, all []candidate) *Target {
	for i := range all {
		if c := &all[i]; !c.elsewhere(in) {
			t := c.target(in)
			t.Spec, t.Capacity, t.Open = in.Instance.Spec, in.Capacity, true
			return t
		}
	}
	return nil
}

// openEdition is an edition that is bought by figures, the own one first.
func (a *Advice) openEdition(in *Input, all []candidate) *Target {
	for i := range all {
		c := &all[i]
		if !c.edition.open() || c.elsewhere(in) && (c.change == nil || !c.change.Allowed) {
			continue
		}
		if c.change == nil || c.change.Allowed {
			return c.target(in)
		}
	}
	return nil
}

// missing notes the largest capacity that can be changed into, for what is above
// its threshold.
func (a *Advice) missing(in *Input, all []candidate) {
	for k := range a.Findings {
		f := &a.Findings[k]
		if f.State != Over || f.Apart {
			continue
		}
		f.Largest = f.Capacity
		for i := range all {
			c := &all[i]
			if c.change != nil && c.change.Allowed || c.change == nil && !c.elsewhere(in) {
				f.Largest = max(f.Largest, c.amounts[f.Metric])
			}
		}
	}
}

// down looks for the smallest that would do with room to spare.
func (a *Advice) down(in *Input) {
	all := candidates(in, Down)
	for i := range all {
		c := &all[i]
		if c.edition.open() || !smaller(in, c) || !a.spares(c) {
			continue
		}
		t := c.target(in)
		if !t.Allowed && !t.Refused && (c.change != nil || c.elsewhere(in)) {
			continue
		}
		if a.Target == nil {
			a.Verdict, a.Target = DowngradePossible, t
		} else if a.Also == nil && c.elsewhere(in) && a.Target.Edition == in.Instance.Edition {
			a.Also = t
		}
	}
}

// smaller tells whether a candidate carries less of something and more of nothing.
func smaller(in *Input, c *candidate) bool {
	less := false
	for m, v := range c.amounts {
		if v > in.Capacity[m] {
			return false
		}
		less = less || v > 0 && v < in.Capacity[m]
	}
	return less
}

// spares tells whether a candidate would have carried the whole month with room
// to spare, in every metric. A metric of which it states nothing is not assumed
// to fit.
func (a *Advice) spares(c *candidate) bool {
	for i := range a.Findings {
		f := &a.Findings[i]
		capacity := c.amounts[f.Metric]
		if c.change != nil && c.change.Keeps.Has(f.Metric) {
			continue
		}
		if capacity <= 0 || f.Usage.Month.Peak >= room*f.Threshold*capacity {
			return false
		}
	}
	return len(a.Findings) > 0
}
