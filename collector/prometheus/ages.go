package prometheus

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/parser/posrange"
)

// ages knows which series stand behind the usages, and how to ask in one query
// how old they are. A server shows the last sample of a series for minutes after
// its sender has fallen silent, unless it noticed the end.
type ages struct {
	most   time.Duration
	query  string  // "" when there is nothing to ask
	behind [][]int // for each usage, the numbers of the selectors behind it
}

// numberLabel is the label that carries the number of a selector through the query.
const numberLabel = "brimwatch"

// newAges finds the series behind the usages. Those of an expression that only
// the server understands, or that asks for the past itself, are left out.
func newAges(queries []Query, most time.Duration) ages {
	a := ages{most: most, behind: make([][]int, len(queries))}
	var all, parts []string
	for i, q := range queries {
		for _, s := range selectors(q.Usage) {
			n := slices.Index(all, s)
			if n < 0 {
				n = len(all)
				all = append(all, s)
				parts = append(parts, fmt.Sprintf(`label_replace(time() - min(timestamp(%s)), %q, "%d", "", "")`, s, numberLabel, n))
			}
			a.behind[i] = append(a.behind[i], n)
		}
	}
	a.query = strings.Join(parts, " or ")
	return a
}

// selectors returns the selectors of series in an expression as they are written
// there, without their ranges.
func selectors(query string) []string {
	expr, err := parser.NewParser(parser.Options{EnableExperimentalFunctions: true}).ParseExpr(query)
	if err != nil {
		return nil
	}
	var found []string
	parser.Inspect(expr, func(node parser.Node, path []parser.Node) error {
		s, ok := node.(*parser.VectorSelector)
		if ok && s.OriginalOffset == 0 && s.OriginalOffsetExpr == nil && s.Timestamp == nil && s.StartOrEnd == 0 &&
			!s.BypassEmptyMatcherCheck && !slices.ContainsFunc(path, asksForThePast) {
			found = append(found, cut(query, s.PosRange))
		}
		return nil
	})
	return found
}

func asksForThePast(n parser.Node) bool {
	s, ok := n.(*parser.SubqueryExpr)
	return ok && (s.OriginalOffset != 0 || s.OriginalOffsetExpr != nil || s.Timestamp != nil || s.StartOrEnd != 0)
}

func cut(query string, at posrange.PositionRange) string {
	return strings.TrimSpace(query[at.Start:at.End])
}

// judgeAges makes those usages unknown that rest on samples which are too old.
func (c *Collector) judgeAges(ctx context.Context, usages []finding) error {
	if c.ages.query == "" || !slices.ContainsFunc(usages, func(f finding) bool { return f.known }) {
		return nil
	}
	a, err := c.ask(ctx, c.ages.query)
	if err != nil {
		return err
	}
	oldest, why, err := a.ages()
	if err != nil {
		return err
	}
	for i := range usages {
		if !usages[i].known {
			continue
		}
		if why != "" && len(c.ages.behind[i]) > 0 {
			usages[i] = finding{reason: "how old the figure is cannot be asked: " + why}
			continue
		}
		for _, n := range c.ages.behind[i] {
			if age, ok := oldest[n]; ok && age > c.ages.most.Seconds() {
				usages[i] = finding{reason: fmt.Sprintf("a series behind the usage query was last told %s ago, longer than %v: has what sends it died?",
					time.Duration(age*float64(time.Second)).Round(time.Second), c.ages.most)}
				break
			}
		}
	}
	return nil
}

// ages reads the answer to the query of ages: seconds by the number of the
// selector. Selectors without series are not in it.
func (a *answer) ages() (byNumber map[int]float64, why string, err error) {
	if a.Status == "error" {
		return nil, a.refusal(), nil
	}
	if why := a.doubtful(); why != "" {
		return nil, why, nil
	}
	if a.Data.ResultType != "vector" {
		return nil, "", errShape(fmt.Errorf("ages as %q", a.Data.ResultType))
	}
	samples, err := a.samples()
	if err != nil {
		return nil, "", err
	}
	byNumber = make(map[int]float64, len(samples))
	for _, s := range samples {
		n, err := strconv.Atoi(s.Metric[numberLabel])
		if err != nil || !s.Value.given {
			return nil, "", errShape(err)
		}
		byNumber[n] = s.Value.value
	}
	return byNumber, "", nil
}
