package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

func TestForecastWords(t *testing.T) {
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	shanghai := time.FixedZone("CST", 8*3600)
	event := func(kind alarm.EventKind, at time.Time) *alarm.Event {
		return &alarm.Event{
			Kind: kind, Code: "K7Q2", Severity: alarm.Info, At: now, RaisedAt: now, Known: !at.IsZero(),
			Key:      alarm.Key{Rule: alarm.Forecast, Instance: "a", Metric: fleet.Connections},
			Instance: &fleet.Instance{ID: "a", Name: "Orders", Product: "mqtt", Edition: "basic"}, Details: &alarm.Details{At: at},
		}
	}
	ahead := now.AddDate(0, 0, 10)
	for _, tt := range []struct {
		name   string
		ev     *alarm.Event
		en, zh string
	}{
		{"raised", event(alarm.Raised, ahead), "K7Q2 INFO Orders: connections will reach its threshold about 3 Dec (in 10 d), by its growth so far, mqtt basic. Upgrade or cut clients.",
			"K7Q2 提示 Orders：按目前增长，连接数预计12月3日前后达到阈值（10天后），mqtt basic。请升配或减少客户端"},
		{"reminded, and not known any more", event(alarm.Reminded, time.Time{}), "K7Q2 STILL INFO Orders: connections grows towards its threshold; when it gets there is not known any more, mqtt basic. Upgrade or cut clients.",
			"K7Q2 仍提示 Orders：连接数持续增长，预计达到阈值的时间现已未知，mqtt basic。请升配或减少客户端"},
		{"over", event(alarm.Cleared, ahead), "K7Q2 ENDED Orders: connections is no longer expected at its threshold soon, mqtt basic.", "K7Q2 恢复 Orders：连接数近期不再预计达到阈值，mqtt basic。"},
	} {
		for language, want := range map[words.Language]string{words.EN: tt.en, words.ZH: tt.zh} {
			got := Words{}.text(tt.ev, language, shanghai)
			if n, _ := sms.Segments(got); got != want || n != 1 {
				t.Errorf("%s, %s: %d segments\n got %s\nwant %s", tt.name, language, n, got, want)
			}
		}
	}
	a := Words{}.alert(event(alarm.Raised, ahead))
	if a.Labels["alertname"] != "forecast" || a.Labels["metric"] != "connections" || !strings.Contains(a.Annotations["advice"], "larger edition") {
		t.Errorf("alert: %+v", a)
	}
}
