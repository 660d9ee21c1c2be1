package advice

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// The windows that usage is looked at in, in days, and how much history it takes
// to say something.
const (
	weekDays  = 7
	monthDays = 30
	// LeastDays is how many full days it takes to say that a capacity is enough, or
	// how a metric grows.
	LeastDays = 7
	// DowngradeDays is how many of the last 30 days must be full before less is
	// advised: nearly all, so that no weekend and no end of a month is missing, and
	// one restart does not put it off for a month.
	DowngradeDays = 28
	// fullHours is of how many hours of a day something must have been read for the
	// day to count as full.
	fullHours = 20
)

const dayLength = 24 * time.Hour

// Usage is how much of one metric was used. Days are days of UTC.
type Usage struct {
	Known bool
	Days  int    // full days among the last 30
	Week  Window // the last 7 days, and today
	Month Window // the last 30 days, and today
}

// Window is the usage of some days.
type Window struct {
	Peak float64 // the highest
	// P99 is what 99 % of the readings of the days that are over did not exceed; 0
	// while no day is over.
	P99 float64
}

// DayPeak is the highest usage of one full day.
type DayPeak struct {
	Day  time.Time // its beginning
	Peak float64
}

// Record remembers the last 30 days of one metric of one instance in less than a
// kilobyte. The zero Record is empty. It is not safe for concurrent use.
type Record struct {
	days []day // in order of time
	// week and month are the 99th percentiles as of the day today; what comes in
	// later that day does not change them.
	week, month float32
	today       int32 // 0 is not worked out
}

// day is what is remembered of one day: its peak, the hours of which something
// was read, and how high its readings stood for the shares of it in shares.
type day struct {
	number int32 // days since 1970
	peak   float32
	hours  uint32 // bit h: something was read in hour h
	tail   [6]uint16
}

// shares are the parts of a day's readings that lay above the figures in a day's
// tail. A share of 30 % of one day is 1 % of a month: what lies below cannot
// count for a 99th percentile of 30 days.
func shares() [6]float64 { return [6]float64{0.001, 0.0033, 0.01, 0.03, 0.1, 0.3} }

// DayNumber numbers the days of UTC.
func DayNumber(t time.Time) int32 { return int32(math.Floor(float64(t.Unix()) / dayLength.Seconds())) }

// DayStart is when a day begins.
func DayStart(number int32) time.Time { return time.Unix(int64(number)*86400, 0).UTC() }

// Keep notes all readings of a day that is over; it moves values about. hours has a
// bit for each hour of which there are some. Whatever was known of the day is
// replaced.
func (r *Record) Keep(number int32, values []float64, hours uint32) {
	if len(values) == 0 {
		return
	}
	n := len(values)
	shares := shares()
	rank := func(share float64) int { return max(0, n-1-int(share*float64(n))) }
	deepest := rank(shares[len(shares)-1])
	part(values, deepest)
	slices.Sort(values[deepest:])
	d := day{number: number, peak: float32(values[n-1]), hours: hours}
	for i, share := range shares {
		d.tail[i] = pack(values[rank(share)])
	}
	*r.at(number) = d
	r.today = 0
}

// Touch notes the highest reading of a part of a day that is not over.
func (r *Record) Touch(number int32, peak float64, hours uint32) {
	d := r.at(number)
	if d.hours == 0 || float32(peak) > d.peak {
		d.peak = float32(peak)
	}
	d.hours |= hours
}

// Forget drops what is older than the month before today.
func (r *Record) Forget(today int32) {
	r.days = slices.DeleteFunc(r.days, func(d day) bool { return d.number < today-monthDays })
}

// part moves values about so that none before k is greater than one from k on: a
// day is thousands of values, and only its highest count (Hoare's selection).
func part(values []float64, k int) {
	low, high := 0, len(values)-1
	for low < high {
		pivot := values[low+(high-low)/2]
		i, j := low, high
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return
		}
	}
}

// at returns the place of a day, made when there is none.
func (r *Record) at(number int32) *day {
	i, found := slices.BinarySearchFunc(r.days, number, func(d day, n int32) int { return int(d.number) - int(n) })
	if !found {
		r.days = slices.Insert(r.days, i, day{number: number})
	}
	return &r.days[i]
}

// full tells whether a day that is over was read nearly all of the time.
func (d *day) full(today int32) bool {
	return d.number < today && bits.OnesCount32(d.hours) >= fullHours
}

// Usage sums up the record as it stands at the moment now.
func (r *Record) Usage(now time.Time) Usage {
	today := DayNumber(now)
	var out Usage
	for i := range r.days {
		d := &r.days[i]
		if d.number < today-monthDays || d.number > today || d.hours == 0 {
			continue
		}
		out.Known = true
		out.Month.Peak = max(out.Month.Peak, float64(d.peak))
		if d.number >= today-weekDays {
			out.Week.Peak = max(out.Week.Peak, float64(d.peak))
		}
		if d.full(today) {
			out.Days++
		}
	}
	if r.today != today {
		r.week, r.month, r.today = float32(r.p99(today-weekDays, today)), float32(r.p99(today-monthDays, today)), today
	}
	out.Week.P99, out.Month.P99 = float64(r.week), float64(r.month)
	return out
}

// Peaks returns the peaks of the full days before the day of now.
func (r *Record) Peaks(now time.Time) []DayPeak {
	today := DayNumber(now)
	var out []DayPeak
	for i := range r.days {
		if d := &r.days[i]; d.full(today) && d.number >= today-monthDays {
			out = append(out, DayPeak{Day: DayStart(d.number), Peak: float64(d.peak)})
		}
	}
	return out
}

// p99 is what at most 1 % of the readings of the days from from to the one before
// to lay above. A day counts by its hours.
func (r *Record) p99(from, to int32) float64 {
	const share = 0.01
	weight, high := 0.0, 0.0
	var within []*day
	for i := range r.days {
		if d := &r.days[i]; d.number >= from && d.number < to && d.hours != 0 {
			within = append(within, d)
			weight += float64(bits.OnesCount32(d.hours))
			high = max(high, float64(d.peak))
		}
	}
	low := 0.0
	for range 24 { // to a millionth
		middle := (low + high) / 2
		above := 0.0
		for _, d := range within {
			above += d.above(middle) * float64(bits.OnesCount32(d.hours))
		}
		if above <= share*weight {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// above estimates which share of a day's readings lay above v.
func (d *day) above(v float64) float64 {
	upper, before := float64(d.peak), 0.0
	if v >= upper {
		return 0
	}
	for i, share := range shares() {
		// A packed figure may be rounded above the one before it.
		lower := min(unpack(d.tail[i]), upper)
		if v >= lower {
			return before + (share-before)*(upper-v)/(upper-lower)
		}
		upper, before = lower, share
	}
	return 1
}

// Figures are packed into 16 bits by their logarithm, from 2^-8 to 2^56, with an
// error below 0.04 %; 0 is 0.
const (
	packLow   = -8.0
	packSteps = 1023.0 // of a doubling
)

func pack(v float64) uint16 {
	if !(v > 0) {
		return 0
	}
	return uint16(min(max(math.Round((math.Log2(v)-packLow)*packSteps), 1), math.MaxUint16))
}

func unpack(p uint16) float64 {
	if p == 0 {
		return 0
	}
	return math.Exp2(float64(p)/packSteps + packLow)
}
