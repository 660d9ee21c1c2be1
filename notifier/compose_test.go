package notifier

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
	"github.com/brimwatch/brimwatch/test/golden"
)

// crowd is several events that one text message tells of.
type crowd struct {
	heading string
	events  []*alarm.Event
	left    int // how many changes the first of them left out
	tail    fleet.Text
	url     string // "" is a page that every phone can open
}

// full is an alarm of the connections of an instance, by its place in a storm.
func full(i int, name string, severity alarm.Severity, kind alarm.EventKind, share float64) *alarm.Event {
	ev := connections(kind)
	in := *ev.Instance
	in.ID, in.Name = fmt.Sprintf("mqtt-cn-%07d", i), name
	ev.Instance, ev.Code, ev.Severity, ev.Usage = &in, code(i), severity, share*5000
	ev.Key.Instance = in.ID
	return ev
}

// code is an episode's code; none comes twice in a storm.
func code(i int) string {
	const signs = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	out := make([]byte, 4)
	for at := range out {
		out[3-at], i = signs[i%len(signs)], i/len(signs)
	}
	return string(out)
}

// storm is many alarms at once, of which every so many is critical.
func storm(n, critical int) []*alarm.Event {
	var out []*alarm.Event
	for i := range n {
		severity, share := alarm.Warning, 0.72
		if i%critical == critical-1 {
			severity, share = alarm.Critical, 0.97
		}
		out = append(out, full(i, fmt.Sprintf("Orders-%d", i), severity, alarm.Raised, share))
	}
	return out
}

// notices are the events as they are decided for somebody who reads a language.
func (s *stage) notices(l words.Language, events []*alarm.Event, url string) (*Directory, Target, []Notice) {
	w := s.words()
	if url != "" {
		w.ExternalURL = url
	}
	d := NewDirectory(Entries{Words: w})
	to := Target{Recipient: Recipient{Channel: "sms", Name: "sms/wei"}, Language: l, Zone: s.zone}
	var out []Notice
	for _, ev := range events {
		out = append(out, newTelling(d, ev, ev.At).notice("oncall", to))
	}
	return d, to, out
}

func (s *stage) said(c crowd) string {
	var b strings.Builder
	fmt.Fprintf(&b, "== %s\n", c.heading)
	for _, l := range []words.Language{words.EN, words.ZH} {
		d, to, notices := s.notices(l, c.events, c.url)
		notices[0].LeftOut = c.left
		var tails []string
		if tail := l.Choose(c.tail.EN, c.tail.ZH); tail != "" {
			tails = append(tails, tail)
		}
		text := d.Compose(to, notices, tails...).Text
		n, gsm := sms.Segments(text)
		if n != 1 || gsm != (l == words.EN) {
			s.Errorf("%s: %d segments, GSM-7 %v: %s", c.heading, n, gsm, text)
		}
		fmt.Fprintf(&b, "%s, %d signs:\n    %s\n", l, utf8.RuneCountInString(text), text)
	}
	return b.String()
}

