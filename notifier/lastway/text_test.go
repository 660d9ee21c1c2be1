package lastway

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// TestTexts: what each kind of alarm is called, in both languages.
func TestTexts(t *testing.T) {
	in := &fleet.Instance{ID: "mqtt-1", Name: "Orders"}
	for name, tt := range map[string]struct {
		event   alarm.Event
		gone    bool
		trouble outbox.Trouble
		en, zh  string
	}{
		"capacity": {alarm.Event{Kind: alarm.Raised, Severity: alarm.Critical, Key: alarm.Key{Rule: alarm.Capacity, Metric: fleet.Connections}, Usage: 97, Capacity: 100, Instance: in}, false, outbox.Locked,
			"Not recorded (database locked). CRITICAL Orders connections 97%.", "未记录（数据库被占用）。紧急：Orders连接数97%。"},
		"no data": {alarm.Event{Kind: alarm.Raised, Severity: alarm.Warning, Key: alarm.Key{Rule: alarm.NoData, Metric: alarm.NoMetric}, Instance: in}, false, outbox.Damaged,
			"Not recorded (database damaged). WARNING Orders no data.", "未记录（数据库损坏）。警告：Orders无数据。"},
		"the fleet": {alarm.Event{Kind: alarm.Raised, Severity: alarm.Critical, Key: alarm.Key{Rule: alarm.NoData, Metric: alarm.NoMetric}, Silent: []*fleet.Instance{in, in}}, false, outbox.Other,
			"Not recorded (database not writable). CRITICAL Fleet no data from 2 instances.", "未记录（数据库无法写入）。紧急：全部实例2个无数据。"},
		"an end": {alarm.Event{Kind: alarm.Cleared, Severity: alarm.Critical, Key: alarm.Key{Rule: alarm.Forecast, Metric: fleet.MemoryBytes}, Instance: in}, false, outbox.Full,
			"Not recorded (disk full). ENDED Orders memory forecast.", "未记录（磁盘已满）。恢复：Orders内存预测。"},
		"gone": {alarm.Event{Kind: alarm.Cleared, Severity: alarm.Critical, Key: alarm.Key{Rule: alarm.Expiry, Metric: alarm.NoMetric}, Instance: in}, true, outbox.Full,
			"Not recorded (disk full). NO LONGER SEEN Orders expiry.", "未记录（磁盘已满）。不再观测到：Orders到期。"},
		"an account": {alarm.Event{Kind: alarm.Raised, Severity: alarm.Warning, Key: alarm.Key{Rule: alarm.LowBalance, Account: "prod", Metric: alarm.NoMetric}}, false, outbox.Full,
			"Not recorded (disk full). WARNING prod low balance.", "未记录（磁盘已满）。警告：prod余额不足。"},
		"a name beyond the alphabet": {alarm.Event{Kind: alarm.Raised, Severity: alarm.Warning, Key: alarm.Key{Rule: alarm.Overdue, Metric: alarm.NoMetric}, Instance: &fleet.Instance{ID: "mqtt-1", Name: "订单"}}, false, outbox.Full,
			"Not recorded (disk full). WARNING mqtt-1 overdue payment.", "未记录（磁盘已满）。警告：订单欠费。"},
	} {
		t.Run(name, func(t *testing.T) {
			n := []notice{{Notice: notifier.Notice{Kind: tt.event.Kind, Severity: tt.event.Severity}, event: tt.event, gone: tt.gone}}
			for l, want := range map[words.Language]string{words.EN: tt.en, words.ZH: tt.zh} {
				if got := text(n, tt.trouble, l); got != want {
					t.Errorf("%s: %q, want %q", l, got, want)
				}
			}
		})
	}
}

// TestTextsFit: whatever is to be said, it is one segment.
func TestTextsFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := append(alarm.InstanceRules(), alarm.LowBalance, "another")
		one := rapid.Custom(func(t *rapid.T) notice {
			ev := alarm.Event{
				Kind: rapid.SampledFrom([]alarm.EventKind{alarm.Raised, alarm.Escalated, alarm.Cleared}).Draw(t, "kind"), Severity: rapid.SampledFrom([]alarm.Severity{alarm.Warning, alarm.Critical}).Draw(t, "severity"),
				Key:   alarm.Key{Rule: rapid.SampledFrom(rules).Draw(t, "rule"), Metric: fleet.Metric(rapid.IntRange(0, int(fleet.NumMetrics)-1).Draw(t, "metric")), Account: rapid.String().Draw(t, "account")},
				Usage: rapid.Float64().Draw(t, "usage"), Capacity: rapid.Float64().Draw(t, "capacity"),
			}
			if rapid.Bool().Draw(t, "of an instance") {
				ev.Instance = &fleet.Instance{ID: rapid.String().Draw(t, "id"), Name: rapid.String().Draw(t, "name")}
			}
			return notice{Notice: notifier.Notice{Kind: ev.Kind, Severity: ev.Severity}, event: ev, gone: rapid.Bool().Draw(t, "gone")}
		})
		notices := rapid.SliceOfN(one, 1, 50).Draw(t, "notices")
		trouble := rapid.SampledFrom([]outbox.Trouble{outbox.Full, outbox.Locked, outbox.Damaged, outbox.Other}).Draw(t, "trouble")
		for _, l := range []words.Language{words.EN, words.ZH} {
			got := text(notices, trouble, l)
			if n, gsm := sms.Segments(got); n != 1 || (l == words.EN) != gsm {
				t.Errorf("%d segments, GSM %v: %q", n, gsm, got)
			}
		}
	})
}
