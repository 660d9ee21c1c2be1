package notifier

import "github.com/brimwatch/brimwatch/alarm"

// Weight orders what one recipient is told: what weighs less comes first. Critical
// comes before warning, and warning before info; within a severity beginnings come
// before ends and acknowledgements, and these before reminders.
func Weight(severity alarm.Severity, kind alarm.EventKind) int {
	w := 0
	switch severity {
	case alarm.Critical:
	case alarm.Warning:
		w = 3
	case alarm.Info:
		w = 6
	}
	switch {
	case Ends(kind), kind == alarm.Acked:
		return w + 1
	case kind == alarm.Reminded:
		return w + 2
	}
	return w
}
