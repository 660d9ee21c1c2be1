package notifier

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

func TestDatesInTexts(t *testing.T) {
	for _, tt := range []struct {
		text, day string
		want      bool
	}{
		{"expires 5 Dec 00:00", "5 Dec", true},
		{"5 Dec", "5 Dec", true},
		{"expires 25 Dec 00:00", "5 Dec", false},
		{"expires 25 Dec, deleted 5 Dec", "5 Dec", true},
		{"12月1日0点到期", "2月1日", false},
		{"12月1日0点到期，2月1日删除", "2月1日", true},
		{"expires 5 Dec", "", false},
		{"", "5 Dec", false},
	} {
		if got := hasDate(tt.text, tt.day); got != tt.want {
			t.Errorf("%q in %q: %v", tt.day, tt.text, got)
		}
	}
}

// TestLastDays: a term that ends at a midnight has its last day before it, wherever that is.
func TestLastDays(t *testing.T) {
	for _, zone := range []string{"UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kolkata"} {
		z, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		got := lastDays(time.Date(2026, 12, 5, 0, 0, 0, 0, z))
		if !slices.ContainsFunc(got, func(day time.Time) bool { return day.Format(time.DateOnly) == "2026-12-04" }) || len(got) > 2 {
			t.Errorf("%s: %v", zone, got)
		}
	}
}

// told is a notice as a reader of a language gets it.
func (s *stage) told(l words.Language, code string, ev *alarm.Event) Notice {
	ev.Code = code
	_, _, list := s.notices(l, []*alarm.Event{ev}, "")
	return list[0]
}

// TestWhatATextSays: a text speaks for another notice only if it has its date and a word for
// what happens.
func TestWhatATextSays(t *testing.T) {
	s := newStage(t)
	rocket := s.paid("Orders", "rocketmq", "professional", fleet.Subscription) // stops at the end, deleted 7 days later
	mqtt := s.paid("Orders", "mqtt", "basic", fleet.Subscription)              // stops 15 days later
	other := s.paid("Stock", "rocketmq", "professional", fleet.Subscription)
	other.in.ID = "rocketmq-cn-2"
	stopper := s.paid("stop 5 Dec", "mqtt", "basic", fleet.Subscription)
	stops := moment(s.course(mqtt), alarm.Suspension)
	raised := func(rule alarm.RuleName, a actor, now time.Time) *alarm.Event {
		return s.event(alarm.Raised, rule, a, now)
	}
	cleared := func(rule alarm.RuleName, a actor) *alarm.Event {
		return s.event(alarm.Cleared, rule, a.but(func(t *fleet.Term) { t.Expires = s.end.AddDate(1, 0, 0) }), s.end.Add(day))
	}
	alike := s.alike(raised(alarm.Release, rocket, s.end), rocket, "Stock")
	for _, tt := range []struct {
		name      string
		text, say *alarm.Event
		want      bool
	}{
		{"the end of the term, and the stop at the same moment", raised(alarm.Expiry, rocket, s.end), raised(alarm.Suspension, rocket, s.end), true},
		{"the end of the term, and the deletion a week later", raised(alarm.Expiry, rocket, s.end), raised(alarm.Release, rocket, s.end), true},
		{"the end of the term, and a stop that is far", raised(alarm.Expiry, mqtt, s.end), raised(alarm.Suspension, mqtt, s.end), true},
		{"a stop, and the end of the term before it", raised(alarm.Suspension, mqtt, stops), raised(alarm.Expiry, mqtt, stops), false},
		{"a deletion, and the stop before it", raised(alarm.Release, rocket, s.end.Add(2*day)), raised(alarm.Suspension, rocket, s.end.Add(2*day)), false},
		{"automatic renewal, and the end of the term", raised(alarm.AutoRenewal, mqtt, s.end.Add(-3*day)), raised(alarm.Expiry, mqtt, s.end.Add(-3*day)), true},
		{"the end of the term, and automatic renewal", raised(alarm.Expiry, mqtt, s.end.Add(-3*day)), raised(alarm.AutoRenewal, mqtt, s.end.Add(-3*day)), false},
		{"another instance", raised(alarm.Expiry, rocket, s.end), raised(alarm.Expiry, other, s.end), false},
		{"a name with the words in it", raised(alarm.FrozenRule, stopper, s.end), raised(alarm.Suspension, stopper.but(func(t *fleet.Term) { t.SuspendsAt = s.end.Add(time.Hour) }), s.end), false},
		{"another instance that is counted", alike, raised(alarm.Release, other, s.end), true},
		{"another instance that is counted, and a moment of its own", alike, raised(alarm.Release, other.but(func(t *fleet.Term) { t.Expires = s.end.Add(day) }), s.end), false},
		{"another rule of an instance that is counted", alike, raised(alarm.Suspension, other, s.end), false},
		{"an end, and another of the same cause", cleared(alarm.Release, rocket), cleared(alarm.Expiry, rocket), true},
		{"an end, and a beginning", cleared(alarm.Release, rocket), raised(alarm.Expiry, rocket, s.end), false},
		{"a metric", connections(alarm.Raised), raised(alarm.Expiry, rocket, s.end), false},
	} {
		for _, l := range []words.Language{words.EN, words.ZH} {
			n, o := s.told(l, "A2AA", tt.text), s.told(l, "B2BB", tt.say)
			if got := speechOf(&n, reader{l: l, zone: s.zone}).says(&o); got != tt.want {
				t.Errorf("%s: %s: %v: %q", tt.name, l, got, n.Text)
			}
		}
	}
}

