package outbox

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestCaps commits an alarm every minute and looks which are held, and until when
// after the first.
func TestCaps(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name     string
		limits   notifier.Limits
		severity alarm.Severity
		sent     int           // of four
		until    time.Duration // the first of the held
		why      string
	}{
		{"none", notifier.Limits{}, alarm.Warning, 4, 0, ""},
		{"a contact", notifier.Limits{PerContact: 3, PerContactEvery: time.Hour}, alarm.Warning, 3, time.Hour, "over the cap of this contact: 3 text messages"},
		{"a contact, for critical ones too", notifier.Limits{PerContact: 3, PerContactEvery: time.Hour, ReserveCritical: 0.5}, alarm.Critical, 3, time.Hour, "over the cap of this contact: 3 text messages"},
		{"a contact with a reserve", notifier.Limits{PerContact: 4, PerContactEvery: time.Hour, ReserveCritical: 0.5}, alarm.Warning, 2, time.Hour, "over the cap of this contact: 2 text messages"},
		{"a contact with a reserve, for critical ones", notifier.Limits{PerContact: 4, PerContactEvery: time.Hour, ReserveCritical: 0.5}, alarm.Critical, 4, 0, ""},
		{"a reserve leaves others one", notifier.Limits{PerDay: 1, ReserveCritical: 0.9}, alarm.Warning, 1, day, "over the cap of a day: 1 text messages"},
		{"a reserve that is all", notifier.Limits{PerDay: 3, ReserveCritical: 1}, alarm.Warning, 0, day, "over the cap of a day: 0 text messages"},
		{"money", notifier.Limits{MoneyPerMonth: 100_000}, alarm.Warning, 2, 30 * day, "over the cap on money of a month: 0.10"},
		{"money with a reserve", notifier.Limits{MoneyPerMonth: 200_000, ReserveCritical: 0.5}, alarm.Warning, 2, 30 * day, "over the cap on money of a month: 0.10"},
		{"money with a reserve, for critical ones", notifier.Limits{MoneyPerMonth: 200_000, ReserveCritical: 0.5}, alarm.Critical, 4, 0, ""},
		{"less money than one costs", notifier.Limits{MoneyPerMonth: 40_000}, alarm.Critical, 0, 30 * day, "over the cap on money of a month: 0.04"},
		{"a day", notifier.Limits{PerDay: 1}, alarm.Warning, 1, day, "over the cap of a day: 1 text messages"},
		{"a day with a reserve", notifier.Limits{PerDay: 4, ReserveCritical: 0.25}, alarm.Warning, 3, day, "over the cap of a day: 3 text messages"},
		{"a day with a reserve, for critical ones", notifier.Limits{PerDay: 4, ReserveCritical: 0.25}, alarm.Critical, 4, 0, ""},
		{"a month", notifier.Limits{PerMonth: 2}, alarm.Warning, 2, 30 * day, "over the cap of a month: 2 text messages"},
		{"a month with a reserve", notifier.Limits{PerMonth: 4, ReserveCritical: 0.5}, alarm.Info, 2, 30 * day, "over the cap of a month: 2 text messages"},
		{"the longest of several that are reached", notifier.Limits{PerContact: 1, PerContactEvery: time.Hour, PerDay: 1, PerMonth: 1}, alarm.Warning, 1, 30 * day, "over the cap of a month: 1 text messages"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}, "webhook/oncall/1": &fakeChannel{}}, limits(tt.limits))).start()
				defer r.stop()
				synctest.Wait()
				first := time.Now()
				for _, code := range []string{"A2AA", "B2BB", "C2CC", "D2DD"} {
					c := commitOf(alarm.Raised, code)
					c.Events[0].Severity = tt.severity
					if err := r.Commit(t.Context(), c); err != nil {
						t.Fatal(err)
					}
					pass(time.Minute)
				}
				records, err := r.Notices(t.Context(), notifier.Filter{State: notifier.Held})
				if err != nil {
					t.Fatal(err)
				}
				if len(records) != 4-tt.sent {
					t.Fatalf("%d are held, want %d: %q", len(records), 4-tt.sent, r.states())
				}
				if len(records) == 0 {
					return
				}
				held := records[len(records)-1]
				if held.Channel != "sms" || !held.NextAt.Equal(first.Add(tt.until)) || held.Reason != tt.why {
					t.Errorf("%s held until %v after the first: %s; want %v, %s", held.Channel, held.NextAt.Sub(first), held.Reason, tt.until, tt.why)
				}
			})
		})
	}
}

// TestCapsCountOnlyTheirWindow: text messages of before, and those that were never
// sent, make nobody wait.
func TestCapsCountOnlyTheirWindow(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, limits(notifier.Limits{PerContact: 1, PerContactEvery: time.Hour})))
		r.closed()
		r.happen(alarm.Raised, "A2AA")
		<-time.After(time.Hour)
		r.happen(alarm.Raised, "B2BB") // the window has ended at this very moment
		r.exec(`UPDATE notice SET state = 'dead' WHERE code = 'B2BB'`)
		r.happen(alarm.Raised, "C2CC")
		want(t, "notices", r.states(), "sms/wei raised pending 0", "sms/wei raised dead 0", "sms/wei raised pending 0")
		r.exec(`UPDATE notice SET state = 'dead', message = id, sent_at = CASE WHEN code = 'C2CC' THEN created_at ELSE 0 END`) // one left, and never arrived
		r.happen(alarm.Raised, "D2DD")
		want(t, "notices", r.states()[3:], "sms/wei raised held 0: over the cap of this contact: 1 text messages")
	})
}

