package advice

import (
	"cmp"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

// Product is what the catalogue knows of one kind of instance.
type Product struct {
	Editions []Edition
	Changes  []Change // the first that fits a change speaks for it
}

// Edition is one edition with the specifications it is sold in. One that has
// neither specifications nor a capacity is bought by figures: any size, and the
// catalogue does not say which.
type Edition struct {
	Name     string
	Capacity fleet.Amounts // what holds for all of it; 0 is not known
	Specs    []Spec
}

// Spec is one specification. What it does not state is what its edition states.
type Spec struct {
	Name     string
	Capacity fleet.Amounts // 0 is not known
}

// Direction says whether a change leads to more or to less.
type Direction string

// The directions.
const (
	Up   Direction = "up"
	Down Direction = "down"
	Both Direction = "both"
)

// Who or what carries a change out.
const (
	ByConsole        = "console"         // whoever may pay, in the console
	ByEngineer       = "engineer"        // an engineer of the provider
	ByPostExpiration = "post_expiration" // the end of the term, by an action that is set before
)

// Same is the target edition of a change that stays inside an edition.
const Same = "same"

// Change is one row of the table of what may be changed into what.
type Change struct {
	From, To  string         // patterns of editions, as path.Match reads them; To may be Same
	Direction Direction      // which way it leads
	Methods   []fleet.Method // billing methods it is for; none is all
	Allowed   bool
	By        string            // ByConsole, ByEngineer or ByPostExpiration; "" when not allowed
	Late      bool              // best near the end of the term, because nothing is refunded
	Solvent   bool              // not while the account is overdue
	Keeps     fleet.MetricSet   // capacities that are bought apart and stay as they are
	Note      map[string]string // how it happens, by language (en, zh)
	Source    string
}

// fits tells whether the row speaks for a change.
func (c *Change) fits(from, to string, way Direction, method fleet.Method) bool {
	if from == to {
		if c.To != Same {
			return false
		}
	} else if c.To == Same || !matches(c.To, to) {
		return false
	}
	return matches(c.From, from) && (c.Direction == Both || c.Direction == way) && (len(c.Methods) == 0 || slices.Contains(c.Methods, method))
}

// HiddenBy tells whether an earlier row of the table speaks for all that this one
// does, so that nobody would ever come to it.
func (c *Change) HiddenBy(earlier Change) bool {
	wider := func(a, b string) bool { return a == b || a == "*" && b != Same }
	methods := len(earlier.Methods) == 0
	if !methods && len(c.Methods) > 0 {
		methods = !slices.ContainsFunc(c.Methods, func(m fleet.Method) bool { return !slices.Contains(earlier.Methods, m) })
	}
	return wider(earlier.From, c.From) && wider(earlier.To, c.To) && (earlier.Direction == Both || earlier.Direction == c.Direction) && methods
}

// matches tells whether an edition is one that a pattern names.
func matches(pattern, edition string) bool {
	ok, err := path.Match(pattern, edition)
	return ok && err == nil
}

// change returns the row for a change, nil when the catalogue does not say.
func (p *Product) change(from, to string, way Direction, method fleet.Method) *Change {
	for i := range p.Changes {
		if p.Changes[i].fits(from, to, way, method) {
			return &p.Changes[i]
		}
	}
	return nil
}

// Sort puts editions and specifications in the order of size, the smallest
// first, so that equal catalogues give equal advice.
func (p *Product) Sort() {
	for i := range p.Editions {
		e := &p.Editions[i]
		slices.SortFunc(e.Specs, func(a, b Spec) int {
			return bySize(laid(e.Capacity, a.Capacity), laid(e.Capacity, b.Capacity), a.Name, b.Name)
		})
	}
	slices.SortFunc(p.Editions, func(a, b Edition) int { return bySize(a.least(), b.least(), a.Name, b.Name) })
}

// Stated is the metrics of which any edition or specification states a capacity.
func (p *Product) Stated() (out fleet.MetricSet) {
	add := func(a fleet.Amounts) {
		for m, v := range a {
			if v > 0 {
				out = out.With(fleet.Metric(m))
			}
		}
	}
	for _, e := range p.Editions {
		add(e.Capacity)
		for _, s := range e.Specs {
			add(s.Capacity)
		}
	}
	return out
}

// least is the capacity of the smallest of an edition's specifications.
func (e *Edition) least() fleet.Amounts {
	if len(e.Specs) > 0 {
		return laid(e.Capacity, e.Specs[0].Capacity)
	}
	return e.Capacity
}

// open tells whether an edition is bought by figures that the catalogue does not
// list.
func (e *Edition) open() bool { return len(e.Specs) == 0 && e.Capacity == (fleet.Amounts{}) }

// laid is the capacity of a specification over that of its edition.
func laid(edition, spec fleet.Amounts) fleet.Amounts {
	for m, v := range spec {
		if v > 0 {
			edition[m] = v
		}
	}
	return edition
}

func bySize(a, b fleet.Amounts, nameA, nameB string) int {
	return cmp.Or(cmp.Compare(size(a), size(b)), natural(nameA, nameB))
}

// size makes one figure of a capacity: whatever carries more of one metric and
// less of none has a greater one.
func size(a fleet.Amounts) float64 {
	sum := 0.0
	for _, v := range a {
		if v > 0 {
			sum += math.Log2(1 + v)
		}
	}
	return sum
}

// natural compares names as people do: 2xlarge comes before 10xlarge.
func natural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts the digits that a name begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