// TestBulkTextListsOthers: a text says another instance only with its own date.
func TestBulkTextListsOthers(t *testing.T) {
	s := newStage(t)
	first := s.paid("Orders", "iot", "enterprise", fleet.Subscription)
	second := s.paid("Stock", "iot", "enterprise", fleet.Subscription).but(func(t *fleet.Term) { t.Expires = s.end.Add(2 * day) })
	second.in.ID = "iot-cn-2"
	ev := s.event(alarm.Raised, alarm.Expiry, first, s.end.Add(-7*day))
	ev.Details.Others = []alarm.Affected{s.affected(second, ev.At)}
	for _, l := range []words.Language{words.EN, words.ZH} {
		n, o := s.told(l, "A2AA", ev), s.told(l, "B2BB", s.event(alarm.Raised, alarm.Expiry, second, ev.At))
		says := speechOf(&n, reader{l: l, zone: s.zone}).says(&o)
		if named := strings.Contains(n.Text, "Stock"); says != named {
			t.Errorf("%s: %v: %q", l, says, n.Text)
		}
		if strings.Contains(n.Brief, "Stock") || strings.Contains(n.Brief, "1 more") || strings.Contains(n.Brief, "等") {
			t.Errorf("its few words speak for another: %q", n.Brief)
		}
	}
}

// TestWhatIsLeft: a text for several names all, or counts those of one account with the same
// words; what it does not say is left, unless it may be counted.
func TestWhatIsLeft(t *testing.T) {
	s := newStage(t)
	expires := func(i, days int) *alarm.Event {
		a := s.paid(fmt.Sprintf("Payments-%03d", i), "mqtt", "basic", fleet.Subscription).but(func(t *fleet.Term) { t.Expires = s.end.Add(time.Duration(days) * day) })
		a.in.ID = fmt.Sprintf("mqtt-%03d", i)
		return with(s.event(alarm.Raised, alarm.Expiry, a, s.end.Add(-7*day)), coded(code(i)))
	}
	many := func(n int, of func(int) *alarm.Event) (out []*alarm.Event) {
		for i := range n {
			out = append(out, of(i))
		}
		return out
	}
	for _, tt := range []struct {
		name   string
		events []*alarm.Event
		starts string
		has    string // before the few words of one of them
		of     int
		left   int
	}{
		{"three fit", many(3, func(i int) *alarm.Event { return expires(i, i) }), "3 alarms, 3 critical: ", "Payments-002 ", 2, 0},
		{"ten of one day", many(10, func(i int) *alarm.Event { return expires(i, 0) }), "10 alarms, 10 critical: ", "Payments-000 and 9 more: ", 0, 0},
		{"ten of ten days", many(10, func(i int) *alarm.Event { return expires(i, i) }), "4 alarms, 4 critical: ", "2222 Payments-000 ", 0, 6},
		{"two days", append(many(5, func(i int) *alarm.Event { return expires(i, 0) }), many(3, func(i int) *alarm.Event { return expires(10+i, 1) })...), "8 alarms, 8 critical: ", "Payments-010 and 2 more: ", 5, 0},
		{"one in a storm of others", append(storm(500, 1), expires(600, 0)), "501 alarms, 501 critical: ", "Payments-600 ", 500, 0},
		{"two days in a storm of others", append(storm(500, 1), expires(600, 0), expires(601, 1)), "501 alarms, 501 critical: ", "Payments-600 ", 500, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, to, notices := s.notices(words.EN, tt.events, "")
			c := d.Compose(to, notices)
			if !strings.HasPrefix(c.Text, tt.starts) || !strings.Contains(c.Text, tt.has+abridged(&notices[tt.of], words.EN).what) || len(c.Left) != tt.left {
				t.Errorf("%d left: %q", len(c.Left), c.Text)
			}
			for i := range notices {
				left := slices.Contains(c.Left, i)
				if left && c.Under[i] != "" || !left && c.Under[i] == "" && !countable(&notices[i]) || c.Under[i] != "" && !strings.Contains(c.Text, c.Under[i]) {
					t.Errorf("%s: left %v, under %q: %q", notices[i].Code, left, c.Under[i], c.Text)
				}
			}
		})
	}
}
