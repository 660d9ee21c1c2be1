package exposition

import "math"

// Extra is a series that Options.Revise wants to know besides those of the
// mapping: for what a mapping cannot say, such as a difference of two series, or
// which of several servers a page belongs to.
type Extra struct {
	Series string  // its name
	Match  []Match // all must be met
	Max    bool    // of several series the largest counts; else their sum
}

// Seen is what a page told for an Extra.
type Seen struct {
	Named  bool    // a series of this name is on the page, whatever its labels
	Count  int     // how many series fit
	Value  float64 // what they make together; NaN or infinite when the page says so
	Broken bool    // a line of one that fits cannot be read, so that Value is not whole
}

// Good tells whether there is a value that may be a figure: of whole series, and
// a number from zero up.
func (s Seen) Good() bool {
	return s.Count > 0 && !s.Broken && s.Value >= 0 && !math.IsInf(s.Value, 0)
}

// selector returns what an Extra selects.
func (e Extra) selector() selector { return selector{e.Series, e.Match, e.Max} }

// seen says what the cells of the extras hold, in the memory of out.
func (p *plan) seen(cells []cell, out []Seen) []Seen {
	out = out[:0]
	for _, c := range cells[p.extras:] {
		out = append(out, Seen{Named: c.named || c.bad, Count: c.n, Value: c.value, Broken: c.bad})
	}
	return out
}
