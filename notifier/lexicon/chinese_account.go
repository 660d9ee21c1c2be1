package lexicon

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

func (c chinese) Balance(f facts.Balance) Phrase {
	amount := words.Money(f.Balance.Amount, f.Balance.Currency, words.ZH)
	return Phrase{Message: "余额" + amount, Brief: amount, Sentence: "账号" + f.Account + "余额为" + amount + "。"}
}

func (c chinese) AccountOverdue(f facts.AccountOverdue) Phrase {
	p := Phrase{Message: "账号欠费", Brief: "已欠费", Sentence: "账号已欠费。"}
	if !f.Since.IsZero() {
		p.Sentence = "账号自" + c.moment(f.Since) + "起欠费。"
	}
	return p
}

func (c chinese) WasOverdue(facts.WasOverdue) Phrase {
	return Phrase{Message: "账号曾欠费，余额现已未知", Brief: "曾欠费", Sentence: "最后一次获知余额时账号已欠费。"}
}

func (c chinese) called(in *fleet.Instance) string {
	if t := c.title(in); t != "" {
		return c.name(in, 0) + "（" + t + "）"
	}
	return c.name(in, 0)
}

func (c chinese) each(list []facts.Other, write func(o *facts.Other) string) string {
	return c.list(list, func(o *facts.Other) string { return c.called(o.Instance) + write(o) }) + "。"
}

func (c chinese) WillStop(f facts.WillStop) Phrase {
	first := first(f.Others)
	many, from := "将于", ""
	if n := len(f.Others); n > 1 {
		many, from = "等"+words.Count(n)+"个自", "起"
	}
	return Phrase{
		Message: "；" + c.name(first.Instance, 10) + many + c.soon(first.At, words.ZH) + from + "停服" + c.in(first.At),
		Tight:   "；" + c.name(first.Instance, 8) + many + c.brief(first.At, words.ZH) + from + "停服",
		Sentence: "以下按量付费实例将停服：" + c.each(f.Others, func(o *facts.Other) string {
			if o.Deleted.IsZero() {
				return "，" + c.full(o.At) + "停服"
			}
			return "，" + c.full(o.At) + "停服，" + c.moment(o.Deleted) + "释放"
		}),
	}
}

func (c chinese) HaveStopped(f facts.HaveStopped) Phrase {
	return Phrase{
		Message: "；" + words.Count(len(f.Others)) + "个已停服",
		Sentence: "以下实例按其生命周期已停服：" + c.each(f.Others, func(o *facts.Other) string {
			if o.Deleted.IsZero() {
				return ""
			}
			return "，" + c.full(o.Deleted) + "释放"
		}),
	}
}

func (c chinese) Overripe(f facts.Overripe) Phrase {
	return Phrase{
		Message:  "；" + words.Count(len(f.Others)) + "个应已释放",
		Sentence: "以下实例按其生命周期应已释放：" + c.each(f.Others, func(o *facts.Other) string { return "，自" + c.moment(o.Deleted) + "起" }),
	}
}

func (c chinese) StopUnknown(f facts.StopUnknown) Phrase {
	return Phrase{Message: "；" + words.Count(len(f.Others)) + "个随时可能停服", Sentence: "以下按量付费实例的停服时间未知：" + c.each(f.Others, nothing)}
}

func (c chinese) NotRenewable(f facts.NotRenewable) Phrase {
	return Phrase{
		Message: "；" + words.Count(len(f.Others)) + "个无法续费和升配",
		Tight:   "；" + words.Count(len(f.Others)) + "个无法续费",
		Sentence: "以下包年包月实例可继续使用，但无法续费和升配：" + c.each(f.Others, func(o *facts.Other) string {
			if end := c.fullEnd(o.At); end != "" {
				return "，" + end
			}
			return ""
		}),
	}
}

func (c chinese) Unaffected(f facts.Unaffected) Phrase {
	return Phrase{Message: "；" + words.Count(len(f.Others)) + "个不受影响", Sentence: "以下免费实例不受影响：" + c.each(f.Others, nothing)}
}

