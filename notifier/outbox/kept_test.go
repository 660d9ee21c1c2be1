package outbox

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// wantKeptAsStored holds all notices that are kept against the database. It returns how many there are.
func (r *rig) wantKeptAsStored(t rapid.TB) int {
	t.Helper()
	n := 0
	for seq, notice := range r.kept.of {
		stored, err := readAll(r.t.Context(), r.reads, []item{{seq: seq}})
		if err != nil {
			t.Fatal(err)
		}
		var waits bool
		if err := r.db.QueryRowContext(r.t.Context(), `SELECT state IN ('pending', 'held') FROM notice WHERE seq = ?`, seq).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		if !waits {
			continue // nobody will ask for it
		}
		n++
		if diff := cmp.Diff(stored[0], storedNotice{Notice: *notice}, cmp.AllowUnexported(storedNotice{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("notice %d (stored -, kept +):\n%s", seq, diff)
		}
	}
	return n
}

// TestKeptNotices: what is kept of notices that wait is what the database has of them, whatever
// happens to their alarms, and whether or not messages arrive.
func TestKeptNotices(t *testing.T) {
	kinds := []alarm.EventKind{alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.Cleared, alarm.Acked}
	kept, runs := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		if runs++; runs > 40 {
			return // forty courses are enough for each run: with the race detector one takes half a second
		}
		clock := &handClock{wall: time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)}
		fails := false
		channel := &fakeChannel{answer: func(notifier.Message) (notifier.Receipt, error) {
			if fails {
				return notifier.Receipt{}, errors.New("no way out")
			}
			return notifier.Receipt{Status: notifier.Delivered}, nil
		}, bundle: 3}
		r := openStepped(t, clock, map[string]notifier.Channel{"sms/wei": channel, "webhook/oncall/1": channel})
		open := make(map[string]bool)
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0:
				fails = !fails
			case 1:
				clock.pass(time.Duration(rapid.IntRange(1, 90).Draw(rt, "seconds")) * time.Second)
				r.Deliver(t.Context())
			default:
				code := rapid.SampledFrom([]string{"A2AA", "B2BB", "C2CC", "D2DD"}).Draw(rt, "code")
				kind := rapid.SampledFrom(kinds).Draw(rt, "kind")
				if !open[code] {
					kind = alarm.Raised
				}
				open[code] = kind != alarm.Cleared
				r.happen(kind, code)
			}
			kept += r.wantKeptAsStored(rt)
		}
	})
	if kept == 0 {
		t.Error("nothing was ever kept")
	}
}

// TestKeptNoticesAreBounded: of a storm that nobody takes few are kept.
func TestKeptNoticesAreBounded(t *testing.T) {
	var k kept
	for n := range int64(3 * mostKept) {
		k.keep([]fresh{{&item{seq: n + 1, state: notifier.Pending}, &notifier.Notice{}}}, 0)
		if len(k.of) > mostKept {
			t.Fatalf("%d notices are kept", len(k.of))
		}
	}
}

// TestForgottenNoticesAreNotKept: what was decided before all were forgotten may be another by now.
func TestForgottenNoticesAreNotKept(t *testing.T) {
	var k kept
	round := k.now()
	k.forget()
	k.keep([]fresh{{&item{seq: 1, state: notifier.Pending}, &notifier.Notice{}}}, round)
	if len(k.of) > 0 {
		t.Error("a notice of before is kept")
	}
	k.keep([]fresh{{&item{seq: 1, state: notifier.Pending}, &notifier.Notice{}}, {&item{seq: 2, state: notifier.Pending}, &notifier.Notice{}}}, k.now())
	if got := k.take([]item{{seq: 1, message: "msg_1"}, {seq: 2}, {seq: 3}}); len(got) != 1 || got[2] == nil || len(k.of) > 0 {
		t.Errorf("taken %v, kept %v", got, k.of)
	}
}
