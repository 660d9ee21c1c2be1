package notifier

import (
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// english says what an event means, in English.
func (w Words) english(ev *alarm.Event, zone *time.Location) wording {
	s := wording{code: ev.Code, word: englishWord(ev), edition: w.title(ev.Instance, words.EN), sep: englishSigns()}
	s.name, s.id = names(ev, "Fleet")
	if ev.Kind == alarm.Withdrawn {
		s.body = englishSubject(ev) + " alarm ended, no longer watched"
		s.advice = "The instance or this alarm is no longer in the configuration."
		return s
	}
	if tellsOfFlapping(ev) {
		englishFlaps(&s, ev, zone)
		return s
	}
	switch ev.Key.Rule {
	case alarm.Capacity:
		s.body = englishCapacity(ev)
		if Begins(ev.Kind) {
			s.short, s.advice = englishAdvice(ev.Key.Metric)
			w.fitting(&s, ev, words.EN)
		}
	case alarm.NoData:
		englishNoData(&s, ev, zone)
	default:
		w.englishDetails(&s, ev, zone)
	}
	return s
}

// englishDetails says what an event of the calendar or of an account means; what
// comes without details has its reason in words.
func (w Words) englishDetails(s *wording, ev *alarm.Event, zone *time.Location) {
	c, dated := newCalendarNotice(ev, zone)
	switch {
	case ev.Key.Rule == alarm.Forecast && ev.Details != nil:
		w.englishForecast(s, ev, zone)
	case dated:
		w.englishDates(s, c)
	case tellsOfMoney(ev):
		w.shortfall(s, ev, words.EN, zone)
	case ev.Details != nil && ev.Key.Account != "":
		w.englishAccount(s, ev, zone)
	default:
		s.body = ev.Reason
	}
}

func englishWord(ev *alarm.Event) string {
	switch ev.Kind {
	case alarm.Cleared:
		return "ENDED"
	case alarm.Withdrawn:
		return "WITHDRAWN"
	case alarm.Reminded:
		return "STILL " + strings.ToUpper(string(ev.Severity))
	}
	return strings.ToUpper(string(ev.Severity))
}

// englishSubject names a rule, for the notice that it is no longer watched.
func englishSubject(ev *alarm.Event) string {
	switch ev.Key.Rule {
	case alarm.NoData:
		return "no-data"
	case alarm.Expiry, alarm.Suspension, alarm.Overdue, alarm.FrozenRule:
		return string(ev.Key.Rule)
	case alarm.Release:
		return "deletion"
	case alarm.LowBalance:
		return "low-balance"
	case alarm.Shortfall:
		return "shortfall"
	case alarm.AutoRenewal:
		return "automatic renewal"
	case alarm.CannotRenew:
		return "renewal"
	case alarm.Forecast:
		return words.Metric(ev.Key.Metric, words.EN) + " forecast"
	case alarm.Capacity:
	}
	return words.Metric(ev.Key.Metric, words.EN)
}

func englishCapacity(ev *alarm.Event) string {
	what := words.Metric(ev.Key.Metric, words.EN)
	amount := words.Of(ev.Key.Metric, ev.Usage, ev.Capacity, words.EN)
	share := words.ShareBeside(ev.Utilization(), ev.Threshold)
	after := words.Duration(ev.At.Sub(ev.RaisedAt), words.EN)
	switch {
	case ev.Kind == alarm.Cleared:
		return fmt.Sprintf("%s back to %s (%s) after %s", what, amount, share, after)
	case !ev.Known:
		return fmt.Sprintf("%s last known %s (%s), no data now, for %s", what, amount, share, after)
	case ev.Kind == alarm.Reminded:
		return fmt.Sprintf("%s %s (%s) for %s", what, amount, share, after)
	}
	return fmt.Sprintf("%s %s (%s, threshold %s)", what, amount, share, words.Threshold(ev.Threshold))
}

// englishAdvice says what to do about a metric that fills up, in a few words
// and in full.
func englishAdvice(m fleet.Metric) (short, full string) {
	switch m {
	case fleet.Connections:
		return "Upgrade or cut clients.", "Move to a larger edition or specification, or close idle clients. At the limit new clients are refused."
	case fleet.Subscriptions:
		return "Upgrade or drop filters.", "Move to a larger edition or specification, or merge topic filters. At the limit new subscriptions fail."
	case fleet.MemoryBytes:
		return "Upgrade or free memory.", "Move to a larger specification, or expire keys. At the limit keys are evicted or writes fail."
	case fleet.CommandsTPS:
		return "Upgrade or spread load.", "Move to a larger specification, or spread the load. At the limit commands are slowed down."
	}
	return "Upgrade or slow down.", "Move to a larger edition or specification, or send less. At the limit messages are throttled or clients disconnected."
}

func englishNoData(s *wording, ev *alarm.Event, zone *time.Location) {
	after := words.Duration(ev.At.Sub(ev.RaisedAt), words.EN)
	if ev.Instance == nil {
		englishFleetSilence(s, ev, zone, after)
		return
	}
	switch ev.Kind {
	case alarm.Cleared:
		s.body = "data is back after " + after
	case alarm.Reminded:
		s.body = "no data for " + after
	default:
		s.body = "no data since " + words.Clock(ev.Since, zone, words.EN)
	}
	if ev.Kind != alarm.Cleared && ev.Reason != "" {
		s.full = s.body + ": " + strings.TrimRight(ev.Reason, ".,:; ")
		s.body += reason(": ", ev.Reason)
	}
	if Begins(ev.Kind) {
		s.short = "Its alarms are held."
		s.advice = "Its alarms are held as they were, neither raised nor ended. Check that the instance runs and that Brimwatch may reach and read it."
	}
}

func englishFleetSilence(s *wording, ev *alarm.Event, zone *time.Location, after string) {
	count := fmt.Sprintf("%d instances", len(ev.Silent))
	if len(ev.Silent) == 1 {
		count = "1 instance"
	}
	list := nameList(ev.Silent, ", ")
	switch ev.Kind {
	case alarm.Cleared:
		s.body = "most instances tell their figures again after " + after
	case alarm.Reminded:
		s.body = "no data from " + count + " for " + after + list
	default:
		s.body = "no data from " + count + " since " + words.Clock(ev.Since, zone, words.EN) + list
	}
	if Begins(ev.Kind) {
		s.short = "Check Brimwatch's network."
		s.advice = "So many at once are rarely all broken: check the network between Brimwatch and the instances first. All alarms are held as they were."
	}
}

// nameList names the first few instances.
func nameList(ins []*fleet.Instance, comma string) string {
	const few = 3
	if len(ins) == 0 {
		return ""
	}
	var out []string
	for _, in := range ins[:min(few, len(ins))] {
		out = append(out, shorten(in.Name, 20))
	}
	list := " (" + strings.Join(out, comma)
	if len(ins) > few {
		list += comma + "..."
	}
	return list + ")"
}

// reason writes why, shortened to whole words so that a long error leaves room
// for the rest.
func reason(before, why string) string {
	const most = 60
	if r := []rune(why); len(r) > most {
		why = string(r[:most+1])
		if end := strings.LastIndexByte(why, ' '); end > most/2 {
			why = why[:end]
		}
		return before + strings.TrimRight(why, ".,:; ") + "..."
	}
	return before + strings.TrimRight(why, ".,:; ")
}
