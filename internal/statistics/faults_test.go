package statistics

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/brimwatch/brimwatch/fleet"
)

// refused appends nothing and fails where it is told to.
type refused struct {
	storage.Appender
	onAppend, onCommit error
}

func (r *refused) Append(ref storage.SeriesRef, ls labels.Labels, t int64, v float64) (storage.SeriesRef, error) {
	if r.onAppend != nil {
		return 0, r.onAppend
	}
	return r.Appender.Append(ref, ls, t, v)
}

func (r *refused) Commit() error {
	if r.onCommit != nil {
		return errors.Join(r.onCommit, r.Rollback())
	}
	return r.Appender.Commit()
}

// TestFullDisk lets batches fail and the disk recover: what fails is lost and
// counted, said once, and what follows is stored.
func TestFullDisk(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "wal/00000001", Err: syscall.ENOSPC}
	for _, c := range []struct {
		name  string
		fault refused
	}{
		{"on append", refused{onAppend: full}},
		{"on commit", refused{onCommit: full}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			s := open(t, t.TempDir(), func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
			at := start()
			s.SetFleet([]*fleet.Instance{orders()})
			s.Flush()
			works := s.appender
			s.appender = func() storage.Appender {
				fault := c.fault
				fault.Appender = works()
				return &fault
			}
			for i := range 3 {
				s.Append([]*fleet.Reading{mqttReading("mqtt-1", at.Add(time.Duration(i)*15*time.Second), 1, 2, 3)})
				s.Flush()
			}
			if n := strings.Count(log.String(), "readings cannot be stored"); n != 1 {
				t.Errorf("it was said %d times, want once\n%s", n, log.String())
			}
			if got := testutil.ToFloat64(s.metrics.errors); got != 3 {
				t.Errorf("append errors: %v, want 3", got)
			}
			if got := testutil.ToFloat64(s.metrics.dropped.WithLabelValues(dropError)); got != 3 {
				t.Errorf("dropped: %v, want 3", got)
			}
			s.appender = works
			later := at.Add(time.Minute)
			s.Append([]*fleet.Reading{mqttReading("mqtt-1", later, 100, 600, 3500)})
			s.Flush()
			if !strings.Contains(log.String(), "readings are stored again") {
				t.Errorf("the end was not said\n%s", log.String())
			}
			if got := values(t, s, "brimwatch_instance_utilization_ratio", later); len(got) != 3 {
				t.Errorf("after recovery: %v", got)
			}
		})
	}
}

func TestReadingsThatAreNotKept(t *testing.T) {
	s := open(t, t.TempDir(), func(o *Options) { o.MaxReadings = 6 })
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	one := func(at time.Time) *fleet.Reading { return mqttReading("mqtt-1", at, 1, 2, 3) }
	s.Append([]*fleet.Reading{
		one(at), one(at), one(at.Add(-15 * time.Second)), one(time.Now().Add(time.Hour)), mqttReading("nobody", at, 1, 2, 3),
		one(at.Add(15 * time.Second)), one(at.Add(30 * time.Second)), one(at.Add(45 * time.Second)),
	})
	s.Flush()
	for reason, want := range map[string]float64{
		dropDuplicate: 1, dropOutOfOrder: 1, dropFuture: 1, dropUnknown: 1, dropBufferFull: 2, dropError: 0,
	} {
		if got := testutil.ToFloat64(s.metrics.dropped.WithLabelValues(reason)); got != want {
			t.Errorf("%s: %v, want %v", reason, got, want)
		}
	}
	if got := testutil.ToFloat64(s.metrics.appended); got != 10 {
		t.Errorf("appended %v samples, want 10", got)
	}
}

