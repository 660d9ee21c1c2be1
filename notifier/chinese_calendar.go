package notifier

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// chineseDates says what an event of the calendar of an instance means. A text
// has room for 70 signs, so there are several ways to say it.
func (w Words) chineseDates(s *said, m *matter) {
	if m.ev.Kind == alarm.Cleared {
		s.body = chineseAlike(m) + chineseEnd(m)
		s.story = "告警结束：" + chineseEnd(m) + "。" + chineseSame(m)
		s.advice = chineseAfterwards(m)
		return
	}
	first, last := chineseAlike(m)+chineseHead(m), chineseLast(m)
	s.body = first + chineseTail(m, true)
	s.tighter = []string{first + chineseTail(m, false), first + last}
	if m.bulk() {
		s.tighter = append([]string{s.body}, s.tighter...)
		s.body = chineseTogether(m) + chineseTail(m, false)
		s.tighter = append(s.tighter, chineseTerm(m, m.o.At, false)+last)
	}
	s.tighter = append(s.tighter, first)
	guide := w.guide(m.in, "zh")
	s.story = chineseStory(m, guide)
	s.short, s.advice = chineseSteps(m, guide)
}

// chineseAlike says for how many instances the same is told.
func chineseAlike(m *matter) string {
	if n := m.alike(); n > 0 {
		return "等" + strconv.Itoa(n+1) + "个实例，"
	}
	return ""
}

// chineseHead says what happens, and when.
func chineseHead(m *matter) string {
	at, in := chineseMoment(m.o.At, m.now, m.zone), chineseIn(m.o.At, m.now, m.zone)
	ahead := in != ""
	switch m.ev.Key.Rule {
	case alarm.FrozenRule:
		return "实例被冻结，长期无设备在线"
	case alarm.Overdue:
		if m.dateless() {
			return "账单欠费"
		}
		return at + "起欠费"
	case alarm.AutoRenewal:
		return chineseUnpaidRenewal(m) + "，" + chineseTerm(m, m.o.At, true)
	case alarm.CannotRenew:
		return "账号欠费，无法续费和升级，" + chineseTerm(m, m.o.At, true)
	case alarm.Suspension:
		switch {
		case m.dateless():
			return "停服时间现已未知"
		case m.c.Downgrades():
			return chineseTerm(m, m.c.From, true)
		case ahead:
			return at + "停服" + in
		}
		return at + "已停服"
	case alarm.Release:
		switch {
		case m.dateless():
			return "删除时间现已未知"
		case m.c.Downgrades():
			return "云厂商称" + at + "释放，但已设置降级"
		case ahead:
			return at + "将彻底删除" + in
		}
		return at + "起应被彻底删除"
	}
	return chineseTerm(m, m.o.At, true)
}

func chineseUnpaidRenewal(m *matter) string {
	const unpaid = "自动续费未成功"
	if m.dateless() || !m.now.Before(m.o.At) {
		return unpaid
	}
	return unpaid + "，剩" + strconv.Itoa(max(m.o.AttemptsLeft, 0)) + "次"
}

// chineseTail says how it stands with the instance, and what follows.
func chineseTail(m *matter, nouns bool) string {
	if m.ev.Key.Rule == alarm.FrozenRule || m.dateless() && m.ev.Key.Rule != alarm.Overdue || m.ev.Key.Rule == alarm.Release && m.c.Downgrades() {
		return ""
	}
	if m.unbilled() {
		return chineseUnbilled(m)
	}
	out := chineseStand(m) + chineseStop(m, nouns)
	if at := m.ahead(fleet.LifecycleRecycled); !at.IsZero() && nouns {
		out += "，" + chineseDay(at, m.now, m.zone) + "进回收站"
	}
	with := ""
	if what := chineseNouns(m.in); nouns && what != "" {
		with = "，含" + what
	}
	if m.ev.Key.Rule == alarm.Release {
		return with + out
	}
	if b := chineseMoney(m.o.Account); m.ev.Key.Rule == alarm.AutoRenewal && b != "" {
		out += "，余额" + b
	}
	if at := m.deletion(); !at.IsZero() {
		from := ""
		if m.bulk() {
			from = "起"
		}
		out += "，" + chineseDay(at, m.now, m.zone) + from + "彻底删除" + with
	}
	return out + chineseConversion(m)
}

// chineseStop says when the service stops, where the head does not. Of automatic
// renewal the balance is more important, when there is little room.
func chineseStop(m *matter, nouns bool) string {
	at := m.ahead(fleet.LifecycleSuspended)
	switch rule := m.ev.Key.Rule; {
	case at.IsZero() || m.c.Downgrades() || rule == alarm.Suspension || rule == alarm.AutoRenewal && !nouns:
		return ""
	case m.bulk() && m.stopsAtEnd():
		return "，到期即停服"
	case m.stopsAtEnd():
		return "并停服"
	}
	return "，" + chineseDay(at, m.now, m.zone) + "停服"
}

// chineseUnbilled says what an unpaid bill does to an instance that is paid in
// advance.
func chineseUnbilled(m *matter) string {
	const out = "，仍可用，结清前无法续费和升级"
	if at := m.c.Term.Expires; at.After(m.now) {
		return out + "，" + chineseDay(at, m.now, m.zone) + "到期"
	}
	return out
}

