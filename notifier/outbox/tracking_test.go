package outbox

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestTrackingThatFails: a provider that does not answer is asked again, as often
// as one that has no news; the message counts as sent.
func TestTrackingThatFails(t *testing.T) {
	for _, status := range []notifier.ReceiptStatus{notifier.Delivered, notifier.Failed} {
		t.Run(string(status), func(t *testing.T) { trackingThatFails(t, status) })
	}
}

func trackingThatFails(t *testing.T, status notifier.ReceiptStatus) {
	t.Helper()
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &trackingChannel{err: errors.New("connection refused"), status: func(int) notifier.ReceiptStatus { return status }}
		sms.answer = func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted}, nil
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(4 * time.Second)
		if sms.asked.Load() != 0 {
			t.Errorf("asked after %d times within seconds", sms.asked.Load())
		}
		pass(time.Hour)
		want(t, "notices", r.states(), "sms/wei raised sent 1")
		if sms.asked.Load() != 4 {
			t.Errorf("asked %d times, want 4", sms.asked.Load())
		}
	})
}

// TestTrackingIsTakenUp: what was to be asked before a restart is asked after it,
// as often as was left.
func TestTrackingIsTakenUp(t *testing.T) {
	path := dbPath(t)
	sms := &trackingChannel{status: func(int) notifier.ReceiptStatus { return notifier.Accepted }}
	sms.answer = func(notifier.Message) (notifier.Receipt, error) {
		return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted}, nil
	}
	dir := directoryOf(map[string]notifier.Channel{"sms/wei": sms})
	for i, asked := range []int{2, 4} {
		synctest.Test(t, func(t *testing.T) {
			r := open(t, path, dir).start()
			defer r.stop()
			if i == 0 {
				r.happen(alarm.Raised, "A2BC")
				pass(30 * time.Second)
			} else {
				pass(24 * time.Hour)
			}
			if int(sms.asked.Load()) != asked {
				t.Errorf("asked %d times by now, want %d", sms.asked.Load(), asked)
			}
		})
	}
}

// TestTrackingNobody: a reload may leave nobody to ask. That is no failure.
func TestTrackingNobody(t *testing.T) {
	for name, next := range map[string]*notifier.Directory{
		"a channel that cannot be asked": directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}), "no channel": directoryOf(nil),
	} {
		t.Run(name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms := &trackingChannel{status: func(int) notifier.ReceiptStatus { return notifier.Accepted }}
				sms.answer = func(notifier.Message) (notifier.Receipt, error) {
					return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted}, nil
				}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				r.SetDirectory(next)
				pass(time.Hour)
				want(t, "notices", r.states(), "sms/wei raised sent 1")
				want(t, "metrics", r.measured(), "brimwatch_notices_total sms pending 1", "brimwatch_notices_total sms sent 1", "brimwatch_outbox_attempts_total sms sent 1", "brimwatch_outbox_healthy 1")
				var next int64
				if err := r.db.QueryRowContext(t.Context(), `SELECT next_at FROM notice`).Scan(&next); err != nil || next != 0 || sms.asked.Load() != 0 {
					t.Errorf("next at %d, asked %d times, %v", next, sms.asked.Load(), err)
				}
			})
		})
	}
}

// TestNoTrackingWithoutAnID: nobody can be asked about a message without an id.
func TestNoTrackingWithoutAnID(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &trackingChannel{status: func(int) notifier.ReceiptStatus { return notifier.Delivered }}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Hour)
		want(t, "notices", r.states(), "sms/wei raised sent 1")
		if sms.asked.Load() != 0 {
			t.Errorf("asked %d times", sms.asked.Load())
		}
	})
}

// TestTrackingCounts: what became of a message is counted once.
func TestTrackingCounts(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &trackingChannel{status: func(int) notifier.ReceiptStatus { return notifier.Delivered }}
		sms.answer = func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted}, nil
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Hour)
		want(t, "metrics", r.measured(), "brimwatch_notices_total sms delivered 1", "brimwatch_notices_total sms pending 1", "brimwatch_notices_total sms sent 1",
			"brimwatch_outbox_attempts_total sms sent 1", "brimwatch_outbox_healthy 1")
	})
}

// TestTrackingSaysWhereAndWhen: a far side is asked by the number that the message went to,
// though the recipient has another one by now, and by the moment it was sent.
func TestTrackingSaysWhereAndWhen(t *testing.T) {
	path := dbPath(t)
	at := func(number string) func(*notifier.Entries) {
		return func(e *notifier.Entries) { e.Receivers["oncall"].Targets[0].Recipient.Address = number }
	}
	synctest.Test(t, func(t *testing.T) {
		sms := &trackingChannel{status: func(int) notifier.ReceiptStatus { return notifier.Accepted }}
		sms.answer = func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted}, nil
		}
		channels := map[string]notifier.Channel{"sms/wei": sms}
		r := open(t, path, directoryOf(channels, at("+8613800138000"))).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		sent := time.Now()
		r.SetDirectory(directoryOf(channels, at("+8613900139000")))
		pass(time.Hour)
		got, _ := sms.about.Load().(notifier.SentMessage)
		if got.ProviderID != "SM1" || got.Recipient.Address != "+8613800138000" || got.Recipient.Name != "sms/wei" {
			t.Errorf("asked about %+v", got)
		}
		if ago := sent.Sub(got.At); ago < 0 || ago > 2*time.Second {
			t.Errorf("sent at %v, said to be at %v", sent, got.At)
		}
	})
}
