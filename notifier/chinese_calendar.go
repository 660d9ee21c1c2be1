package notifier

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// chineseDates says what an event of the calendar of an instance means. A text
// has room for 70 signs, so there are several ways to say it.
func (w Words) chineseDates(s *wording, c *calendarNotice) {
	if c.event.Kind == alarm.Cleared {
		s.body = chineseAlike(c) + chineseEnd(c)
		s.story = "告警结束：" + chineseEnd(c) + "。" + chineseSame(c)
		s.advice = chineseAfterwards(c)
		return
	}
	first, last := chineseAlike(c)+chineseHead(c), chineseLast(c)
	s.body = first + chineseTail(c, true)
	s.tighter = []string{first + chineseTail(c, false), first + last}
	if c.bulk() {
		s.tighter = append([]string{s.body}, s.tighter...)
		s.body = chineseTogether(c) + chineseTail(c, false)
		s.tighter = append(s.tighter, chineseTerm(c, c.details.At, false)+last)
	}
	s.tighter = append(s.tighter, first)
	guide := w.guide(c.instance, words.ZH)
	s.story = chineseStory(c, guide)
	s.short, s.advice = chineseSteps(c, guide)
}

// chineseAlike counts the instances that the notice speaks for.
func chineseAlike(c *calendarNotice) string {
	if n := c.sameForOthers(); n > 0 {
		return "等" + strconv.Itoa(n+1) + "个实例，"
	}
	return ""
}

// chineseHead says what happens, and when.
func chineseHead(c *calendarNotice) string {
	at, in := words.Soon(c.details.At, c.now, c.zone, words.ZH), chineseIn(c.details.At, c.now, c.zone)
	ahead := in != ""
	switch c.event.Key.Rule {
	case alarm.FrozenRule:
		return "实例被冻结，长期无设备在线"
	case alarm.Overdue:
		if c.dateUnknown() {
			return "账单欠费"
		}
		return at + "起欠费"
	case alarm.AutoRenewal:
		return chineseUnpaidRenewal(c) + "，" + chineseTerm(c, c.details.At, true)
	case alarm.CannotRenew:
		return "账号欠费，无法续费和升级，" + chineseTerm(c, c.details.At, true)
	case alarm.Suspension:
		switch {
		case c.dateUnknown():
			return "停服时间现已未知"
		case c.course.Downgrades():
			return chineseTerm(c, c.course.From, true)
		case ahead:
			return at + "停服" + in
		}
		return at + "已停服"
	case alarm.Release:
		switch {
		case c.dateUnknown():
			return "删除时间现已未知"
		case c.course.Downgrades():
			return "云厂商称" + at + "释放，但已设置降级"
		case ahead:
			return at + "将彻底删除" + in
		}
		return at + "起应被彻底删除"
	}
	return chineseTerm(c, c.details.At, true)
}

func chineseUnpaidRenewal(c *calendarNotice) string {
	const unpaid = "自动续费未成功"
	if !c.now.Before(c.details.At) {
		return unpaid
	}
	return unpaid + "，剩" + strconv.Itoa(max(c.details.AttemptsLeft, 0)) + "次"
}

// chineseTail says how it stands with the instance, and what follows.
func chineseTail(c *calendarNotice, nouns bool) string {
	if c.headSaysAll() {
		return ""
	}
	if c.unpaidButRunning() {
		return chineseUnbilled(c)
	}
	out := chineseStand(c) + chineseStop(c, nouns)
	if at := c.ahead(fleet.LifecycleRecycled); !at.IsZero() && nouns {
		out += "，" + words.Brief(at, c.now, c.zone, words.ZH) + "进回收站"
	}
	with := ""
	if what := chineseNouns(c.instance); nouns && what != "" {
		with = "，含" + what
	}
	if c.event.Key.Rule == alarm.Release {
		return with + out
	}
	if c.event.Key.Rule == alarm.AutoRenewal {
		out += chineseBalance(c)
	}
	if at := c.deletion(); !at.IsZero() {
		from := ""
		if c.bulk() {
			from = "起"
		}
		out += "，" + words.Brief(at, c.now, c.zone, words.ZH) + from + "彻底删除" + with
	}
	return out + chineseConversion(c)
}

// chineseStop says when the service stops, where the head does not. Of automatic
// renewal the balance is more important, when there is little room.
func chineseStop(c *calendarNotice, nouns bool) string {
	at := c.ahead(fleet.LifecycleSuspended)
	switch rule := c.event.Key.Rule; {
	case at.IsZero() || c.course.Downgrades() || rule == alarm.Suspension || rule == alarm.AutoRenewal && !nouns:
		return ""
	case c.bulk() && c.stopsAtEnd():
		return "，到期即停服"
	case c.stopsAtEnd():
		return "并停服"
	}
	return "，" + words.Brief(at, c.now, c.zone, words.ZH) + "停服"
}

