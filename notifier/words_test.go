package notifier

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func orders() *fleet.Instance {
	return &fleet.Instance{
		ID: "mqtt-cn-0pp1abc", Name: "Orders", Product: "mqtt", Edition: "basic",
		Labels: []fleet.Label{{Name: "env", Value: "prod"}, {Name: "severity", Value: "spoofed"}},
	}
}

func connections(kind alarm.EventKind) *alarm.Event {
	return &alarm.Event{
		Kind: kind, Key: alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-cn-0pp1abc", Metric: fleet.Connections},
		Code: "K7Q2", At: noon().Add(12 * time.Minute), RaisedAt: noon(), Since: noon().Add(-time.Minute), Severity: alarm.Warning,
		Known: true, Usage: 3612, Capacity: 5000, Threshold: 0.7, Instance: orders(),
	}
}

func with(ev *alarm.Event, f func(*alarm.Event)) *alarm.Event {
	f(ev)
	return ev
}

const longReason = "1 of 2 nodes could not be read: http://10.0.0.2:8888: connection refused; a sum without them would be too low"

func TestText(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	silent := func(ev *alarm.Event) {
		ev.Key = alarm.Key{Rule: alarm.NoData, Instance: "mqtt-cn-0pp1abc", Metric: alarm.NoMetric}
		ev.Reason = "connection refused"
	}
	all := func(ev *alarm.Event) {
		silent(ev)
		ev.Key.Instance, ev.Instance, ev.Severity = alarm.FleetInstance, nil, alarm.Critical
		for _, name := range []string{"Orders", "Payments", "Stock", "Mail"} {
			ev.Silent = append(ev.Silent, &fleet.Instance{ID: name, Name: name})
		}
	}
	tests := []struct {
		name string
		ev   *alarm.Event
		en   string
		zh   string
	}{
		{
			"raised", connections(alarm.Raised),
			"K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%), mqtt basic. Upgrade or cut clients.",
			"K7Q2 警告 Orders：连接数 3,612/5,000（72%，阈值70%），mqtt basic。请升配或减少客户端",
		},
		{
			"escalated", with(connections(alarm.Escalated), func(ev *alarm.Event) { ev.Severity, ev.Usage, ev.Threshold = alarm.Critical, 4612, 0.9 }),
			"K7Q2 CRITICAL Orders: connections 4,612 of 5,000 (92%, threshold 90%), mqtt basic. Upgrade or cut clients.",
			"K7Q2 紧急 Orders：连接数 4,612/5,000（92%，阈值90%），mqtt basic。请升配或减少客户端",
		},
		{
			"reminded", with(connections(alarm.Reminded), func(ev *alarm.Event) { ev.At = noon().Add(26 * time.Hour) }),
			"K7Q2 STILL WARNING Orders: connections 3,612 of 5,000 (72%) for 1 d 2 h, mqtt basic. Upgrade or cut clients.",
			"K7Q2 持续告警 Orders：连接数 3,612/5,000（72%），已持续1天2小时，mqtt basic。请升配或减少客户端",
		},
		{
			"reminded without data", with(connections(alarm.Reminded), func(ev *alarm.Event) { ev.Known = false }),
			"K7Q2 STILL WARNING Orders: connections last known 3,612 of 5,000 (72%) for 12 min, no data now, mqtt basic. Upgrade or cut clients.",
			"K7Q2 持续告警 Orders：连接数最后为 3,612/5,000（72%），已持续12分钟，现无数据，mqtt basic。",
		},
		{
			"cleared", with(connections(alarm.Cleared), func(ev *alarm.Event) { ev.Usage = 3000 }),
			"K7Q2 ENDED Orders: connections back to 3,000 of 5,000 (60%) after 12 min, mqtt basic.",
			"K7Q2 恢复 Orders：连接数回落到 3,000/5,000（60%），历时12分钟，mqtt basic。",
		},
		{
			"withdrawn", connections(alarm.Withdrawn),
			"K7Q2 WITHDRAWN Orders: alarm withdrawn (connections capacity), no longer watched, mqtt basic.",
			"K7Q2 撤销 Orders：连接数容量告警已撤销，不再监控，mqtt basic。",
		},
		{
			"memory", with(connections(alarm.Raised), func(ev *alarm.Event) { ev.Key.Metric, ev.Usage, ev.Capacity = fleet.MemoryBytes, 3.2*(1<<30), 4<<30 }),
			"K7Q2 WARNING Orders: memory 3.2 of 4 GiB (80%, threshold 70%), mqtt basic. Upgrade or free memory.",
			"K7Q2 警告 Orders：内存 3.2/4 GiB（80%，阈值70%），mqtt basic。请升配或清理数据",
		},
		{
			"just below the next percent", with(connections(alarm.Raised), func(ev *alarm.Event) { ev.Usage = 3999.9 }),
			"K7Q2 WARNING Orders: connections 4,000 of 5,000 (79%, threshold 70%), mqtt basic. Upgrade or cut clients.",
			"K7Q2 警告 Orders：连接数 4,000/5,000（79%，阈值70%），mqtt basic。请升配或减少客户端",
		},
		{
			"no data", with(connections(alarm.Raised), silent),
			"K7Q2 WARNING Orders: no data since 11:59 UTC: connection refused, mqtt basic. Alarms are held, check its network.",
			"K7Q2 警告 Orders：自19:59 UTC+8起无数据，原因：连接被拒绝，mqtt basic。告警保持原状，请检查网络",
		},
		{
			"no data, for a long reason", with(connections(alarm.Raised), func(ev *alarm.Event) { silent(ev); ev.Reason = longReason }),
			"K7Q2 WARNING Orders: no data since 11:59 UTC: 1 of 2 nodes could not be read: http://10.0.0.2:8888..., mqtt basic. Alarms are held, check its network.",
			"K7Q2 警告 Orders：自19:59 UTC+8起无数据，原因：2 个节点中有 1 个无法读取…，mqtt basic。",
		},
		{
			"data is back", with(connections(alarm.Cleared), silent),
			"K7Q2 ENDED Orders: data is back after 13 min, mqtt basic.",
			"K7Q2 恢复 Orders：数据已恢复，中断13分钟，mqtt basic。",
		},
		{
			"most of the fleet silent", with(connections(alarm.Raised), all),
			"K7Q2 CRITICAL Fleet: no data from 4 instances since 11:59 UTC (Orders, Payments, Stock, ...). Check Brimwatch's network.",
			"K7Q2 紧急 全部实例：4个实例自19:59 UTC+8起无数据（Orders、Payments、Stock等）。告警保持原状，请检查网络",
		},
		{
			"a name GSM-7 cannot write", with(connections(alarm.Cleared), func(ev *alarm.Event) { ev.Instance.Name = "订单" }),
			"K7Q2 ENDED mqtt-cn-0pp1abc: connections back to 3,612 of 5,000 (72%) after 12 min, mqtt basic.",
			"K7Q2 恢复 订单：连接数回落到 3,612/5,000（72%），历时12分钟，mqtt basic。",
		},
		{
			"a name that is too long", with(connections(alarm.Cleared), func(ev *alarm.Event) { ev.Instance.Name = strings.Repeat("Orders of Europe ", 9) }),
			"K7Q2 ENDED Orders of Europe Orders of Europe Orders of Eu..s of Europe Orders of Europe Orders of Europe: connections back to 3,612 of 5,000 (72%) after 12 min.",
			"K7Q2 恢复 Orders of Europ…ders of Europe：连接数回落到 3,612/5,000（72%），历时12分钟。",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (Words{}).text(tt.ev, words.EN, time.UTC); got != tt.en {
				t.Errorf("en:\n got %s\nwant %s", got, tt.en)
			}
			if got := (Words{}).text(tt.ev, words.ZH, shanghai); got != tt.zh {
				t.Errorf("zh:\n got %s\nwant %s", got, tt.zh)
			}
		})
	}
}

