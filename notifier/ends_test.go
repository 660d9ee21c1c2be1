package notifier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// TestEndsSayWhy: a text for several says of an end why it is over, where there is room.
func TestEndsSayWhy(t *testing.T) {
	s := newStage(t)
	calm := full(1, "Stock", alarm.Warning, alarm.Cleared, 0.6)
	changed := with(full(2, "Mail", alarm.Warning, alarm.Cleared, 0.72), func(ev *alarm.Event) { ev.Changed = alarm.ThresholdChange{From: 0.7, To: 0.9} })
	gone := with(full(3, "Chat", alarm.Warning, alarm.Withdrawn, 0.72), func(ev *alarm.Event) { ev.Removed = true })
	unwatched := full(4, "Chat", alarm.Warning, alarm.Withdrawn, 0.72)
	back := with(silentInstance("Redis-7"), func(ev *alarm.Event) { ev.Kind = alarm.Cleared })
	rich := &fleet.Account{Name: "acme", Zone: s.zone, Balance: &fleet.Balance{Amount: 5_000_000_000, Currency: "CNY"}}
	paid := s.accountEvent(alarm.Cleared, alarm.Overdue, rich, s.end)
	renewed := s.event(alarm.Cleared, alarm.Expiry, s.cast()["MQTT"].but(func(t *fleet.Term) { t.Expires = s.end.AddDate(1, 0, 0) }), s.end.Add(-day))
	for _, tt := range []struct {
		name   string
		ev     *alarm.Event
		en, zh string
	}{
		{"less is used", calm, "Stock connections 60%", "Stock 连接数60%"},
		{"another threshold", changed, "Mail threshold changed", "Mail 阈值已调整"},
		{"the instance is gone", gone, "Chat instance removed", "Chat 实例已移除"},
		{"the alarm is gone", unwatched, "Chat connections capacity withdrawn", "Chat 连接数容量告警已撤销"},
		{"data", back, "Redis-7 data is back", "Redis-7 数据已恢复"},
		{"an account", paid, "acme paid", "acme 账号欠费已结清"},
		{"a term", renewed, "Orders renewed", "Orders 已续费"},
	} {
		for _, l := range []words.Language{words.EN, words.ZH} {
			d, to, notices := s.notices(l, []*alarm.Event{full(9, "Vehicles", alarm.Critical, alarm.Raised, 0.97), tt.ev}, "")
			c := d.Compose(to, notices)
			if want := l.Choose(tt.en, tt.zh); !strings.Contains(c.Text, want) || len(c.Left) > 0 {
				t.Errorf("%s: %q is not in %q, left %v", tt.name, want, c.Text, c.Left)
			}
			if !countable(&notices[1]) {
				t.Errorf("%s: it has to be said: %q", tt.name, notices[1].Brief)
			}
		}
	}
}

// TestReasonsOfEndsComeLast: why something is over takes the room of no name.
func TestReasonsOfEndsComeLast(t *testing.T) {
	s := newStage(t)
	var events []*alarm.Event
	for i := range 9 {
		events = append(events, full(i, fmt.Sprintf("Vehicles-%d", i), alarm.Warning, alarm.Cleared, 0.6))
	}
	d, to, notices := s.notices(words.EN, events, "")
	text := d.Compose(to, notices).Text
	for i := range 9 {
		if !strings.Contains(text, fmt.Sprintf("Vehicles-%d", i)) {
			t.Errorf("Vehicles-%d is not named: %s", i, text)
		}
	}
}

// TestEndsOfOneAccount: ends for several reasons are one entry without a reason, and ends for
// one reason have it.
func TestEndsOfOneAccount(t *testing.T) {
	s := newStage(t)
	end := func(i int, change func(*fleet.Term)) *alarm.Event {
		a := s.paid(fmt.Sprintf("Payments-of-the-shops-%03d", i), "mqtt", "basic", fleet.Subscription).but(change)
		a.in.ID = fmt.Sprintf("mqtt-%03d", i)
		return with(s.event(alarm.Cleared, alarm.Expiry, a, s.end.Add(-day)), coded(code(i)))
	}
	renewed := func(t *fleet.Term) { t.Expires = s.end.AddDate(1, 0, 0) }
	free := func(t *fleet.Term) { t.Method = fleet.Free }
	var same, mixed []*alarm.Event
	for i := range 30 {
		same = append(same, end(i, renewed))
		mixed = append(mixed, end(i, map[bool]func(*fleet.Term){true: renewed, false: free}[i > 0]))
	}
	for _, tt := range []struct {
		name   string
		events []*alarm.Event
		want   string
	}{
		{"one reason", same, "Payments-of-the-shops-000 and 29 more: renewed"},
		{"two reasons", mixed, "Payments-of-the-shops-000 and 29 more"},
	} {
		d, to, notices := s.notices(words.EN, tt.events, "")
		text := d.Compose(to, notices).Text
		if !strings.Contains(text, tt.want) || tt.name == "two reasons" && (strings.Contains(text, "renewed") || strings.Contains(text, "free")) {
			t.Errorf("%s: %s", tt.name, text)
		}
	}
}

// TestEndsThatMustBeSaid: one that asks for something, and one of the whole fleet, are not counted only.
func TestEndsThatMustBeSaid(t *testing.T) {
	s := newStage(t)
	late := with(s.event(alarm.Cleared, alarm.Release, s.cast()["MQTT"], s.end), func(ev *alarm.Event) { ev.Details.WasDue = s.end.Add(-time.Hour) })
	for _, ev := range []*alarm.Event{late, fleetSilent(alarm.Cleared, "Orders", "Stock")} {
		_, _, notices := s.notices(words.EN, []*alarm.Event{ev}, "")
		if n := &notices[0]; countable(n) {
			t.Errorf("it may be counted: %q", n.Brief)
		}
	}
}
