package rehearsal

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Premises say what a rehearsal takes for granted, a sentence each.
func Premises(o *Options) []string {
	out := []string{
		"Nothing was told before: what is due when it begins is told then.",
		"Nobody acknowledges, every message arrives, and drills are answered.",
		"Only the calendar is rehearsed: no alarm of usage, and none of missing data. The codes of alarms are made up.",
	}
	switch automatic := automaticOnes(o); {
	case automatic == 0:
	case o.RenewalsFail:
		out = append(out, "Automatic renewals are not paid.")
	default:
		out = append(out, fmt.Sprintf("Automatic renewals are paid at their first attempt from then on, for their period or else %d month, unless a bill of the account is unpaid.", automaticMonths))
	}
	for i := range o.Acts {
		out = append(out, o.Acts[i].words(zoneOf(o.Snapshot, &o.Acts[i])))
	}
	return out
}

func automaticOnes(o *Options) int {
	n := 0
	for i := range o.Snapshot.Instances {
		if t := &o.Snapshot.Instances[i].Term; t.AutoRenew && t.Method == fleet.Subscription {
			n++
		}
	}
	return n
}

// words say what an owner does.
func (a *Act) words(zone *time.Location) string {
	day := a.Day.Format(time.DateOnly)
	switch {
	case a.Kind == Unpaid:
		return fmt.Sprintf("%s does not pay its bill from %s on.", a.ID, day)
	case a.Kind == Paid:
		return fmt.Sprintf("%s pays on %s at %02d:00 (%s).", a.ID, day, actHour, zone)
	case a.Until.IsZero():
		return fmt.Sprintf("%s is renewed on %s at %02d:00 (%s), for %d year.", a.ID, day, actHour, zone, byHandYears)
	}
	return fmt.Sprintf("%s is renewed on %s at %02d:00 (%s), until %s.", a.ID, day, actHour, zone, a.Until.Format(time.DateOnly))
}
