package aliyun

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func testMeter(t *testing.T, file string, limit int64) *meter {
	t.Helper()
	m, err := newMeter(file, limit, time.Now(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("newMeter: %v", err)
	}
	return m
}

func takes(t *testing.T, m *meter, n int) {
	t.Helper()
	for i := range n {
		if !m.take(time.Now()) {
			t.Fatalf("call %d of %d was refused", i+1, n)
		}
	}
}

func counts(t *testing.T, file string) counted {
	t.Helper()
	c, err := readCounted(file)
	if err != nil {
		t.Fatalf("read the count: %v", err)
	}
	return c
}

func TestMeterIsKeptOverRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "calls.json")
		m := testMeter(t, file, 10)
		takes(t, m, 3)
		if _, err := os.Stat(file); err == nil {
			t.Error("written at once, not after a while")
		}
		pass(saveAfter)
		synctest.Wait()
		if got := counts(t, file); got != (counted{"2000-01", 3}) {
			t.Errorf("written %+v", got)
		}
		takes(t, m, 2)
		if err := m.close(); err != nil {
			t.Fatal(err)
		}
		if got := counts(t, file); got.Calls != 5 {
			t.Errorf("written at the end %+v", got)
		}
		again := testMeter(t, file, 6)
		if _, calls := again.count(time.Now()); calls != 5 {
			t.Errorf("after a restart %d calls", calls)
		}
		takes(t, again, 1)
		if again.take(time.Now()) {
			t.Error("a call beyond the limit")
		}
		if err := again.close(); err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

// TestMeterBeginsAnewWithTheMonth: the month is that of UTC, wherever the caller is.
func TestMeterBeginsAnewWithTheMonth(t *testing.T) {
	for last, next := range map[string]string{
		"2026-11-30T23:59:59Z":      "2026-12",
		"2026-12-31T23:59:59Z":      "2027-01",
		"2027-02-28T23:59:59Z":      "2027-03",
		"2028-02-29T23:59:59Z":      "2028-03",
		"2027-04-01T07:59:59+08:00": "2027-04",
		"2027-10-31T18:59:59-05:00": "2027-11",
	} {
		t.Run(last, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "calls.json")
			at, err := time.Parse(time.RFC3339, last)
			if err != nil {
				t.Fatal(err)
			}
			m, err := newMeter(file, 1, at, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			if !m.take(at) || m.take(at) {
				t.Error("the limit of one does not hold")
			}
			if err := m.save(); err != nil {
				t.Fatal(err)
			}
			if !m.take(at.Add(time.Second)) {
				t.Error("the next month has no calls")
			}
			if err := m.close(); err != nil {
				t.Fatal(err)
			}
			if got := counts(t, file); got != (counted{next, 1}) {
				t.Errorf("written %+v, want a call of %s", got, next)
			}
		})
	}
}

func TestMetersOfOneFileAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "calls.json")
		old, replacing := testMeter(t, file, 100), testMeter(t, file, 100)
		takes(t, old, 3)
		takes(t, replacing, 4)
		for _, m := range []*meter{old, replacing} {
			if err := m.close(); err != nil {
				t.Fatal(err)
			}
		}
		if got := counts(t, file); got.Calls != 7 {
			t.Errorf("written %+v, want 7 calls", got)
		}
		if _, calls := replacing.count(time.Now()); calls != 7 {
			t.Errorf("the second one knows of %d calls, want 7", calls)
		}
	})
}

func TestMeterFiles(t *testing.T) {
	synctest.Test(t, testMeterFiles)
}

func testMeterFiles(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "x", "{}", `{"month":"2026-11","calls":-1}`, `{"month":7}`} {
		file := filepath.Join(dir, "bad.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		m, err := newMeter(file, 10, time.Now(), slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if !strings.Contains(log.String(), "counting from zero") {
			t.Errorf("%q: logged %q", text, log.String())
		}
		takes(t, m, 1)
		if err := m.close(); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if got := counts(t, file); got.Calls != 1 {
			t.Errorf("%q: written %+v", text, got)
		}
	}
	if _, err := newMeter(filepath.Join(dir, "missing", "calls.json"), 10, time.Now(), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "folder is missing") {
		t.Errorf("a missing folder: %v", err)
	}
	if _, err := newMeter(dir, 10, time.Now(), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a folder as file is no error")
	}
}

func TestMeterGoesOnWhenItCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "data")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		m, err := newMeter(filepath.Join(dir, "calls.json"), 10, time.Now(), slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		takes(t, m, 2)
		pass(5 * saveAfter)
		synctest.Wait()
		if n := strings.Count(log.String(), "cannot be written"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, log.String())
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		pass(saveAfter)
		synctest.Wait()
		if got := counts(t, filepath.Join(dir, "calls.json")); got.Calls != 2 {
			t.Errorf("written %+v once the folder is back", got)
		}
		if err := m.close(); err != nil {
			t.Fatal(err)
		}
	})
}
