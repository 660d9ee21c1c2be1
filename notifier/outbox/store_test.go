package outbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// spoil writes over a file from an offset on, to its end.
func spoil(t *testing.T, path string, from int64) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(slices.Repeat([]byte("spoilt"), int(info.Size()-from)/6+1)[:info.Size()-from], from); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedDatabaseIsSetAside: with its log, under a name that says when; a new one
// is begun, and that is said.
func TestDamagedDatabaseIsSetAside(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, path string){
		"no database at all": func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"its head is written over":        func(t *testing.T, path string) { spoil(t, path, 0) },
		"all pages but the first":         func(t *testing.T, path string) { spoil(t, path, 4096) },
		"cut off in the middle":           func(t *testing.T, path string) { truncate(t, path, 3*4096) },
		"found beside the work of before": func(t *testing.T, path string) { spoil(t, path, 8192); touch(t, path+".suspect") },
	} {
		t.Run(name, func(t *testing.T) {
			path := dbPath(t)
			dir := directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{}})
			r := open(t, path, dir)
			for _, code := range []string{"A2AA", "B2BB", "C2CC"} {
				r.happen(alarm.Raised, code)
			}
			if _, damaged := r.Damaged(); damaged || len(r.StoreRemarks()) > 0 {
				t.Errorf("it was sound: %v", r.StoreRemarks())
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			damage(t, path)
			spoilt, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			r = open(t, path, dir)
			file, damaged := r.Damaged()
			if !damaged || !regexp.MustCompile(`^brimwatch\.db\.damaged-\d{4}-\d\d-\d\dT\d{6}Z$`).MatchString(file) {
				t.Fatalf("set aside as %q, %v", file, damaged)
			}
			if got, err := os.ReadFile(filepath.Join(filepath.Dir(path), file)); err != nil || !slices.Equal(got, spoilt) {
				t.Errorf("what was set aside is another: %v", err)
			}
			if remarks := r.StoreRemarks(); len(remarks) != 1 || !strings.Contains(remarks[0], file) {
				t.Errorf("remarks: %v", remarks)
			}
			want(t, "notices of the new one", r.states(), "webhook/oncall/1 raised pending 0")
			if told, err := r.Notices(t.Context(), notifier.Filter{}); err != nil || told[0].Rule != notifier.StoreRule || !strings.Contains(told[0].Alert.Annotations["advice"], file) {
				t.Errorf("told %+v, %v", told, err)
			}
			r.happen(alarm.Raised, "A2AA")
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			r = open(t, path, dir)
			r.closed()
			if _, damaged := r.Damaged(); damaged || len(r.StoreRemarks()) != 1 || r.store.count.lost {
				t.Errorf("at the next start: damaged %v, remarks %v, lost %v", damaged, r.StoreRemarks(), r.store.count.lost)
			}
			want(t, "notices", r.states(), "webhook/oncall/1 raised pending 0", "webhook/oncall/1 raised pending 0")
		})
	}
}

