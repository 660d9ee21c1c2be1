package notifier

import (
	"fmt"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// shortfall is an event about the money of an account that pays for so many instances, at
// a price each; 0 is a price that is not known.
func (s *stage) shortfall(kind alarm.EventKind, balance fleet.Amount, now time.Time, edition string, prices ...fleet.Amount) *alarm.Event {
	use := fleet.Amount(20_000_000)
	payer := &fleet.Account{Name: "acme", Zone: s.zone, Balance: &fleet.Balance{Amount: balance * 1_000_000, Currency: "CNY"}, DailyUse: &use}
	var terms []money.Term
	product := "iot"
	if edition != "enterprise" {
		product = "redis"
	}
	for i, price := range prices {
		a := s.paid(fmt.Sprintf("Plant %02d", i+1), product, edition, fleet.Subscription).but(func(t *fleet.Term) {
			t.AutoRenew, t.Price = true, fleet.Price{Amount: price * 1_000_000}
			t.Expires = s.end.AddDate(0, 0, i/4)
		})
		a.in.ID = fmt.Sprintf("%s-%02d", product, i+1)
		course := s.course(a)
		terms = append(terms, money.Term{Instance: a.in, Course: course})
	}
	out := money.Ahead(payer, terms, now, now.AddDate(0, 0, 20))
	ev := s.accountEvent(kind, alarm.Shortfall, payer, now)
	if kind == alarm.Withdrawn {
		ev.Details = nil
		return ev
	}
	ev.Details.Money = &out
	if first := out.First(); first != nil {
		ev.Details.At = first.At
	}
	return ev
}

func TestNoticesOfShortfalls(t *testing.T) {
	s := newStage(t)
	now := s.end.AddDate(0, 0, -12).Add(10 * time.Hour)
	unknown := s.shortfall(alarm.Reminded, 0, now, "enterprise", 410)
	unknown.Known = false
	ten := make([]fleet.Amount, 30)
	for i := range ten {
		ten[i] = 410
	}
	s.golden("shortfall", []scene{
		{"four renewals", s.shortfall(alarm.Raised, 400, now, "enterprise", 410, 410, 410, 410)},
		{"one renewal", s.shortfall(alarm.Raised, 0, now, "enterprise", 410)},
		{"still, two days later", s.shortfall(alarm.Reminded, 400, now.AddDate(0, 0, 2), "enterprise", 410, 410)},
		{"two prices are not known", s.shortfall(alarm.Raised, 400, now, "enterprise", 410, 410, 0, 0)},
		{"a card may pay", s.shortfall(alarm.Raised, 100, now, "community", 410, 410)},
		{"thirty renewals on one day and others later", s.shortfall(alarm.Raised, 0, now, "enterprise", ten...)},
		{"paid in", s.shortfall(alarm.Cleared, 2000, now, "enterprise", 410, 410)},
		{"paid in, and a price is not known", s.shortfall(alarm.Cleared, 2000, now, "enterprise", 410, 0)},
		{"no attempt is left", s.shortfall(alarm.Cleared, 0, s.end.Add(-time.Hour), "enterprise", 410, 410)},
		{"the balance is not known any more", unknown},
		{"no longer watched", s.shortfall(alarm.Withdrawn, 0, now, "enterprise", 410)},
	})
	short := s.shortfall(alarm.Raised, 400, now, "enterprise", 410, 410)
	for _, tt := range []struct {
		ev     *alarm.Event
		l      words.Language
		expect string
	}{
		{short, words.EN, "K7Q2 acme 2 renewals will fail 26 Nov, 478.34 CNY short"}, {short, words.ZH, "K7Q2 acme 11月26日2个续费失败，缺478.34元"},
		{unknown, words.EN, "K7Q2 acme money was short"}, {unknown, words.ZH, "K7Q2 acme 资金曾有缺口"},
	} {
		if got := s.words().brief(tt.ev, tt.l, s.zone); got != tt.expect {
			t.Errorf("in a few words %q, want %q", got, tt.expect)
		}
	}
}
