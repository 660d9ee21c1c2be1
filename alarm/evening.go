package alarm

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// People are told of steps at an hour of the day. A step that is less than a day ahead of its
// moment may be due in a night after which it would be late, or too late: it comes the evening
// before.

// The night is from eveningEnds to the hour at which people are told; the evening before it
// begins at eveningBegins.
const (
	eveningBegins = 18 * 60
	eveningEnds   = 21 * 60
	usualMorning  = 9 * 60
)

// inTime returns when a step comes that is due so long before its moment: earlier where it is
// due at night and, at the hour at which people are told, less than half of its lead would be left.
func (l *Leads) inTime(due, moment time.Time, zone *time.Location) time.Time {
	lead := moment.Sub(due)
	if l.Hour == nil || lead <= 0 || lead >= urgentLead || moment.Sub(fleet.NextAt(due, *l.Hour, zone)) >= lead/2 {
		return due
	}
	local := due.In(zone)
	y, m, d := local.Date()
	minute := local.Hour()*60 + local.Minute()
	morning := *l.Hour
	if morning >= eveningBegins {
		morning = usualMorning
	}
	switch {
	case minute >= eveningEnds:
	case minute < morning:
		d--
	default:
		return due
	}
	return fleet.OnClock(time.Date(y, m, d, 0, eveningBegins, 0, 0, time.UTC), zone)
}
