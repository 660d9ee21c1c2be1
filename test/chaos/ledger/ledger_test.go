package ledger_test

import (
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Who is told in these tests.
const (
	wei  = "sms/+4930000001"
	li   = "sms/+4930000002"
	hook = "webhook/a"
)

func at(seconds int) time.Time {
	return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC).Add(time.Duration(seconds) * time.Second)
}

func key() ledger.Key { return ledger.Key{Instance: "i0001", Metric: "connections"} }

// shown is a page that is calm, above from second 10 to 60, and calm again.
func shown() []ledger.Period {
	return []ledger.Period{
		{Key: key(), Value: 10_001, First: at(0), Sure: at(3)},
		{Key: key(), Value: 80_002, Raised: true, First: at(10), Sure: at(13)},
		{Key: key(), Value: 10_003, First: at(60), Sure: at(63)},
	}
}

// begin and end are the two notices about it, to one recipient.
func begin(second int, recipient, message string) ledger.Arrival {
	return ledger.Arrival{At: at(second), Recipient: recipient, Message: message, Key: key(), Code: "K7Q2", Kind: ledger.Begin, Event: "raised", Value: 80_002}
}

func end(second int, recipient, message string) ledger.Arrival {
	return ledger.Arrival{At: at(second), Recipient: recipient, Message: message, Key: key(), Code: "K7Q2", Kind: ledger.End, Event: "cleared", Value: 10_003}
}

// input is one episode, told to wei in order.
func input() ledger.Input {
	return ledger.Input{
		Periods:  shown(),
		Arrivals: []ledger.Arrival{begin(11, wei, "SM1"), end(61, wei, "SM2")},
		Stays:    []ledger.Stay{{Recipient: wei}},
		Could:    func(string, time.Time, time.Time) bool { return true },
		Late:     10 * time.Second,
	}
}

func never(string, time.Time, time.Time) bool { return false }

