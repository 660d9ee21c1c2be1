package outbox

import (
	"context"
	"errors"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// ordered is a directory of a receiver that has three ways in order: texts to wei and li, a
// webhook, a text to the chief.
func ordered(wei, li, hook, chief notifier.Channel) *notifier.Directory {
	target := func(name string, ch notifier.Channel, turn int) notifier.Target {
		return notifier.Target{Recipient: notifier.Recipient{Channel: channelOf(name), Name: name, Display: name, Address: name}, Channel: ch, Zone: time.UTC, Turn: turn}
	}
	return notifier.NewDirectory(notifier.Entries{
		Receivers: map[string]notifier.Receiver{"oncall": {
			Name: "oncall", Within: 15 * time.Minute, WithinCritical: 2 * time.Minute,
			Targets: []notifier.Target{target("sms/wei", wei, 0), target("sms/li", li, 0), target("webhook/oncall", hook, 1), target("sms/chief", chief, 2)},
		}}, Default: []string{"oncall"},
	})
}

// TestWaysInOrder: the next way of a receiver is taken when those before do not deliver, and
// not before.
func TestWaysInOrder(t *testing.T) {
	const turn1, turn2 = "turn: until SMS has delivered A2BC", "turn: until SMS, webhook has delivered A2BC"
	tries := regexp.MustCompile(`pending \d+:`)
	refuses := func() notifier.Channel {
		return &fakeChannel{answer: refusesWith(notifier.Permanent(notifier.AboutRecipient(errors.New("nobody has the number"))))}
	}
	accepts := func() notifier.Channel { return &fakeChannel{} }
	silent := func() notifier.Channel { return down(errors.New("connection refused")) }
	confirms := func(after int) func() notifier.Channel {
		return func() notifier.Channel {
			c := &trackingChannel{status: func(asked int) notifier.ReceiptStatus {
				if asked >= after {
					return notifier.Delivered
				}
				return notifier.Accepted
			}}
			c.answer = func(m notifier.Message) (notifier.Receipt, error) {
				return notifier.Receipt{Status: notifier.Accepted, ProviderID: m.ID}, nil
			}
			return c
		}
	}
	loses := func() notifier.Channel {
		c := &trackingChannel{status: func(int) notifier.ReceiptStatus { return notifier.Failed }}
		c.answer = func(m notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{Status: notifier.Accepted, ProviderID: m.ID}, nil
		}
		return c
	}
	for _, tt := range []struct {
		name                 string
		wei, li, hook, chief func() notifier.Channel
		severity             alarm.Severity
		in                   time.Duration
		want                 []string
	}{
		{"it is accepted, and there are no receipts", accepts, silent, accepts, accepts, alarm.Critical, time.Second,
			[]string{"sms/wei raised sent 1", "sms/li raised pending: connection refused", "webhook/oncall raised dropped 0: sms/wei has it", "sms/chief raised dropped 0: sms/wei has it"}},
		{"one of two has it", refuses, accepts, accepts, accepts, alarm.Critical, time.Second,
			[]string{"sms/wei raised dead 1: nobody has the number", "sms/li raised sent 1", "webhook/oncall raised dropped 0: sms/li has it", "sms/chief raised dropped 0: sms/li has it"}},
		{"both refuse", refuses, refuses, accepts, accepts, alarm.Warning, time.Second,
			[]string{"sms/wei raised dead 1: nobody has the number", "sms/li raised dead 1: nobody has the number", "webhook/oncall raised sent 1", "sms/chief raised dropped 0: webhook/oncall has it"}},
		{"they wait, not yet", silent, silent, accepts, accepts, alarm.Critical, 119 * time.Second,
			[]string{"sms/wei raised pending: connection refused", "sms/li raised pending: connection refused", "webhook/oncall raised held 0: " + turn1, "sms/chief raised held 0: " + turn2}},
		{"they wait", silent, silent, accepts, accepts, alarm.Critical, 121 * time.Second,
			[]string{"sms/wei raised pending: connection refused", "sms/li raised pending: connection refused", "webhook/oncall raised sent 1", "sms/chief raised dropped 0: webhook/oncall has it"}},
		{"a receipt in time", confirms(3), silent, accepts, accepts, alarm.Critical, 3 * time.Minute,
			[]string{"sms/wei raised delivered 1", "sms/li raised pending: connection refused", "webhook/oncall raised dropped 0: sms/wei has it", "sms/chief raised dropped 0: sms/wei has it"}},
		{"no receipt of something critical", confirms(100), confirms(100), accepts, accepts, alarm.Critical, 3 * time.Minute,
			[]string{"sms/wei raised sent 1", "sms/li raised sent 1", "webhook/oncall raised sent 1", "sms/chief raised dropped 0: webhook/oncall has it"}},
		{"no receipt of a warning", confirms(100), silent, accepts, accepts, alarm.Warning, time.Hour,
			[]string{"sms/wei raised sent 1", "sms/li raised pending: connection refused", "webhook/oncall raised dropped 0: sms/wei has it", "sms/chief raised dropped 0: sms/wei has it"}},
		{"receipts say that it is lost", loses, loses, accepts, accepts, alarm.Critical, 20 * time.Second,
			[]string{"sms/wei raised dead 1: accepted, and then not delivered: 30003: handset unreachable", "sms/li raised dead 1: accepted, and then not delivered: 30003: handset unreachable",
				"webhook/oncall raised sent 1", "sms/chief raised dropped 0: webhook/oncall has it"}},
		{"nobody has it", refuses, refuses, refuses, accepts, alarm.Critical, 10 * time.Second,
			[]string{"sms/wei raised dead 1: nobody has the number", "sms/li raised dead 1: nobody has the number", "webhook/oncall raised dead 1: nobody has the number", "sms/chief raised sent 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				r := open(t, path, ordered(tt.wei(), tt.li(), tt.hook(), tt.chief())).start()
				defer r.stop()
				c := commitOf(alarm.Raised, "A2BC")
				c.Events[0].Severity = tt.severity
				if err := r.Commit(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				pass(tt.in)
				got := r.alarms()
				for i := range got { // how often who is down was tried is decided by chance
					got[i] = tries.ReplaceAllString(got[i], "pending:")
				}
				want(t, "notices", got, tt.want...)
			})
		})
	}
}

