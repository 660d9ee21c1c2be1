package notifier

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// tellsOfFlapping tells whether an event is put into words as one of an alarm that goes up
// and down. One that rises to a level which nobody has heard of is told as any other.
func tellsOfFlapping(ev *alarm.Event) bool {
	if ev.Flaps.Raises == 0 {
		return false
	}
	switch ev.Kind {
	case alarm.BeganFlapping, alarm.Settled, alarm.Reminded, alarm.Cleared:
		return true
	case alarm.Raised, alarm.Escalated, alarm.Eased, alarm.Withdrawn, alarm.Acked, alarm.Lost, alarm.Found, alarm.Rose, alarm.Fell:
	}
	return false
}

// englishFlaps says what an event of an alarm that goes up and down means.
func englishFlaps(s *wording, ev *alarm.Event, zone *time.Location) {
	times := fmt.Sprintf("%d times since %s", ev.Flaps.Raises, words.Clock(ev.Flaps.Since, zone, words.EN))
	if ev.Kind == alarm.BeganFlapping {
		times = fmt.Sprintf("%d times in %s", ev.Flaps.Raises, words.Duration(ev.At.Sub(ev.Flaps.Since), words.EN))
	}
	still := words.Duration(ev.Flaps.Within, words.EN)
	if ev.Key.Rule == alarm.NoData {
		s.body = englishSilenceFlaps(ev, times, still)
	} else {
		s.body = englishCapacityFlaps(ev, times, still)
	}
	if ev.Kind == alarm.BeganFlapping || ev.Kind == alarm.Reminded {
		every := "every " + still
		if ev.Flaps.Within == time.Hour {
			every = "hourly"
		}
		s.short = "Told " + every + " until still."
		s.advice = fmt.Sprintf("It is told %s until it has been still for %s.", every, still)
	}
}

func englishCapacityFlaps(ev *alarm.Event, times, still string) string {
	what := words.Metric(ev.Key.Metric, words.EN)
	amount := words.Of(ev.Key.Metric, ev.Usage, ev.Capacity, words.EN)
	share := words.ShareBeside(ev.Utilization(), ev.Threshold)
	switch {
	case ev.Kind == alarm.Cleared:
		return fmt.Sprintf("%s back to %s (%s), still for %s; raised %s", what, amount, share, still, times)
	case ev.Kind == alarm.Settled:
		return fmt.Sprintf("%s no longer up and down, at %s (%s, threshold %s)", what, amount, share, words.Threshold(ev.Threshold))
	case !ev.Known:
		return fmt.Sprintf("%s up and down around %s: raised %s, no data now", what, words.Threshold(ev.Threshold), times)
	}
	return fmt.Sprintf("%s up and down around %s: raised %s, now %s (%s)", what, words.Threshold(ev.Threshold), times, amount, share)
}

func englishSilenceFlaps(ev *alarm.Event, times, still string) string {
	whose := "data"
	if ev.Instance == nil {
		whose = "data of most instances"
	}
	switch {
	case ev.Kind == alarm.Cleared:
		return fmt.Sprintf("%s is back, and has stayed for %s; lost %s", whose, still, times)
	case ev.Kind == alarm.Settled:
		return fmt.Sprintf("no %s for %s now, it no longer comes and goes", whose, still)
	case ev.Flaps.Up:
		return fmt.Sprintf("%s comes and goes: lost %s, none now", whose, times)
	}
	return fmt.Sprintf("%s comes and goes: lost %s, back now", whose, times)
}