func TestVerdicts(t *testing.T) {
	tests := []struct {
		name   string
		change func(*ledger.Input)
		want   []ledger.Verdict // sorted
	}{
		{"told in order", func(*ledger.Input) {}, nil},
		{"the beginning is missing", func(in *ledger.Input) { in.Arrivals = nil }, []ledger.Verdict{ledger.Lost}},
		{"the end is missing", func(in *ledger.Input) { in.Arrivals = in.Arrivals[:1] }, []ledger.Verdict{ledger.Lost}},
		{"only one of two is told", func(in *ledger.Input) { in.Stays = append(in.Stays, ledger.Stay{Recipient: li}) }, []ledger.Verdict{ledger.Lost}},
		{"nobody could be told before it was over", func(in *ledger.Input) { in.Arrivals, in.Could = nil, never }, nil},
		{"it is still open, and nobody could be told", func(in *ledger.Input) { in.Periods, in.Arrivals, in.Could = in.Periods[:2], nil, never }, nil},
		{"it is still open, and nobody was told", func(in *ledger.Input) { in.Periods, in.Arrivals = in.Periods[:2], nil }, []ledger.Verdict{ledger.Lost}},
		{"nobody read the page", func(in *ledger.Input) {
			in.Periods[1].First, in.Periods[1].Sure, in.Arrivals = time.Time{}, time.Time{}, nil
		}, nil},
		{"it was read once, before a crash, and not told", func(in *ledger.Input) { in.Periods[1].Sure, in.Arrivals = time.Time{}, nil }, nil},
		{"it was read once, and told", func(in *ledger.Input) { in.Periods[1].Sure = time.Time{} }, nil},
		{"an end without its beginning", func(in *ledger.Input) { in.Arrivals = in.Arrivals[1:] }, []ledger.Verdict{ledger.Lost, ledger.Wrong}},
		{"an end without its beginning, which could not be told", func(in *ledger.Input) { in.Arrivals, in.Could = in.Arrivals[1:], never }, []ledger.Verdict{ledger.Wrong}},
		{"a beginning after its end", func(in *ledger.Input) { in.Arrivals[0].At = at(65) }, []ledger.Verdict{ledger.Wrong, ledger.Wrong}},
		{"an alarm that is not on any page", func(in *ledger.Input) {
			a := begin(11, wei, "SM3")
			a.Key.Instance, a.Code = "i0002", "M3B4"
			in.Arrivals = append(in.Arrivals, a)
		}, []ledger.Verdict{ledger.Wrong}},
		{"a value that no page showed", func(in *ledger.Input) { in.Arrivals[0].Value = 80_009 }, []ledger.Verdict{ledger.Lost, ledger.Wrong, ledger.Wrong}},
		{"a beginning of a calm page", func(in *ledger.Input) {
			a := begin(62, wei, "SM3")
			a.Value, a.Code = 10_003, "M3B4"
			in.Arrivals = append(in.Arrivals, a)
		}, []ledger.Verdict{ledger.Wrong}},
		{"an end of a page that is above", func(in *ledger.Input) {
			a := end(20, wei, "SM3")
			a.Value = 80_002
			in.Arrivals = append(in.Arrivals, a)
		}, []ledger.Verdict{ledger.Wrong}},
		{"somebody who is not to be told", func(in *ledger.Input) { in.Arrivals = append(in.Arrivals, begin(11, li, "SM3")) }, []ledger.Verdict{ledger.Wrong}},
		{"somebody who left before, and hears no end either", func(in *ledger.Input) {
			in.Stays = append(in.Stays, ledger.Stay{Recipient: li, Until: at(5)})
			in.Arrivals = append(in.Arrivals, begin(11, li, "SM3"))
		}, []ledger.Verdict{ledger.Lost, ledger.Wrong}},
		{"somebody who leaves while it is open is told of the end", func(in *ledger.Input) { in.Stays[0].Until = at(30) }, nil},
		{"somebody who left while it was open is not told of the end", func(in *ledger.Input) { in.Stays[0].Until, in.Arrivals = at(30), in.Arrivals[:1] }, []ledger.Verdict{ledger.Lost}},
		{"somebody who comes while it is open need not be told", func(in *ledger.Input) { in.Stays[0].From, in.Arrivals = at(30), nil }, nil},
		{"the same notice in two text messages", func(in *ledger.Input) { in.Arrivals = append(in.Arrivals, begin(12, wei, "SM3")) }, []ledger.Verdict{ledger.Doubled}},
		{"the same end in two text messages", func(in *ledger.Input) { in.Arrivals = append(in.Arrivals, end(62, wei, "SM3")) }, []ledger.Verdict{ledger.Doubled}},
		{"the same notice in two text messages, and the second says so", func(in *ledger.Input) {
			a := begin(12, wei, "SM3")
			a.Repeat = true
			in.Arrivals = append(in.Arrivals, a)
		}, []ledger.Verdict{ledger.Repeated}},
		{"the same notice in two text messages, and the first says so: the other came late", func(in *ledger.Input) {
			in.Arrivals[0].Repeat = true
			in.Arrivals = append(in.Arrivals, begin(12, wei, "SM3"))
		}, []ledger.Verdict{ledger.Repeated}},
		{"the same notice in three text messages, and one says so", func(in *ledger.Input) {
			a := begin(12, wei, "SM3")
			a.Repeat = true
			in.Arrivals = append(in.Arrivals, a, begin(13, wei, "SM4"))
		}, []ledger.Verdict{ledger.Doubled, ledger.Repeated}},
		{"the same webhook once more", func(in *ledger.Input) {
			in.Stays = append(in.Stays, ledger.Stay{Recipient: hook})
			in.Arrivals = append(in.Arrivals, begin(11, hook, "msg_1"), begin(12, hook, "msg_1"), end(61, hook, "msg_2"))
		}, []ledger.Verdict{ledger.Repeated}},
		{"the same notice in two webhooks", func(in *ledger.Input) {
			in.Stays = append(in.Stays, ledger.Stay{Recipient: hook})
			in.Arrivals = append(in.Arrivals, begin(11, hook, "msg_1"), begin(12, hook, "msg_3"), end(61, hook, "msg_2"))
		}, []ledger.Verdict{ledger.Doubled}},
		{"a beginning that is over", func(in *ledger.Input) { in.Arrivals[0].At, in.Arrivals[1].At = at(80), at(81) }, []ledger.Verdict{ledger.Late}},
		{"a beginning that has just ended", func(in *ledger.Input) { in.Arrivals[0].At, in.Arrivals[1].At = at(64), at(65) }, nil},
		{"a beginning that may be a repeat is never late", func(in *ledger.Input) {
			in.Arrivals[0].At, in.Arrivals[0].Repeat, in.Arrivals[1].At = at(80), true, at(81)
		}, nil},
		{"told anew under another code, after the store was set aside", func(in *ledger.Input) {
			a := begin(40, wei, "SM3")
			a.Code = "M3B4"
			in.Arrivals[1].Code = "M3B4"
			in.Arrivals = append(in.Arrivals, a)
		}, nil},
		{"withdrawn, without a value", func(in *ledger.Input) { in.Arrivals[1].Value, in.Arrivals[1].Event = 0, "withdrawn" }, nil},
		{"it became worse in between", func(in *ledger.Input) {
			in.Periods = slices.Insert(in.Periods, 2, ledger.Period{Key: key(), Raised: true, Value: 95_004, First: at(30), Sure: at(33)})
			a := begin(31, wei, "SM3")
			a.Event, a.Value = "escalated", 95_004
			in.Arrivals = append(in.Arrivals, a)
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := input()
			tt.change(&in)
			report := ledger.Judge(in)
			var got []ledger.Verdict
			for _, f := range report.Findings {
				got = append(got, f.Verdict)
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("verdicts %v, want %v:\n%v", got, tt.want, report.Findings)
			}
		})
	}
}