// chineseTogether lists the instances that expire together.
func chineseTogether(m *matter) string {
	out := chineseTerm(m, m.o.At, false) + "，还有"
	return out + listed(m.others, "、", "等%d个", func(a *alarm.Affected) string {
		name := shorten(a.Instance.Name, 8)
		return name + "（" + chineseDay(a.Course.Term.Expires, m.now, m.zone) + "）"
	})
}

// chineseStand says how it stands with an instance whose term is over.
func chineseStand(m *matter) string {
	if m.withoutPolicy() {
		return "，后续处理未知"
	}
	if !m.over() {
		return ""
	}
	if m.payg() && m.ev.Key.Rule == alarm.Suspension {
		if m.o.Account.Overdue() {
			return "，账号" + shorten(m.o.Account.Name, 8) + "欠费"
		}
		return "，账单欠费"
	}
	switch m.o.Lifecycle.State {
	case fleet.LifecycleGrace:
		if m.ev.Key.Rule != alarm.Suspension {
			return "，仍可用"
		}
	case fleet.LifecycleSuspended:
		switch {
		case m.perhaps():
			return "，已停服或已转按量付费"
		case m.ev.Key.Rule == alarm.Suspension:
			return ""
		}
		return "，已停服"
	case fleet.LifecycleRecycled:
		return "，已进回收站"
	case fleet.LifecycleReleased:
		if m.ev.Key.Rule != alarm.Release && !m.c.Downgrades() {
			return "，应被删除"
		}
	case fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
	}
	return ""
}

// chineseConversion says what becomes of an instance that is downgraded.
func chineseConversion(m *matter) string {
	if !m.c.Downgrades() || m.c.Converts().IsZero() {
		return ""
	}
	by := chineseDay(m.c.Converts(), m.now, m.zone)
	switch {
	case m.converted():
		return "，最迟" + by + "已转按量付费"
	case m.over():
		return "，最迟" + by + "转换，不会删除"
	}
	return "，随后停服或转按量付费，最迟" + by + "，不会删除"
}

// chineseLast says no more than what is lost in the end.
func chineseLast(m *matter) string {
	if at := m.deletion(); !at.IsZero() && !m.dateless() && !m.unbilled() && m.ev.Key.Rule != alarm.Release && m.ev.Key.Rule != alarm.FrozenRule {
		return "，" + chineseDay(at, m.now, m.zone) + "彻底删除"
	}
	if m.c.Downgrades() && !m.converted() && !m.dateless() {
		return "，最迟" + chineseDay(m.c.Converts(), m.now, m.zone) + "转按量付费"
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

// chineseTerm says when the term ends, or has ended; with the others that are
// told of with it.
func chineseTerm(m *matter, at time.Time, others bool) string {
	if at.IsZero() || m.dateless() && m.ev.Kind != alarm.Cleared {
		return "到期时间现已未知"
	}
	in := chineseIn(at, m.now, m.zone)
	if in == "" {
		return chineseMoment(at, m.now, m.zone) + "已到期"
	}
	out := chineseMoment(at, m.now, m.zone) + "到期" + in
	if m.bulk() && others {
		out += "，另有" + strconv.Itoa(len(m.others)) + "个在" + chineseDay(m.lastOther(), m.now, m.zone) + "前"
	}
	return out
}

// chineseEnd says why an episode of the calendar is over.
func chineseEnd(m *matter) string {
	from := m.c.From
	term := m.c.Basis == fleet.BasisExpiry && !from.IsZero()
	rule := m.ev.Key.Rule
	off := map[alarm.RuleName]string{alarm.Suspension: "，不再停服", alarm.Release: "，不再删除"}[rule]
	switch {
	case rule == alarm.FrozenRule:
		return "实例已解冻"
	case rule == alarm.Overdue && m.c.Term.OverdueSince.IsZero():
		return "已无欠费账单"
	case rule == alarm.Overdue:
		return "改由账号欠费告警通知"
	case m.o.Renewed && from.After(m.now):
		return "已续费，有效期至" + chineseMoment(from, m.now, m.zone) + off
	case m.o.Renewed && !from.IsZero():
		return "到期时间已改为" + chineseMoment(from, m.now, m.zone)
	case rule == alarm.CannotRenew && term && !m.overdueAccount():
		return "账号已不欠费，可以续费，" + chineseTerm(m, from, false)
	case rule == alarm.AutoRenewal && term && !m.c.Term.AutoRenew:
		return "自动续费已关闭，" + chineseTerm(m, from, false)
	case m.converted():
		return "已转为按量付费，请更新其付费方式"
	case rule == alarm.Release && m.c.Downgrades():
		return "到期后转按量付费，不会删除"
	case m.c.Term.Method == fleet.Free:
		return "实例现为免费" + off
	case m.payg() && rule != alarm.Suspension && rule != alarm.Release:
		return "现为按量付费，无到期日"
	case m.payg() && from.IsZero():
		return "已无欠费账单" + off
	case off != "":
		return strings.TrimPrefix(off, "，")
	}
	return "该情况已不存在"
}