func touch(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

// TestSetAsideTwice keeps both, and takes the log along.
func TestSetAsideTwice(t *testing.T) {
	path := dbPath(t)
	now := time.Date(2026, 11, 30, 8, 15, 0, 0, time.FixedZone("", 3600))
	for _, want := range []string{".damaged-2026-11-30T071500Z", ".damaged-2026-11-30T071500Z-2"} {
		touch(t, path)
		touch(t, path+"-wal")
		touch(t, countPath(path))
		aside, err := setAside(path, now)
		if err != nil || aside != path+want {
			t.Errorf("%s, %v", aside, err)
		}
		if !exists(aside+"-wal") || exists(path) || exists(path+"-wal") || exists(countPath(path)) {
			t.Error("not all of it was taken along")
		}
	}
	if got := setAsides(path); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// TestDamageThatTheStartHadNoTimeFor is found beside the work, makes the outbox ill,
// and is dealt with at the next start.
func TestDamageThatTheStartHadNoTimeFor(t *testing.T) {
	path := dbPath(t)
	dir := directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{}})
	r := open(t, path, dir)
	r.happen(alarm.Raised, "A2AA")
	r.exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	spoil(t, path, 8192)
	r.reads.SetMaxIdleConns(0) // it has read nothing yet
	r.checkWhole(t.Context())
	if e, troubled := r.Trouble(); !troubled || e.Kind != Damaged || r.Healthy() {
		t.Errorf("trouble %v, healthy %v", e, r.Healthy())
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = open(t, path, dir)
	r.closed()
	if _, damaged := r.Damaged(); !damaged || !r.Healthy() || exists(r.store.suspicion()) {
		t.Errorf("damaged %v, healthy %v", damaged, r.Healthy())
	}
}

// TestCheckThatIsSlow gives up in time, and that is no damage.
func TestCheckThatIsSlow(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(nil))
	r.closed()
	if done, err := r.store.check(t.Context(), 0); done || err != nil {
		t.Errorf("%v, %v", done, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.store.check(ctx, time.Second); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if done, err := r.store.check(t.Context(), time.Minute); !done || err != nil {
		t.Errorf("%v, %v", done, err)
	}
}

// TestTornLog: when the end of the write-ahead log is gone, what waited before is in
// doubt; when nothing is gone, or less is known than is stored, nothing is.
func TestTornLog(t *testing.T) {
	const pending, doubted = "webhook/oncall/1 raised pending 0", "webhook/oncall/1 raised pending 0: what was stored last is lost: it may have been sent"
	for name, tt := range map[string]struct {
		change func(t *testing.T, path string, second int64)
		want   []string
	}{
		"as it was":                      {func(*testing.T, string, int64) {}, []string{pending, pending, pending}},
		"the log is torn":                {func(t *testing.T, path string, second int64) { truncate(t, path+"-wal", second+100) }, []string{doubted, doubted}},
		"the log is gone":                {func(t *testing.T, path string, _ int64) { truncate(t, path+"-wal", 0) }, nil},
		"the count beside it is gone":    {func(t *testing.T, path string, _ int64) { truncate(t, countPath(path), 0) }, []string{pending, pending, pending}},
		"the count beside it is behind":  {func(t *testing.T, path string, _ int64) { put(t, countPath(path), "0000000000000000001\n") }, []string{pending, pending, pending}},
		"the count beside it is spoilt":  {func(t *testing.T, path string, _ int64) { put(t, countPath(path), "99\x00\x00") }, []string{pending, pending, pending}},
		"an older copy in its old place": {func(t *testing.T, path string, _ int64) { put(t, countPath(path), "0000000000000000099\n") }, []string{doubted, doubted, doubted}},
	} {
		t.Run(name, func(t *testing.T) {
			path := dbPath(t)
			dir := directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{}})
			r := open(t, path, dir)
			r.happen(alarm.Raised, "A2AA")
			r.happen(alarm.Raised, "B2BB")
			log, err := os.Stat(path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			r.happen(alarm.Raised, "C2CC")
			killed := copyOf(t, path) // as a kill -9 leaves it
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			tt.change(t, killed, log.Size())
			r = open(t, killed, dir)
			want(t, "notices", r.states(), tt.want...)
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			r = open(t, killed, dir)
			r.closed()
			if r.store.count.lost {
				t.Error("the next start says that commits are lost, again")
			}
		})
	}
}

// TestDoubtAfterATornLog: a message that may have been sent is looked up before it is
// sent.
func TestDoubtAfterATornLog(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		phone := &findingChannel{find: func(m notifier.Message) (notifier.Receipt, bool, error) {
			if asked++; m.Age <= 0 {
				t.Error("it is not known for how long it may have been sent")
			}
			return notifier.Receipt{Status: notifier.Accepted}, true, nil
		}}
		dir := directoryOf(map[string]notifier.Channel{"sms/wei": phone})
		r := open(t, path, dir)
		r.happen(alarm.Raised, "A2AA")
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		put(t, countPath(path), "0000000000000000099\n")
		r = open(t, path, dir).start()
		defer r.stop()
		pass(time.Minute)
		if asked == 0 {
			t.Error("nobody asked whether it was sent")
		}
		want(t, "sends", phone.lines())
		want(t, "notices", r.states(), "sms/wei raised sent 1")
	})
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// copyOf copies a database that is in use, with what belongs to it.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range []string{path, path + "-wal", countPath(path)} {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, filepath.Base(f)), string(content))
	}
	return filepath.Join(dir, filepath.Base(path))
}
