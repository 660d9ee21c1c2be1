package notifier

import (
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// chineseSteps says what to do about an event of an instance's calendar, in a few
// words and in full.
func chineseSteps(m *matter, g fleet.Guide) (short, full string) {
	short, steps := chineseStep(m, g)
	if m.in.Product == "iot" && m.over() {
		steps = append(steps, "付款后服务最长可能需要30分钟恢复。")
	}
	if m.in.Product == "redis" && m.o.Lifecycle.State == fleet.LifecycleSuspended && !m.payg() {
		steps = append(steps, "停服期间续费的，新周期自续费当日起算。")
	}
	return short, strings.Join(steps, "")
}

func chineseStep(m *matter, g fleet.Guide) (short string, steps []string) {
	renew := []string{"请续费。", g.Renew, g.RenewURL}
	state := m.o.Lifecycle.State
	switch {
	case m.ev.Key.Rule == alarm.FrozenRule:
		return "请继续试用或升级", []string{"请继续试用，或升级实例。", g.Renew, g.RenewURL, g.Upgrade, g.UpgradeURL}
	case state == fleet.LifecycleReleased && !m.c.Downgrades():
		return "请到控制台确认", []string{"请到控制台确认实例是否仍存在。"}
	case state == fleet.LifecycleRecycled && m.ev.Key.Rule != alarm.Overdue:
		return "请尽快恢复", []string{"请结清欠款，并在彻底删除前从回收站恢复，只能恢复为新实例。"}
	case m.payg() || m.ev.Key.Rule == alarm.Overdue:
		return "请结清欠费", chinesePay(m)
	case m.converted():
		return "请到控制台确认", []string{"请到控制台确认是否已转换。云厂商的释放通知可以忽略。"}
	case m.overdueAccount():
		return "请先结清账号欠费", append([]string{"请先结清所属账号的欠费，结清前无法续费和升级。"}, renew...)
	case m.ev.Key.Rule == alarm.AutoRenewal:
		return chineseByHand(m, renew)
	case m.c.Downgrades():
		return "可忽略释放通知", []string{"云厂商仍可能发出释放通知，请忽略。如需保留当前版本，请续费。", g.Renew, g.RenewURL}
	case m.bulk():
		return "请批量续费", []string{"请批量续费：在续费管理页面，产品选择物联网平台企业版实例，打开手动续费页签，勾选实例，单击批量续费，选择时长并付款。", g.RenewURL}
	case m.over():
		return "请立即续费", append(renew, "此时再开通自动续费已无效。")
	}
	return "请及时续费", renew
}

func chinesePay(m *matter) []string {
	out := []string{"请结清所属账号的账单或充值。"}
	if m.payg() {
		out = append(out, "按量付费实例不适用续费。")
	}
	return out
}

// chineseByHand says what to do when automatic renewal has not paid: once no
// attempt is left, funds alone do not help.
func chineseByHand(m *matter, renew []string) (short string, steps []string) {
	if m.over() || m.o.AttemptsLeft <= 0 {
		return "请立即手动续费", append([]string{"自动续费不会再次尝试。"}, renew...)
	}
	return "请充值或手动续费", append([]string{chineseFunds(m.in)}, renew[1:]...)
}

// chineseFunds says from what automatic renewal pays, as far as it is documented.
func chineseFunds(in *fleet.Instance) string {
	if paysFromBalance(in) {
		return "请充值（自动续费只从账号可用余额扣款，可用代金券，不支持银行卡），或手动续费。"
	}
	return "请为账号充值，或手动续费。"
}

// chineseAfterwards says what to know when an episode is over.
func chineseAfterwards(m *matter) string {
	switch r := m.ev.Key.Rule; {
	case m.in.Product == "iot" && (r == alarm.Suspension || r == alarm.Release || r == alarm.Overdue):
		return "服务最长可能需要30分钟恢复。"
	case r == alarm.AutoRenewal && !m.o.Renewed && m.c.Term.Method == fleet.Subscription:
		return "请在到期前手动续费。"
	}
	return ""
}