// TestTwoThatMayBeOne has a crash between two episodes: the calm page was read, and
// perhaps never judged.
func TestTwoThatMayBeOne(t *testing.T) {
	periods := append(shown(),
		ledger.Period{Key: key(), Value: 80_004, Raised: true, First: at(64), Sure: at(67)},
		ledger.Period{Key: key(), Value: 10_005, First: at(90), Sure: at(93)},
	)
	periods[2].Sure = time.Time{}
	last := end(91, wei, "SM2")
	last.Value = 10_005
	second := begin(65, wei, "SM3")
	second.Value, second.Code = 80_004, "M3B4"
	for name, arrivals := range map[string][]ledger.Arrival{
		"told as one": {begin(11, wei, "SM1"), last},
		"told as two": {begin(11, wei, "SM1"), end(61, wei, "SM4"), second, last},
	} {
		t.Run(name, func(t *testing.T) {
			in := input()
			in.Periods, in.Arrivals = periods, arrivals
			if report := ledger.Judge(in); len(report.Findings) > 0 {
				t.Errorf("findings: %v", report.Findings)
			}
		})
	}
}

func TestCounts(t *testing.T) {
	in := input()
	in.Stays = append(in.Stays, ledger.Stay{Recipient: li})
	report := ledger.Judge(in)
	if report.Episodes != 1 || report.Owed != 3 || report.Told != 2 || report.Count(ledger.Lost) != 1 || len(report.Faults()) != 1 {
		t.Errorf("%+v", report)
	}
	if line := report.Findings[0].String(); line != "lost: sms/+4930000002 about i0001 connections: the beginning that was read at 12:00:10.000" {
		t.Errorf("line %q", line)
	}
}

