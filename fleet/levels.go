package fleet

// Level is a utilization at which an alarm is raised, how bad that is, and the lower one
// below which it is over.
type Level struct {
	Severity  string // as the alarm says it
	Threshold float64
	Clear     float64
}

// Levels are the levels in force of each metric of an instance, the lowest first;
// none where the alarm is off. Instances with equal rules share one, so nobody
// writes to it. A nil *Levels has none.
type Levels [NumMetrics][]Level

// Lowest is the lowest threshold of metric m, as utilization; 0 where its alarm is
// off.
func (l *Levels) Lowest(m Metric) float64 {
	if l == nil || len(l[m]) == 0 {
		return 0
	}
	return l[m][0].Threshold
}