// TestAfterAKill reads the directory of a history that was never closed.
func TestAfterAKill(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	at := start()
	in := orders()
	in.Term.Expires = at.Add(24 * time.Hour)
	s.SetFleet([]*fleet.Instance{in})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 100, 600, 3500), silence("mqtt-1", at.Add(time.Minute))})
	s.Flush()
	killed := t.TempDir()
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}

	again := open(t, killed, nil)
	for _, query := range []string{"brimwatch_instance_usage", "brimwatch_instance_utilization_ratio", "brimwatch_instance_capacity", "brimwatch_instance_up"} {
		if diff := cmp.Diff(values(t, s, query, at), values(t, again, query, at)); diff != "" || len(values(t, s, query, at)) == 0 {
			t.Errorf("%s (-before +after)\n%s", query, diff)
		}
	}
	// A twin that reads the same second again adds nothing, and the next follows.
	again.SetFleet([]*fleet.Instance{in})
	again.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 999, 999, 999), mqttReading("mqtt-1", at.Add(2*time.Minute), 200, 600, 3500)})
	again.Flush()
	if got := testutil.ToFloat64(again.metrics.dropped.WithLabelValues(dropOutOfOrder)); got != 1 {
		t.Errorf("out of order: %v, want 1", got)
	}
	if diff := cmp.Diff([]float64{800}, values(t, again, `brimwatch_instance_usage{metric="message_tps"}`, at.Add(2*time.Minute))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestDownAfterARestart begins with a source that does not answer any more: what
// it told the process before must not go on.
func TestDownAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 100, 600, 3500)})
	s.Flush()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir, nil)
	again.SetFleet([]*fleet.Instance{orders()})
	again.Append([]*fleet.Reading{silence("mqtt-1", at.Add(time.Minute))})
	again.Flush()
	if got := values(t, again, "brimwatch_instance_usage", at.Add(30*time.Second)); len(got) != 5 {
		t.Errorf("before: %v", got)
	}
	if got := values(t, again, "brimwatch_instance_usage", at.Add(time.Minute)); len(got) != 0 {
		t.Errorf("after: %v", got)
	}
}

// TestSeriesThatWereWrittenOut lets the database put its series into a block and
// forget them, and goes on: the references that the committer kept are gone.
func TestSeriesThatWereWrittenOut(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	at := start()
	s.SetFleet([]*fleet.Instance{orders()})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 100, 600, 3500)})
	s.Flush()
	if err := s.db.CompactHead(tsdb.NewRangeHead(s.db.Head(), at.UnixMilli(), at.UnixMilli())); err != nil {
		t.Fatal(err)
	}
	if n := s.db.Head().NumSeries(); n != 0 {
		t.Fatalf("%d series are still in memory", n)
	}
	later := at.Add(time.Minute)
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", later, 100, 500, 4000)})
	s.Flush()
	if got := testutil.ToFloat64(s.metrics.errors); got != 0 {
		t.Errorf("append errors: %v", got)
	}
	const query = `brimwatch_instance_utilization_ratio{metric="message_tps"}`
	if diff := cmp.Diff([]float64{0.7}, values(t, s, query, at)); diff != "" {
		t.Errorf("in the block (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]float64{0.6}, values(t, s, query, later)); diff != "" {
		t.Errorf("in memory (-want +got)\n%s", diff)
	}
	got, err := s.Statistics(t.Context(), "mqtt-1", at, later, time.Minute)
	if err != nil || len(got) != 5 || show(got[0].Usage, at) != "0=700 60=600" {
		t.Errorf("statistics: %v %v", got, err)
	}
}

// write makes a history with a block and a write-ahead log.
func write(t *testing.T, dir string, at time.Time) {
	t.Helper()
	s := open(t, dir, nil)
	s.SetFleet([]*fleet.Instance{orders()})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 100, 600, 3500)})
	s.Flush()
	if err := s.db.CompactHead(tsdb.NewRangeHead(s.db.Head(), at.UnixMilli(), at.UnixMilli())); err != nil {
		t.Fatal(err)
	}
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at.Add(time.Minute), 100, 600, 3500)})
	s.Flush()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func blockIn(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, err := ulid.ParseStrict(e.Name()); err == nil {
			return filepath.Join(dir, e.Name())
		}
	}
	t.Fatal("there is no block")
	return ""
}