func TestRead(t *testing.T) {
	tests := []struct {
		text string
		want ledger.Said
		ok   bool
	}{
		{"K7Q2 WARNING i0007: connections 80,012 of 100,000 (80%, threshold 70%), MQTT Basic. Upgrade or cut clients.",
			ledger.Said{Code: "K7Q2", Event: "raised", Kind: ledger.Begin, Severity: "warning", Instance: "i0007", Metric: "connections", Value: 80_012}, true},
		{"K7Q2 CRITICAL i0007: send TPS 95,012 of 100,000 (95%, threshold 90%). (may be a repeat)",
			ledger.Said{Code: "K7Q2", Event: "raised", Kind: ledger.Begin, Severity: "critical", Instance: "i0007", Metric: "send_tps", Value: 95_012, Repeat: true}, true},
		{"K7Q2 STILL WARNING i0007: connections 80,012 of 100,000 (80%) for 24 h.",
			ledger.Said{Code: "K7Q2", Event: "reminded", Kind: ledger.Begin, Severity: "warning", Instance: "i0007", Metric: "connections", Value: 80_012}, true},
		{"K7Q2 ENDED i0007: connections back to 10,013 of 100,000 (10%) after 7 s.",
			ledger.Said{Code: "K7Q2", Event: "cleared", Kind: ledger.End, Instance: "i0007", Metric: "connections", Value: 10_013}, true},
		{"K7Q2 WITHDRAWN i0007: connections alarm ended, no longer watched.",
			ledger.Said{Code: "K7Q2", Event: "withdrawn", Kind: ledger.End, Instance: "i0007", Metric: "connections"}, true},
		{"K7Q2 WARNING (no proof of delivery by e-mail) i0007: connections 80,012 of 100,000 (80%).",
			ledger.Said{Code: "K7Q2", Event: "raised", Kind: ledger.Begin, Severity: "warning", Instance: "i0007", Metric: "connections", Value: 80_012, Instead: true}, true},
		{"37 alarms, 2 critical: K7Q2 i0007 connections 97%, ...", ledger.Said{}, false},
		{"K7Q2 WARNING i0007: no data since 12:00.", ledger.Said{}, false},
		{"", ledger.Said{}, false},
	}
	r := ledger.NewReader()
	for _, tt := range tests {
		if got, ok := r.Read(tt.text); ok != tt.ok || got != tt.want {
			t.Errorf("%q is read as %+v, %v", tt.text, got, ok)
		}
	}
}

func TestReadUnrecorded(t *testing.T) {
	r := ledger.NewReader()
	got, ok := r.ReadUnrecorded("Not recorded (disk full). CRITICAL i1 connections 97%, i2 send TPS 95.2%, WARNING i3 subscriptions 80%, ENDED i4 connections, 12 more (2 critical).")
	want := []ledger.Said{
		{Event: "raised", Kind: ledger.Begin, Severity: "critical", Instance: "i1", Metric: "connections"},
		{Event: "raised", Kind: ledger.Begin, Severity: "critical", Instance: "i2", Metric: "send_tps"},
		{Event: "raised", Kind: ledger.Begin, Severity: "warning", Instance: "i3", Metric: "subscriptions"},
		{Event: "cleared", Kind: ledger.End, Instance: "i4", Metric: "connections"},
	}
	if !ok || !slices.Equal(got, want) {
		t.Errorf("read as %+v, %v", got, ok)
	}
	if _, ok := r.ReadUnrecorded("37 alarms, 2 critical"); ok {
		t.Error("any text is one that is not recorded")
	}
}

// TestNoCodeInTwoEpisodes: what was told without a code in one episode is no double of
// what is told so in the next.
func TestNoCodeInTwoEpisodes(t *testing.T) {
	in := input()
	in.Periods = append(in.Periods, ledger.Period{Key: key(), Value: 80_004, Raised: true, First: at(90), Sure: at(93)})
	in.Arrivals[0].Value, in.Arrivals[0].Code = 0, ""
	second := begin(91, wei, "SM5")
	second.Value, second.Code = 0, ""
	in.Arrivals = append(in.Arrivals, second)
	if report := ledger.Judge(in); len(report.Findings) > 0 {
		t.Errorf("findings: %v", report.Findings)
	}
}

