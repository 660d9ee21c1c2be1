package fleet

import "time"

// Point is one value of a series.
type Point struct {
	T time.Time
	V float64
}

// Series is the history of one metric of one instance: what was used, and what
// could have been. The two are sampled at the same step; a moment at which
// nothing was known has no point.
type Series struct {
	Metric   Metric
	Usage    []Point // the highest of each step
	Average  []Point // at the moments of Usage
	Capacity []Point
}