func TestTextsForSeveral(t *testing.T) {
	s := newStage(t)
	const local = "http://127.0.0.1:9740"
	orders := with(full(1, "Orders", alarm.Critical, alarm.Raised, 0.97), coded("K7Q2"))
	chat := with(s.event(alarm.Raised, alarm.Expiry, s.paid("Chat", "mqtt", "basic", fleet.Subscription), s.end.Add(-3*day)), coded("M3B4"))
	silent := with(silentInstance("Redis-7"), coded("P9X1"))
	calm := func(i int, name string) *alarm.Event { return full(i, name, alarm.Warning, alarm.Cleared, 0.6) }
	held := fleet.Text{EN: "; 12 more are held: the cap of the day is reached", ZH: "；另有12条因达到当日上限暂缓"}
	long := []*alarm.Event{
		full(1, "Telemetry of all vehicles in Europe and Asia, cluster 1", alarm.Critical, alarm.Raised, 0.97),
		full(2, "Telemetry of all vehicles in Europe and Asia, cluster 2", alarm.Warning, alarm.Raised, 0.72),
		full(3, "Telemetry of all vehicles in Europe and Asia, cluster 3", alarm.Warning, alarm.Raised, 0.71),
	}
	foreign := []*alarm.Event{
		full(1, "订单服务华东一区", alarm.Critical, alarm.Raised, 0.97), full(2, "聊天", alarm.Warning, alarm.Raised, 0.72), full(3, "Orders 🚀", alarm.Warning, alarm.Raised, 0.71),
	}
	mixture := []*alarm.Event{orders, chat, calm(7, "Stock"), silent, calm(8, "Mail")}
	var b strings.Builder
	for i, c := range []crowd{
		{heading: "two alarms", events: []*alarm.Event{chat, orders}},
		{heading: "three alarms of different rules, a warning first", events: []*alarm.Event{silent, orders, chat}},
		{heading: "37 alarms, 2 of them critical", events: storm(37, 18)},
		{heading: "37 alarms, and the page is only for this machine", events: storm(37, 18), url: local},
		{heading: "10,000 alarms", events: storm(10_000, 100)},
		{heading: "10,000 alarms, and the page is only for this machine", events: storm(10_000, 100), url: local},
		{heading: "10,000 alarms, and the address is too long", events: storm(10_000, 100), url: "https://brimwatch.operations.europe.example.com/monitoring/of/all/the/instances/of/the/company/and/its/subsidiaries"},
		{heading: "two ends", events: []*alarm.Event{calm(7, "Stock"), calm(8, "Mail")}},
		{heading: "ends in a storm", events: func() (out []*alarm.Event) {
			for i := range 120 {
				out = append(out, calm(i, fmt.Sprintf("Orders-%d", i)))
			}
			return out
		}()},
		{heading: "beginnings and ends", events: mixture},
		{heading: "beginnings and ends in a storm", events: append(storm(200, 50), calm(301, "Stock"), calm(302, "Mail"))},
		{heading: "one beginning and one end", events: []*alarm.Event{calm(7, "Stock"), orders}},
		{heading: "reminders among new ones", events: []*alarm.Event{full(5, "Mail", alarm.Warning, alarm.Reminded, 0.75), full(6, "Stock", alarm.Critical, alarm.Reminded, 0.91), orders}},
		{heading: "reminders only", events: []*alarm.Event{full(5, "Mail", alarm.Warning, alarm.Reminded, 0.75), full(6, "Stock", alarm.Critical, alarm.Reminded, 0.91)}},
		{heading: "severities: info, warning, critical", events: []*alarm.Event{full(1, "Mail", alarm.Info, alarm.Raised, 0.6), full(2, "Stock", alarm.Warning, alarm.Raised, 0.7), full(3, "Chat", alarm.Critical, alarm.Escalated, 0.9)}},
		{heading: "long names", events: long},
		{heading: "names outside of GSM-7", events: foreign},
		{heading: "changes left out", events: mixture, left: 2},
		{heading: "one change left out", events: []*alarm.Event{chat, orders}, left: 1},
		{heading: "changes left out in a storm", events: storm(37, 18), left: 1204},
		{heading: "the cap of the day is reached", events: storm(37, 18), tail: held},
		{heading: "the cap of the day is reached, and changes were left out", events: storm(10_000, 100), left: 3000, tail: held, url: local},
		{heading: "one alarm, with changes left out", events: []*alarm.Event{silent}, left: 2},
		{heading: "one alarm, and the cap is reached", events: []*alarm.Event{silent}, tail: held},
		{heading: "one alarm, changes left out, no room", events: []*alarm.Event{long[0]}, left: 2},
		{heading: "the whole fleet is silent, and an alarm", events: []*alarm.Event{with(fleetSilent(alarm.Raised, "Orders", "Stock", "Mail"), coded("Q7Q7")), orders}},
	} {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s.said(c))
	}
	golden.Equal(t, filepath.Join("notices", "several.txt"), []byte(b.String()))
}

// coded gives an event another code.
func coded(code string) func(*alarm.Event) { return func(ev *alarm.Event) { ev.Code = code } }

func silentInstance(name string) *alarm.Event {
	ev := full(4, name, alarm.Warning, alarm.Raised, 0)
	ev.Key.Rule, ev.Key.Metric, ev.Reason, ev.Known = alarm.NoData, alarm.NoMetric, "connection refused", false
	return ev
}