func TestTextFitsOneSegment(t *testing.T) {
	kinds := []alarm.EventKind{alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.Cleared, alarm.Withdrawn}
	rapid.Check(t, func(t *rapid.T) {
		ev := connections(rapid.SampledFrom(kinds).Draw(t, "kind"))
		ev.Key.Metric = rapid.SampledFrom(fleet.Metrics()).Draw(t, "metric")
		ev.Instance.Name = rapid.String().Draw(t, "name")
		ev.Instance.ID = rapid.String().Draw(t, "id")
		ev.Instance.Edition = rapid.StringN(0, 40, 80).Draw(t, "edition")
		ev.Usage = rapid.Float64Range(0, 1e12).Draw(t, "usage")
		ev.Capacity = rapid.Float64Range(0, 1e12).Draw(t, "capacity")
		ev.Known = rapid.Bool().Draw(t, "known")
		ev.Reason = rapid.String().Draw(t, "reason")
		if rapid.Bool().Draw(t, "no data") {
			ev.Key.Rule, ev.Key.Metric = alarm.NoData, alarm.NoMetric
		}
		en := Words{}.text(ev, words.EN, time.UTC)
		if n, _ := sms.Segments(en); n != 1 {
			t.Errorf("English takes %d segments: %q", n, en)
		}
		zh := Words{}.text(ev, words.ZH, time.UTC)
		if n, _ := sms.Segments(zh); n != 1 {
			t.Errorf("Chinese takes %d segments: %q", n, zh)
		}
		for _, text := range []string{en, zh} {
			if !strings.HasPrefix(text, "K7Q2 ") {
				t.Errorf("the code is missing: %q", text)
			}
		}
	})
}

