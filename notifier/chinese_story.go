package notifier

import (
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// chineseFull writes moments for a text that has room.
func chineseFull(now time.Time, zone *time.Location) func(time.Time) string {
	return func(at time.Time) string { return words.Moment(at, zone) + chineseIn(at, now, zone) }
}

// chineseSame names the other instances that the notice speaks for.
func chineseSame(c *calendarNotice) string {
	if c.sameForOthers() == 0 {
		return ""
	}
	return "以下实例相同：" + listed(c.details.Others, "、", "等，另有%d个", func(a *alarm.Affected) string { return a.Instance.Name }) + "。"
}

// chineseStory says all of it in whole sentences.
func chineseStory(c *calendarNotice, g fleet.Guide) string {
	full := chineseFull(c.now, c.zone)
	out := chineseOpening(c, full) + chineseSame(c)
	if c.bulk() {
		out = "一周内有多个实例到期：" + c.instance.Name + "，" + full(c.details.At) + "；" + listed(c.others, "；", "；另有%d个", func(a *alarm.Affected) string {
			return a.Instance.Name + "，" + full(a.Course.Term.Expires)
		}) + "。"
	}
	if c.openingSaysAll() {
		return out
	}
	out += chinesePresent(c) + chineseStopSentence(c, full)
	if at := c.ahead(fleet.LifecycleRecycled); !at.IsZero() {
		out += full(at) + "进入回收站。"
	}
	out += chineseDeletion(c, full)
	if c.course.Has(fleet.LifecycleReleased) && !c.course.Downgrades() {
		out += g.Lost
	}
	return out + chineseDowngrade(c, full)
}

// chineseStopSentence says when the service stops.
func chineseStopSentence(c *calendarNotice, full func(time.Time) string) string {
	switch at := c.stop(); {
	case at.IsZero():
		return ""
	case c.bulk() && c.stopsAtEnd():
		return "各实例到期即停止服务，数据暂时保留。"
	case c.stopsAtEnd():
		return "届时停止服务，数据暂时保留。"
	default:
		return "可继续使用至" + full(at) + "，届时停止服务，数据暂时保留。"
	}
}

// chineseDeletion says when the cloud deletes the instance.
func chineseDeletion(c *calendarNotice, full func(time.Time) string) string {
	at := c.finalDeletion()
	if at.IsZero() {
		return ""
	}
	out := ""
	if c.course.Policy.Downgrades {
		out = "其到期后操作为删除。"
	}
	if c.bulk() {
		return out + c.instance.Name + "将于" + full(at) + "彻底删除，其余实例在各自到期后依次删除。"
	}
	return out + full(at) + "彻底删除。"
}

// chineseOpening says what happens, and when.
func chineseOpening(c *calendarNotice, full func(time.Time) string) string {
	switch c.event.Key.Rule {
	case alarm.FrozenRule:
		return "实例因长期无设备在线而被冻结。"
	case alarm.Overdue:
		return chineseBillOpening(c, full)
	case alarm.Release:
		return chineseReleaseOpening(c, full)
	case alarm.Suspension:
		return chineseSuspensionOpening(c, full)
	case alarm.AutoRenewal:
		out := "自动续费已开通，但尚未扣款成功。"
		if c.details.At.After(c.now) {
			out += "按策略还剩" + strconv.Itoa(max(c.details.AttemptsLeft, 0)) + "次扣款。"
		}
		return out + chineseBalanceSentence(c) + chineseTermSentence(c, c.details.At, full)
	case alarm.CannotRenew:
		return "所属账号欠费，因此无法续费和升级。" + chineseBalanceSentence(c) + chineseTermSentence(c, c.details.At, full)
	}
	out := chineseTermSentence(c, c.details.At, full)
	if c.renewalTried() {
		out += "自动续费已开通，但尚未扣款成功。"
	}
	return out
}

func chineseBillOpening(c *calendarNotice, full func(time.Time) string) string {
	out := "该实例的账单已欠费。"
	if !c.dateUnknown() {
		out = "该实例的账单自" + full(c.details.At) + "起欠费。"
	}
	if c.payg() {
		return out
	}
	out += "实例可继续使用，但结清前无法续费和升级。"
	if end := c.course.Term.Expires; !end.IsZero() {
		out += chineseTermSentence(c, end, full)
	}
	return out
}

func chineseReleaseOpening(c *calendarNotice, full func(time.Time) string) string {
	at := c.details.At
	switch {
	case c.dateUnknown():
		return "删除时间现已未知。"
	case c.course.Downgrades():
		return "云厂商告知该实例将于" + full(at) + "释放。其到期后操作为降级，应转换而不会删除。"
	case at.After(c.now):
		return "实例将于" + full(at) + "被彻底删除。"
	}
	return "实例自" + full(at) + "起应被彻底删除，可能已不存在。"
}

func chineseSuspensionOpening(c *calendarNotice, full func(time.Time) string) string {
	at := c.details.At
	switch {
	case c.dateUnknown():
		return "停服时间现已未知。"
	case c.course.Downgrades():
		return chineseTermSentence(c, c.course.From, full)
	case at.After(c.now):
		return "服务将于" + full(at) + "停止，数据暂时保留。"
	}
	return "服务应已于" + full(at) + "停止。"
}

func chineseBalanceSentence(c *calendarNotice) string {
	if b := words.Balance(c.details.Account, words.ZH); b != "" {
		return "账号" + c.details.Account.Name + "余额为" + b + "。"
	}
	return ""
}

func chineseTermSentence(c *calendarNotice, at time.Time, full func(time.Time) string) string {
	switch {
	case at.IsZero():
		return "到期时间现已未知。"
	case at.After(c.now):
		return "实例将于" + full(at) + "到期。"
	}
	return "实例已于" + full(at) + "到期。"
}

// chinesePresent says how it stands with an instance whose term is over, or that
// nobody knows what follows.
func chinesePresent(c *calendarNotice) string {
	if c.withoutPolicy() {
		return "没有策略说明后续处理。"
	}
	if !c.over() || c.maybeConverted() {
		return ""
	}
	switch c.details.Lifecycle.State {
	case fleet.LifecycleSuspended:
		return "按其生命周期，服务已停止，数据仍保留。"
	case fleet.LifecycleRecycled:
		return "按其生命周期，实例已在回收站。"
	case fleet.LifecycleReleased:
		if c.event.Key.Rule != alarm.Release {
			return "按其生命周期，实例应被删除。"
		}
	case fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
	}
	return ""
}

// chineseDowngrade says what becomes of an instance that is converted.
func chineseDowngrade(c *calendarNotice, full func(time.Time) string) string {
	if c.course.Converts().IsZero() {
		return ""
	}
	by := full(c.course.Converts())
	if c.converted() {
		return "按其到期后操作，最迟已于" + by + "转为按量付费，请在控制台确认。"
	}
	return "按其到期后操作，实例将转为按量付费，不会删除：到期时或最迟" + by + "转换，各文档说法不一。其间实例已停服或已完成转换。"
}