// alarms lists what became of the notices about alarms, and not of those that Brimwatch
// sends of itself.
func (r *rig) alarms() []string {
	r.t.Helper()
	records, err := r.Notices(context.Background(), notifier.Filter{Code: "A2BC"})
	if err != nil {
		r.t.Fatal(err)
	}
	return linesOf(records)
}

// TestAnAnswerEndsTheTurns: who acknowledged has heard of it, and an end drops what waits.
func TestAnAnswerEndsTheTurns(t *testing.T) {
	for kind, why := range map[alarm.EventKind]string{
		alarm.Acked: "somebody acknowledged the alarm before", alarm.Cleared: "the alarm ended while this was held (turn: until SMS has delivered A2BC)",
	} {
		t.Run(string(kind), func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				silent, hook := down(errors.New("connection refused")), &fakeChannel{}
				r := open(t, path, ordered(silent, silent, hook, &fakeChannel{})).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				r.happen(kind, "A2BC")
				pass(time.Hour)
				want(t, "the webhook", hook.lines())
				if got := r.alarms()[2]; got != "webhook/oncall raised dropped 0: "+why {
					t.Errorf("the next way: %s", got)
				}
			})
		})
	}
}

// TestATurnOutlivesARestart: the next way has its turn though the process ended before.
func TestATurnOutlivesARestart(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		silent, hook := down(errors.New("connection refused")), &fakeChannel{}
		dir := ordered(silent, silent, hook, &fakeChannel{})
		r := open(t, path, dir).start()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		r.stop()
		pass(5 * time.Minute)
		r = open(t, path, dir).start()
		defer r.stop()
		pass(11 * time.Minute)
		want(t, "the webhook", hook.lines(), "webhook/oncall #1 raised A2BC")
		silent.accept()
		pass(time.Minute)
		r.happen(alarm.Cleared, "A2BC")
		pass(time.Minute)
		want(t, "and its end", hook.lines(), "webhook/oncall #1 raised A2BC", "webhook/oncall #1 cleared A2BC")
	})
}
