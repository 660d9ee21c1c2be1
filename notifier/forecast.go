package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// englishForecast says when a metric will be at its threshold, by the day: a forecast
// knows no hours.
func (w Words) englishForecast(s *wording, ev *alarm.Event, zone *time.Location) {
	what := words.Metric(ev.Key.Metric, words.EN)
	if !Begins(ev.Kind) {
		s.body = what + " is no longer expected at its threshold soon"
		return
	}
	at := ev.Details.At
	if at.IsZero() {
		s.body = what + " grows towards its threshold; when it gets there is not known any more"
	} else {
		s.body = what + " will reach its threshold about " + words.BriefDate(at, zone, words.EN) + englishIn(at, ev.At, zone) + ", by its growth so far"
	}
	s.short, s.advice = englishAdvice(ev.Key.Metric)
	w.fitting(s, ev, words.EN)
}

// chineseForecast says the same in Chinese.
func (w Words) chineseForecast(s *wording, ev *alarm.Event, zone *time.Location) {
	what := words.Metric(ev.Key.Metric, words.ZH)
	if !Begins(ev.Kind) {
		s.body = what + "近期不再预计达到阈值"
		return
	}
	at := ev.Details.At
	if at.IsZero() {
		s.body = what + "持续增长，预计达到阈值的时间现已未知"
	} else {
		s.body = "按目前增长，" + what + "预计" + words.BriefDate(at, zone, words.ZH) + "前后达到阈值" + chineseIn(at, ev.At, zone)
	}
	s.short, s.advice = chineseAdvice(ev.Key.Metric)
	w.fitting(s, ev, words.ZH)
}
