package advice

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Outlook says when a metric will reach its threshold and its capacity, if it
// goes on as it did.
type Outlook struct {
	// Trend is true when the metric grows, and its threshold or capacity comes
	// within a year.
	Trend  bool
	Reason string  // why there is no trend, in plain words; "" when there is one
	PerDay float64 // growth of the daily peak a day, in the metric's unit; below 0 it falls
	Days   int     // full days it was worked out from

	Threshold Range // when the daily peak reaches the threshold
	Capacity  Range // and the whole capacity
}

// Range is a moment with the earliest and the latest it may be. What is further
// than a year ahead is the zero time; a moment that has come already is the one at
// which it was worked out.
type Range struct {
	Earliest, Likely, Latest time.Time
}

// Bounds of a forecast.
const (
	horizon = 365 * dayLength
	// negligible is the growth in 30 days, as a share of the usage, that nobody
	// would plan for.
	negligible = 0.01
	// weekly is how many days it takes to hold each day against the same day of
	// other weeks only, and fewPairs how many such pairs there must be.
	weekly   = 21
	fewPairs = 10
)

// Forecast says when a metric reaches a threshold, a share of its capacity, and
// the capacity, from the peaks of full days of the 30 before now. Missing days are
// gaps; the order of days does not matter. The growth is that of the usage: what
// the capacity was before does not.
func Forecast(days []DayPeak, capacity, threshold float64, now time.Time) Outlook {
	return FitTrend(days, now).Outlook(capacity, threshold, now)
}

// Trend is the line through the daily peaks of a metric: the median of the slopes
// between all pairs of days (Theil and Sen), so that a few odd days do not turn
// it, with the slopes that 16 % and 84 % of the pairs stay below.
type Trend struct {
	Days  int
	at    time.Time
	slope [3]float64 // a day: slow, likely, fast
	level [3]float64 // of the daily peak at the moment at, by each slope
}

// FitTrend lays the line through the peaks of full days of the 30 before now.
func FitTrend(days []DayPeak, now time.Time) Trend {
	usable := usableDays(days, now)
	t := Trend{Days: len(usable), at: now}
	if len(usable) < LeastDays {
		return t
	}
	slopes := pairSlopes(usable)
	for i, q := range [3]float64{0.16, 0.5, 0.84} {
		t.slope[i] = quantile(slopes, q)
		levels := make([]float64, len(usable))
		for k, d := range usable {
			levels[k] = d.Peak + t.slope[i]*now.Sub(d.Day).Hours()/24
		}
		slices.Sort(levels)
		t.level[i] = quantile(levels, 0.5)
	}
	return t
}

// usableDays are the days that are over, of the last 30, each once, in order.
func usableDays(days []DayPeak, now time.Time) []DayPeak {
	var out []DayPeak
	for _, d := range days {
		over := !d.Day.Add(dayLength).After(now) && !d.Day.Before(now.Add(-(monthDays+1)*dayLength))
		if over && d.Peak >= 0 && !math.IsInf(d.Peak, 0) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b DayPeak) int {
		if c := a.Day.Compare(b.Day); c != 0 {
			return c
		}
		return -cmpFloat(a.Peak, b.Peak) // the higher one speaks for its day
	})
	return slices.CompactFunc(out, func(a, b DayPeak) bool { return a.Day.Equal(b.Day) })
}

// pairSlopes returns the slopes between pairs of days, in order. With three weeks
// of history only the same days of the week are paired: a quiet weekend is no
// decline, and a Monday no growth.
func pairSlopes(days []DayPeak) []float64 {
	var all, same []float64
	for i := range days {
		for j := i + 1; j < len(days); j++ {
			apart := days[j].Day.Sub(days[i].Day).Hours() / 24
			s := (days[j].Peak - days[i].Peak) / apart
			all = append(all, s)
			if math.Mod(math.Round(apart), 7) == 0 {
				same = append(same, s)
			}
		}
	}
	if len(days) >= weekly && len(same) >= fewPairs {
		all = same
	}
	slices.Sort(all)
	return all
}

// quantile interpolates in sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (sorted[i+1]-sorted[i])*(at-float64(i))
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Outlook says when the line reaches a threshold, a share of the capacity, and the
// capacity. A capacity of 0 is not known.
func (t Trend) Outlook(capacity, threshold float64, now time.Time) Outlook {
	out := Outlook{PerDay: t.slope[1], Days: t.Days}
	switch {
	case t.Days < LeastDays:
		out.PerDay, out.Reason = 0, fmt.Sprintf("not enough history: %d of %d full days", t.Days, LeastDays)
	case t.slope[2] < 0:
		out.Reason = "no trend: it falls"
	case !t.grows():
		out.Reason = "no trend"
	case !(capacity > 0) || !(threshold > 0):
		out.Reason = "it grows, and its capacity is not known"
	default:
		out.Threshold, out.Capacity = t.reaches(capacity*threshold, now), t.reaches(capacity, now)
		out.Trend = !out.Threshold.Likely.IsZero() || !out.Capacity.Likely.IsZero()
		if !out.Trend {
			out.Threshold, out.Capacity = Range{}, Range{}
			out.Reason = "no trend soon: it grows, and does not reach its threshold within a year"
		}
	}
	return out
}

// grows tells whether there is a line, and a growth that somebody would plan for.
func (t Trend) grows() bool {
	return t.Days >= LeastDays && t.slope[0] > 0 && t.slope[1]*monthDays >= negligible*math.Abs(t.level[1])
}

// Full says when the line most likely reaches a capacity, as the Outlook does; false
// when it does not within a year. It is for those who ask for a whole fleet.
func (t Trend) Full(capacity float64, now time.Time) (time.Time, bool) {
	if !t.grows() || !(capacity > 0) {
		return time.Time{}, false
	}
	at := t.reach(1, capacity, now)
	return at, !at.IsZero()
}

// reaches says when the line reaches a figure.
func (t Trend) reaches(figure float64, now time.Time) Range {
	return Range{Earliest: t.reach(2, figure, now), Likely: t.reach(1, figure, now), Latest: t.reach(0, figure, now)}
}

// reach says when the line of one of the slopes reaches a figure; zero when it does
// not within a year.
func (t Trend) reach(i int, figure float64, now time.Time) time.Time {
	days := (figure - t.level[i]) / t.slope[i]
	at := now
	if days > 0 {
		if days*24 > horizon.Hours() {
			return time.Time{}
		}
		at = t.at.Add(time.Duration(days * float64(dayLength)))
	}
	if at.Before(now) {
		return now
	}
	if at.After(now.Add(horizon)) {
		return time.Time{}
	}
	return at.UTC()
}