func (c chinese) LowBalance(f facts.LowBalance) Phrase {
	p := Phrase{Message: "余额不足", Brief: "余额不足", Sentence: "账号余额不足。"}
	currency, amount := "", ""
	if f.Balance != nil {
		currency, amount = f.Balance.Currency, words.Money(f.Balance.Amount, f.Balance.Currency, words.ZH)
		p.Message, p.Brief, p.Sentence = "余额不足："+amount, "余额不足，"+amount, "账号余额不足："+amount+"。"
	}
	p.Tight = p.Message
	if f.Below > 0 {
		below := words.Money(f.Below, currency, words.ZH)
		p.Message += "（阈值" + below + "）"
		if amount != "" {
			p.Sentence = "账号余额为" + amount + "，阈值为" + below + "。"
		}
	}
	return p
}

func (c chinese) WasLow(facts.WasLow) Phrase {
	return Phrase{Message: "余额曾不足，现已未知", Brief: "余额曾不足", Sentence: "账号余额曾不足，现已未知。"}
}

func (c chinese) RenewsFrom(f facts.RenewsFrom) Phrase {
	return Phrase{
		Message:  "；" + words.Count(len(f.Others)) + "个待自动续费",
		Sentence: "以下实例从该余额自动续费：" + c.each(f.Others, func(o *facts.Other) string { return "，" + c.fullEnd(o.At) }),
	}
}

func (c chinese) RenewsFirst(f facts.RenewsFirst) Phrase {
	if f.Only {
		return Phrase{Message: "：" + c.name(f.Instance, 10) + "（" + c.end(f.At) + "）"}
	}
	return Phrase{Message: "，首个为" + c.name(f.Instance, 10) + "（" + c.end(f.At) + "）"}
}

func (c chinese) UsesUp(f facts.UsesUp) Phrase {
	return Phrase{Message: "；" + words.Count(len(f.Others)) + "个按量付费", Sentence: "以下实例按量付费：" + c.each(f.Others, nothing)}
}

// relief is what to do about a metric that fills up.
func (c chinese) relief(m fleet.Metric) Phrase {
	return [fleet.NumMetrics]Phrase{
		fleet.MessageTPS:    {Message: "请升配或降低流量", Sentence: "请升配，或降低消息流量。达到上限后消息将被限流，客户端可能断开。"},
		fleet.SendTPS:       {Message: "请升配或降低发送", Sentence: "请升配，或降低发送流量。达到上限后消息将被限流，客户端可能断开。"},
		fleet.ReceiveTPS:    {Message: "请升配或降低接收", Sentence: "请升配，或降低接收流量。达到上限后消息将被限流，客户端可能断开。"},
		fleet.Connections:   {Message: "请升配或减少客户端", Sentence: "请升配，或关闭闲置客户端。达到上限后新客户端将被拒绝。"},
		fleet.Subscriptions: {Message: "请升配或减少订阅", Sentence: "请升配，或合并订阅。达到上限后新订阅将失败。"},
		fleet.MemoryBytes:   {Message: "请升配或清理数据", Sentence: "请升配，或清理过期数据。达到上限后将淘汰数据或写入失败。"},
		fleet.CommandsTPS:   {Message: "请升配或分散请求", Sentence: "请升配，或分散命令请求。达到上限后命令将变慢。"},
	}[min(m, fleet.NumMetrics-1)]
}

func (c chinese) Step(s facts.Step) Phrase {
	switch s.Do {
	case facts.Relieve:
		return c.relief(s.Metric)
	case facts.Fit:
		return Phrase{Message: s.Fitting.Short.ZH, Sentence: s.Fitting.Full.ZH}
	case facts.WaitUntilSteady:
		every := "每" + words.Duration(s.Every, words.ZH)
		if s.Every == time.Hour {
			every = "每小时"
		}
		return Phrase{Message: every + "通知，直到平稳", Sentence: every + "通知一次，直到平稳" + words.Duration(s.Every, words.ZH) + "。"}
	}
	return c.steps(s.Do)
}