// TestCodeWithoutValue: an end that names no value is that of the episode whose code it has,
// though another was read since.
func TestCodeWithoutValue(t *testing.T) {
	in := input()
	in.Periods = append(in.Periods, ledger.Period{Key: key(), Value: 80_004, Raised: true, First: at(90), Sure: at(93)})
	second := begin(91, wei, "SM5")
	second.Value, second.Code = 80_004, "M3B4"
	in.Arrivals[1].Value, in.Arrivals[1].At = 0, at(95)
	in.Arrivals = append(in.Arrivals, second)
	if report := ledger.Judge(in); len(report.Findings) > 0 {
		t.Errorf("findings: %v", report.Findings)
	}
}

// TestResolvedTooSoon: what is over at a far side that keeps it, although it goes on, is wrong.
func TestResolvedTooSoon(t *testing.T) {
	for name, tt := range map[string]struct {
		second int
		wrong  int
	}{"when it is over": {61, 0}, "before": {30, 1}} {
		t.Run(name, func(t *testing.T) {
			in := input()
			in.Arrivals[1] = begin(tt.second, wei, "SM2")
			in.Arrivals[1].Kind, in.Arrivals[1].Event, in.Arrivals[1].Value = ledger.End, ledger.Resolved, 0
			report := ledger.Judge(in)
			if got := report.Count(ledger.Wrong); got != tt.wrong {
				t.Errorf("%d wrong: %v", got, report.Findings)
			}
		})
	}
}

// TestReadCards reads what chats and mails show, in each of their writings.
func TestReadCards(t *testing.T) {
	warning := ledger.Said{Code: "K7Q2", Event: "raised", Kind: ledger.Begin, Severity: "warning", Instance: "i00007", Metric: "connections", Value: 80_012}
	ended := ledger.Said{Code: "M3B4", Event: "cleared", Kind: ledger.End, Instance: "i00008", Metric: "send_tps", Value: 10_013}
	tests := []struct {
		name, text string
		want       ledger.Shown
	}{
		{"one card", "**<font color=\"warning\">WARNING i00007 (MQTT Basic)</font>**\n\nConnections 80,012 of 100,000 (80%, threshold 70%).\n████ 80%\n\n> Upgrade.\n\nBrimwatch K7Q2 · since 2026-11-22 12:00 UTC",
			ledger.Shown{Said: []ledger.Said{warning}, Alarms: 1}},
		{"a line each, and a rest", "**Brimwatch: 3 alarms, 1 critical; 1 ended**\n- K7Q2 WARNING i00007: connections 80,012 of 100,000 (80%, threshold 70%) [Open](https://b.example.com/i)\n" +
			"• M3B4 ENDED i00008: send TPS back to 10,013 of 100,000 (10%) after 7 s\n\n2 more",
			ledger.Shown{Said: []ledger.Said{warning, ended}, Alarms: 3, Ended: 1}},
		{"in its title and as a card", "K7Q2 WARNING i00007: connections 80,012 of 100,000 (80%, threshold 70%)\nWARNING i00007 (MQTT Basic)\nConnections 80,012 of 100,000 (80%, threshold 70%).\nBrimwatch K7Q2 · since now",
			ledger.Shown{Said: []ledger.Said{warning}, Alarms: 1}},
		{"in another's place, as a repeat", "WARNING i00007 (MQTT Basic)\nConnections 80,012 of 100,000 &#40;80%&#41;.\nNo proof of delivery by SMS.\nBrimwatch K7Q2 · since now\nThis may be a repeat: nobody answered the first time.",
			ledger.Shown{Said: []ledger.Said{warning}, Alarms: 1, Repeat: true, Instead: true}},
		{"of itself", "CRITICAL Brimwatch (x)\nNobody can be reached.\nBrimwatch 2ABC · since now", ledger.Shown{}},
	}
	r := ledger.NewCardReader()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := r.Read(tt.text)
			if !slices.Equal(got.Said, tt.want.Said) {
				t.Errorf("it says %+v", got.Said)
			}
			got.Said, tt.want.Said = nil, nil
			if got.Alarms != tt.want.Alarms || got.Ended != tt.want.Ended || got.Repeat != tt.want.Repeat || got.Instead != tt.want.Instead {
				t.Errorf("%+v", got)
			}
		})
	}
}
