package notifier

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// TestPaidAfterTheDeletionWasDue: the text says neither that the deletion is off, nor that all
// is well.
func TestPaidAfterTheDeletionWasDue(t *testing.T) {
	s := newStage(t)
	a := s.paid("Orders", "mqtt", "basic", fleet.PayAsYouGo).but(func(t *fleet.Term) { t.OverdueSince = time.Time{} })
	due := s.end.AddDate(0, 0, 8)
	now := due.Add(40 * time.Hour)
	for _, rule := range []alarm.RuleName{alarm.Release, alarm.Suspension} {
		ev := s.event(alarm.Cleared, rule, a, now)
		ev.Details.WasDue = due
		for l, want := range map[words.Language][2]string{
			words.EN: {"K7Q2 ENDED Orders: paid; was due for deletion on 13 Dec 00:00: check whether it still exists, MQTT Basic.", "K7Q2 Orders was due for deletion, check"},
			words.ZH: {"K7Q2 恢复 Orders：已付款，但自12月13日0点起应已释放：请确认实例是否仍存在，MQTT 基础版。", "K7Q2 Orders 曾应释放，请确认"},
		} {
			text, brief := s.words().said(ev, l, s.zone)
			if text != want[0] || brief != want[1] {
				t.Errorf("%s: %q, %q", rule, text, brief)
			}
			if n, _ := sms.Segments(text); n != 1 {
				t.Errorf("%d segments", n)
			}
		}
		other := s.affected(a, now)
		other.Course.Doubt = due.AddDate(0, 0, -1)
		ev.Details.Others = []alarm.Affected{other, s.affected(a, now)}
		if text, _ := s.words().said(ev, words.EN, s.zone); text != "K7Q2 ENDED Orders and 1 more of acme: paid; were due for deletion, the first on 12 Dec 00:00: check whether they still exist, MQTT Basic." {
			t.Errorf("with another: %q", text)
		}
		if got := s.words().alert(ev).Annotations["deletion_was_due_at"]; got != "2026-12-12T16:00:00Z" {
			t.Errorf("a program is told %q", got)
		}
	}
}
