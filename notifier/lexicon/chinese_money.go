package lexicon

import (
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

func (c chinese) WillFail(f facts.WillFail) Phrase {
	n := words.Count(len(f.Renewals))
	fail := "将有" + n + "个实例自动续费失败"
	if f.Perhaps {
		fail = "可能有" + n + "个实例自动续费失败"
	}
	var list []string
	for i := range f.Renewals[:min(mostListed, len(f.Renewals))] {
		r := &f.Renewals[i]
		list = append(list, c.called(r.Instance)+"，"+words.Money(r.Price, f.Currency, words.ZH))
	}
	all := strings.Join(list, "；")
	if n := len(f.Renewals) - mostListed; n > 0 {
		all += "；另有" + words.Count(n) + "个"
	}
	return Phrase{
		Message:  c.soon(f.At, words.ZH) + fail,
		Brief:    words.BriefDate(f.At, c.Zone, words.ZH) + n + "个续费失败",
		Sentence: c.full(f.At) + "，以下自动续费将无法扣款：" + all + "。",
	}
}

func (c chinese) Missing(f facts.Missing) Phrase {
	amount := words.Money(f.Amount, f.Currency, words.ZH)
	return Phrase{Message: "缺" + amount, Brief: "缺" + amount, Sentence: "届时还缺" + amount + "。"}
}

func (c chinese) Unpriced(f facts.Unpriced) Phrase {
	return Phrase{Message: "另有" + words.Count(f.N) + "笔价格未知", Sentence: "另有" + words.Count(f.N) + "笔续费价格未知，缺口可能更大。"}
}

func (c chinese) ByCard(f facts.ByCard) Phrase {
	return Phrase{Message: "或可由银行卡扣款", Sentence: "其中" + words.Count(f.N) + "笔是否可由银行卡扣款，文档未说明。"}
}

func (c chinese) DailyUse(f facts.DailyUse) Phrase {
	if f.Amount == nil {
		return c.said("日均消耗尚未知")
	}
	return c.said("日均消耗约" + words.Money(*f.Amount, f.Currency, words.ZH))
}

func (c chinese) WasShort(facts.WasShort) Phrase {
	p := c.said("续费资金曾不足，余额现已未知")
	p.Brief = "资金曾有缺口"
	return p
}

func (c chinese) NoAttemptFor(f facts.NoAttemptFor) Phrase {
	return c.said(words.Count(f.N) + "个实例已无自动扣款机会，请手动续费")
}

func (c chinese) Enough(facts.Enough) Phrase { return c.said("余额足以支付后续自动续费") }