// TestBriefs holds what a text for several says of each rule.
func TestBriefs(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	iot, down, payg := cast["IoT Enterprise"], cast["RocketMQ 4.x Platinum, downgrade set"], cast["MQTT, billed by use"]
	automatic := iot.but(func(t *fleet.Term) { t.AutoRenew = true })
	broke := &fleet.Account{Name: "acme", Zone: s.zone, Balance: &fleet.Balance{Amount: -1_234_500_000, Currency: "CNY"}, OverdueSince: s.end}
	low := &fleet.Account{Name: "acme", Zone: s.zone, Balance: &fleet.Balance{Amount: 80_000_000, Currency: "CNY"}, LowBalance: 500_000_000}
	unknown := &fleet.Account{Name: "销售部", Zone: s.zone}
	stops, deleted := moment(s.course(iot), alarm.Suspension), moment(s.course(iot), alarm.Release)
	growing := func(change ...func(*alarm.Event)) *alarm.Event {
		ev := connections(alarm.Raised)
		ev.Key.Rule, ev.Details = alarm.Forecast, &alarm.Details{At: s.end}
		for _, f := range change {
			f(ev)
		}
		return ev
	}
	scenes := []scene{
		{"capacity", connections(alarm.Raised)},
		{"capacity: reminded, and there is no data", filling(alarm.Reminded, fleet.Connections, dataless)},
		{"capacity: memory", filling(alarm.Raised, fleet.MemoryBytes)},
		{"capacity: over", connections(alarm.Cleared)},
		{"capacity: no longer watched", connections(alarm.Withdrawn)},
		{"capacity: up and down", flapping(connections(alarm.BeganFlapping), 3)},
		{"capacity: no longer up and down", flapping(connections(alarm.Settled), 5)},
		{"no_data", silentInstance("Orders")},
		{"no_data: comes and goes", flapping(silent(alarm.BeganFlapping, ""), 3)},
		{"no_data: the fleet", fleetSilent(alarm.Raised, "Orders", "Stock")},
		{"no_data: one instance of the fleet", fleetSilent(alarm.Raised, "Orders")},
		{"forecast", growing()},
		{"forecast: nobody knows when", growing(lost)},
		{"expiry: ahead", s.event(alarm.Raised, alarm.Expiry, iot, s.end.Add(-3*day))},
		{"expiry: past", s.event(alarm.Reminded, alarm.Expiry, iot, s.end.Add(day))},
		{"expiry: unknown", with(s.event(alarm.Reminded, alarm.Expiry, iot.dateless(), s.end), lost)},
		{"expiry: three more in bulk", s.alike(s.event(alarm.Raised, alarm.Expiry, iot, s.end.Add(-3*day)), iot, "Stock", "Mail", "Chat")},
		{"suspension: ahead", s.event(alarm.Raised, alarm.Suspension, iot, stops.Add(-day))},
		{"suspension: past", s.event(alarm.Reminded, alarm.Suspension, iot, stops.Add(day))},
		{"suspension: two more", s.alike(s.event(alarm.Raised, alarm.Suspension, iot, stops.Add(-day)), iot, "Stock", "Mail")},
		{"suspension: unknown", with(s.event(alarm.Reminded, alarm.Suspension, iot.dateless(), s.end), lost)},
		{"suspension: a downgrade", s.event(alarm.Raised, alarm.Suspension, down, s.end.Add(-day))},
		{"release: ahead", s.event(alarm.Raised, alarm.Release, iot, deleted.Add(-day))},
		{"release: due", s.event(alarm.Reminded, alarm.Release, iot, deleted.Add(day))},
		{"release: unknown", with(s.event(alarm.Reminded, alarm.Release, iot.dateless(), s.end), lost)},
		{"release: a downgrade", s.event(alarm.Raised, alarm.Release, down.dateless().but(func(t *fleet.Term) { t.SuspendsAt, t.ReleasesAt = s.end.Add(-10*day), s.end }), s.end.Add(-3*day))},
		{"overdue: a bill", s.event(alarm.Raised, alarm.Overdue, payg, s.end.Add(time.Hour))},
		{"auto_renewal", s.event(alarm.Raised, alarm.AutoRenewal, automatic, s.end.Add(-day))},
		{"cannot_renew", s.event(alarm.Raised, alarm.CannotRenew, iot, s.end.Add(-day))},
		{"frozen", s.event(alarm.Raised, alarm.FrozenRule, cast["IoT new public"], s.end)},
		{"overdue: an account", s.accountEvent(alarm.Raised, alarm.Overdue, broke, s.end)},
		{"overdue: an account with a name outside of GSM-7, balance unknown", s.accountEvent(alarm.Raised, alarm.Overdue, unknown, s.end)},
		{"low_balance", s.accountEvent(alarm.Raised, alarm.LowBalance, low, s.end)},
		{"low_balance: over", s.accountEvent(alarm.Cleared, alarm.LowBalance, low, s.end)},
		{"a rule of which nothing is known", with(connections(alarm.Raised), func(ev *alarm.Event) { ev.Key.Rule, ev.Reason = "other", longReason })},
	}
	var b strings.Builder
	for _, sc := range scenes {
		fmt.Fprintf(&b, "%s\n    %s\n    %s\n", sc.heading, s.words().brief(sc.ev, words.EN, s.zone), s.words().brief(sc.ev, words.ZH, s.zone))
	}
	golden.Equal(t, filepath.Join("notices", "briefs.txt"), []byte(b.String()))
}

