package words

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// A zone that is nil is UTC. The zero time is a moment that nobody knows, and is
// written as nothing.

// Moment writes a moment for a text that has room: 2026-12-05 13:00 UTC+8.
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

// Soon writes a moment as Brief does, with its zone, and with a word when it is today:
// today 5 Dec 13:00 UTC+8, 今天12月5日13:00 UTC+8. It always has its date: a notice may
// lie until the morning, when "tomorrow" is another day.
func Soon(at, now time.Time, zone *time.Location, l Language) string {
	if at.IsZero() {
		return ""
	}
	return Today(at, now, zone, l) + Brief(at, now, zone, l) + " " + Zone(at, zone)
}

// Today is the word before a date that is the day of now: today, 今天. It is empty for
// another day.
func Today(at, now time.Time, zone *time.Location, l Language) string {
	if at.IsZero() || !sameDay(at.In(inZone(zone)), now.In(inZone(zone))) {
		return ""
	}
	return l.Choose("today ", "今天")
}

// BriefDate writes the day of a moment in few signs: 5 Dec, 12月5日.
func BriefDate(at time.Time, zone *time.Location, l Language) string {
	return formatted(at, zone, l.Choose("2 Jan", "1月2日"), "")
}

// BriefDay is BriefDate with the year where that is another one than now: 4 Dec 2027.
func BriefDay(at, now time.Time, zone *time.Location, l Language) string {
	if at.In(inZone(zone)).Year() == now.In(inZone(zone)).Year() {
		return BriefDate(at, zone, l)
	}
	return formatted(at, zone, l.Choose("2 Jan 2006", "2006年1月2日"), "")
}

// Clock writes the time of the day with its zone: 15:04 UTC+1.
func Clock(at time.Time, zone *time.Location) string {
	return formatted(at, zone, "15:04 ", Zone(at, zone))
}

// Zone writes a zone at a moment by how far it is from UTC: UTC+8.
func Zone(at time.Time, zone *time.Location) string { return fleet.ZoneName(at, zone) }

// SameZone tells whether two zones show the same time at a moment. A zone that is nil is
// not known, and the same as none.
func SameZone(at time.Time, a, b *time.Location) bool {
	if a == nil || b == nil {
		return false
	}
	_, x := at.In(a).Zone()
	_, y := at.In(b).Zone()
	return x == y
}

// TermEnd writes when a paid term ends, in the zone of the account that pays: as its
// last day, or as a moment where it does not end with a day. Pages, lists and commands
// all write it so.
func TermEnd(end time.Time, home *time.Location, l Language) string {
	if day, ok := fleet.LastDay(end, home); ok {
		return l.Choose("last day ", "最后一天 ") + Date(day, home)
	}
	return Moment(end, home)
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
