package fleet

import (
	"fmt"
	"strconv"
	"time"
)

// ZoneName writes a zone at a moment by how far it is from UTC: UTC+8, UTC-3:30. The
// names of zones are short and not clear: CST is China, Chicago and Cuba. A zone that is
// nil is UTC.
func ZoneName(at time.Time, zone *time.Location) string {
	if zone == nil {
		return "UTC"
	}
	_, offset := at.In(zone).Zone()
	minutes := offset / 60
	sign := "+"
	if minutes < 0 {
		sign, minutes = "-", -minutes
	}
	switch h, m := minutes/60, minutes%60; {
	case minutes == 0:
		return "UTC"
	case m == 0:
		return "UTC" + sign + strconv.Itoa(h)
	default:
		return fmt.Sprintf("UTC%s%d:%02d", sign, h, m)
	}
}

// LastDay returns a moment of the last day of a term that ends at a moment, and true,
// when that is the first moment of the day after it in the zone: somebody who reads
// "until 5 December, 00:00" takes the 5th for a day that is paid. Where a day has no
// midnight, its first moment counts. A zone that is nil is UTC.
func LastDay(end time.Time, zone *time.Location) (time.Time, bool) {
	if end.IsZero() {
		return time.Time{}, false
	}
	if zone == nil {
		zone = time.UTC
	}
	if !BeginsDay(end, zone) {
		return time.Time{}, false
	}
	return end.Add(-1), true
}

// written is a moment with its zone: 2026-12-05 13:00 UTC+8.
func written(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02 15:04 ") + ZoneName(at, zone)
}
