package outbox

import (
	"encoding/json"
	"errors"
	"reflect"
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

// TestAsStored: a notice with something in each of its fields is kept as it is read from the database,
// a field that was added since, too.
func TestAsStored(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}))
	r.closed()
	r.happen(alarm.Raised, "A2BC") // an episode for it
	var n notifier.Notice
	fill(t, reflect.ValueOf(&n).Elem(), "Notice")
	n.Receiver, n.Recipient, n.Channel = "oncall", "sms/wei", "sms"
	n.CreatedAt = time.Date(2031, 3, 1, 12, 0, 0, 1, time.UTC) // finer than it is stored
	alert, err := json.Marshal(n.Alert)
	if err != nil {
		t.Fatal(err)
	}
	var it *item
	err = r.write(t.Context(), func(tx *transaction) (err error) {
		it, err = r.storeNotice(t.Context(), tx, r.Directory(), 1, &n, placing{weight: lightest, alert: string(alert)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	read, err := readAll(t.Context(), r.reads, []item{*it})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(read[0].Notice, *asStored(&n), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("read -, kept +:\n%s", diff)
	}
}

// fill puts something into a value and all that is in it.
func fill(t *testing.T, v reflect.Value, name string) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)))
		return
	case time.Duration:
		v.SetInt(int64(time.Minute))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("some " + name)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, "key")
		fill(t, value, name)
		v.SetMapIndex(key, value)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0), name)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), name)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				fill(t, v.Field(i), f.Name)
			}
		}
	default:
		t.Fatalf("%s is a %s, and nothing is known to put into it", name, v.Kind())
	}
}