func TestDamage(t *testing.T) {
	overwrite := func(t *testing.T, path string) {
		t.Helper()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, bytes.Repeat([]byte{0xa5}, max(int(info.Size()), 64)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		says   string
		aside  bool
	}{
		{"index of a block", func(t *testing.T, dir string) { overwrite(t, filepath.Join(blockIn(t, dir), "index")) }, "history is damaged", true},
		{"block without chunks", func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(blockIn(t, dir), "chunks")); err != nil {
				t.Fatal(err)
			}
		}, "history is damaged", true},
		{"write-ahead log", func(t *testing.T, dir string) {
			snapshots, err := filepath.Glob(filepath.Join(dir, "chunk_snapshot.*"))
			if err != nil || len(snapshots) == 0 {
				t.Fatal("no snapshot", err)
			}
			for _, p := range snapshots {
				if err := os.RemoveAll(p); err != nil {
					t.Fatal(err)
				}
			}
			overwrite(t, filepath.Join(dir, "wal", "00000000"))
		}, "repair", false},
		{"wal is a file", func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, "wal")); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "wal"), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "history is damaged", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, at := t.TempDir(), start()
			write(t, dir, at)
			c.damage(t, dir)
			var log bytes.Buffer
			s := open(t, dir, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
			if !strings.Contains(log.String(), c.says) {
				t.Errorf("the log does not say %q:\n%s", c.says, log.String())
			}
			aside, err := filepath.Glob(filepath.Join(dir, "damaged-*"))
			if err != nil || (len(aside) > 0) != c.aside {
				t.Errorf("moved aside: %v %v, want %v", aside, err, c.aside)
			}
			s.SetFleet([]*fleet.Instance{orders()})
			later := at.Add(5 * time.Minute)
			s.Append([]*fleet.Reading{mqttReading("mqtt-1", later, 100, 600, 3500)})
			s.Flush()
			if got := values(t, s, "brimwatch_instance_utilization_ratio", later); len(got) != 3 {
				t.Errorf("after the repair: %v", got)
			}
		})
	}
}

func TestSecondStore(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, nil)
	_, err := Open(Options{Dir: dir})
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), "storage.dir") {
		t.Errorf("error %v", err)
	}
}

// TestLockOfAnotherProcess takes the database's own lock as promtool or a
// Prometheus would, in another process, as that kind of lock counts for one.
func TestLockOfAnotherProcess(t *testing.T) {
	if dir := os.Getenv("BRIMWATCH_TEST_HOLD"); dir != "" {
		db, err := tsdb.Open(dir, nil, nil, tsdb.DefaultOptions(), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.WriteString("held\n")
		var b [1]byte
		_, _ = os.Stdin.Read(b[:]) // until the parent lets go
		_ = db.Close()
		return
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLockOfAnotherProcess$")
	cmd.Env = append(os.Environ(), "BRIMWATCH_TEST_HOLD="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var held [5]byte
	if _, err := stdout.Read(held[:]); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("error %v", err)
	}
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

func TestOptionsThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"no directory":       {},
		"negative retention": {Dir: t.TempDir(), Retention: -1},
		"a file":             {Dir: file},
	} {
		if s, err := Open(o); err == nil {
			t.Errorf("%s: no error", name)
			_ = s.Close()
		}
	}
}

func TestMetricsComeAndGo(t *testing.T) {
	reg := prometheus.NewRegistry()
	for range 2 { // a history can be opened again in the same process
		s, err := Open(Options{Dir: t.TempDir(), Registerer: reg})
		if err != nil {
			t.Fatal(err)
		}
		s.SetFleet([]*fleet.Instance{orders()})
		s.Append([]*fleet.Reading{mqttReading("mqtt-1", start(), 1, 2, 3)})
		s.Flush()
		if err := testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP brimwatch_history_append_errors_total Batches of readings that could not be written.
# TYPE brimwatch_history_append_errors_total counter
brimwatch_history_append_errors_total 0
# HELP brimwatch_history_appended_total Samples stored in the history.
# TYPE brimwatch_history_appended_total counter
brimwatch_history_appended_total 5
# HELP brimwatch_history_buffer_readings Readings that wait to be stored.
# TYPE brimwatch_history_buffer_readings gauge
brimwatch_history_buffer_readings 0
# HELP brimwatch_history_fact_changes Changes of capacities, terms and lifecycle states held in memory.
# TYPE brimwatch_history_fact_changes gauge
brimwatch_history_fact_changes 3
# HELP brimwatch_history_instances Instances whose history is kept.
# TYPE brimwatch_history_instances gauge
brimwatch_history_instances 1
# HELP brimwatch_history_series Series that the database holds in memory.
# TYPE brimwatch_history_series gauge
brimwatch_history_series 5
`), "brimwatch_history_append_errors_total", "brimwatch_history_appended_total", "brimwatch_history_buffer_readings",
			"brimwatch_history_fact_changes", "brimwatch_history_instances", "brimwatch_history_series"); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("second close: %v", err)
		}
		s.Append([]*fleet.Reading{silence("mqtt-1", time.Now())})
		if got := testutil.ToFloat64(s.metrics.dropped.WithLabelValues(dropClosed)); got != 1 {
			t.Errorf("after the close: %v dropped, want 1", got)
		}
	}
}
