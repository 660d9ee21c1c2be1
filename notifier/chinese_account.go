package notifier

import (
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// chineseAccount says what an event of an account means.
func (w Words) chineseAccount(s *wording, ev *alarm.Event, zone *time.Location) {
	switch a := ev.Details.Account; {
	case ev.Kind == alarm.Cleared:
		chinesePaid(s, ev)
	case ev.Key.Rule == alarm.Overdue:
		w.chineseOverdue(s, ev, a, zone)
	default:
		w.chineseLowBalance(s, ev, a, zone)
	}
}

func chinesePaid(s *wording, ev *alarm.Event) {
	what := "账号已不欠费"
	if ev.Key.Rule == alarm.LowBalance {
		what = "余额已恢复"
	}
	s.body = what
	if b := words.Balance(ev.Details.Account, words.ZH); b != "" {
		s.body += "，余额" + b
	}
	s.tighter = []string{what}
	s.story = "告警结束：" + s.body + "。"
	if ev.Key.Rule == alarm.Overdue {
		s.advice = "已停服的实例最长可能需要30分钟恢复。"
	}
}

func (w Words) chineseOverdue(s *wording, ev *alarm.Event, a *fleet.Account, zone *time.Location) {
	b := billsOf(ev.Details.Others, ev.At)
	first := "账号欠费"
	if v := words.Balance(a, words.ZH); v != "" {
		first += "，余额" + v
	}
	if !ev.Known {
		first = "账号曾欠费，余额现已未知"
	}
	var stop string
	if n := len(b.stops); n > 0 {
		at := stopOf(&b.stops[0])
		stop = "；" + shorten(b.stops[0].Instance.Name, 10)
		if n > 1 {
			stop += "等" + strconv.Itoa(n) + "个自" + words.Soon(at, ev.At, zone, words.ZH) + "起停服"
		} else {
			stop += "将于" + words.Soon(at, ev.At, zone, words.ZH) + "停服"
		}
		stop += chineseIn(at, ev.At, zone)
	}
	var counts string
	if n := len(b.stopped); n > 0 {
		counts += "；" + strconv.Itoa(n) + "个已停服"
	}
	if n := len(b.fixed); n > 0 {
		counts += "；" + strconv.Itoa(n) + "个无法续费升级"
	}
	s.body, s.tighter = first+stop+counts, []string{first + stop, first}
	if !ev.Known {
		s.body, s.tighter = first, nil
	}
	s.story = w.chineseBills(ev, a, b, zone)
	s.short = "请结清欠费"
	s.advice = "请结清账单或充值。在此之前无法新购、续费和升级。付款后服务最长可能需要30分钟恢复。"
}

// chineseBills says what an unpaid bill does to each instance, by kind.
func (w Words) chineseBills(ev *alarm.Event, a *fleet.Account, b bills, zone *time.Location) string {
	full := chineseFull(ev.At, zone)
	if !ev.Known {
		return "最后一次获知余额时账号已欠费。"
	}
	out := "账号已欠费。"
	if !a.OverdueSince.IsZero() && !a.OverdueSince.After(ev.At) {
		out = "账号自" + full(a.OverdueSince) + "起欠费。"
	}
	if v := words.Balance(a, words.ZH); v != "" {
		out += "余额为" + v + "。"
	}
	name := func(x *alarm.Affected) string { return w.called(x.Instance, words.ZH) }
	add := func(list []alarm.Affected, before string, write func(*alarm.Affected) string) {
		if len(list) > 0 {
			out += before + listed(list, "；", "；另有%d个", write) + "。"
		}
	}
	add(b.stops, "以下按量付费实例将停服：", func(x *alarm.Affected) string {
		text := name(x) + full(stopOf(x)) + "停服"
		if at := x.Course.Begins(fleet.LifecycleReleased); !at.IsZero() {
			text += "，" + words.Moment(at, zone) + "彻底删除"
		}
		return text
	})
	add(b.stopped, "以下实例按其生命周期已停服：", func(x *alarm.Affected) string {
		at := x.Course.Begins(fleet.LifecycleReleased)
		switch {
		case at.After(ev.At):
			return name(x) + "，" + full(at) + "彻底删除"
		case !at.IsZero():
			return name(x) + "，" + full(at) + "起应被删除"
		}
		return name(x)
	})
	add(b.unsure, "以下按量付费实例的停服时间未知：", name)
	add(b.fixed, "以下包年包月实例可继续使用，但无法续费和升级：", func(x *alarm.Affected) string {
		switch at := x.Course.Term.Expires; {
		case at.IsZero():
			return name(x)
		case at.After(ev.At):
			return name(x) + "，" + full(at) + "到期"
		default:
			return name(x) + "，" + full(at) + "已到期"
		}
	})
	add(b.free, "以下免费实例不受影响：", name)
	return out
}

func (w Words) chineseLowBalance(s *wording, ev *alarm.Event, a *fleet.Account, zone *time.Location) {
	p := payeesOf(ev.Details.Others, ev.At)
	first := "余额不足"
	if v := words.Balance(a, words.ZH); v != "" {
		first += "：" + v
	}
	bare := first
	if v := words.LowBalance(a, words.ZH); v != "" {
		first += "（阈值" + v + "）"
	}
	if !ev.Known {
		first = "余额曾不足，现已未知"
		bare = first
	}
	var next string
	if n := len(p.renew); n > 0 {
		at := p.renew[0].Course.Term.Expires
		next = "；" + shorten(p.renew[0].Instance.Name, 10)
		if n > 1 {
			next += "等" + strconv.Itoa(n) + "个"
		}
		next += "待自动续费，最早" + words.Soon(at, ev.At, zone, words.ZH) + "到期"
	}
	var use string
	if n := len(p.use); n > 0 {
		use = "；" + strconv.Itoa(n) + "个按量付费"
	}
	s.body = first + next + use
	s.tighter = []string{first + next, first, bare}
	s.short = "请充值"
	s.advice = "请为账号充值：自动续费和按量付费的费用均从其余额扣除。"
	s.story = w.chinesePayees(ev, a, p, zone)
}

// chinesePayees says what is paid from a balance that is low.
func (w Words) chinesePayees(ev *alarm.Event, a *fleet.Account, p payees, zone *time.Location) string {
	out := "账号余额不足。"
	switch v, low := words.Balance(a, words.ZH), words.LowBalance(a, words.ZH); {
	case !ev.Known:
		out = "账号余额曾不足，现已未知。"
	case v != "" && low != "":
		out = "账号余额为" + v + "，阈值为" + low + "。"
	}
	full := chineseFull(ev.At, zone)
	if len(p.renew) > 0 {
		out += "以下实例从该余额自动续费：" + listed(p.renew, "；", "；另有%d个", func(x *alarm.Affected) string {
			return w.called(x.Instance, words.ZH) + "，" + full(x.Course.Term.Expires) + "到期"
		}) + "。"
	}
	if len(p.use) > 0 {
		out += "以下实例按量付费：" + listed(p.use, "；", "；另有%d个", func(x *alarm.Affected) string { return w.called(x.Instance, words.ZH) }) + "。"
	}
	return out
}
