package outbox

import (
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestTroublesOfTheStore: a commit that fails says which trouble it is, in plain words,
// for as long as it lasts.
func TestTroublesOfTheStore(t *testing.T) {
	for name, tt := range map[string]struct {
		kind  Trouble
		plain string
		cause func(t *testing.T, r *rig) (end func())
	}{
		"full": {Full, "is full", func(_ *testing.T, r *rig) func() {
			r.exec(`PRAGMA max_page_count = 1`)
			return func() { r.exec(`PRAGMA max_page_count = 1000000`) }
		}},
		"locked": {Locked, "another program", func(t *testing.T, r *rig) func() {
			r.exec(`PRAGMA busy_timeout = 0`)
			other, err := sql.Open("sqlite", "file:"+r.path+"?_txlock=immediate")
			if err != nil {
				t.Fatal(err)
			}
			tx, err := other.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			return func() {
				if err := errors.Join(tx.Rollback(), other.Close()); err != nil {
					t.Error(err)
				}
			}
		}},
		"damaged": {Damaged, "damaged", func(t *testing.T, r *rig) func() {
			r.exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
			content, err := os.ReadFile(r.path)
			if err != nil {
				t.Fatal(err)
			}
			spoil := make([]byte, len(content)-4096)
			f, err := os.OpenFile(r.path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			write := func(b []byte) {
				if _, err := f.WriteAt(b, 4096); err != nil {
					t.Fatal(err)
				}
			}
			write(spoil)
			r.exec(`PRAGMA shrink_memory`) // nothing is left of what it has read
			return nil
		}},
		"other": {Other, "rights", func(_ *testing.T, r *rig) func() {
			r.exec(`PRAGMA query_only = 1`)
			return func() { r.exec(`PRAGMA query_only = 0`) }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{}}))
			r.closed()
			r.happen(alarm.Raised, "A2BC")
			if _, troubled := r.Trouble(); troubled {
				t.Error("in trouble after a good write")
			}
			end := tt.cause(t, r)
			for _, code := range []string{"B2BB", "C2CC", "D2DD", "E2EE", "F2FF"} { // one may find room that was there
				for range 40 {
					if err := r.Commit(t.Context(), commitOf(alarm.Raised, code)); err != nil {
						break
					}
				}
			}
			err := r.Commit(t.Context(), commitOf(alarm.Raised, "G2GG"))
			e, ok := errors.AsType[*StoreError](err)
			if !ok || e.Kind != tt.kind || !strings.Contains(e.Plain(), tt.plain) || !strings.HasPrefix(e.Error(), e.Plain()+": ") {
				t.Fatalf("%v", err)
			}
			if got, troubled := r.Trouble(); !troubled || got.Kind != tt.kind || r.Healthy() {
				t.Errorf("trouble %v, healthy %v", got, r.Healthy())
			}
			if end == nil {
				return
			}
			end()
			r.happen(alarm.Raised, "H2HH")
			if _, troubled := r.Trouble(); troubled || !r.Healthy() {
				t.Error("still in trouble after a good write")
			}
		})
	}
}

// TestDecisionIsNoTrouble: to ask for a silence that is not there says nothing about
// the store.
func TestDecisionIsNoTrouble(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(nil))
	r.closed()
	if err := r.RemoveSilence(t.Context(), "sil_1"); !errors.Is(err, ErrNoSilence) || !r.Healthy() {
		t.Errorf("%v, healthy %v", err, r.Healthy())
	}
	r.exec(`PRAGMA query_only = 1`)
	if _, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"a": "b"}, Until: time.Now().Add(time.Hour)}); err == nil {
		t.Error("it was stored")
	}
	if r.Healthy() {
		t.Error("healthy after a write that failed")
	}
}

// TestAnEndLeavesRoomForTheNextStart: the write-ahead log and its index stay where they are,
// so that a start on a full disk has to make neither.
func TestAnEndLeavesRoomForTheNextStart(t *testing.T) {
	path := dbPath(t)
	r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}})).start()
	r.happen(alarm.Raised, "A2BC")
	r.stop()
	for ending, empty := range map[string]bool{"-wal": true, "-shm": false} { // what was in the log is in the database
		if info, err := os.Stat(path + ending); err != nil || (info.Size() == 0) != empty {
			t.Errorf("%s: %v", ending, err)
		}
	}
	r = open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}))
	r.closed()
	if got := r.states(); len(got) != 1 {
		t.Errorf("after the next start: %q", got)
	}
}

func TestTroubleOfCodes(t *testing.T) {
	for code, want := range map[int]Trouble{13: Full, 4874: Full, 778: Other, 5: Locked, 261: Locked, 6: Locked, 11: Damaged, 26: Damaged, 8: Other} {
		if got := troubleOf(code); got != want {
			t.Errorf("code %d is %s, want %s", code, got, want)
		}
	}
}
