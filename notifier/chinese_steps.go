package notifier

import (
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// chineseSteps says what to do about an event of an instance's calendar, in a few
// words and in full.
func chineseSteps(c *calendarNotice, g fleet.Guide) (short, full string) {
	short, steps := chineseStep(c, g)
	if c.instance.Product == "iot" && c.over() {
		steps = append(steps, "付款后服务最长可能需要30分钟恢复。")
	}
	if c.instance.Product == "redis" && c.details.Lifecycle.State == fleet.LifecycleSuspended && !c.payg() {
		steps = append(steps, "停服期间续费的，新周期自续费当日起算。")
	}
	return short, strings.Join(steps, "")
}

func chineseStep(c *calendarNotice, g fleet.Guide) (short string, steps []string) {
	renew := []string{"请续费。", g.Renew, g.RenewURL}
	state := c.details.Lifecycle.State
	switch {
	case c.event.Key.Rule == alarm.FrozenRule:
		return "请继续试用或升级", []string{"请继续试用，或升级实例。", g.Renew, g.RenewURL, g.Upgrade, g.UpgradeURL}
	case state == fleet.LifecycleReleased && !c.course.Downgrades():
		return "请到控制台确认", []string{"请到控制台确认实例是否仍存在。"}
	case state == fleet.LifecycleRecycled && c.event.Key.Rule != alarm.Overdue:
		return "请尽快恢复", []string{"请结清欠款，并在彻底删除前从回收站恢复，只能恢复为新实例。"}
	case c.payg() || c.event.Key.Rule == alarm.Overdue:
		return "请结清欠费", chinesePay(c)
	case c.converted():
		return "请到控制台确认", []string{"请到控制台确认是否已转换。云厂商的释放通知可以忽略。"}
	case c.overdueAccount():
		return "请先结清账号欠费", append([]string{"请先结清所属账号的欠费，结清前无法续费和升级。"}, renew...)
	case c.event.Key.Rule == alarm.AutoRenewal:
		return chineseByHand(c, renew)
	case c.course.Downgrades():
		return "可忽略释放通知", []string{"云厂商仍可能发出释放通知，请忽略。如需保留当前版本，请续费。", g.Renew, g.RenewURL}
	case c.bulk():
		return "请批量续费", []string{"请批量续费：在续费管理页面，产品选择物联网平台企业版实例，打开手动续费页签，勾选实例，单击批量续费，选择时长并付款。", g.RenewURL}
	case c.over():
		return "请立即续费", append(renew, "此时再开通自动续费已无效。")
	}
	return "请及时续费", renew
}

func chinesePay(c *calendarNotice) []string {
	out := []string{"请结清所属账号的账单或充值。"}
	if c.payg() {
		out = append(out, "按量付费实例不适用续费。")
	}
	return out
}

// chineseByHand says what to do when automatic renewal has not paid: once no
// attempt is left, funds alone do not help.
func chineseByHand(c *calendarNotice, renew []string) (short string, steps []string) {
	if c.details.AttemptsLeft <= 0 {
		return "请立即手动续费", append([]string{"自动续费不会再次尝试。"}, renew...)
	}
	return "请充值或手动续费", append([]string{chineseFunds(c.instance)}, renew[1:]...)
}

// chineseFunds says from what automatic renewal pays, as far as it is documented.
func chineseFunds(in *fleet.Instance) string {
	if paysFromBalance(in) {
		return "请充值（自动续费只从账号可用余额扣款，可用代金券，不支持银行卡），或手动续费。"
	}
	return "请为账号充值，或手动续费。"
}

// chineseAfterwards says what to know when an episode is over.
func chineseAfterwards(c *calendarNotice) string {
	switch r := c.event.Key.Rule; {
	case c.instance.Product == "iot" && (r == alarm.Suspension || r == alarm.Release || r == alarm.Overdue):
		return "服务最长可能需要30分钟恢复。"
	case r == alarm.AutoRenewal && !c.details.Renewed && c.course.Term.Method == fleet.Subscription:
		return "请在到期前手动续费。"
	}
	return ""
}
