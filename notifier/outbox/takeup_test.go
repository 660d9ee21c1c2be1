package outbox

import (
	"database/sql"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestStartWhileTheStoreCannotBeWritten: what was cut off before waits and is sent
// when the store can be written; nothing of it is sent twice, and the start goes on.
func TestStartWhileTheStoreCannotBeWritten(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{}
		dir := directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})
		r := open(t, path, dir)
		r.happen(alarm.Raised, "A2BC")
		r.exec(`UPDATE notice SET state = 'sending', attempts = 1`) // as a crash leaves it
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		other, err := sql.Open("sqlite", "file:"+path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := other.Close(); err != nil {
				t.Error(err)
			}
		}()
		exec := func(text string) {
			if _, err := other.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		exec(`CREATE TRIGGER full BEFORE UPDATE ON clock BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
		r = open(t, path, dir).start()
		defer r.stop()
		pass(time.Minute)
		want(t, "sends while it is full", hook.lines())
		if r.Healthy() {
			t.Error("healthy while it is full")
		}
		exec(`DROP TRIGGER full`)
		pass(time.Minute)
		r.happen(alarm.Raised, "B2BB")
		pass(time.Minute)
		want(t, "sends", hook.lines(), "webhook/oncall/1 #1 raised A2BC", "webhook/oncall/1 #1 raised B2BB")
	})
}

// TestStartWithNothingToTakeUp writes nothing: the disk may be full.
func TestStartWithNothingToTakeUp(t *testing.T) {
	path := dbPath(t)
	r := open(t, path, directoryOf(nil))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	before := r.store.count.n
	r = open(t, path, directoryOf(nil))
	r.closed()
	if r.store.count.n != before {
		t.Errorf("%d commits at the start", r.store.count.n-before)
	}
}
