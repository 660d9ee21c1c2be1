package words

import (
	"time"
)

// A zone that is nil is UTC. The zero time is a moment that nobody knows, and is
// written as nothing.

// Moment writes a moment for a text that has room: 2026-12-05 00:00 CST.
func Moment(at time.Time, zone *time.Location) string {
	return formatted(at, zone, "2006-01-02 15:04 ", Zone(at, zone))
}

// Timestamp writes a moment to the second, for lists that name their zone at
// another place: 2026-12-05 00:00:04.
func Timestamp(at time.Time, zone *time.Location) string {
	return formatted(at, zone, time.DateTime, "")
}

// Date writes the day of a moment: 2026-12-05.
func Date(at time.Time, zone *time.Location) string {
	return formatted(at, zone, time.DateOnly, "")
}

// Brief writes a moment in few signs, without its zone and with its year only when
// that is another one than now: 5 Dec 00:00, 12月5日0点.
func Brief(at, now time.Time, zone *time.Location, l Language) string {
	local := at.In(inZone(zone))
	other := local.Year() != now.In(inZone(zone)).Year()
	if l == ZH {
		layout := "1月2日"
		if other {
			layout = "2006年1月2日"
		}
		if local.Hour() == 0 && local.Minute() == 0 {
			return formatted(at, zone, layout, "0点")
		}
		return formatted(at, zone, layout+"15:04", "")
	}
	if other {
		return formatted(at, zone, "2 Jan 2006 15:04", "")
	}
	return formatted(at, zone, "2 Jan 15:04", "")
}

// Soon writes a moment as Brief does, with its zone in English and with a word when
// it is today: today 5 Dec 00:00 CST, 今天12月5日0点. It always has its date: a notice
// may lie until the morning, when "tomorrow" is another day.
func Soon(at, now time.Time, zone *time.Location, l Language) string {
	if at.IsZero() {
		return ""
	}
	out := Brief(at, now, zone, l)
	if l == EN {
		out += " " + Zone(at, zone)
	}
	if sameDay(at.In(inZone(zone)), now.In(inZone(zone))) {
		return l.Choose("today ", "今天") + out
	}
	return out
}

// BriefDate writes the day of a moment in few signs: 5 Dec, 12月5日.
func BriefDate(at time.Time, zone *time.Location, l Language) string {
	return formatted(at, zone, l.Choose("2 Jan", "1月2日"), "")
}

// Clock writes the time of the day, with its zone in English: 15:04 CET, 15:04.
func Clock(at time.Time, zone *time.Location, l Language) string {
	if l == ZH {
		return formatted(at, zone, "15:04", "")
	}
	return formatted(at, zone, "15:04 ", Zone(at, zone))
}

// Zone is the name of a zone at a moment, and its offset where the name has no
// letters and looks like a part of the figures before it: CET, UTC+03:00.
func Zone(at time.Time, zone *time.Location) string {
	local := at.In(inZone(zone))
	name, _ := local.Zone()
	if name == "" || name[0] == '+' || name[0] == '-' {
		return "UTC" + local.Format("-07:00")
	}
	return name
}

func formatted(at time.Time, zone *time.Location, layout, after string) string {
	if at.IsZero() {
		return ""
	}
	return at.In(inZone(zone)).Format(layout) + after
}

func inZone(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}
