package fleet

import "time"

// Zones move their clocks at odd times. In Santiago, Beirut, Havana and Cairo there is one
// midnight a year that does not come: the clock goes from 23:59 to 01:00. In other places
// midnight comes twice, and Samoa has left out a whole day. So days are counted on the
// calendar, and only what comes of it is looked for on the clock.

// OnClock returns the moment at which the clocks of a zone first show what wall shows, whose
// own zone does not matter. Where they leave that out, it is the first moment after it.
func OnClock(wall time.Time, zone *time.Location) time.Time {
	y, m, d := wall.Date()
	h, mi, s := wall.Clock()
	naive := time.Date(y, m, d, h, mi, s, wall.Nanosecond(), time.UTC)
	const furthest = 16 * time.Hour // no zone is further from UTC
	for from := naive.Add(-furthest); ; {
		local := from.In(zone)
		_, offset := local.Zone()
		at := naive.Add(-time.Duration(offset) * time.Second)
		if at.Before(from) { // this stretch begins after it: it was left out
			return from
		}
		_, end := local.ZoneBounds()
		if end.IsZero() || at.Before(end) {
			return at
		}
		from = end.UTC()
	}
}

// DayBegins returns the first moment of a calendar day in a zone: its midnight, where it has
// one. Of a day that the zone leaves out it is the first moment after.
func DayBegins(y int, m time.Month, d int, zone *time.Location) time.Time {
	return OnClock(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), zone)
}

// BeginsDay tells whether a day begins at a moment in a zone.
func BeginsDay(at time.Time, zone *time.Location) bool {
	y, m, d := at.In(zone).Date()
	return DayBegins(y, m, d, zone).Equal(at)
}

// wallClock is what calendar and clock of a zone show at a moment, as a time of UTC. The first
// moment of a day is its midnight, whatever the clock shows.
func wallClock(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	y, m, d := local.Date()
	h, mi, s := local.Clock()
	wall := time.Date(y, m, d, h, mi, s, local.Nanosecond(), time.UTC)
	if h+mi+s+local.Nanosecond() > 0 && BeginsDay(at, zone) {
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return wall
}

// DaysBefore returns the moment so many calendar days of zone before at. It is at the same
// time of the day; where the zone leaves that whole day out, a day earlier.
func DaysBefore(at time.Time, days int, zone *time.Location) time.Time {
	if days == 0 {
		return at.UTC()
	}
	wall := wallClock(at, zone).AddDate(0, 0, -days)
	before := OnClock(wall, zone)
	if before.In(zone).Day() != wall.Day() {
		return OnClock(wall.AddDate(0, 0, -1), zone)
	}
	return before
}

// NextAt returns the first moment, from at on, at which the clock of a zone shows so many
// minutes since midnight.
func NextAt(at time.Time, minutes int, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	for ahead := 0; ; ahead++ {
		next := OnClock(time.Date(y, m, d+ahead, 0, minutes, 0, 0, time.UTC), zone)
		if !next.Before(at) {
			return next
		}
	}
}
