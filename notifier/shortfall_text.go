package notifier

import (
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// tellsOfMoney tells whether an event is about renewals for which an account has too
// little.
func tellsOfMoney(ev *alarm.Event) bool { return ev.Details != nil && ev.Details.Money != nil }

// shortfall says which renewals of an account will fail, when, and how much is missing.
func (w Words) shortfall(s *wording, ev *alarm.Event, l words.Language, zone *time.Location) {
	o := ev.Details.Money
	first := o.First()
	if first == nil || !ev.Known {
		s.body = noShortfall(ev, l)
		s.story = l.Choose("It is over: "+s.body+".", "告警结束："+s.body+"。")
		if !ev.Known {
			s.story = s.body + s.sep.stop
		}
		return
	}
	what := failing(first, l)
	short := l.Choose(words.Money(first.Missing, first.Currency, l)+" short", "缺"+words.Money(first.Missing, first.Currency, l))
	at := words.Soon(first.At, ev.At, zone, l)
	head := l.Choose(at+" "+what+", "+short, at+what+"，"+short)
	s.body, s.tighter = head, []string{head}
	if n := first.Unpriced; n > 0 {
		s.body = head + l.Choose(fmt.Sprintf("; price of %s not known", renewals(n, l)), fmt.Sprintf("，另有%d笔价格未知", n))
	}
	s.story = w.shortfallStory(ev, first, l, zone)
	s.short = l.Choose("Add funds.", "请充值。")
	s.advice = l.Choose("Pay that much into the account before then, or renew by hand.", "请在此之前为账号充值，或手动续费。")
}

// noShortfall says that nothing is short any more, as far as is known.
func noShortfall(ev *alarm.Event, l words.Language) string {
	o := ev.Details.Money
	if !ev.Known {
		return l.Choose("money was short for renewals, the balance is not known now", "续费资金曾不足，余额现已未知")
	}
	if n := len(o.Missed); n > 0 {
		return l.Choose(fmt.Sprintf("no attempt of automatic renewal is left for %s: renew by hand", instances(n)), fmt.Sprintf("%d个实例已无自动扣款机会，请手动续费", n))
	}
	out := l.Choose("enough for the renewals ahead", "余额足以支付后续自动续费")
	if b := words.Balance(ev.Details.Account, l); b != "" {
		out += l.Choose(", balance "+b, "，余额"+b)
	}
	if n := o.Unpriced(); n > 0 {
		out += l.Choose(fmt.Sprintf("; price of %s not known", renewals(n, l)), fmt.Sprintf("，另有%d笔价格未知", n))
	}
	return out
}

// failing counts what fails. Where a card may pay all of it, it only may fail.
func failing(s *money.Shortfall, l words.Language) string {
	n := len(s.Renewals)
	if s.Perhaps == n {
		return l.Choose(renewals(n, l)+" may fail", fmt.Sprintf("可能有%d个实例自动续费失败", n))
	}
	return l.Choose(renewals(n, l)+" will fail", fmt.Sprintf("将有%d个实例自动续费失败", n))
}

func renewals(n int, l words.Language) string {
	if n == 1 {
		return l.Choose("1 renewal", "1笔续费")
	}
	return l.Choose(words.Count(n)+" renewals", words.Count(n)+"笔续费")
}

func instances(n int) string {
	if n == 1 {
		return "1 instance"
	}
	return words.Count(n) + " instances"
}

// shortfallStory says all of it in sentences.
func (w Words) shortfallStory(ev *alarm.Event, s *money.Shortfall, l words.Language, zone *time.Location) string {
	at, missing := words.Moment(s.At, zone), words.Money(s.Missing, s.Currency, l)
	list := w.failingList(s, l)
	out := []string{l.Choose("At "+at+" these automatic renewals cannot be paid: "+list+".", at+"，以下自动续费将无法扣款："+list+"。")}
	out = append(out, l.Choose("By then "+missing+" are short.", "届时还缺"+missing+"。"))
	if n := s.Unpriced; n > 0 {
		out = append(out, l.Choose(fmt.Sprintf("The price of %s that are due until then is not known, so more may be missing.", renewals(n, l)), fmt.Sprintf("届时到期的另有%d笔续费价格未知，缺口可能更大。", n)))
	}
	if s.Perhaps > 0 {
		out = append(out, l.Choose(fmt.Sprintf("Of %s it is not documented whether a card may pay what the balance cannot.", renewals(s.Perhaps, l)), fmt.Sprintf("其中%d笔是否可由银行卡扣款，文档未说明。", s.Perhaps)))
	}
	out = append(out, balanceAndUse(ev.Details.Account, l))
	return strings.TrimSpace(strings.Join(out, l.Choose(" ", "")))
}

// failingList names what fails, with the price of each.
func (w Words) failingList(s *money.Shortfall, l words.Language) string {
	const most = 20
	var out []string
	for _, r := range s.Renewals[:min(most, len(s.Renewals))] {
		out = append(out, w.called(r.Instance, l)+l.Choose(", ", "，")+words.Money(r.Price, s.Currency, l))
	}
	text := strings.Join(out, l.Choose("; ", "；"))
	if n := len(s.Renewals) - most; n > 0 {
		text += l.Choose(fmt.Sprintf("; and %d more", n), fmt.Sprintf("；另有%d个", n))
	}
	return text
}

// balanceAndUse says what there is, and what a day takes of it.
func balanceAndUse(a *fleet.Account, l words.Language) string {
	b := words.Balance(a, l)
	if b == "" {
		return ""
	}
	if a.DailyUse == nil {
		return l.Choose("The balance is "+b+"; what a day takes of it is not known yet.", "余额为"+b+"，日均消耗尚未知。")
	}
	use := words.Money(*a.DailyUse, a.Balance.Currency, l)
	return l.Choose("The balance is "+b+", and a day takes about "+use+" of it.", "余额为"+b+"，日均消耗约"+use+"。")
}

// briefShortfall says it in a few words, for a text that speaks for several.
func briefShortfall(ev *alarm.Event, l words.Language, zone *time.Location) string {
	first := ev.Details.Money.First()
	if first == nil || !ev.Known {
		return l.Choose("money was short", "资金曾有缺口")
	}
	day, missing := words.BriefDate(first.At, zone, l), words.Money(first.Missing, first.Currency, l)
	return l.Choose(missing+" short for renewals "+day, day+"续费缺"+missing)
}
