package build

import "strings"

// The pieces of PromQL that several panels share. Three things hold for all of them:
//
//   - A Prometheus that scrapes Brimwatch puts job and instance on each series;
//     Brimwatch's own data source does not. So gauges are taken by the labels that
//     Brimwatch gives (max by), which also counts a series once that arrived twice.
//   - What is asked over time is few series whatever the size of the fleet: its
//     figures by product and account. Tables may ask about every instance, at one
//     moment.
//   - Where there is nothing to count, a count is 0 and not absent. Where Brimwatch did not
//     run, nothing is known, and that is not 0.

// where chooses by product and account; whereMetric by metric, too.
const (
	where       = `{product=~"$product",account=~"$account"}`
	whereMetric = `{product=~"$product",account=~"$account",metric=~"$metric"}`
)

// info has name and account of every instance that is chosen, each once.
const info = `topk by (instance_id) (1, brimwatch_instance_info` + where + `)`

// zero is 0 whenever Brimwatch runs.
const zero = `max(brimwatch_build_info) * 0`

// orZero counts nothing as 0.
func orZero(expr string) string {
	return expr + ` or ` + zero
}

// orNone is one series of the value 0 with a name where the expression has none.
func orNone(expr, label, name string) string {
	return expr + ` or on () label_replace(` + zero + `, "` + label + `", "` + name + `", "", "")`
}

// withName adds name and account to series of instances, and leaves out those of
// instances that are not chosen.
func withName(expr string) string {
	return `(` + expr + `) * on (instance_id) group_left (name, account) ` + info
}

// chosenOnly leaves out the series of instances that are not chosen. It costs a fraction
// of withName, and so comes before it where few of many are shown.
func chosenOnly(expr string) string {
	return `(` + expr + `) and on (instance_id) brimwatch_instance_info` + where
}

// quantile is what a share of the events of a histogram stay below. Where nothing
// happened, there is none.
func quantile(share, series, matchers, by, window string) string {
	labels := "le"
	if by != "" {
		labels += ", " + by
	}
	return `histogram_quantile(` + share + `, sum by (` + labels + `) (increase(` + series + `_bucket` + matchers + `[` + window + `]))) >= 0`
}

// counted is how often something happened in a while, by some labels.
func counted(series, matchers, by, window string) string {
	sum := `sum`
	if by != "" {
		sum += ` by (` + by + `)`
	}
	return sum + ` (increase(` + series + matchers + `[` + window + `]))`
}

// perSecond is how often something happens, by some labels.
func perSecond(series, by string) string {
	sum := `sum`
	if by != "" {
		sum += ` by (` + by + `)`
	}
	return sum + ` (rate(` + series + `[$__rate_interval]))`
}

// The windows over which counters are read: one for each point of a chart, which holds
// four scrapes at the least, and the whole time range.
const (
	eachPoint  = `$__rate_interval`
	wholeRange = `$__range`
)

// coded turns the values of a label into numbers, by which a panel shows words: the
// first is 1.
func coded(series, label, by string, values []state) string {
	terms := make([]string, len(values))
	for i, v := range values {
		terms[i] = strings.Replace(series, `{`, `{`+label+`="`+v.text+`",`, 1) + ` * ` + v.value
	}
	return `max by (` + by + `) (` + strings.Join(terms, ` or `) + `)`
}

// lifecycles are the states of a calendar.
func lifecycles() []state {
	return []state{
		{"1", "active", "green"}, {"2", "expiring", "yellow"}, {"3", "grace", "orange"}, {"4", "suspended", "red"},
		{"5", "recycled", "dark-red"}, {"6", "released", "purple"}, {"7", "frozen", "blue"}, {"8", "unknown", "text"},
	}
}

// severities are those of alarms; 0 is that there is none.
func severities() []state {
	return []state{{"1", "info", "blue"}, {"2", "warning", "orange"}, {"3", "critical", "red"}}
}

// answers says whether a source answers.
func answers() []state {
	return []state{{"0", "no data", "red"}, {"1", "answers", "green"}}
}

func yesNo(yes, no string) []state {
	return []state{{"0", "no", no}, {"1", "yes", yes}}
}
