package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// TestChineseSaysAsMuch: what Chinese texts had lost of what the English ones said.
func TestChineseSaysAsMuch(t *testing.T) {
	s := newStage(t)
	silent := with(filling(alarm.Raised, fleet.Connections), func(ev *alarm.Event) {
		ev.Key.Rule, ev.Key.Metric, ev.Reason = alarm.NoData, alarm.NoMetric, "connection refused"
	})
	cast := s.cast()
	for _, tt := range []struct {
		name string
		ev   *alarm.Event
		has  string
		not  string
	}{
		{"an alarm of commands speaks of commands", filling(alarm.Raised, fleet.CommandsTPS), "命令", "消息"},
		{"silence tells why", silent, "连接被拒绝", "连接数"},
		{"a withdrawn alarm is named", filling(alarm.Withdrawn, fleet.Connections), "连接数容量告警已撤销", "：" + "告警已撤销"},
		{"a release notice is to be ignored", s.event(alarm.Reminded, alarm.Suspension, cast["RocketMQ 4.x Platinum, downgrade set"], s.end.Add(day)), "请忽略释放通知", "彻底删除"},
		{"no attempt is left", s.event(alarm.Raised, alarm.AutoRenewal, cast["Redis"].but(func(t *fleet.Term) { t.AutoRenew = true }), s.end.Add(-day)), "无自动扣款机会，请手动续费", "剩0次"},
		{"a reminder", filling(alarm.Reminded, fleet.Connections), "持续告警", "仍"},
		{"a critical one", filling(alarm.Raised, fleet.Connections, critical), "紧急", "严重"},
		{"what is destroyed", s.event(alarm.Raised, alarm.Expiry, cast["Redis"], s.end.Add(-day)), "销毁", "彻底删除"},
		{"what is released", s.event(alarm.Raised, alarm.Expiry, cast["MQTT"], s.end.Add(-day)), "释放", "彻底删除"},
	} {
		w := s.words()
		full := w.told(tt.ev, words.ZH, s.zone)
		if all := w.text(tt.ev, words.ZH, s.zone); !strings.Contains(all, tt.has) || strings.Contains(all+full.description(), tt.not) {
			t.Errorf("%s: %s", tt.name, all)
		}
	}
}

// TestEndsThatAreTrue: renewal is asked for only while there is a term to renew, and
// nothing is measured against a capacity that nobody knows.
func TestEndsThatAreTrue(t *testing.T) {
	s := newStage(t)
	off := func(now time.Time) string {
		ev := with(s.event(alarm.Cleared, alarm.AutoRenewal, s.cast()["MQTT"], now), func(ev *alarm.Event) { ev.Details.Renewed = false })
		say := s.words().told(ev, words.EN, s.zone)
		return say.description()
	}
	if text := off(s.end.Add(-7 * day)); !strings.Contains(text, "Renew it before its term ends.") {
		t.Errorf("before the end: %s", text)
	}
	if text := off(s.end.Add(7 * day)); strings.Contains(text, "before its term ends") {
		t.Errorf("after the end: %s", text)
	}
	bare := filling(alarm.Reminded, fleet.Connections, dataless, func(ev *alarm.Event) { ev.Capacity = 0 })
	if text := s.words().text(bare, words.EN, s.zone); strings.Contains(text, "of 0") || strings.Contains(text, "0%") {
		t.Errorf("without a capacity: %s", text)
	}
}

// TestNamesInOneConfiguration: instances of one configuration whose names differ in their
// middle are told apart in text messages, however little room there is.
func TestNamesInOneConfiguration(t *testing.T) {
	ids := map[string]string{}
	for _, c := range "abcdefgh" {
		ids["mqtt-cn-"+string(c)] = strings.Repeat("Payments of Europe ", 3) + string(c) + strings.Repeat(" and of all of Asia", 3)
	}
	w := Words{Names: NamesOf(func(yield func(id, name string) bool) {
		for id, name := range ids {
			if !yield(id, name) {
				return
			}
		}
	})}
	for _, l := range []words.Language{words.EN, words.ZH} {
		seen := make(map[string]string)
		for id, name := range ids {
			text := w.text(filling(alarm.Raised, fleet.Connections, func(ev *alarm.Event) { ev.Instance.ID, ev.Instance.Name = id, name }), l, time.UTC)
			if other, twice := seen[text]; twice {
				t.Errorf("%s: %s and %s are told alike: %s", l, other, id, text)
			}
			seen[text] = id
		}
	}
}
