package promapi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// crowd is series without samples: they cost the engine memory, and it does not
// count them.
type crowd struct {
	storage.Querier
	n int
}

func newCrowd(n int) storage.Queryable {
	return storage.QueryableFunc(func(int64, int64) (storage.Querier, error) {
		return crowd{Querier: storage.NoopQuerier(), n: n}, nil
	})
}

// Select implements storage.Querier.
func (c crowd) Select(context.Context, bool, *storage.SelectHints, ...*labels.Matcher) storage.SeriesSet {
	out := &countedSet{at: -1}
	for i := range c.n {
		out.series = append(out.series, &storage.SeriesEntry{
			Lset:             labels.FromStrings("__name__", "x", "id", fmt.Sprintf("%06d", i), "kind", strconv.Itoa(i%2)),
			SampleIteratorFn: func(chunkenc.Iterator) chunkenc.Iterator { return chunkenc.NewNopIterator() },
		})
	}
	return out
}

// TestBudget asks a hundred series without a sample, of a query that may hold
// 10,000 samples. A series is counted as 25, so four hundred would fit.
func TestBudget(t *testing.T) {
	opts := options(t, newCrowd(100), io.Discard)
	opts.MaxSamples, opts.Engine = 10_000, engineFor(t, 10_000)
	h := New(opts)
	const fits, over = http.StatusOK, http.StatusUnprocessableEntity
	const manyTimes, few = "1000", "10" // points of a range
	for _, c := range []struct {
		query  string
		points string
		status int
	}{
		{"x", few, fits},
		{"x", manyTimes, fits}, // the engine sets nothing aside for what it only hands on
		{"-x", manyTimes, fits},
		{"x * 2", few, fits},
		{"x * 2", manyTimes, over},
		{"x > 2", manyTimes, over},
		{"abs(x)", manyTimes, over},
		{"rate(x[5m])", manyTimes, fits},
		{"rate(x[5m]) > 1", manyTimes, over},
		{"sum(x)", manyTimes, fits},
		{"sum by (kind) (x)", manyTimes, fits},
		{"sum by (kind, id) (x)", manyTimes, over},
		{"sum without (id, nothing) (x)", manyTimes, fits},
		{"sum without (kind) (x)", manyTimes, over},
		{"sum(x > 2)", manyTimes, over},
		{"sum(rate(x[5m]))", manyTimes, fits},
		{"sum(x) > 2", manyTimes, fits},
		{"topk(3, x @ end())", manyTimes, fits}, // computed once
		{"vector(time()) * on () group_left topk(3, x @ end())", manyTimes, fits},
		{"x * on () group_left topk(3, x @ end())", manyTimes, over},
		{"topk(3, x)", few, fits},
		{"topk(3, x)", manyTimes, over},
		{`count_values("v", x)`, few, over}, // each value may be a series
		{`count_values("v", x)`, "1", fits},
		{"max_over_time((x > 2)[1d:1m])", few, over},
		{"max_over_time(x[1d:1m])", few, fits},
		{"x or x or x", "1", fits},
		{"x or x or x or x or x", "1", over},
		{`label_replace(x, "a", "$1", "id", "(.*)")`, "1", fits},
		{`label_replace(x, "a", "` + strings.Repeat("y", 50_000) + `", "id", "(.*)")`, "1", over},
		{`label_join(label_join(x, "a", "", "id", "id", "id"), "a", "", "a", "a", "a")`, "1", over},
		{"max_over_time(x[1y:10ms])", "1", over},
		{"max_over_time(max_over_time(x[60d:1s])[60d:1s])", "1", over},
		{"max_over_time(x[1w:])", few, fits},
	} {
		t.Run(fmt.Sprintf("%.60s %s times", c.query, c.points), func(t *testing.T) {
			w := get(t, h, "query_range", "query", c.query, "start", "0", "end", c.points, "step", "1")
			if w.Code != c.status {
				t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
		})
	}
	if w := get(t, h, "query", "query", "x * 2"); w.Code != fits {
		t.Errorf("of one moment: %d", w.Code)
	}
	if w := get(t, h, "series", "match[]", "x"); w.Code != fits {
		t.Errorf("series: %d", w.Code)
	}
	if w := get(t, h, "series", "match[]", "x", "match[]", "x", "match[]", "x", "match[]", "x", "match[]", "x"); w.Code != over {
		t.Errorf("series five times: %d", w.Code)
	}
}

// TestPlanIsOfTheEngine: the engine hands its selectors on as they were read, or
// nothing would be counted.
func TestPlanIsOfTheEngine(t *testing.T) {
	var seen []use
	e := engine(t)
	b := &budget{most: 1000}
	b.Queryable = storage.QueryableFunc(func(int64, int64) (storage.Querier, error) {
		return spy{Querier: storage.NoopQuerier(), see: func(ms []*labels.Matcher) { seen = append(seen, b.plan.use(ms)) }}, nil
	})
	q, err := e.NewRangeQuery(t.Context(), b, nil, `(up > 1) and sum(rate(up[5m] offset 1m @ end()))`, time.Unix(0, 0), time.Unix(99, 0), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	stmt, ok := q.Statement().(*parser.EvalStmt)
	if !ok {
		t.Fatalf("a statement of type %T", q.Statement())
	}
	if b.plan, err = newPlan(stmt, time.Minute); err != nil {
		t.Fatal(err)
	}
	if res := q.Exec(t.Context()); res.Err != nil {
		t.Fatal(res.Err)
	}
	if len(seen) != 2 || seen[0].kind != eachAside || seen[0].aside != 100 || seen[1].kind != groupsAside || seen[1].aside != 1 {
		t.Errorf("what is done with the series: %+v", seen)
	}
}

// spy tells what is selected.
type spy struct {
	storage.Querier
	see func([]*labels.Matcher)
}

// Select implements storage.Querier.
func (s spy) Select(ctx context.Context, sorted bool, hints *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	s.see(ms)
	return s.Querier.Select(ctx, sorted, hints, ms...)
}