// TestCapsWhenAHoldEnds: what was held for something else is one more text message when
// it may leave, of the window in which it leaves.
func TestCapsWhenAHoldEnds(t *testing.T) {
	const hour = time.Hour
	for _, tt := range []struct {
		name     string
		limits   notifier.Limits
		severity alarm.Severity // of what is held
		want     []string       // two hours later, when the silence has been over for a minute
		later    []string       // when there is room again
	}{
		{
			"no cap", notifier.Limits{}, alarm.Warning,
			[]string{"sms/wei raised sent 1", "sms/wei raised sent 1"},
			[]string{"sms/wei raised sent 1", "sms/wei raised sent 1", "sms/wei raised sent 1"},
		},
		{
			"the cap of a contact is used by then", notifier.Limits{PerContact: 1, PerContactEvery: hour}, alarm.Warning,
			[]string{"sms/wei raised held 0: over the cap of this contact: 1 text messages", "sms/wei raised sent 1"},
			[]string{"sms/wei raised sent 1", "sms/wei raised sent 1", "sms/wei raised sent 1"}, // both that are held leave as one
		},
		{
			"a day is used by then", notifier.Limits{PerDay: 1}, alarm.Warning,
			[]string{"sms/wei raised held 0: over the cap of a day: 1 text messages", "sms/wei raised sent 1"},
			[]string{"sms/wei raised held 0: over the cap of a day: 1 text messages", "sms/wei raised sent 1", "sms/wei raised held 0: over the cap of a day: 1 text messages"},
		},
		{
			"money is used by then", notifier.Limits{MoneyPerMonth: 50_000}, alarm.Warning,
			[]string{"sms/wei raised held 0: over the cap on money of a month: 0.05", "sms/wei raised sent 1"},
			[]string{"sms/wei raised held 0: over the cap on money of a month: 0.05", "sms/wei raised sent 1", "sms/wei raised held 0: over the cap on money of a month: 0.05"},
		},
		{
			"it may use the reserve", notifier.Limits{PerContact: 2, PerContactEvery: hour, ReserveCritical: 0.5}, alarm.Critical,
			[]string{"sms/wei raised sent 1", "sms/wei raised sent 1"},
			[]string{"sms/wei raised sent 1", "sms/wei raised sent 1", "sms/wei raised sent 1"},
		},
		{
			// What leaves after the hold is of this window: the next one is over the cap.
			"it uses up the window in which it leaves", notifier.Limits{PerContact: 2, PerContactEvery: hour}, alarm.Warning,
			[]string{"sms/wei raised sent 1", "sms/wei raised sent 1"},
			[]string{"sms/wei raised sent 1", "sms/wei raised sent 1", "sms/wei raised sent 1"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, limits(tt.limits))).start()
				defer r.stop()
				if _, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"instance_id": "mqtt-A2AA"}, Until: time.Now().Add(2 * hour)}); err != nil {
					t.Fatal(err)
				}
				r.raise("A2AA", tt.severity)
				pass(2*hour - 2*time.Minute)
				r.raise("B2BB", alarm.Warning)
				pass(2 * time.Minute)
				want(t, "when the hold is over", r.states(), tt.want...)
				r.raise("C2CC", alarm.Warning)
				if tt.limits.PerContact > 0 {
					if got := r.states()[2]; got[:len("sms/wei raised held")] != "sms/wei raised held" {
						t.Errorf("the next: %s", got)
					}
				}
				pass(hour)
				want(t, "later", r.states(), tt.later...)
			})
		})
	}
}

// TestACapThatEndsAtNight: who is not to be woken is not woken by what a cap held back.
func TestACapThatEndsAtNight(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UTC()
		minute := func(at time.Time) int { return at.Hour()*60 + at.Minute() }
		quiet := func(e *notifier.Entries) {
			e.Receivers["oncall"].Targets[0].Quiet = &notifier.Quiet{From: minute(now.Add(30 * time.Minute)), To: minute(now.Add(8 * time.Hour))}
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, limits(notifier.Limits{PerContact: 1, PerContactEvery: time.Hour}), quiet)).start()
		defer r.stop()
		r.raise("A2AA", alarm.Warning)
		r.raise("B2BB", alarm.Warning)
		want(t, "at once", r.states(), "sms/wei raised sent 1", "sms/wei raised held 0: over the cap of this contact: 1 text messages")
		pass(2 * time.Hour)
		want(t, "at night", r.states(), "sms/wei raised sent 1", "sms/wei raised held 0: quiet hours")
		pass(6 * time.Hour)
		want(t, "in the morning", r.states(), "sms/wei raised sent 1", "sms/wei raised sent 1")
	})
}

// TestHeldForMoreThanOneThing: a text message counts what a cap holds back by now,
// however long ago that was decided; and a restart forgets nothing of it.
func TestHeldForMoreThanOneThing(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		ch := &textChannel{}
		dir := directoryOf(map[string]notifier.Channel{"sms/wei": ch}, limits(notifier.Limits{PerContact: 2, PerContactEvery: time.Hour, ReserveCritical: 0.5}))
		r := open(t, path, dir).start()
		if _, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"instance_id": "mqtt-A2AA"}, Until: time.Now().Add(9 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		r.raise("A2AA", alarm.Warning)
		pass(9*time.Hour - 2*time.Minute)
		r.raise("B2BB", alarm.Warning)
		pass(2 * time.Minute)
		r.stop()
		r = open(t, path, dir).start()
		defer r.stop()
		ch.take()
		r.raise("C2CC", alarm.Critical)
		if got := ch.take(); len(got) != 1 || !strings.HasSuffix(got[0], "; 1 more is held: your cap is reached") {
			t.Errorf("a critical one: %q", got)
		}
		pass(time.Hour)
		want(t, "in the end", r.states(), "sms/wei raised sent 1", "sms/wei raised sent 1", "sms/wei raised sent 1")
	})
}
