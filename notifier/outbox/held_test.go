package outbox

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestEndIsHeldOverNight: quiet hours hold an end, and it goes out in the morning
// although its alarm is over, as news of the beginning did.
func TestEndIsHeldOverNight(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		now := time.Now().UTC()
		begins := now.Add(time.Hour)
		minute := func(at time.Time) int { return at.Hour()*60 + at.Minute() }
		quiet := func(e *notifier.Entries) {
			e.Receivers["oncall"].Targets[0].Quiet = &notifier.Quiet{From: minute(begins), To: minute(begins.Add(8 * time.Hour))}
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms}, quiet)).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(2 * time.Hour)
		r.happen(alarm.Cleared, "A2BC")
		pass(time.Hour)
		want(t, "at night", r.states(), "sms/wei raised sent 1", "sms/wei cleared held 0: quiet hours")
		pass(7 * time.Hour)
		want(t, "sms", sms.lines(), "sms/wei #1 raised A2BC", "sms/wei #1 cleared A2BC")
		want(t, "in the morning", r.states(), "sms/wei raised sent 1", "sms/wei cleared sent 1")
	})
}

// TestHoldThatEndsWithItsAlarm: the alarm ends while the dispatcher takes the
// notice of its beginning from hold. Nobody hears of either.
func TestHoldThatEndsWithItsAlarm(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}))
		defer func() {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}()
		if _, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"alertname": "capacity"}, Until: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		r.happen(alarm.Raised, "A2BC")
		pass(2 * time.Hour)
		due, _ := r.claim(parallel)
		if len(due) != 1 || due[0].action != doRelease {
			t.Fatalf("due %v", claimed(due))
		}
		commit, err := r.db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		left := make(chan []item, 1)
		go func() {
			items, err := r.releaseHeld(t.Context(), due[0].items)
			if err != nil {
				t.Error(err)
			}
			left <- items
		}()
		synctest.Wait() // it waits for the commit
		if _, err := commit.ExecContext(t.Context(), `UPDATE notice SET state = 'dropped', reason = 'the alarm ended'`); err != nil {
			t.Fatal(err)
		}
		if err := commit.Commit(); err != nil {
			t.Fatal(err)
		}
		if items := <-left; len(items) != 0 {
			t.Errorf("%d notices stay in the queue", len(items))
		}
		want(t, "notices", r.states(), "sms/wei raised dropped 0: the alarm ended")
	})
}

// TestHoldThatCannotBeStored: while the disk is full a notice stays on hold, and
// it goes out once that can be stored.
func TestHoldThatCannotBeStored(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		s, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"alertname": "capacity"}, Until: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		r.happen(alarm.Raised, "A2BC")
		r.exec(`CREATE TRIGGER full BEFORE UPDATE ON notice WHEN new.state = 'pending' BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
		pass(61 * time.Minute)
		want(t, "while it is full", r.states(), "sms/wei raised held 0: silenced by "+s.ID)
		want(t, "sms", sms.lines())
		r.exec(`DROP TRIGGER full`)
		pass(10 * time.Second)
		want(t, "sms", sms.lines(), "sms/wei #1 raised A2BC")
	})
}

// exec runs a statement of the test's own.
func (r *rig) exec(text string) {
	r.t.Helper()
	if _, err := r.db.ExecContext(r.t.Context(), text); err != nil {
		r.t.Fatal(err)
	}
}
