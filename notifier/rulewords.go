package notifier

import (
	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// RuleWords says in a word or two what an alarm of a rule without a metric is about, for
// texts that have no room for dates.
func RuleWords(rule alarm.RuleName, l words.Language) string {
	switch rule {
	case alarm.NoData:
		return l.Choose("no data", "无数据")
	case alarm.Expiry:
		return l.Choose("expires", "到期")
	case alarm.Suspension:
		return l.Choose("suspension", "停服")
	case alarm.Release:
		return l.Choose("release", "释放")
	case alarm.Overdue:
		return l.Choose("overdue payment", "欠费")
	case alarm.LowBalance:
		return l.Choose("low balance", "余额不足")
	case alarm.AutoRenewal:
		return l.Choose("automatic renewal", "自动续费")
	case alarm.CannotRenew:
		return l.Choose("cannot be renewed", "无法续费")
	case alarm.Shortfall:
		return l.Choose("money short", "资金缺口")
	case alarm.FrozenRule:
		return l.Choose("frozen", "冻结")
	}
	return string(rule)
}
