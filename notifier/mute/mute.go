// Package mute tells whether a moment lies in named intervals of time, and when they
// end. What an interval is made of, and how it is written, is as in Alertmanager:
// https://prometheus.io/docs/alerting/latest/configuration/#time_interval
//
// Days of a month that are counted from its end are those of the calendar, also in
// months with a day of 23 hours.
package mute

import "time"

// Interval is some time that comes again: all that is given must fit. What is not
// given fits always.
type Interval struct {
	Times       []Range        // minutes since midnight; the last is not included
	Weekdays    []Range        // 0 is Sunday
	DaysOfMonth []Range        // from 1; from the end of the month as -1, -2 and so on
	Months      []Range        // 1 is January
	Years       []Range        //
	Zone        *time.Location // nil is UTC
}

// Range goes from one number to another, both included, except for Times.
type Range struct{ From, To int }

// Longest is how far ahead Until looks.
const Longest = 370 * 24 * time.Hour

// Contains tells whether a moment lies in the interval.
func (iv *Interval) Contains(t time.Time) bool {
	local := t.In(iv.zone())
	y, m, d := local.Date()
	return iv.inTimes(minuteOf(local)) &&
		within(iv.Weekdays, int(local.Weekday())) &&
		iv.inDays(d, daysIn(y, m)) &&
		within(iv.Months, int(m)) &&
		within(iv.Years, y)
}

func (iv *Interval) zone() *time.Location {
	if iv.Zone == nil {
		return time.UTC
	}
	return iv.Zone
}

func (iv *Interval) inTimes(minute int) bool {
	for _, r := range iv.Times {
		if minute >= r.From && minute < r.To {
			return true
		}
	}
	return iv.Times == nil
}

func within(ranges []Range, n int) bool {
	for _, r := range ranges {
		if n >= r.From && n <= r.To {
			return true
		}
	}
	return ranges == nil
}

// inDays tells whether a day of a month of so many days is meant. A range that begins
// after the end of the month has no day in it; one that goes beyond it ends with it.
func (iv *Interval) inDays(day, days int) bool {
	for _, r := range iv.DaysOfMonth {
		from, to := fromStart(r.From, days), fromStart(r.To, days)
		if day >= from && day <= to {
			return true
		}
	}
	return iv.DaysOfMonth == nil
}

// fromStart counts a day of the month from its beginning.
func fromStart(day, days int) int {
	if day < 0 {
		return days + day + 1
	}
	return day
}

func daysIn(y int, m time.Month) int { return time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day() }

func minuteOf(local time.Time) int { return local.Hour()*60 + local.Minute() }

// Until returns when the time ends that a moment lies in; false when it lies in none of
// the intervals. One ends where none of them goes on; what goes on for
// Longest ends then.
func Until(intervals []Interval, t time.Time) (time.Time, bool) {
	last := t.Add(Longest)
	end, inside := t, false
	for end.Before(last) {
		next, goesOn := step(intervals, end)
		if !goesOn {
			return end.UTC(), inside
		}
		end, inside = next, true
	}
	return last.UTC(), true
}

// step returns the next moment at which an interval that a moment lies in may end.
func step(intervals []Interval, t time.Time) (time.Time, bool) {
	var next time.Time
	for i := range intervals {
		if iv := &intervals[i]; iv.Contains(t) {
			if at := iv.change(t); at.After(next) {
				next = at
			}
		}
	}
	return next, !next.IsZero()
}

// change returns the first moment after t at which the interval, which t lies in, may
// end: the end of one of its times, midnight, or a change of the zone's clock.
func (iv *Interval) change(t time.Time) time.Time {
	local := t.In(iv.zone())
	minute := minuteOf(local)
	end := 24 * 60
	for _, r := range iv.Times {
		if minute >= r.From && minute < r.To {
			end = r.To
			break
		}
	}
	since := time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	at := t.Add(time.Duration(end-minute)*time.Minute - since)
	if _, changes := local.ZoneBounds(); !changes.IsZero() && changes.Before(at) {
		return changes
	}
	return at
}
