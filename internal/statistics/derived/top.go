package derived

import (
	"cmp"
	"container/heap"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

type topKey struct{}

// wantedTop is how many series each topk, and each bottomk, of a query takes; 0 is
// not known.
type wantedTop struct{ highest, lowest int }

// WithTop notes in ctx how many series the topk and bottomk of a query take, so that
// a querier need not put together those of a whole fleet. It notes nothing where that
// cannot be told: where they differ, take their number from another expression, take
// them for each group, or take them of anything but a plain selector.
func WithTop(ctx context.Context, query string) context.Context {
	if !strings.Contains(query, "topk") && !strings.Contains(query, "bottomk") {
		return ctx // the parser need not run twice
	}
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		return ctx // the engine says why
	}
	var found [2][]int
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if a, ok := node.(*parser.AggregateExpr); ok && (a.Op == parser.TOPK || a.Op == parser.BOTTOMK) {
			i := 0
			if a.Op == parser.BOTTOMK {
				i = 1
			}
			found[i] = append(found[i], taken(a))
		}
		return nil
	})
	wanted := wantedTop{agreed(found[0]), agreed(found[1])}
	if wanted == (wantedTop{}) {
		return ctx
	}
	return context.WithValue(ctx, topKey{}, wanted)
}

// taken returns how many series one topk or bottomk takes; 0 is not known.
func taken(a *parser.AggregateExpr) int {
	k, literal := a.Param.(*parser.NumberLiteral)
	of := a.Expr
	for {
		inner, ok := of.(*parser.ParenExpr)
		if !ok {
			break
		}
		of = inner.Expr
	}
	_, plain := of.(*parser.VectorSelector)
	if !literal || !plain || a.Without || len(a.Grouping) > 0 || !(k.Val >= 1 && k.Val < math.MaxInt32) {
		return 0
	}
	return int(k.Val)
}

// agreed returns the number that all have, 0 when they differ or there are none.
func agreed(list []int) int {
	if len(list) == 0 || slices.ContainsFunc(list, func(k int) bool { return k != list[0] }) {
		return 0
	}
	return list[0]
}

// top gathers series, no more than a topk or bottomk around the selector takes. It
// takes them as the engine does, step by step, so that of equal ones the same are left.
type top struct {
	k    int     // 0 keeps all
	sign float64 // -1 for the lowest
	list []oneSample
}

// topOf reads what is wanted from the query.
func topOf(ctx context.Context, hints *storage.SelectHints) *top {
	wanted, _ := ctx.Value(topKey{}).(wantedTop)
	switch hints.Func {
	case "topk":
		return &top{k: wanted.highest, sign: 1}
	case "bottomk":
		return &top{k: wanted.lowest, sign: -1}
	}
	return &top{}
}

// add takes one series, or leaves it out.
func (t *top) add(s oneSample) {
	switch {
	case t.k == 0:
		t.list = append(t.list, s)
	case len(t.list) < t.k:
		heap.Push(t, s)
	case t.list[0].v*t.sign < s.v*t.sign:
		t.list[0] = s
		heap.Fix(t, 0)
	}
}

// picked returns the series that were taken, in the order they came.
func (t *top) picked() []oneSample {
	slices.SortFunc(t.list, func(a, b oneSample) int { return cmp.Compare(a.place, b.place) })
	return t.list
}

// Len implements heap.Interface.
func (t *top) Len() int { return len(t.list) }

// Less implements heap.Interface.
func (t *top) Less(i, j int) bool { return t.list[i].v*t.sign < t.list[j].v*t.sign }

// Swap implements heap.Interface.
func (t *top) Swap(i, j int) { t.list[i], t.list[j] = t.list[j], t.list[i] }

// Push implements heap.Interface.
func (t *top) Push(s any) {
	if one, ok := s.(oneSample); ok {
		t.list = append(t.list, one)
	}
}

// Pop implements heap.Interface.
func (t *top) Pop() any {
	last := t.list[len(t.list)-1]
	t.list = t.list[:len(t.list)-1]
	return last
}