// A text for several is one segment of whole signs. It begins with a count and has the
// code of the gravest.
func TestTextsForSeveralAlwaysFit(t *testing.T) {
	names := rapid.OneOf(rapid.StringN(1, 60, -1), rapid.SampledFrom([]string{"Orders", "订单服务", "Telemetry of all vehicles, cluster 1", "Ünïcödé 🚀🚀", "[{~}]|€", "a b, c; d: e"}))
	kinds := rapid.SampledFrom([]alarm.EventKind{alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.Cleared, alarm.Withdrawn})
	severities := rapid.SampledFrom([]alarm.Severity{alarm.Critical, alarm.Warning, alarm.Info})
	urls := rapid.SampledFrom([]string{"", "http://localhost:9740", "https://brimwatch.example.com", "https://监控.example.com", "https://" + strings.Repeat("a", 150) + ".example.com"})
	tails := rapid.SliceOfN(rapid.OneOf(rapid.StringN(0, 80, -1), rapid.Just("; 12 more are held")), 0, 2)
	s := newStage(t)
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom([]words.Language{words.EN, words.ZH}).Draw(t, "language")
		var events []*alarm.Event
		for i := range rapid.IntRange(2, 40).Draw(t, "notices") {
			events = append(events, full(i, names.Draw(t, "name"), severities.Draw(t, "severity"), kinds.Draw(t, "kind"), 0.97))
		}
		d, to, notices := s.notices(l, events, urls.Draw(t, "url"))
		gravest := &notices[0]
		for i := range notices {
			n := &notices[i]
			n.LeftOut = rapid.IntRange(0, 3).Draw(t, "left out")
			if rapid.Bool().Draw(t, "old") {
				n.Brief = ""
			}
			if ends := Ends(n.Kind); ends == Ends(gravest.Kind) && Weight(n.Severity, n.Kind) < Weight(gravest.Severity, gravest.Kind) || !ends && Ends(gravest.Kind) {
				gravest = n
			}
		}
		text := d.Compose(to, notices, tails.Draw(t, "tails")...).Text
		if n, _ := sms.Segments(text); n != 1 || !utf8.ValidString(text) {
			t.Errorf("%d segments, valid %v: %q", n, utf8.ValidString(text), text)
		}
		if text[0] < '1' || text[0] > '9' {
			t.Errorf("it does not begin with a count: %q", text)
		}
		if !strings.Contains(text, gravest.Code) {
			t.Errorf("the gravest is %s, of %d notices: %q", gravest.Code, len(notices), text)
		}
	})
}

func TestNoTextForOtherChannels(t *testing.T) {
	s := newStage(t)
	d, to, notices := s.notices(words.EN, storm(3, 2), "")
	to.Recipient.Channel = "webhook"
	if text := d.Compose(to, notices).Text; text != "" {
		t.Errorf("a webhook gets the text %q", text)
	}
	to.Recipient.Channel = "sms"
	if text := d.Compose(to, nil).Text; text != "" {
		t.Errorf("no notices have the text %q", text)
	}
}
