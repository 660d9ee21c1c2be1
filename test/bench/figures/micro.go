package figures

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Micro is what one benchmark of a package measured.
type Micro struct {
	Package string  `json:"package"` // below the module
	Name    string  `json:"name"`    // without the number of cores
	Nanos   float64 `json:"ns_per_op"`
	Bytes   float64 `json:"bytes_per_op"`  // allocated
	Allocs  float64 `json:"allocs_per_op"` // allocations
	Others  []Other `json:"others,omitempty"`
}

// Other is a figure in a unit of the benchmark's own.
type Other struct {
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
}

// Median returns one figure of each benchmark: that of the run whose time is in
// the middle.
func Median(runs []Micro) []Micro {
	key := func(m Micro) string { return m.Package + " " + m.Name }
	byKey := make(map[string][]Micro)
	var order []string
	for _, m := range runs {
		if byKey[key(m)] == nil {
			order = append(order, key(m))
		}
		byKey[key(m)] = append(byKey[key(m)], m)
	}
	out := make([]Micro, 0, len(order))
	for _, k := range order {
		same := byKey[k]
		slices.SortStableFunc(same, func(a, b Micro) int { return cmp.Compare(a.Nanos, b.Nanos) })
		out = append(out, same[(len(same)-1)/2])
	}
	return out
}

// microMark is what a benchmark must reach.
type microMark struct {
	text string
	met  func(m Micro) bool
}

// markOf returns the mark of a benchmark, and nil for one without.
func markOf(m Micro) *microMark {
	if m.Package == "alarm" && strings.HasPrefix(m.Name, "Step/") {
		return &microMark{"under 100 ns, no allocation", func(m Micro) bool { return m.Nanos < 100 && m.Allocs == 0 }}
	}
	return nil
}

func (m Micro) verdict() string {
	mark := markOf(m)
	switch {
	case mark == nil:
		return ""
	case mark.met(m):
		return "ok"
	}
	return "over"
}

// Over says that the benchmark misses its mark, and is empty when it does not.
func (m Micro) Over() string {
	if m.verdict() != "over" {
		return ""
	}
	return m.Package + " " + m.Name + ": " + number(m.Nanos) + " ns and " + number(m.Allocs) + " allocations, and must be " + markOf(m).text
}

func (m Micro) othersText() string {
	parts := make([]string, len(m.Others))
	for i, o := range m.Others {
		parts[i] = number(o.Value) + " " + o.Unit
	}
	return strings.Join(parts, ", ")
}

// number is as short as the value can be told from others.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