// chineseUnbilled says what an unpaid bill does to an instance that is paid in
// advance.
func chineseUnbilled(c *calendarNotice) string {
	const out = "，仍可用，结清前无法续费和升级"
	if at := c.course.Term.Expires; at.After(c.now) {
		return out + "，" + words.Brief(at, c.now, c.zone, words.ZH) + "到期"
	}
	return out
}

// chineseTogether lists the instances that expire together.
func chineseTogether(c *calendarNotice) string {
	out := chineseTerm(c, c.details.At, false) + "，还有"
	return out + listed(c.others, "、", "等%d个", func(a *alarm.Affected) string {
		name := shorten(a.Instance.Name, 8)
		return name + "（" + words.Brief(a.Course.Term.Expires, c.now, c.zone, words.ZH) + "）"
	})
}

// chineseStand says how it stands with an instance whose term is over.
func chineseStand(c *calendarNotice) string {
	state := c.details.Lifecycle.State
	switch {
	case c.withoutPolicy():
		return "，后续处理未知"
	case !c.over():
		return ""
	case c.suspendedForBill() && c.details.Account.Overdue():
		return "，账号" + shorten(c.details.Account.Name, 8) + "欠费"
	case c.suspendedForBill():
		return "，账单欠费"
	case state == fleet.LifecycleSuspended && c.maybeConverted():
		return "，已停服或已转按量付费"
	}
	if service := words.Service(c.present(), words.ZH); service != "" {
		return "，" + service
	}
	return ""
}

func chineseBalance(c *calendarNotice) string {
	if b := words.Balance(c.details.Account, words.ZH); b != "" {
		return "，余额" + b
	}
	return ""
}

// chineseConversion says what becomes of an instance that is downgraded.
func chineseConversion(c *calendarNotice) string {
	if c.course.Converts().IsZero() {
		return ""
	}
	by := words.Brief(c.course.Converts(), c.now, c.zone, words.ZH)
	switch {
	case c.converted():
		return "，最迟" + by + "已转按量付费"
	case c.over():
		return "，最迟" + by + "转换，不会删除"
	}
	return "，随后停服或转按量付费，最迟" + by + "，不会删除"
}

// chineseLast says no more than what is lost in the end.
func chineseLast(c *calendarNotice) string {
	if at := c.lastLoss(); !at.IsZero() {
		return "，" + words.Brief(at, c.now, c.zone, words.ZH) + "彻底删除"
	}
	if at := c.course.Converts(); at.After(c.now) {
		return "，最迟" + words.Brief(at, c.now, c.zone, words.ZH) + "转按量付费"
	}
	return ""
}

// chineseNouns are what goes with an instance of a product.
func chineseNouns(in *fleet.Instance) string {
	switch in.Product {
	case "mqtt":
		return "Topic和Group ID"
	case "rocketmq":
		return "Topic和Group"
	case "iot":
		return "产品和设备"
	case "redis":
		return "数据"
	}
	return ""
}

// chineseTerm says when the term ends, or has ended; with the others that end
// soon.
func chineseTerm(c *calendarNotice, at time.Time, others bool) string {
	if at.IsZero() {
		return "到期时间现已未知"
	}
	in := chineseIn(at, c.now, c.zone)
	if in == "" {
		return words.Soon(at, c.now, c.zone, words.ZH) + "已到期"
	}
	out := words.Soon(at, c.now, c.zone, words.ZH) + "到期" + in
	if c.bulk() && others {
		out += "，另有" + strconv.Itoa(len(c.others)) + "个在" + words.Brief(c.lastOther(), c.now, c.zone, words.ZH) + "前"
	}
	return out
}

// chineseEnd says why an episode of the calendar is over.
func chineseEnd(c *calendarNotice) string {
	off, from := chineseOff(c), c.course.From
	switch c.ending() {
	case endThawed:
		return "实例已解冻"
	case endPaid:
		return "已无欠费账单"
	case endByAccount:
		return "改由账号欠费告警通知"
	case endRenewed:
		return "已续费，有效期至" + words.Soon(from, c.now, c.zone, words.ZH) + off
	case endMoved:
		return "到期时间已改为" + words.Soon(from, c.now, c.zone, words.ZH)
	case endRenewable:
		return "账号已不欠费，可以续费，" + chineseTerm(c, from, false)
	case endRenewalOff:
		return "自动续费已关闭，" + chineseTerm(c, from, false)
	case endConverted:
		return "已转为按量付费，请更新其付费方式"
	case endWillConvert:
		return "到期后转按量付费，不会删除"
	case endFree:
		return "实例现为免费" + off
	case endByUse:
		return "现为按量付费，无到期日"
	case endNothingOverdue:
		return "已无欠费账单" + off
	case endCalledOff:
		return strings.TrimPrefix(off, "，")
	case endUnclear:
	}
	return "该情况已不存在"
}

// chineseOff says that what the rule warned of does not happen.
func chineseOff(c *calendarNotice) string {
	switch c.event.Key.Rule {
	case alarm.Suspension:
		return "，不再停服"
	case alarm.Release:
		return "，不再删除"
	}
	return ""
}