// steps are what a person can do.
func (c chinese) steps(d facts.Do) Phrase {
	g := &c.Guide
	table := [...]Phrase{
		facts.Nothing:            {Sentence: "该实例或该告警已不在配置中。"},
		facts.CheckSource:        {Message: "告警保持原状，请检查网络", Sentence: "告警保持原状，既不触发也不恢复。请检查实例是否运行，以及网络与权限。"},
		facts.CheckNetwork:       {Message: "告警保持原状，请检查网络", Sentence: "大量实例同时无数据，通常并非实例故障，请先检查到各实例的网络。所有告警保持原状。"},
		facts.Renew:              {Message: "请及时续费", Sentence: "请在到期前续费。"},
		facts.RenewNow:           {Message: "请立即续费", Sentence: "请续费。"},
		facts.RenewByHand:        {Message: "请立即手动续费", Sentence: "自动续费不会再次尝试，请手动续费。"},
		facts.RenewTogether:      {Message: "请批量续费", Sentence: g.Bulk + g.RenewURL},
		facts.RenewWhere:         {Sentence: g.Renew + g.RenewURL},
		facts.FundOrRenew:        {Message: "请充值或手动续费", Sentence: "请为账号充值，或手动续费。"},
		facts.FundsFrom:          {Sentence: g.Funds},
		facts.AutoRenewalUseless: {Sentence: "此时再开通自动续费已无效。"},
		facts.KeepEdition:        {Message: "如需保留版本请续费", Sentence: "如需保留当前版本，请续费。"},
		facts.PayBill:            {Message: "请结清欠费", Sentence: "请结清所属账号的账单或充值。"},
		facts.PayAccount:         {Message: "请结清欠费", Sentence: "请结清账单或充值。在此之前无法新购、续费和升配。付款后服务最长可能需要30分钟恢复。"},
		facts.PayThenRenew:       {Message: "请先结清账号欠费", Sentence: "请先结清所属账号的欠费，结清前无法续费和升配。然后续费。"},
		facts.NoRenewal:          {Sentence: "按量付费实例不适用续费。"},
		facts.AddFunds:           {Message: "请充值", Sentence: "请为账号充值：自动续费和按量付费的费用均从其余额扣除。"},
		facts.PayIn:              {Message: "请充值", Sentence: "请在此之前为账号充值，或手动续费。"},
		facts.CheckConsole:       {Message: "请到控制台确认", Sentence: "请到控制台确认实例是否仍存在。"},
		facts.CheckConverted:     {Message: "请到控制台确认", Sentence: "请到控制台确认是否已转换。云厂商的释放通知可以忽略。"},
		facts.Restore:            {Message: "请尽快恢复", Sentence: "请结清欠款，并在销毁前从回收站恢复，只能恢复为新实例。"},
		facts.ContinueTrial:      {Message: "请继续试用或升级", Sentence: "请继续试用，或升级实例。"},
		facts.UpgradeWhere:       {Sentence: g.Upgrade + g.UpgradeURL},
		facts.Returns:            {Sentence: g.Return},
		facts.ReturnsLater:       {Sentence: "已停服的实例最长可能需要30分钟恢复。"},
		facts.RenewedLate:        {Sentence: g.LateRenewal},
		facts.DowngradeFirst:     {Message: "如需保留请先设为降级", Sentence: "如需保留实例，请在退订前将其到期后操作设为降级：届时转换而不会释放。"},
		facts.SaveFirst:          {Message: "请先备份所需数据", Sentence: "请在退订前备份仍需要的数据。"},
		facts.EnterBilling:       {Message: "请更新其付费方式", Sentence: "请在配置中更新其此后的付费方式。"},
	}
	return chosen(d, table[:])
}
