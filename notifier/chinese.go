package notifier

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// chinese says what an event means, in Chinese; a text has room for 70 signs.
func (w Words) chinese(ev *alarm.Event, zone *time.Location) wording {
	s := wording{code: ev.Code, word: chineseWord(ev), edition: w.title(ev.Instance, words.ZH), sep: chineseSigns()}
	s.name, s.id = names(ev, "全部实例")
	if ev.Kind == alarm.Withdrawn {
		s.body = "告警已撤销，不再监控"
		s.advice = "该实例或该告警已不在配置中。"
		return s
	}
	if tellsOfFlapping(ev) {
		chineseFlaps(&s, ev, zone)
		return s
	}
	switch ev.Key.Rule {
	case alarm.Capacity:
		s.body = chineseCapacity(ev)
		if Begins(ev.Kind) {
			s.short, s.advice = chineseAdvice(ev.Key.Metric)
			w.fitting(&s, ev, words.ZH)
		}
	case alarm.NoData:
		chineseNoData(&s, ev, zone)
	default:
		w.chineseDetails(&s, ev, zone)
	}
	return s
}

// chineseDetails says what an event of the calendar or of an account means; what
// comes without details has its reason in words.
func (w Words) chineseDetails(s *wording, ev *alarm.Event, zone *time.Location) {
	c, dated := newCalendarNotice(ev, zone)
	switch {
	case ev.Key.Rule == alarm.Forecast && ev.Details != nil:
		w.chineseForecast(s, ev, zone)
	case dated:
		w.chineseDates(s, c)
	case tellsOfMoney(ev):
		w.shortfall(s, ev, words.ZH, zone)
	case ev.Details != nil && ev.Key.Account != "":
		w.chineseAccount(s, ev, zone)
	default:
		s.body = ev.Reason
	}
}

func chineseWord(ev *alarm.Event) string {
	severity := "警告"
	switch ev.Severity {
	case alarm.Critical:
		severity = "严重"
	case alarm.Info:
		severity = "提示"
	case alarm.Warning:
	}
	switch ev.Kind {
	case alarm.Cleared:
		return "恢复"
	case alarm.Withdrawn:
		return "撤销"
	case alarm.Reminded:
		return "仍" + severity
	}
	return severity
}

func chineseCapacity(ev *alarm.Event) string {
	what := words.Metric(ev.Key.Metric, words.ZH)
	amount := words.Of(ev.Key.Metric, ev.Usage, ev.Capacity, words.ZH)
	share := words.ShareBeside(ev.Utilization(), ev.Threshold)
	after := words.Duration(ev.At.Sub(ev.RaisedAt), words.ZH)
	switch {
	case ev.Kind == alarm.Cleared:
		return fmt.Sprintf("%s回落到 %s（%s），历时%s", what, amount, share, after)
	case !ev.Known:
		return fmt.Sprintf("%s最后为 %s（%s），现无数据，已%s", what, amount, share, after)
	case ev.Kind == alarm.Reminded:
		return fmt.Sprintf("%s %s（%s），已%s", what, amount, share, after)
	}
	return fmt.Sprintf("%s %s（%s，阈值%s）", what, amount, share, words.Threshold(ev.Threshold))
}

func chineseAdvice(m fleet.Metric) (short, full string) {
	switch m {
	case fleet.Connections:
		return "请升配或减少客户端", "请升级规格，或关闭闲置客户端。达到上限后新客户端将被拒绝。"
	case fleet.Subscriptions:
		return "请升配或减少订阅", "请升级规格，或合并订阅。达到上限后新订阅将失败。"
	case fleet.MemoryBytes:
		return "请升配或清理数据", "请升级规格，或清理过期数据。达到上限后将淘汰数据或写入失败。"
	}
	return "请升配或降低流量", "请升级规格，或降低流量。达到上限后消息将被限流，客户端可能断开。"
}

func chineseNoData(s *wording, ev *alarm.Event, zone *time.Location) {
	after := words.Duration(ev.At.Sub(ev.RaisedAt), words.ZH)
	since := words.Clock(ev.Since, zone, words.ZH)
	who := ""
	if ev.Instance == nil {
		who = fmt.Sprintf("%d个实例", len(ev.Silent))
	}
	switch ev.Kind {
	case alarm.Cleared:
		s.body = "数据已恢复，历时" + after
	case alarm.Reminded:
		s.body = who + "无数据，已" + after
	default:
		s.body = who + "自" + since + "起无数据"
	}
	if !Begins(ev.Kind) {
		return
	}
	s.short = "告警保持原状，请检查网络"
	s.advice = "告警保持原状，既不触发也不恢复。请检查实例是否运行，以及网络与权限。"
}
