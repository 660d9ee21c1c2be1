package outbox

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// measured returns the outbox's own metrics that are not zero, as on a page, without
// the histograms. What is counted for each receiver must come to what is counted for
// all, and is left out.
func (r *rig) measured() []string {
	r.t.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	all, each := map[string]float64{}, map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := ""
			for _, l := range m.GetLabel() {
				if l.GetName() != "receiver" {
					labels += " " + l.GetValue()
				}
			}
			v := m.GetCounter().GetValue() + m.GetGauge().GetValue()
			switch f.GetName() {
			case "brimwatch_receiver_notices_total":
				each[labels] += v
				continue
			case "brimwatch_notices_total":
				all[labels] = v
			}
			if v != 0 {
				out = append(out, fmt.Sprint(f.GetName(), labels, " ", v))
			}
		}
	}
	if diff := cmp.Diff(all, each); diff != "" {
		r.t.Errorf("notices of all receivers together (-all +each):\n%s", diff)
	}
	return out
}

func TestMetrics(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		hook := &fakeChannel{answer: func(m notifier.Message) (notifier.Receipt, error) {
			switch m.Notices[0].Code {
			case "A2AA":
				return notifier.Receipt{}, notifier.Permanent(errors.New("400"))
			case "B2BB":
				return notifier.Receipt{Status: notifier.Delivered}, nil
			}
			return notifier.Receipt{}, notifier.After(errors.New("slow down"), time.Hour)
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms, "webhook/oncall/1": hook})).start()
		defer r.stop()
		want(t, "at first", r.measured(), "brimwatch_outbox_healthy 1")

		if _, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"instance_id": "mqtt-C2CC"}, Until: time.Now().Add(2 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		for _, code := range []string{"A2AA", "B2BB", "C2CC", "D2DD"} {
			r.happen(alarm.Raised, code)
			pass(time.Second)
		}
		r.happen(alarm.Escalated, "C2CC")
		pass(time.Second)
		want(t, "in between", r.measured(),
			"brimwatch_notices_total sms held 2", "brimwatch_notices_total sms pending 3", "brimwatch_notices_total sms sent 3",
			"brimwatch_notices_total webhook dead 1", "brimwatch_notices_total webhook delivered 1", "brimwatch_notices_total webhook held 2", "brimwatch_notices_total webhook pending 3",
			"brimwatch_outbox_attempts_total sms sent 3", "brimwatch_outbox_attempts_total webhook delivered 1", "brimwatch_outbox_attempts_total webhook later 1", "brimwatch_outbox_attempts_total webhook permanent 1",
			"brimwatch_outbox_healthy 1", "brimwatch_outbox_held 4", "brimwatch_outbox_overdue_seconds 2", "brimwatch_outbox_pending 1")

		// The silence ends, and only the escalation goes out. The webhook is gone.
		r.SetDirectory(directoryOf(map[string]notifier.Channel{"sms/wei": sms}))
		pass(3 * time.Hour)
		want(t, "at last", r.measured(),
			"brimwatch_notices_total sms dropped 1", "brimwatch_notices_total sms held 2", "brimwatch_notices_total sms pending 3", "brimwatch_notices_total sms sent 4",
			"brimwatch_notices_total webhook dead 1", "brimwatch_notices_total webhook delivered 1", "brimwatch_notices_total webhook dropped 3", "brimwatch_notices_total webhook held 2", "brimwatch_notices_total webhook pending 3",
			"brimwatch_outbox_attempts_total sms sent 4", "brimwatch_outbox_attempts_total webhook delivered 1", "brimwatch_outbox_attempts_total webhook later 1", "brimwatch_outbox_attempts_total webhook permanent 1",
			"brimwatch_outbox_healthy 1")
	})
}

// TestOverdueMetric: nobody sends, and the page tells for how long.
func TestOverdueMetric(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{}}, groupWait(time.Minute)))
		r.closed()
		r.happen(alarm.Raised, "A2BC")
		pass(3 * time.Minute)
		want(t, "metrics", r.measured(), "brimwatch_notices_total webhook pending 1", "brimwatch_outbox_healthy 1", "brimwatch_outbox_overdue_seconds 120", "brimwatch_outbox_pending 1")
		r.exec(`CREATE TRIGGER refuse BEFORE INSERT ON episode BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
		if err := r.Commit(t.Context(), commitOf(alarm.Raised, "B2BB")); err == nil {
			t.Error("the commit succeeded")
		}
		want(t, "metrics", r.measured(), "brimwatch_notices_total webhook pending 1", "brimwatch_outbox_overdue_seconds 120", "brimwatch_outbox_pending 1")
	})
}
