package notifier

import (
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// chineseFull writes moments for a text that has room.
func chineseFull(now time.Time, zone *time.Location) func(time.Time) string {
	return func(at time.Time) string { return fullMoment(at, zone) + chineseIn(at, now, zone) }
}

// chineseSame names the others of which the same is told.
func chineseSame(m *matter) string {
	if m.alike() == 0 {
		return ""
	}
	return "以下实例相同：" + listed(m.o.Others, "、", "等，另有%d个", func(a *alarm.Affected) string { return a.Instance.Name }) + "。"
}

// chineseStory says all of it in whole sentences.
func chineseStory(m *matter, g fleet.Guide) string {
	full := chineseFull(m.now, m.zone)
	out := chineseOpening(m, full) + chineseSame(m)
	if m.bulk() {
		out = "一周内有多个实例到期：" + m.in.Name + "，" + full(m.o.At) + "；" + listed(m.others, "；", "；另有%d个", func(a *alarm.Affected) string {
			return a.Instance.Name + "，" + full(a.Course.Term.Expires)
		}) + "。"
	}
	if m.dateless() && m.ev.Key.Rule != alarm.Overdue || m.ev.Key.Rule == alarm.FrozenRule || m.unbilled() {
		return out
	}
	out += chinesePresent(m)
	if at := m.ahead(fleet.LifecycleSuspended); !at.IsZero() && !m.c.Downgrades() && m.ev.Key.Rule != alarm.Suspension {
		switch {
		case m.bulk() && m.stopsAtEnd():
			out += "各实例到期即停止服务，数据暂时保留。"
		case m.stopsAtEnd():
			out += "届时停止服务，数据暂时保留。"
		default:
			out += "可继续使用至" + full(at) + "，届时停止服务，数据暂时保留。"
		}
	}
	if at := m.ahead(fleet.LifecycleRecycled); !at.IsZero() {
		out += full(at) + "进入回收站。"
	}
	if at := m.ahead(fleet.LifecycleReleased); !at.IsZero() && !m.c.Downgrades() && m.ev.Key.Rule != alarm.Release {
		if m.c.Policy.Downgrades {
			out += "其到期后操作为删除。"
		}
		if m.bulk() {
			out += m.in.Name + "将于" + full(at) + "彻底删除，其余实例在各自到期后依次删除。"
		} else {
			out += full(at) + "彻底删除。"
		}
	}
	if m.c.Has(fleet.LifecycleReleased) && !m.c.Downgrades() {
		out += g.Lost
	}
	return out + chineseDowngrade(m, full)
}

// chineseOpening says what happens, and when.
func chineseOpening(m *matter, full func(time.Time) string) string {
	at := m.o.At
	ahead := at.After(m.now)
	switch m.ev.Key.Rule {
	case alarm.FrozenRule:
		return "实例因长期无设备在线而被冻结。"
	case alarm.Overdue:
		out := "该实例的账单已欠费。"
		if !m.dateless() {
			out = "该实例的账单自" + full(at) + "起欠费。"
		}
		if m.payg() {
			return out
		}
		out += "实例可继续使用，但结清前无法续费和升级。"
		if end := m.c.Term.Expires; !end.IsZero() {
			out += chineseTermSentence(m, end, full)
		}
		return out
	case alarm.Release:
		switch {
		case m.dateless():
			return "删除时间现已未知。"
		case m.c.Downgrades():
			return "云厂商告知该实例将于" + full(at) + "释放。其到期后操作为降级，应转换而不会删除。"
		case ahead:
			return "实例将于" + full(at) + "被彻底删除。"
		}
		return "实例自" + full(at) + "起应被彻底删除，可能已不存在。"
	case alarm.Suspension:
		switch {
		case m.dateless():
			return "停服时间现已未知。"
		case m.c.Downgrades():
			return chineseTermSentence(m, m.c.From, full)
		case ahead:
			return "服务将于" + full(at) + "停止，数据暂时保留。"
		}
		return "服务应已于" + full(at) + "停止。"
	case alarm.AutoRenewal:
		out := "自动续费已开通，但尚未扣款成功。"
		if ahead && !m.dateless() {
			out += "按策略还剩" + strconv.Itoa(max(m.o.AttemptsLeft, 0)) + "次扣款。"
		}
		return out + chineseBalance(m) + chineseTermSentence(m, at, full)
	case alarm.CannotRenew:
		return "所属账号欠费，因此无法续费和升级。" + chineseBalance(m) + chineseTermSentence(m, at, full)
	}
	out := chineseTermSentence(m, at, full)
	if m.renewalTried() {
		out += "自动续费已开通，但尚未扣款成功。"
	}
	return out
}

func chineseBalance(m *matter) string {
	if b := chineseMoney(m.o.Account); b != "" {
		return "账号" + m.o.Account.Name + "余额为" + b + "。"
	}
	return ""
}

func chineseTermSentence(m *matter, at time.Time, full func(time.Time) string) string {
	switch {
	case m.dateless() || at.IsZero():
		return "到期时间现已未知。"
	case at.After(m.now):
		return "实例将于" + full(at) + "到期。"
	}
	return "实例已于" + full(at) + "到期。"
}

// chinesePresent says how it stands with an instance whose term is over, or that
// nobody knows what follows.
func chinesePresent(m *matter) string {
	if m.withoutPolicy() {
		return "没有策略说明后续处理。"
	}
	if !m.over() || m.perhaps() {
		return ""
	}
	switch m.o.Lifecycle.State {
	case fleet.LifecycleSuspended:
		return "按其生命周期，服务已停止，数据仍保留。"
	case fleet.LifecycleRecycled:
		return "按其生命周期，实例已在回收站。"
	case fleet.LifecycleReleased:
		if m.ev.Key.Rule != alarm.Release && !m.c.Downgrades() {
			return "按其生命周期，实例应被删除。"
		}
	case fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
	}
	return ""
}

// chineseDowngrade says what becomes of an instance that is converted.
func chineseDowngrade(m *matter, full func(time.Time) string) string {
	if !m.c.Downgrades() || m.c.Converts().IsZero() {
		return ""
	}
	by := full(m.c.Converts())
	if m.converted() {
		return "按其到期后操作，最迟已于" + by + "转为按量付费，请在控制台确认。"
	}
	return "按其到期后操作，实例将转为按量付费，不会删除：到期时或最迟" + by + "转换，各文档说法不一。其间实例已停服或已完成转换。"
}
