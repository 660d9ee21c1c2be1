package notifier

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// chineseFlaps says what an event of an alarm that goes up and down means.
func chineseFlaps(s *wording, ev *alarm.Event, zone *time.Location) {
	within := "自" + words.Clock(ev.Flaps.Since, zone, words.ZH) + "起"
	if ev.Kind == alarm.BeganFlapping {
		within = words.Duration(ev.At.Sub(ev.Flaps.Since), words.ZH) + "内"
	}
	still := words.Duration(ev.Flaps.Within, words.ZH)
	if ev.Key.Rule == alarm.NoData {
		s.body = chineseSilenceFlaps(ev, within, still)
	} else {
		s.body = chineseCapacityFlaps(ev, within, still)
	}
	if ev.Kind == alarm.BeganFlapping || ev.Kind == alarm.Reminded {
		every := "每" + still
		if ev.Flaps.Within == time.Hour {
			every = "每小时"
		}
		s.short = every + "通知，直到平稳"
		s.advice = fmt.Sprintf("%s通知一次，直到平稳%s。", every, still)
	}
}

func chineseCapacityFlaps(ev *alarm.Event, within, still string) string {
	what := words.Metric(ev.Key.Metric, words.ZH)
	amount := words.Of(ev.Key.Metric, ev.Usage, ev.Capacity, words.ZH)
	share := words.ShareBeside(ev.Utilization(), ev.Threshold)
	now := fmt.Sprintf("现为 %s（%s）", amount, share)
	switch {
	case ev.Kind == alarm.Cleared:
		return fmt.Sprintf("%s回落到 %s（%s），已平稳%s", what, amount, share, still)
	case ev.Kind == alarm.Settled:
		return fmt.Sprintf("%s不再波动，停在 %s（%s，阈值%s）", what, amount, share, words.Threshold(ev.Threshold))
	case !ev.Known:
		now = "现无数据"
	}
	return fmt.Sprintf("%s在%s上下波动，%s触发%d次，%s", what, words.Threshold(ev.Threshold), within, ev.Flaps.Raises, now)
}

func chineseSilenceFlaps(ev *alarm.Event, within, still string) string {
	whose := "数据"
	if ev.Instance == nil {
		whose = "多数实例的数据"
	}
	now := "现已恢复"
	switch {
	case ev.Kind == alarm.Cleared:
		return fmt.Sprintf("%s已恢复，并稳定%s", whose, still)
	case ev.Kind == alarm.Settled:
		return fmt.Sprintf("%s不再时断时续，已中断%s", whose, still)
	case ev.Flaps.Up:
		now = "现无数据"
	}
	return fmt.Sprintf("%s时断时续，%s中断%d次，%s", whose, within, ev.Flaps.Raises, now)
}
