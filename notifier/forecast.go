package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// englishForecast says when a metric will be at its mark, by the day: a forecast
// knows no hours.
func (w Words) englishForecast(s *said, ev *alarm.Event, zone *time.Location) {
	what := englishMetric(ev.Key.Metric)
	if !Begins(ev.Kind) {
		s.body = what + " is no longer expected at its mark soon"
		return
	}
	at := ev.Details.At
	if at.IsZero() {
		s.body = what + " grows towards its mark; when it gets there is not known any more"
	} else {
		s.body = what + " will reach its mark about " + at.In(zone).Format("2 Jan") + englishIn(at, ev.At, zone) + ", by its growth so far"
	}
	s.short, s.advice = englishAdvice(ev.Key.Metric)
	w.fitting(s, ev, "en")
}

// chineseForecast says the same in Chinese.
func (w Words) chineseForecast(s *said, ev *alarm.Event, zone *time.Location) {
	what := chineseMetric(ev.Key.Metric)
	if !Begins(ev.Kind) {
		s.body = what + "近期不再预计达到阈值"
		return
	}
	at := ev.Details.At
	if at.IsZero() {
		s.body = what + "持续增长，预计达到阈值的时间现已未知"
	} else {
		s.body = "按目前增长，" + what + "预计" + at.In(zone).Format("1月2日") + "前后达到阈值" + chineseIn(at, ev.At, zone)
	}
	s.short, s.advice = chineseAdvice(ev.Key.Metric)
	w.fitting(s, ev, "zh")
}