// A text message has room for the beginning of a reason; a webhook takes all of it.
func TestDescriptionTellsTheWholeReason(t *testing.T) {
	for kind, since := range map[alarm.EventKind]string{alarm.Raised: "since 11:59 UTC", alarm.Reminded: "for 13 min"} {
		ev := connections(kind)
		ev.Key, ev.Reason = alarm.Key{Rule: alarm.NoData, Instance: "mqtt-cn-0pp1abc", Metric: alarm.NoMetric}, longReason
		a := Words{}.alert(ev).Annotations
		if want := "Orders: no data " + since + ": 1 of 2 nodes could not be read: http://10.0.0.2:8888..."; a["summary"] != want {
			t.Errorf("%s: summary %q, want %q", kind, a["summary"], want)
		}
		if want := " Orders (mqtt basic): No data " + since + ". The reason: " + longReason + ". "; !strings.Contains(a["description"], want) {
			t.Errorf("%s: description %q, want %q in it", kind, a["description"], want)
		}
	}
}

func TestAlert(t *testing.T) {
	w := Words{ExternalURL: "https://brimwatch.example.com"}
	raised, ended := w.alert(connections(alarm.Raised)), w.alert(connections(alarm.Cleared))
	for name, want := range map[string]string{
		"alertname": "capacity", "instance_id": "mqtt-cn-0pp1abc", "instance": "Orders", "product": "mqtt", "edition": "basic",
		"metric": "connections", "severity": "warning", "env": "prod",
	} {
		if got := raised.Labels[name]; got != want {
			t.Errorf("label %s = %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"code": "K7Q2", "usage": "3612", "capacity": "5000", "utilization": "72%",
		"summary":     "Orders: connections 3,612 of 5,000 (72%, threshold 70%)",
		"description": "K7Q2 WARNING Orders (mqtt basic): Connections 3,612 of 5,000 (72%, threshold 70%). Move to a larger edition or specification, or close idle clients. At the limit new clients are refused.",
		"advice":      "Move to a larger edition or specification, or close idle clients. At the limit new clients are refused.",
	} {
		if got := raised.Annotations[name]; got != want {
			t.Errorf("annotation %s = %q, want %q", name, got, want)
		}
	}
	if raised.Fingerprint != ended.Fingerprint || len(raised.Fingerprint) != 16 {
		t.Errorf("fingerprints %q and %q, want the same 16 digits", raised.Fingerprint, ended.Fingerprint)
	}
	if raised.Resolved || !raised.EndsAt.IsZero() || !ended.Resolved || !ended.EndsAt.Equal(noon().Add(12*time.Minute)) {
		t.Errorf("raised %v ends %v, ended %v ends %v", raised.Resolved, raised.EndsAt, ended.Resolved, ended.EndsAt)
	}
	if want := "https://brimwatch.example.com/instances/mqtt-cn-0pp1abc"; raised.GeneratorURL != want {
		t.Errorf("generator URL %q", raised.GeneratorURL)
	}
}
