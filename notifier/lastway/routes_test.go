package lastway

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestTheNextProvider: where a number has several providers, one that does not take a text
// holds nothing up.
func TestTheNextProvider(t *testing.T) {
	for name, tt := range map[string]struct {
		answer        error
		first, second int
	}{
		"it is down":                 {errors.New("503"), 1, 1},
		"it refuses":                 {notifier.Permanent(errors.New("no such template")), 1, 1},
		"the number is wrong":        {notifier.Permanent(notifier.AboutRecipient(errors.New("no such number"))), 1, 0},
		"perhaps it has the message": {notifier.Unknown(errors.New("cut")), 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				other := &channel{}
				r := start(t, func(_ *rig, e *notifier.Entries) {
					oncall := e.Receivers["oncall"]
					oncall.Targets[0].Provider = "first"
					oncall.Targets[0].Others = []notifier.Route{{Name: "second", Channel: other}}
				})
				r.sms.set(tt.answer)
				r.happen(alarm.Raised, alarm.Warning, "a")
				r.pass(Patience + 5*time.Second)
				if first, second := len(r.sms.take()), len(other.take()); first != tt.first || second != tt.second {
					t.Errorf("the first was tried %d times, the second %d times; want %d and %d", first, second, tt.first, tt.second)
				}
			})
		})
	}
}
