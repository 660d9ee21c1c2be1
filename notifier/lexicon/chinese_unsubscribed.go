package lexicon

import (
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

func (c chinese) Unsubscribed(f facts.Unsubscribed) Phrase {
	if f.Ahead {
		return Phrase{
			Message: c.soon(f.At, words.ZH) + "退订" + c.in(f.At), Tight: c.soon(f.At, words.ZH) + "退订", Brief: words.BriefDate(f.At, c.Zone, words.ZH) + "退订",
			Sentence: "实例将于" + c.full(f.At) + "退订。",
		}
	}
	return Phrase{
		Message: c.soon(f.At, words.ZH) + "已退订", Brief: words.BriefDate(f.At, c.Zone, words.ZH) + "已退订",
		Sentence: "实例已于" + c.moment(f.At) + "退订。",
	}
}

func (c chinese) GoesAtOnce(f facts.GoesAtOnce) Phrase {
	goes := c.goes(f.FromBin)
	if f.Ahead {
		return Phrase{Message: "退订即" + goes + "且不可恢复", Tight: "退订即" + goes, Sentence: "退订后立即" + goes + "，不可恢复。"}
	}
	return Phrase{Message: "退订时应已" + goes, Sentence: "退订时应已立即" + goes + "，可能已不存在。"}
}

func (c chinese) ConvertsAtOnce(f facts.ConvertsAtOnce) Phrase {
	if f.Ahead {
		return Phrase{Message: "退订即转按量付费，不会释放", Brief: "转按量付费", Sentence: "按其到期后操作，退订后立即转为按量付费，不会释放。"}
	}
	return Phrase{Message: "退订时已转按量付费，未释放", Brief: "已转按量付费", Sentence: "按其到期后操作，退订时已转为按量付费，未释放。"}
}

func (c chinese) ByUnsubscribing(f facts.ByUnsubscribing) Phrase {
	if f.At.After(c.Reader.Now) {
		return Phrase{Message: "因退订提前", Sentence: "提前的原因是将于" + c.full(f.At) + "退订。"}
	}
	return Phrase{Message: "因退订提前", Sentence: "提前的原因是已于" + c.moment(f.At) + "退订。"}
}

func (c chinese) RenewalAdvised(facts.RenewalAdvised) Phrase {
	return Phrase{Message: "建议开通自动续费", Sentence: "自动续费未开通；有效期较短而需长期使用的实例，建议开通自动续费。"}
}
