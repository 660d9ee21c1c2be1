package lexicon

import (
	"cmp"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

// end is when a term ends, as it stands behind a name in a list.
func (c chinese) end(at time.Time) string {
	if day, ok := c.lastDay(at, words.ZH); ok {
		return "最后一天" + day
	}
	return c.soon(at, words.ZH) + "到期"
}

func (c chinese) fullEnd(at time.Time) string {
	day, ok := c.fullDay(at)
	switch {
	case at.IsZero():
		return ""
	case ok && at.After(c.Reader.Now):
		return "最后一天" + day + "（剩" + c.daysLeft(at, words.ZH) + "）"
	case ok:
		return "已到期，最后一天" + day
	case at.After(c.Reader.Now):
		return c.full(at) + "到期"
	}
	return c.moment(at) + "已到期"
}

func (c chinese) Expires(f facts.Expires) Phrase {
	day, ok := c.lastDay(f.At, words.ZH)
	p := Phrase{Message: c.soon(f.At, words.ZH) + "到期" + c.in(f.At), Sentence: "实例将于" + c.full(f.At) + "到期。"}
	then := "并停服"
	if ok {
		full, _ := c.fullDay(f.At)
		left := "（剩" + c.daysLeft(f.At, words.ZH) + "）"
		p = Phrase{Message: "最后一天" + day + left, Sentence: "实例有效期的最后一天为" + full + left + "。"}
		then = "，到期停服"
	}
	p.Tight, p.Brief = p.Message, c.end(f.At)
	if f.Stops {
		p.Message += then
		p.Sentence += "到期即停服，数据暂时保留。"
	}
	return p
}

func (c chinese) Expired(f facts.Expired) Phrase {
	if day, ok := c.lastDay(f.At, words.ZH); ok {
		full, _ := c.fullDay(f.At)
		return Phrase{Message: "已到期，最后一天" + day, Brief: day + "已到期", Sentence: "实例已到期，有效期的最后一天为" + full + "。"}
	}
	return Phrase{Message: c.soon(f.At, words.ZH) + "已到期", Sentence: "实例已于" + c.moment(f.At) + "到期。"}
}

func (c chinese) Unknown(f facts.Unknown) Phrase {
	switch f.What {
	case facts.Stop:
		return c.said("停服时间现已未知")
	case facts.Deletion:
		return c.said("释放时间现已未知")
	case facts.Bill:
		return c.said("欠费起始时间未知")
	case facts.Term:
	}
	return c.said("到期时间现已未知")
}

func (c chinese) Together(f facts.Together) Phrase {
	var last time.Time
	for i := range f.Others {
		if at := f.Others[i].At; at.After(last) {
			last = at
		}
	}
	n := len(f.Others)
	by := c.brief(last, words.ZH)
	if day, ok := c.lastDay(last, words.ZH); ok {
		by = day
	}
	return Phrase{
		Message: "还有" + listed(f.Others, "、", c.etc(n), func(o *facts.Other) string {
			if day, ok := c.lastDay(o.At, words.ZH); ok {
				return c.name(o.Instance, 8) + "（" + day + "）"
			}
			return c.name(o.Instance, 8) + "（" + c.brief(o.At, words.ZH) + "）"
		}),
		Tight:    "另有" + strconv.Itoa(n) + "个最晚" + by + "到期",
		Brief:    "，共" + strconv.Itoa(n+1) + "个",
		Sentence: "以下实例在其后一周内到期：" + c.list(f.Others, func(o *facts.Other) string { return c.name(o.Instance, 0) + "，" + c.fullEnd(o.At) }) + "。",
	}
}

// etc counts all of a list that is cut.
func (c chinese) etc(n int) func(int) string {
	return func(int) string { return "等" + words.Count(n) + "个" }
}

func (c chinese) list(list []facts.Other, write func(o *facts.Other) string) string {
	return listed(list, "；", func(n int) string { return "；另有" + words.Count(n) + "个" }, write)
}

func (c chinese) Tried(facts.Tried) Phrase {
	return Phrase{Message: "自动续费尚未成功", Sentence: "自动续费已开通，但尚未扣款成功。"}
}

func (c chinese) ServiceStops(f facts.ServiceStops) Phrase {
	return Phrase{
		Message:  c.soon(f.At, words.ZH) + "停服" + c.in(f.At),
		Brief:    words.BriefDate(f.At, c.Zone, words.ZH) + "停服",
		Sentence: "实例将于" + c.full(f.At) + "停服，数据暂时保留。",
	}
}

func (c chinese) ServiceStopped(f facts.ServiceStopped) Phrase {
	return Phrase{
		Message:  c.soon(f.At, words.ZH) + "已停服",
		Brief:    words.BriefDate(f.At, c.Zone, words.ZH) + "已停服",
		Sentence: "实例应已于" + c.moment(f.At) + "停服。",
	}
}

func (c chinese) Stops(f facts.Stops) Phrase {
	return Phrase{Message: c.brief(f.At, words.ZH) + "停服", Sentence: "可继续使用至" + c.full(f.At) + "，届时停服，数据暂时保留。"}
}

func (c chinese) StopsEach(facts.StopsEach) Phrase {
	return Phrase{Message: "到期即停服", Sentence: "各实例到期即停服，数据暂时保留。"}
}

func (c chinese) Recycles(f facts.Recycles) Phrase {
	return Phrase{Message: c.brief(f.At, words.ZH) + "进回收站", Sentence: c.full(f.At) + "释放并进入回收站。"}
}

// goes is what happens to an instance in the end: one that was in a recycle bin is
// destroyed.
func (c chinese) goes(fromBin bool) string {
	if fromBin {
		return "销毁"
	}
	return "释放"
}

func (c chinese) WillBeDeleted(f facts.WillBeDeleted) Phrase {
	goes := c.goes(f.FromBin)
	return Phrase{
		Message:  c.soon(f.At, words.ZH) + goes + c.in(f.At) + "且不可恢复",
		Brief:    words.BriefDate(f.At, c.Zone, words.ZH) + goes,
		Sentence: "实例将于" + c.full(f.At) + goes + "，不可恢复。",
	}
}

func (c chinese) DueForDeletion(f facts.DueForDeletion) Phrase {
	goes := c.goes(f.FromBin)
	return Phrase{
		Message:  c.soon(f.At, words.ZH) + "起应已" + goes,
		Brief:    words.BriefDate(f.At, c.Zone, words.ZH) + "起应已" + goes,
		Sentence: "实例自" + c.moment(f.At) + "起应已" + goes + "，可能已不存在。",
	}
}

func (c chinese) Contents(facts.Contents) Phrase {
	if c.Guide.Contents == "" {
		return Phrase{Sentence: c.Guide.Lost}
	}
	return Phrase{Message: "，含" + c.Guide.Contents, Sentence: c.Guide.Lost}
}

func (c chinese) Deletes(f facts.Deletes) Phrase {
	goes := c.goes(f.FromBin)
	at, sentence := c.brief(f.At, words.ZH)+goes, "实例将于"+c.full(f.At)+goes+"，不可恢复。"
	if f.First {
		at, sentence = c.brief(f.At, words.ZH)+"起"+goes, "最早的将于"+c.full(f.At)+goes+"，其余实例在各自到期后依次"+goes+"，不可恢复。"
	}
	action := ""
	if f.ByAction {
		action = "其到期后操作为释放。"
	}
	return Phrase{Message: at, Sentence: action + sentence}
}

func (c chinese) Stands(f facts.Stands) Phrase {
	p := c.said(words.Service(f.State, words.ZH))
	switch f.State {
	case fleet.LifecycleGrace:
		p.Sentence = "实例目前仍可用。"
	case fleet.LifecycleSuspended:
		p.Sentence = "按其生命周期，实例已停服，数据仍保留。"
	case fleet.LifecycleRecycled:
		p.Sentence = "按其生命周期，实例已在回收站。"
	case fleet.LifecycleReleased:
		p.Sentence = "按其生命周期，实例应已释放。"
	case fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
		p = c.said(words.Lifecycle(f.State, words.ZH))
	}
	return p
}

func (c chinese) Unregulated(facts.Unregulated) Phrase {
	return Phrase{Message: "后续处理未知", Sentence: "没有策略说明后续处理。"}
}

func (c chinese) SameFor(f facts.SameFor) Phrase {
	n := len(f.Others)
	return Phrase{
		Message:  listed(f.Others, "、", c.etc(n), func(o *facts.Other) string { return c.name(o.Instance, 8) }) + "同此",
		Tight:    "另有" + words.Count(n) + "个同此",
		Sentence: "以下实例情况相同：" + listed(f.Others, "、", c.etc(n), func(o *facts.Other) string { return c.name(o.Instance, 0) }) + "。",
	}
}

func (c chinese) AlsoLater(f facts.AlsoLater) Phrase {
	when := ""
	if n := len(f.Others); n > 0 {
		first, last := c.day(f.What, f.Others[0].At), c.day(f.What, f.Others[n-1].At)
		if when = first; last != first {
			when = first + "至" + last
		}
	}
	return Phrase{
		Message: "另有" + words.Count(len(f.Others)) + "个在" + when,
		Sentence: "时间不同的还有：" + c.list(f.Others, func(o *facts.Other) string {
			if f.What == facts.Term {
				return c.name(o.Instance, 0) + "，" + c.fullEnd(o.At)
			}
			return c.name(o.Instance, 0) + "，" + c.full(o.At)
		}) + "。",
	}
}

func (c chinese) day(what facts.What, at time.Time) string {
	if d, ok := c.lastDay(at, words.ZH); what == facts.Term && ok {
		return d
	}
	return words.BriefDay(at, c.Reader.Now, c.Zone, words.ZH)
}

func (c chinese) Converts(f facts.Converts) Phrase {
	by := c.brief(f.By, words.ZH)
	p := Phrase{
		Message:  "随后停服或转按量付费，最迟" + by + "，不会释放",
		Tight:    "最迟" + by + "转换，不会释放",
		Sentence: "按其到期后操作，实例将转为按量付费，不会释放：到期时或最迟" + c.full(f.By) + "转换，各文档说法不一。其间实例已停服或已完成转换。",
	}
	if f.Over {
		p.Message = p.Tight
	}
	return p
}

func (c chinese) Converted(f facts.Converted) Phrase {
	return Phrase{
		Message:  "最迟" + c.brief(f.By, words.ZH) + "已转按量付费",
		Sentence: "按其到期后操作，最迟已于" + c.moment(f.By) + "转为按量付费。",
	}
}

func (c chinese) PerhapsConverted(facts.PerhapsConverted) Phrase {
	return Phrase{Message: "已停服或已转按量付费", Sentence: "实例现已停服，或已转为按量付费。"}
}

func (c chinese) ReleaseTold(f facts.ReleaseTold) Phrase {
	return Phrase{
		Message:  "云厂商告知" + c.soon(f.At, words.ZH) + "释放，但已设置降级",
		Brief:    "已设置降级，却告知" + words.BriefDate(f.At, c.Zone, words.ZH) + "释放",
		Sentence: "云厂商告知该实例将于" + c.full(f.At) + "释放。其到期后操作为降级，应转换而不会释放。",
	}
}

func (c chinese) IgnoreRelease(facts.IgnoreRelease) Phrase {
	return Phrase{Message: "请忽略释放通知", Sentence: "云厂商仍可能发出释放通知，请忽略。"}
}

func (c chinese) Unpaid(f facts.Unpaid) Phrase {
	if f.Since.IsZero() {
		return Phrase{Message: "账单欠费", Brief: "欠费", Sentence: "该实例的账单已欠费。"}
	}
	return Phrase{Message: c.soon(f.Since, words.ZH) + "起欠费", Brief: "欠费", Sentence: "该实例的账单自" + c.moment(f.Since) + "起欠费。"}
}

func (c chinese) UnpaidBill(facts.UnpaidBill) Phrase {
	return Phrase{Message: "账单欠费", Sentence: "原因是账单欠费。"}
}

func (c chinese) PayerOverdue(f facts.PayerOverdue) Phrase {
	return Phrase{Message: "账号欠费", Sentence: "原因是所属账号" + f.Account + "欠费。"}
}

func (c chinese) RunsOn(facts.RunsOn) Phrase {
	return Phrase{Message: "仍可用，结清前无法续费和升配", Sentence: "实例可继续使用，但结清前无法续费和升配。"}
}

func (c chinese) RenewalFailed(facts.RenewalFailed) Phrase {
	return Phrase{Message: "自动续费未成功", Brief: "未自动续费", Sentence: "自动续费已开通，但尚未扣款成功。"}
}

func (c chinese) Attempts(f facts.Attempts) Phrase {
	if f.Today {
		return Phrase{Message: "今天为最后一次自动扣款", Sentence: "按策略今天为最后一次自动扣款。"}
	}
	if f.Left == 0 {
		return Phrase{Message: "无自动扣款机会，请手动续费", Sentence: "按策略已无自动扣款机会，请手动续费。"}
	}
	n := strconv.Itoa(f.Left)
	return Phrase{Message: "还将自动扣款" + n + "次", Sentence: "按策略还将自动扣款" + n + "次。"}
}

func (c chinese) CannotRenew(facts.CannotRenew) Phrase {
	return Phrase{Message: "账号欠费，无法续费和升配", Brief: "无法续费", Sentence: "所属账号欠费，因此无法续费和升配。"}
}

func (c chinese) Frozen(facts.Frozen) Phrase {
	return Phrase{Message: "实例被冻结，长期无设备在线", Brief: "被冻结", Sentence: "实例因长期无设备在线而被冻结。"}
}

// because are the reasons for an end.
func (c chinese) because(w facts.Why) string {
	table := [...]string{
		facts.Unclear:         "该情况已不存在",
		facts.Thawed:          "实例已解冻",
		facts.BillPaid:        "实例欠费已结清",
		facts.ByAccount:       "改由账号欠费告警通知",
		facts.Renewed:         "已续费",
		facts.Moved:           "到期时间已变更",
		facts.Renewable:       "账号欠费已结清，可以续费",
		facts.RenewalOff:      "自动续费已关闭",
		facts.IsConverted:     "已转为按量付费，请更新其付费方式",
		facts.WillConvert:     "到期后转按量付费，不会释放",
		facts.IsFree:          "实例现为免费",
		facts.IsByUse:         "现为按量付费，无到期日",
		facts.NothingOverdue:  "欠费已结清",
		facts.AccountPaid:     "账号欠费已结清",
		facts.BalanceBack:     "余额已充足",
		facts.ConvertedAtOnce: "已退订并转为按量付费，请更新其付费方式",
	}
	return chosen(w, table[:])
}

func (c chinese) Over(f facts.Over) Phrase {
	short := [...]string{
		facts.ByAccount: "改由账号告警", facts.Renewable: "可以续费", facts.IsConverted: "已转按量付费", facts.WillConvert: "将转按量付费", facts.IsByUse: "现为按量付费",
		facts.ConvertedAtOnce: "已转按量付费",
	}
	p := Phrase{Message: c.because(f.Why), Brief: cmp.Or(chosen(f.Why, short[:]), c.because(f.Why))}
	full := p.Message
	if !f.Until.IsZero() {
		end := "，" + c.brief(f.Until, words.ZH) + "到期"
		if day, ok := c.lastDay(f.Until, words.ZH); ok {
			end = "，最后一天" + day
		}
		p.Message += end
		full += "，" + words.TermEnd(f.Until, c.termHome(), words.ZH)
	}
	p.Sentence = "告警结束：" + full + "。"
	return p
}

func (c chinese) PaidLate(f facts.PaidLate) Phrase {
	due := c.brief(f.Due, words.ZH)
	if f.More > 0 {
		return Phrase{
			Message:  "已付款，但自" + due + "起陆续应已释放：请确认是否仍存在",
			Brief:    "曾应释放，请确认",
			Sentence: "均已付款，但自" + c.moment(f.Due) + "起陆续应已释放：请确认是否仍存在。",
		}
	}
	return Phrase{
		Message:  "已付款，但自" + due + "起应已释放：请确认实例是否仍存在",
		Brief:    "曾应释放，请确认",
		Sentence: "已付款，但自" + c.moment(f.Due) + "起应已释放：请确认实例是否仍存在。",
	}
}

func (c chinese) CalledOff(f facts.CalledOff) Phrase {
	switch f.What {
	case facts.Stop:
		return c.said("不再停服")
	case facts.Deletion:
		return c.said("不再释放")
	case facts.Term, facts.Bill:
	}
	return c.said("不再如此")
}
