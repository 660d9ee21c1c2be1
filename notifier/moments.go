package notifier

import (
	"strconv"
	"time"
)

// Moments are written in the zone of who reads them, always with their date: a
// notice may lie until the morning, when "tomorrow" would be another day.

// remaining returns how long it is from now to at, rounded down: days of the
// calendar from two on, else hours or minutes. A minute more or less is no matter:
// a step that is told some seconds late is still 3 days ahead. It is 0 when at is
// not ahead.
func remaining(at, now time.Time, zone *time.Location) (n int, unit byte) {
	left := at.Sub(now)
	if left <= 0 {
		return 0, 0
	}
	const slack = time.Minute
	local := now.In(zone)
	days := int(left/(24*time.Hour)) + 1
	for local.AddDate(0, 0, days).After(at.Add(slack)) {
		days--
	}
	hours := int((left + slack) / time.Hour)
	switch {
	case days >= 2, days == 1 && hours <= 25:
		return days, 'd'
	case hours >= 1:
		return hours, 'h'
	}
	return max(1, int(left/time.Minute)), 'm'
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

// englishIn is " (in 3 d)", and "" for what is not ahead.
func englishIn(at, now time.Time, zone *time.Location) string {
	n, unit := remaining(at, now, zone)
	switch unit {
	case 'd':
		return " (in " + strconv.Itoa(n) + " d)"
	case 'h':
		return " (in " + strconv.Itoa(n) + " h)"
	case 'm':
		return " (in " + strconv.Itoa(n) + " min)"
	}
	return ""
}

// englishDay is a moment in short, without its zone: 5 Dec 00:00; with the year
// when it is another one.
func englishDay(at, now time.Time, zone *time.Location) string {
	local := at.In(zone)
	if local.Year() != now.In(zone).Year() {
		return local.Format("2 Jan 2006 15:04")
	}
	return local.Format("2 Jan 15:04")
}

// englishMoment is a moment with its zone: today 5 Dec 00:00 CST.
func englishMoment(at, now time.Time, zone *time.Location) string {
	out := englishDay(at, now, zone) + " " + zoneName(at, zone)
	if sameDay(at.In(zone), now.In(zone)) {
		return "today " + out
	}
	return out
}

// fullMoment is a moment for a text that has room: 2026-12-05 00:00 CST.
func fullMoment(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02 15:04 ") + zoneName(at, zone)
}

// zoneName is the name of a zone, and its offset where that has no letters and
// looks like a part of the figures before.
func zoneName(at time.Time, zone *time.Location) string {
	name, _ := at.In(zone).Zone()
	if name == "" || name[0] == '+' || name[0] == '-' {
		return "UTC" + at.In(zone).Format("-07:00")
	}
	return name
}

// chineseIn is （3天后）, and "" for what is not ahead.
func chineseIn(at, now time.Time, zone *time.Location) string {
	n, unit := remaining(at, now, zone)
	switch unit {
	case 'd':
		return "（" + strconv.Itoa(n) + "天后）"
	case 'h':
		return "（" + strconv.Itoa(n) + "小时后）"
	case 'm':
		return "（" + strconv.Itoa(n) + "分钟后）"
	}
	return ""
}

// chineseDay is a moment in short: 12月5日0点, 12月5日18:30; with the year when it is
// another one.
func chineseDay(at, now time.Time, zone *time.Location) string {
	local := at.In(zone)
	layout := "1月2日"
	if local.Year() != now.In(zone).Year() {
		layout = "2006年1月2日"
	}
	if local.Hour() == 0 && local.Minute() == 0 {
		return local.Format(layout) + "0点"
	}
	return local.Format(layout + "15:04")
}

// chineseMoment is a moment: 今天12月5日0点.
func chineseMoment(at, now time.Time, zone *time.Location) string {
	if sameDay(at.In(zone), now.In(zone)) {
		return "今天" + chineseDay(at, now, zone)
	}
	return chineseDay(at, now, zone)
}
