package facts

import (
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Kind is one fact about an instance. The first fleet.NumMetrics kinds are the
// capacities, indexed by metric.
type Kind uint8

// The facts beside the capacities.
const (
	Expiry    Kind = fleet.NumMetrics + iota // Unix seconds of the end of the paid term
	Lifecycle                                // index into series.States
	AutoRenew                                // 1 when the paid term is renewed by itself, 0 when not
	Silenced                                 // 1 while a silence holds its notices back

	firstForecast                                           // by metric
	firstThreshold = firstForecast + Kind(fleet.NumMetrics) // by severity, then by metric

	numSeverities = 3

	// NumKinds is how many kinds there are.
	NumKinds = int(firstThreshold) + numSeverities*fleet.NumMetrics
)

// Capacity returns the kind for the capacity of metric m.
func Capacity(m fleet.Metric) Kind { return Kind(m) }

// Forecast returns the kind for the moment at which metric m will be full.
func Forecast(m fleet.Metric) Kind { return firstForecast + Kind(m) }

// Threshold returns the kind for the threshold of metric m at severity number i
// of series.Severities.
func Threshold(m fleet.Metric, i int) Kind {
	return firstThreshold + Kind(i*fleet.NumMetrics) + Kind(m)
}

// KindOf returns the kind of a series of an instance; false when it is none of the
// facts. The lifecycle is one fact and has a series for each state.
func KindOf(d series.Dimension) (Kind, bool) {
	m, metric := fleet.ParseMetric(d.Metric)
	switch d.Name {
	case series.Capacity:
		return Capacity(m), metric
	case series.Expiry:
		return Expiry, true
	case series.AutoRenew:
		return AutoRenew, true
	case series.Silenced:
		return Silenced, true
	case series.Forecast:
		return Forecast(m), metric
	case series.Threshold:
		for i, severity := range series.Severities() {
			if severity == d.Severity {
				return Threshold(m, i), metric
			}
		}
	}
	return 0, false
}

// Dimension returns the series that shows the fact; for Lifecycle it lacks the state.
func (k Kind) Dimension() series.Dimension {
	switch {
	case k < fleet.NumMetrics:
		return series.Dimension{Name: series.Capacity, Metric: fleet.Metric(k).String()}
	case k == Expiry:
		return series.Dimension{Name: series.Expiry}
	case k == Lifecycle:
		return series.Dimension{Name: series.Lifecycle}
	case k == AutoRenew:
		return series.Dimension{Name: series.AutoRenew}
	case k == Silenced:
		return series.Dimension{Name: series.Silenced}
	case k < firstThreshold:
		return series.Dimension{Name: series.Forecast, Metric: fleet.Metric(k - firstForecast).String()}
	case int(k) < NumKinds:
		n := int(k - firstThreshold)
		return series.Dimension{
			Name: series.Threshold, Metric: fleet.Metric(n % fleet.NumMetrics).String(), Severity: series.Severities()[n/fleet.NumMetrics],
		}
	}
	return series.Dimension{}
}

// String returns the name that the file of facts knows the kind by.
func (k Kind) String() string {
	d := k.Dimension()
	short := map[string]string{
		series.Capacity: "capacity", series.Expiry: "expiry", series.Lifecycle: "lifecycle", series.AutoRenew: "auto_renew",
		series.Silenced: "silenced", series.Forecast: "forecast", series.Threshold: "threshold",
	}[d.Name]
	if short == "" {
		return "unknown"
	}
	var parts []string
	for _, part := range []string{short, d.Metric, d.Severity} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}
