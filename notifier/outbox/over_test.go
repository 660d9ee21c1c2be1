package outbox

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestWhatIsOverIsNotTold: alarms that began and ended while nothing could leave cost
// nobody a message, and what is still open is told as it stands.
func TestWhatIsOverIsNotTold(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := down(errors.New("connection refused"))
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		for n := range 40 {
			r.happen(alarm.Raised, fmt.Sprintf("A%03d", n))
			pass(10 * time.Second)
			r.happen(alarm.Cleared, fmt.Sprintf("A%03d", n))
			synctest.Wait()
		}
		r.happen(alarm.Raised, "D3EF")
		pass(10 * time.Second)
		r.happen(alarm.Escalated, "D3EF")
		synctest.Wait()
		r.happen(alarm.Reminded, "D3EF")
		synctest.Wait()
		sms.accept()
		before := len(sms.lines())
		pass(5 * time.Minute)
		got := sms.lines()[before:]
		want(t, "after the recovery", got, "sms/wei #1 reminded D3EF") // the escalation was tried a moment before
		var left int
		if err := r.db.QueryRowContext(t.Context(), `SELECT left_out FROM notice WHERE state = 'sent'`).Scan(&left); err != nil || left != 2 {
			t.Errorf("%d notices were left out, %v; want 2", left, err)
		}
		if pending, _ := r.depth(notifier.Pending); pending != 0 {
			t.Errorf("%d notices are still pending", pending)
		}
	})
}

// TestTheEndOfWhatMayHaveBeenHeard: who may have got a beginning gets the end; who
// turns out not to have got it gets neither.
func TestTheEndOfWhatMayHaveBeenHeard(t *testing.T) {
	for _, tt := range []struct {
		name  string
		found bool
		want  []string
	}{
		{"it was heard", true, []string{"sms/wei raised sent 2", "sms/wei cleared sent 1"}},
		{"it was not", false, []string{"sms/wei raised dropped 1: the alarm ended before this could be sent", "sms/wei cleared dropped 0: nobody heard of the beginning: it could not be sent"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms := &findingChannel{find: func(notifier.Message) (notifier.Receipt, bool, error) { return notifier.Receipt{}, tt.found, nil }}
				sms.answer = func(notifier.Message) (notifier.Receipt, error) {
					return notifier.Receipt{}, notifier.Unknown(errors.New("503"))
				}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				r.happen(alarm.Cleared, "A2BC")
				pass(time.Second)
				want(t, "the end waits", sms.lines(), "sms/wei #1 raised A2BC")
				sms.accept()
				pass(time.Minute)
				want(t, "notices", r.states(), tt.want...)
			})
		})
	}
}

// TestSupersededKeepsItsWeight: a reminder that takes the place of a beginning nobody
// heard is as urgent as that was.
func TestSupersededKeepsItsWeight(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}))
	r.closed()
	r.happen(alarm.Raised, "A2BC")
	r.happen(alarm.Reminded, "A2BC")
	r.happen(alarm.Raised, "D3EF")
	due, _ := r.claim(parallel)
	if len(due) != 1 || len(due[0].items) != 1 || due[0].items[0].seq != 2 {
		t.Errorf("claimed %q, want the reminder first", claimed(due))
	}
}

// TestTwoReceiversWithOneURL: each gets its own notices, and neither takes the place of
// the other's.
func TestTwoReceiversWithOneURL(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := down(errors.New("connection refused"))
		target := func(name string) notifier.Target {
			return notifier.Target{Recipient: notifier.Recipient{Channel: "webhook", Name: name, Address: "http://h/x"}, Channel: hook, Zone: time.UTC, Way: "webhook http://h"}
		}
		r := open(t, path, notifier.NewDirectory(notifier.Entries{
			Receivers: map[string]notifier.Receiver{
				"oncall": {Name: "oncall", Targets: []notifier.Target{target("webhook/oncall")}}, "ops": {Name: "ops", Targets: []notifier.Target{target("webhook/ops")}},
			}, Default: []string{"oncall", "ops"},
		})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		r.happen(alarm.Escalated, "A2BC")
		pass(time.Minute)
		hook.accept()
		pass(time.Minute)
		r.happen(alarm.Cleared, "A2BC")
		pass(time.Minute)
		states := r.states()
		for i := range states {
			states[i] = strings.Join(strings.Fields(states[i])[:3], " ")
		}
		want(t, "notices", states, "webhook/oncall raised dropped", "webhook/ops raised dropped", "webhook/oncall escalated sent", "webhook/ops escalated sent",
			"webhook/oncall cleared sent", "webhook/ops cleared sent")
	})
}
