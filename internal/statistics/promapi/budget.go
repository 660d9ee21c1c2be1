package promapi

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

// The engine counts the samples that a query holds in memory, and nothing else.
// Series without samples, what it sets aside for samples that never come, and
// labels that a query makes longer can take more than these. A budget counts
// them before the query begins, in the place of the samples that would take as
// much, up to the same bound.
const (
	sampleBytes = 16
	// seriesBytes is about what one series takes until it has been read.
	seriesBytes = 400
	// aside is the most samples for which the engine sets memory aside when a series
	// has its first.
	aside = 5000
	// maxSubquerySteps bounds the steps of one subquery: the engine cannot be stopped
	// within those of one series.
	maxSubquerySteps = 10_000_000
)

// budget is a Queryable that refuses what would take more memory than a query may
// have. It is for one query and one goroutine.
type budget struct {
	storage.Queryable
	most int // samples
	used int
	plan *plan // nil for a look-up
}

func (b *budget) tooMuch() error {
	return fmt.Errorf("the query would hold more in memory than %d samples take (storage.query_max_samples): ask for fewer series, a shorter time, or a larger step", b.most)
}

// Querier implements storage.Queryable.
func (b *budget) Querier(mint, maxt int64) (storage.Querier, error) {
	q, err := b.Queryable.Querier(mint, maxt)
	if err != nil {
		return nil, err
	}
	return &budgetQuerier{Querier: q, budget: b}, nil
}

type budgetQuerier struct {
	storage.Querier
	budget *budget
}

// Select implements storage.Querier. It counts the series before it hands them on.
func (q *budgetQuerier) Select(ctx context.Context, sorted bool, hints *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	b := q.budget
	if b.used > b.most {
		return storage.ErrSeriesSet(b.tooMuch())
	}
	use := b.plan.use(ms)
	groups := make(map[uint64]struct{})
	set := q.Querier.Select(ctx, sorted, hints, ms...)
	out := &countedSet{at: -1}
	for set.Next() {
		one := set.At()
		b.used = sum(b.used, use.series)
		switch use.kind {
		case eachAside:
			b.used = sum(b.used, use.aside)
		case groupsAside:
			group := use.group(one.Labels())
			if _, known := groups[group]; !known {
				groups[group] = struct{}{}
				b.used = sum(b.used, use.aside)
			}
		}
		if b.used > b.most {
			return storage.ErrSeriesSet(b.tooMuch())
		}
		out.series = append(out.series, one)
		if len(out.series)%1024 == 0 && ctx.Err() != nil {
			return storage.ErrSeriesSet(ctx.Err())
		}
	}
	out.warnings = set.Warnings()
	if err := set.Err(); err != nil {
		return storage.ErrSeriesSet(err)
	}
	return out
}

// countedSet is series that have been counted.
type countedSet struct {
	series   []storage.Series
	at       int
	warnings annotations.Annotations
}

// Next implements storage.SeriesSet.
func (s *countedSet) Next() bool {
	if s.at+1 >= len(s.series) {
		return false
	}
	s.at++
	return true
}

// At implements storage.SeriesSet.
func (s *countedSet) At() storage.Series { return s.series[s.at] }

// Err implements storage.SeriesSet.
func (s *countedSet) Err() error { return nil }

// Warnings implements storage.SeriesSet.
func (s *countedSet) Warnings() annotations.Annotations { return s.warnings }

// plan is what a query will do with the series of each of its selectors.
type plan struct {
	uses map[*labels.Matcher]use // by the first matcher of the selector
}

// use tells what each series of a selector costs, in samples.
type use struct {
	kind   useKind
	series int // for the series itself
	aside  int // for what is set aside for each series, or each group

	grouping []string
	without  bool
}

// useKind is for how many series the engine sets memory aside. The zero value is for
// none: it hands them on as they are.
type useKind uint8

const (
	// groupsAside: it computes one series for each group of series.
	groupsAside useKind = iota + 1
	// eachAside: it computes a new series for each.
	eachAside
)

// use returns what is done with the series that ms selects.
func (p *plan) use(ms []*labels.Matcher) use {
	if p != nil && len(ms) > 0 {
		if u, ok := p.uses[ms[0]]; ok {
			return u
		}
	}
	return use{series: seriesBytes / sampleBytes}
}

func (u *use) group(ls labels.Labels) uint64 {
	buf := make([]byte, 0, 256)
	if u.without {
		h, _ := ls.HashWithoutLabels(buf, u.grouping...)
		return h
	}
	h, _ := ls.HashForLabels(buf, u.grouping...)
	return h
}

// newPlan reads from a statement what it will do. It fails when a subquery has
// too many steps.
func newPlan(stmt *parser.EvalStmt, noStep time.Duration) (*plan, error) {
	w := &planner{plan: &plan{uses: make(map[*labels.Matcher]use)}, noStep: noStep.Milliseconds()}
	whole := frame{covers: stmt.End.Sub(stmt.Start).Milliseconds(), step: max(stmt.Interval.Milliseconds(), 1)}
	if err := w.visit(stmt.Expr, whole); err != nil {
		return nil, err
	}
	if extra := longest(stmt.Expr) / sampleBytes; extra > 0 {
		for m, u := range w.plan.uses {
			u.series = sum(u.series, extra)
			w.plan.uses[m] = u
		}
	}
	return w.plan, nil
}

