package chart

import (
	"math"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// yAxis returns the distance of the y ticks and the top of the axis, so that top
// is a whole number of distances, at or above most, and there are three to six of
// them. Bytes go by powers of two, all else by 1, 2 and 5.
func yAxis(m fleet.Metric, most float64) (distance, top float64) {
	if !(most > 0) || math.IsInf(most, 0) { // NaN is not above 0 either
		most = 1
	}
	most = min(max(most, 1e-9), 1e300)
	rough := most / 5
	if m == fleet.MemoryBytes && most >= 8 {
		distance = math.Exp2(math.Ceil(math.Log2(rough)))
	} else {
		distance = niceAbove(rough)
		if whole(m) {
			distance = max(1, distance)
		}
	}
	return distance, math.Ceil(most/distance*(1-1e-12)) * distance
}

// whole tells whether the metric counts things, so that its ticks are integers.
func whole(m fleet.Metric) bool {
	return m == fleet.Connections || m == fleet.Subscriptions || m == fleet.MemoryBytes
}

// niceAbove returns the lowest of 1, 2, 5 times a power of ten at or above v.
func niceAbove(v float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range [...]float64{1, 2, 5} {
		if f*p >= v*(1-1e-9) {
			return f * p
		}
	}
	return 10 * p
}

// xTick is a moment on the x axis with what is written below it.
type xTick struct {
	at    time.Time
	text  string
	plain string // the same in figures alone
	day   bool   // a day, month or year begins here, and the text says which
}

// maxTicks is how many ticks the x axis has room for.
const maxTicks = 9

// xTicks returns the round moments between from and to in zone: minutes and hours
// of the clock, days, months or years.
func xTicks(from, to time.Time, zone *time.Location, l words.Language) []xTick {
	from, to = from.In(zone), to.In(zone)
	// Outside these years there is no date that people would know, and the clock of
	// the time package turns over.
	if first, last := from.Year(), to.Year(); first < 1 || first > 9999 || last < 1 || last > 9999 || !from.Before(to) {
		return nil
	}
	span := float64(to.Unix()-from.Unix()) + 1
	for _, step := range [...]time.Duration{
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if span/step.Seconds() < maxTicks {
			return clockTicks(l, from, to, step)
		}
	}
	const day = 86400
	for _, days := range [...]int{1, 2, 4, 7, 14} {
		if span/float64(days*day) < maxTicks {
			return dayTicks(l, from, to, days)
		}
	}
	for _, months := range [...]int{1, 2, 3, 6} {
		if span/float64(months*30*day) < maxTicks {
			return monthTicks(l, from, to, months)
		}
	}
	years := int(niceAbove(max(1, span/(365*day)/(maxTicks-1))))
	return monthTicks(l, from, to, 12*years)
}

// clockTicks walks day by day, so that ticks stay on the hours of the clock where
// summer time begins or ends.
func clockTicks(l words.Language, from, to time.Time, step time.Duration) []xTick {
	var out []xTick
	y, mo, d := from.Date()
	for n := range maxTicks + 2 {
		midnight := time.Date(y, mo, d+n, 0, 0, 0, 0, from.Location())
		if midnight.After(to) {
			break
		}
		for off := time.Duration(0); off < 24*time.Hour; off += step {
			at := time.Date(y, mo, d+n, 0, int(off/time.Minute), 0, 0, from.Location())
			if at.Before(from) || at.After(to) || len(out) > 0 && !at.After(out[len(out)-1].at) {
				continue
			}
			t := xTick{at: at, text: at.Format("15:04"), plain: at.Format("15:04")}
			if off == 0 {
				t.text, t.plain, t.day = words.BriefDate(at, at.Location(), l), at.Format("01-02"), true
			}
			out = append(out, t)
		}
	}
	return out
}

func dayTicks(l words.Language, from, to time.Time, days int) []xTick {
	var out []xTick
	y, mo, d := from.Date()
	// Counted from a fixed day, so that ticks do not move while time passes.
	number := int(time.Date(y, mo, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	first := d - ((number-4)%days+days)%days // day 4 of 1970 was a Monday
	for n := 0; n <= (maxTicks+2)*days; n += days {
		at := time.Date(y, mo, first+n, 0, 0, 0, 0, from.Location())
		if at.After(to) {
			break
		}
		if !at.Before(from) {
			out = append(out, xTick{at: at, text: words.BriefDate(at, at.Location(), l), plain: at.Format("01-02"), day: true})
		}
	}
	return out
}

func monthTicks(l words.Language, from, to time.Time, months int) []xTick {
	var out []xTick
	number := from.Year()*12 + int(from.Month()) - 1
	number -= (number%months + months) % months
	for range maxTicks + 3 {
		at := time.Date(0, time.Month(number+1), 1, 0, 0, 0, 0, from.Location())
		if at.After(to) {
			break
		}
		if !at.Before(from) {
			text, plain := at.Format(l.Choose("Jan 2006", "2006年1月")), at.Format("2006-01")
			if months%12 == 0 {
				text, plain = at.Format(l.Choose("2006", "2006年")), at.Format("2006")
			}
			out = append(out, xTick{at: at, text: text, plain: plain, day: true})
		}
		number += months
	}
	return out
}
