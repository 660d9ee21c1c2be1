package words

import (
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

const day = 24 * time.Hour

// Duration writes how long something lasts, in its two largest units: 1 d 2 h,
// 3 h 5 min, 12 min, 40 s; from 14 days on in days. A clock that was set back makes
// durations below zero: they are written as 0 s.
func Duration(d time.Duration, l Language) string {
	d = max(d, 0)
	switch {
	case d < time.Minute:
		return count(int64(d/time.Second), seconds, l)
	case d < time.Hour:
		return count(int64(d/time.Minute), minutes, l)
	case d < day:
		return two(int64(d/time.Hour), hours, int64(d%time.Hour/time.Minute), minutes, l)
	case d < 14*day:
		return two(int64(d/day), days, int64(d%day/time.Hour), hours, l)
	}
	return count(int64(d/day), days, l)
}

// Relative says how long ago t was, or how long it is until t: 12 min ago, in 3 d
// 2 h, now.
func Relative(t, now time.Time, l Language) string {
	switch d := now.Sub(t); {
	case d < 0:
		return l.Choose("in "+Duration(-d, l), Duration(-d, l)+"后")
	case d < time.Second:
		return l.Choose("now", "现在")
	default:
		return l.Choose(Duration(d, l)+" ago", Duration(d, l)+"前")
	}
}

// Remaining writes how long it is until at, in one unit: in days of the calendar
// of the zone from two on, else in hours or minutes. It is cut, so that 3 days are
// really left; a minute more or less is no matter, so that a notice which is late
// by seconds still counts 3 days. It is empty when at is not ahead.
func Remaining(at, now time.Time, zone *time.Location, l Language) string {
	left := at.Sub(now)
	if left <= 0 {
		return ""
	}
	const slack = time.Minute
	n := int(left/day) + 1
	for n > 0 && fleet.DaysBefore(at, n, inZone(zone)).Before(now.Add(-slack)) {
		n--
	}
	whole := int64((left + slack) / time.Hour)
	switch {
	case n >= 2, n == 1 && whole <= 25:
		return count(int64(n), days, l)
	case whole >= 1:
		return count(whole, hours, l)
	}
	return count(max(1, int64(left/time.Minute)), minutes, l)
}

// unit is a unit of time.
type unit uint8

const (
	seconds unit = iota
	minutes
	hours
	days
)

func (u unit) name(l Language) string {
	switch u {
	case days:
		return l.Choose(" d", "天")
	case hours:
		return l.Choose(" h", "小时")
	case minutes:
		return l.Choose(" min", "分钟")
	case seconds:
	}
	return l.Choose(" s", "秒")
}

func count(n int64, u unit, l Language) string { return strconv.FormatInt(n, 10) + u.name(l) }

func two(n int64, u unit, m int64, smaller unit, l Language) string {
	if m == 0 {
		return count(n, u, l)
	}
	return count(n, u, l) + l.Choose(" ", "") + count(m, smaller, l)
}
