package web_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/explain"
	"github.com/brimwatch/brimwatch/notifier"
)

// Tells has K7Q2 at a peak of 81 %, and tells who would be told of Orders: Wei at once or in the
// morning, the managers when nobody acknowledges, and a webhook that is silenced.
func (f *fake) Tells(_ context.Context, in *fleet.Instance) ([]explain.Alarm, error) {
	if in.ID != "mqtt-cn-0pp1abc" {
		return nil, f.broken
	}
	to := func(display, receiver, channel string, change func(*notifier.Previewed)) notifier.Previewed {
		p := notifier.Previewed{Notice: notifier.Notice{Receiver: receiver, Channel: channel, Recipient: channel + "/" + display}, Display: display}
		if change != nil {
			change(&p)
		}
		return p
	}
	wei, later := to("wei", "oncall", "sms", nil), to("wei", "oncall", "sms", func(p *notifier.Previewed) {
		p.NotBefore, p.Hold = now().Add(4*time.Hour), "quiet hours until 08:00 (Europe/Berlin)"
	})
	boss := to("managers", "managers", "email", func(p *notifier.Previewed) { p.Escalation, p.NotBefore = 15*time.Minute, now().Add(15*time.Minute) })
	hook := to("https://hooks.example.com", "oncall", "webhook", func(p *notifier.Previewed) { p.Drop = "silenced by sil_1" })
	connections := explain.Alarm{Explained: alarm.Explained{Key: alarm.Key{Rule: alarm.Capacity, Instance: in.ID, Metric: fleet.Connections}, State: alarm.State{Code: "K7Q2", Peak: 4050, PeakOf: 5000}}}
	connections.Tells = []explain.Tell{{Severity: alarm.Warning, To: []notifier.Previewed{later, hook}}, {Severity: alarm.Critical, To: []notifier.Previewed{wei, boss, hook}}}
	silence := explain.Alarm{Explained: alarm.Explained{Key: alarm.Key{Rule: alarm.NoData, Instance: in.ID, Metric: alarm.NoMetric}}, Tells: []explain.Tell{{Severity: alarm.Warning, To: []notifier.Previewed{later}}}}
	frozen := explain.Alarm{Explained: alarm.Explained{Key: alarm.Key{Rule: alarm.FrozenRule, Instance: in.ID, Metric: alarm.NoMetric}}, Tells: []explain.Tell{{Severity: alarm.Critical}}}
	return []explain.Alarm{connections, silence, frozen}, f.broken
}

func TestWhoIsTold(t *testing.T) {
	body := text(t, get(t, realistic(), orders()))
	wants(t, body,
		"Who is told Who would be told of alarms of this instance that begin now",
		"wei oncall sms not before 2026-11-23 07:12:04 quiet hours until 08:00 (Europe/Berlin) Connections (warning), No data (warning)",
		"https://hooks.example.com oncall webhook never silenced by sil_1 Connections (warning), Connections (critical)",
		"wei oncall sms at once Connections (critical)", "managers managers email after 15 min, unless somebody acknowledges Connections (critical)", "nobody Frozen (critical)",
		"K7Q2 Capacity Connections Orders mqtt-cn-0pp1abc 72% 3,612 of 5,000 peak 81% threshold 70%",
	)
	wants(t, text(t, get(t, realistic(), "/instances/broker-lab")), "None of its alarms is on, so nobody would be told of anything.")
}

// TestNoticesByAlarm: each notice stands under the alarm that it is about, also where its code was
// given before.
func TestNoticesByAlarm(t *testing.T) {
	f := realistic()
	before := f.episodes[1] // K7Q2
	before.State, before.RaisedAt, before.EndedAt, before.Peak, before.PeakOf = alarm.EpisodeCleared, now().Add(-50*24*time.Hour), now().Add(-49*24*time.Hour), 4900, 5000
	f.episodes = append(f.episodes, before)
	old := f.records[0]
	old.ID, old.Code, old.CreatedAt, old.Text, old.Display = "old", "K7Q2", now().Add(-50*24*time.Hour+time.Second), "a text of long ago", "li"
	f.records = append(f.records, old)
	body := text(t, get(t, f, orders()))
	wants(t, body, "K7Q2 Capacity, Connections 72% , peak 81% warning open since 2026-11-23 03:00:04, 2 notices", "K7Q2 Capacity, Connections 72% , peak 98% warning 2026-10-04 03:12:04, lasted 1 d, 1 notice Notices about K7Q2 Time Kind To State Text 2026-10-04 03:12:05",
		"a text of long ago All alarms of this instance")
}

func TestWhoIsToldMayFail(t *testing.T) {
	f := realistic()
	f.broken = errors.New("the disk is gone")
	wants(t, text(t, get(t, f, orders())), "The alarms could not be read the disk is gone")
}