// planner walks over an expression.
type planner struct {
	plan   *plan
	noStep int64 // of a subquery that does not say its own, in milliseconds
}

// frame is what surrounds a part of an expression.
type frame struct {
	covers, step int64 // the time over which it is computed, and how often, in milliseconds
	use          use
}

// steps returns how often a part of an expression is computed.
func (f frame) steps() int { return int(min(f.covers/f.step+1, math.MaxInt32)) }

// with returns the frame of a part of which each series, or each group, is
// computed anew.
func (f frame) with(kind useKind, times int) frame {
	f.use.kind = kind
	f.use.aside = max(f.use.aside, product(min(f.steps(), aside), times))
	return f
}

func (w *planner) visit(node parser.Node, f frame) error {
	switch n := node.(type) {
	case *parser.VectorSelector:
		u := f.use
		u.series = seriesBytes / sampleBytes
		w.plan.uses[n.LabelMatchers[0]] = u
		return nil
	case *parser.SubqueryExpr:
		step := n.Step.Milliseconds()
		if step <= 0 {
			step = w.noStep
		}
		f.covers, f.step = f.covers+n.Range.Milliseconds(), step
		if f.steps() > maxSubquerySteps {
			return fmt.Errorf("a subquery would take more than %d steps: ask for a shorter time, or a larger step", maxSubquerySteps)
		}
	case *parser.StepInvariantExpr:
		// It is computed once, and the engine counts every sample that it makes of that.
		f = frame{step: 1}
	case *parser.AggregateExpr:
		return w.aggregate(n, f)
	case *parser.BinaryExpr:
		f = f.with(eachAside, 1)
	case *parser.Call:
		if !overTime(n) {
			f = f.with(eachAside, 1)
		}
	}
	for child := range parser.ChildrenIter(node) {
		if err := w.visit(child, f); err != nil {
			return err
		}
	}
	return nil
}

// aggregate visits an aggregation: some compute one series for each group, some
// may hand on every series they are given, and one makes a series of each value.
func (w *planner) aggregate(n *parser.AggregateExpr, f frame) error {
	var inner frame
	switch n.Op {
	case parser.COUNT_VALUES:
		inner = f.with(eachAside, f.steps())
	case parser.TOPK, parser.BOTTOMK, parser.LIMITK, parser.LIMIT_RATIO:
		inner = f.with(eachAside, 1)
	default:
		inner = f.with(groupsAside, 1)
		inner.use.grouping, inner.use.without = slices.Sorted(slices.Values(n.Grouping)), n.Without
	}
	if err := w.visit(n.Expr, inner); err != nil {
		return err
	}
	if n.Param == nil {
		return nil
	}
	return w.visit(n.Param, f)
}

// overTime tells whether a function computes one series after the other, from
// samples over a time.
func overTime(n *parser.Call) bool {
	for _, arg := range n.Args {
		if arg.Type() == parser.ValueTypeMatrix {
			return true
		}
	}
	return false
}

// longest returns how long the longest value of a label may become by functions
// that write labels; 0 when there are none.
func longest(node parser.Node) int {
	const usual = 256 // bytes of a label's value, as it is stored
	most := 0
	for child := range parser.ChildrenIter(node) {
		most = max(most, longest(child))
	}
	call, ok := node.(*parser.Call)
	if !ok {
		return most
	}
	switch call.Func.Name {
	case "label_replace":
		const replacement = 2
		refs := 0
		text := literal(call, replacement)
		for _, c := range text {
			if c == '$' {
				refs++
			}
		}
		return sum(most, len(text), product(refs, max(most, usual)))
	case "label_join":
		const separator, first = 2, 3
		return sum(most, product(max(len(call.Args)-first, 0), sum(max(most, usual), len(literal(call, separator)))))
	}
	return most
}

// literal returns argument i of a call when it is a string as such.
func literal(call *parser.Call, i int) string {
	if i >= len(call.Args) {
		return ""
	}
	arg := call.Args[i]
	for {
		switch a := arg.(type) {
		case *parser.ParenExpr:
			arg = a.Expr
		case *parser.StepInvariantExpr:
			arg = a.Expr
		case *parser.StringLiteral:
			return a.Val
		default:
			return ""
		}
	}
}

// sum and product stay within an int32, so that they cannot overflow.
func sum(terms ...int) int {
	total := 0
	for _, t := range terms {
		total = min(total+min(t, math.MaxInt32), math.MaxInt32)
	}
	return total
}

func product(a, b int) int {
	if a > 0 && b > math.MaxInt32/a {
		return math.MaxInt32
	}
	return a * b
}
