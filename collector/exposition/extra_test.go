package exposition

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestExtras says of each series what the page told.
func TestExtras(t *testing.T) {
	extras := []Extra{
		{Series: "opened"},
		{Series: "opened", Match: []Match{{Name: "node", Value: "b"}}},
		{Series: "opened", Max: true},
	}
	for _, tt := range []struct {
		name string
		page string
		want [3]Seen
		good [3]bool
	}{
		{"all there", "opened{node=\"a\"} 3\nopened{node=\"b\"} 4\n",
			[3]Seen{{Named: true, Count: 2, Value: 7}, {Named: true, Count: 1, Value: 4}, {Named: true, Count: 2, Value: 4}}, [3]bool{true, true, true}},
		{"not there", "closed 1\n", [3]Seen{}, [3]bool{}},
		{"another label", "opened{node=\"a\"} 3\n",
			[3]Seen{{Named: true, Count: 1, Value: 3}, {Named: true}, {Named: true, Count: 1, Value: 3}}, [3]bool{true, false, true}},
		{"a line that cannot be read", "opened{node=\"a\"} 3\nopened{node=\"b\"} x\n",
			[3]Seen{{Named: true, Count: 1, Value: 3, Broken: true}, {Named: true, Broken: true}, {Named: true, Count: 1, Value: 3, Broken: true}}, [3]bool{}},
		{"below zero", "opened -1\n", [3]Seen{{Named: true, Count: 1, Value: -1}, {Named: true}, {Named: true, Count: 1, Value: -1}}, [3]bool{}},
		{"without end", "opened +Inf\n",
			[3]Seen{{Named: true, Count: 1, Value: math.Inf(1)}, {Named: true}, {Named: true, Count: 1, Value: math.Inf(1)}}, [3]bool{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := newPlan(shopMapping(), extras)
			if err != nil {
				t.Fatal(err)
			}
			pg, err := scan(p, strings.NewReader(tt.page))
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range p.seen(pg.cells, nil) {
				if got != tt.want[i] || got.Good() != tt.good[i] {
					t.Errorf("extra %d: %+v, good %v, want %+v, %v", i, got, got.Good(), tt.want[i], tt.good[i])
				}
			}
		})
	}
	if (Seen{Count: 1, Value: math.NaN()}).Good() {
		t.Error("NaN is no figure")
	}
}

// TestRevise lets a difference of two totals stand in for a gauge.
func TestRevise(t *testing.T) {
	revised := 0
	c := build(t, Options{
		URL:   serveRaw(t, answers(ok("shop_orders_total 1027\nopened 20\nclosed 8\n"))).url,
		Extra: []Extra{{Series: "opened"}, {Series: "closed"}},
		Revise: func(v *collector.Visit, seen []Seen, arrived time.Time) {
			revised++
			if _, at, told := v.CounterOf(fleet.SendTPS); !told || !at.Equal(arrived) {
				t.Errorf("the mapping came later, or %v is not when the page arrived", arrived)
			}
			v.Gauge(fleet.Connections, seen[0].Value-seen[1].Value)
		},
	})
	for range 2 {
		wantShop(t, c)
	}
	if revised != 2 {
		t.Errorf("revised %d times, want 2", revised)
	}
}

// TestExtraFaults refuses extras that cannot be looked for, and takes a mapping
// of nothing but extras.
func TestExtraFaults(t *testing.T) {
	if _, err := newPlan(nil, []Extra{{Series: "a"}}); err != nil {
		t.Errorf("extras alone: %v", err)
	}
	_, err := newPlan(nil, []Extra{{Series: "a{b}"}})
	if err == nil || !strings.Contains(err.Error(), "extra: the name of a series") {
		t.Errorf("got %v", err)
	}
}

// TestPlansWithExtras are other plans than those without.
func TestPlansWithExtras(t *testing.T) {
	shared := NewTransport()
	mine := []Extra{{Series: "a", Match: []Match{{Name: "x", Value: "y"}}}}
	first, err := shared.planOf(shopMapping(), mine)
	if err != nil {
		t.Fatal(err)
	}
	mine[0].Match[0].Value = "z"
	second, err := shared.planOf(shopMapping(), []Extra{{Series: "a", Match: []Match{{Name: "x", Value: "y"}}}})
	if err != nil || first != second {
		t.Errorf("an equal plan was compiled anew (%v)", err)
	}
	if bare, err := shared.planOf(shopMapping(), nil); err != nil || bare == first {
		t.Errorf("a mapping without extras got the plan of one with them (%v)", err)
	}
}

// TestReviseAllocatesNothing keeps what is seen in the same memory.
func TestReviseAllocatesNothing(t *testing.T) {
	p, err := newPlan(nil, []Extra{{Series: "a"}, {Series: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	cells, seen := make([]cell, p.cells), make([]Seen, 0, 2)
	if n := testing.AllocsPerRun(100, func() { seen = p.seen(cells, seen) }); n != 0 {
		t.Errorf("%v allocations a page", n)
	}
}
