package rehearsal

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// Premises say what a rehearsal takes for granted, a sentence each. A nil say is English.
func Premises(o *Options, say *phrases.Printer) []string {
	out := []string{
		say.T("Nothing was told before: what is due when it begins is told then."),
		say.T("Nobody acknowledges, every message arrives, and drills are answered."),
		say.T("Only the calendar is rehearsed: no alarm of usage, and none of missing data. The codes of alarms are made up."),
	}
	switch automatic := automaticOnes(o); {
	case automatic == 0:
	case o.RenewalsFail:
		out = append(out, say.T("Automatic renewals are not paid."))
	default:
		out = append(out, say.T("Automatic renewals are paid at their first attempt from then on, for their period or else %d month, unless a bill of the account is unpaid.", automaticMonths))
	}
	for i := range o.Acts {
		out = append(out, o.Acts[i].words(say, zoneOf(o.Snapshot, &o.Acts[i])))
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
func (a *Act) words(say *phrases.Printer, zone *time.Location) string {
	day := a.Day.Format(time.DateOnly)
	switch {
	case a.Kind == Unpaid:
		return say.T("%s does not pay its bill from %s on.", a.ID, day)
	case a.Kind == Paid:
		return say.T("%s pays on %s at %02d:00 (%s).", a.ID, day, actHour, zone)
	case a.Until.IsZero():
		return say.T("%s is renewed on %s at %02d:00 (%s), for %d year.", a.ID, day, actHour, zone, byHandYears)
	}
	return say.T("%s is renewed on %s at %02d:00 (%s), until %s.", a.ID, day, actHour, zone, a.Until.Format(time.DateOnly))
}
