package config

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// watched runs a watcher over files and hands over its calls. What the caller
// changes afterwards is a change.
func watched(t *testing.T, files ...string) <-chan struct{} {
	t.Helper()
	return running(t, WatchOptions{Files: func() []string { return files }})
}

func running(t *testing.T, o WatchOptions) <-chan struct{} {
	t.Helper()
	told := make(chan struct{}, 100)
	o.Notify = func() { told <- struct{}{} }
	o.Logger = slog.New(slog.DiscardHandler)
	w := newWatcher(o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		w.close()
	})
	return told
}

func expect(t *testing.T, told <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-told:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s was not noticed", what)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWatchEditor(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "brimwatch.yml")
	writeFile(t, file, "a: 1\n")
	told := watched(t, file)
	for i, text := range []string{"a: 2\n", "a: 3\n"} {
		writeFile(t, file+".new", text)
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
		expect(t, told, []string{"the first rename", "the second rename"}[i])
	}
	writeFile(t, file, "a: 4\n")
	expect(t, told, "a write in place")
	writeFile(t, filepath.Join(dir, "further.yml"), "b: 1\n")
	expect(t, told, "a new file beside it")
}

func TestWatchKubernetes(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "..1", "brimwatch.yml"), "a: 1\n")
	link := func(to string) {
		t.Helper()
		tmp := filepath.Join(dir, "..data_tmp")
		if err := os.Symlink(to, tmp); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(tmp, filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	link("..1")
	file := filepath.Join(dir, "brimwatch.yml")
	if err := os.Symlink("..data/brimwatch.yml", file); err != nil {
		t.Fatal(err)
	}
	told := watched(t, file)
	for i, version := range []string{"..2", "..3"} {
		writeFile(t, filepath.Join(dir, version, "brimwatch.yml"), "a: "+version+"\n")
		link(version)
		if err := os.RemoveAll(filepath.Join(dir, []string{"..1", "..2"}[i])); err != nil {
			t.Fatal(err)
		}
		expect(t, told, "the swap to "+version)
	}
}

func TestWatchWholeFolderSwapped(t *testing.T) {
	top := t.TempDir()
	writeFile(t, filepath.Join(top, "v1", "brimwatch.yml"), "a: 1\n")
	writeFile(t, filepath.Join(top, "v2", "brimwatch.yml"), "a: 2\n")
	if err := os.Symlink("v1", filepath.Join(top, "etc")); err != nil {
		t.Fatal(err)
	}
	told := watched(t, filepath.Join(top, "etc", "brimwatch.yml"))
	if err := os.Symlink("v2", filepath.Join(top, "tmp")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(top, "tmp"), filepath.Join(top, "etc")); err != nil {
		t.Fatal(err)
	}
	expect(t, told, "the swap of the folder")
}

func TestWatchFolderGoneAndBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "etc")
	file := filepath.Join(dir, "brimwatch.yml")
	writeFile(t, file, "a: 1\n")
	told := watched(t, file)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	expect(t, told, "the removal")
	writeFile(t, file, "a: 2\n")
	expect(t, told, "the return")
}

func TestWatchFindsFilesByItself(t *testing.T) {
	dir := t.TempDir()
	main := filepath.Join(dir, "brimwatch.yml")
	writeFile(t, main, "include: [\"fleet/*/*.yml\"]\n")
	writeFile(t, filepath.Join(dir, "fleet", "a", "1.yml"), "collect: {}\n")
	told := running(t, WatchOptions{Path: main})
	writeFile(t, filepath.Join(dir, "fleet", "new", "2.yml"), "instances: [{id: a, product: nothing-known}]\n")
	expect(t, told, "a file in a new folder that fits the pattern")
	writeFile(t, filepath.Join(dir, "fleet", "new", "2.yml"), "instances: [{id: a, product: mqtt}]\n")
	expect(t, told, "the mending of a file that had faults when it was first included")
}

func TestWatchMissingSecret(t *testing.T) {
	dir := t.TempDir()
	main := filepath.Join(dir, "brimwatch.yml")
	writeFile(t, main, source("      password_file: secrets/pw\n"))
	told := running(t, WatchOptions{Path: main})
	writeFile(t, filepath.Join(dir, "secrets", "pw"), "hunter2\n")
	expect(t, told, "a secret that was missing")
}

// A touch, or a file written again as it was, is no change.
func TestWatchComparesContents(t *testing.T) {
	main := filepath.Join(t.TempDir(), "brimwatch.yml")
	writeFile(t, main, "collect: {}\n")
	calls := 0
	w := &watcher{o: WatchOptions{Path: main, Notify: func() { calls++ }}, log: slog.New(slog.DiscardHandler), watched: map[string]bool{}, digests: newDigests()}
	w.find()
	w.seen = w.state()
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(main, later, later); err != nil {
		t.Fatal(err)
	}
	w.compare()
	writeFile(t, main, "collect: {}\n")
	w.compare()
	if calls != 0 {
		t.Errorf("told %d times of no change", calls)
	}
	writeFile(t, main, "collect: {interval: 30s}\n")
	w.compare()
	w.compare()
	if calls != 1 {
		t.Errorf("told %d times of one change", calls)
	}
}

func TestWatchEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Watch(ctx, WatchOptions{Path: filepath.Join(t.TempDir(), "none.yml"), Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Error(err)
	}
}

// Without the kernel's help contents are looked at every few seconds.
func TestWatchByLooking(t *testing.T) {
	dir := t.TempDir()
	main := filepath.Join(dir, "brimwatch.yml")
	writeFile(t, main, "collect: {}\n")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		told := make(chan struct{}, 1)
		w := &watcher{o: WatchOptions{Path: main, Notify: func() { told <- struct{}{} }}, log: slog.New(slog.DiscardHandler), watched: map[string]bool{}, digests: newDigests()}
		w.find()
		w.seen = w.state()
		go w.run(ctx)
		writeFile(t, main, "collect: {interval: 30s}\n")
		<-told
	})
}

// What happens beside the configuration is no reason to read it again; what is
// told of a file itself is.
func TestWatchReadsOnce(t *testing.T) {
	dir := t.TempDir()
	main := filepath.Join(dir, "brimwatch.yml")
	writeFile(t, main, "collect: {}\n")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(main, old, old); err != nil {
		t.Fatal(err)
	}
	reads := 0
	w := &watcher{o: WatchOptions{Path: main, Notify: func() {}}, log: slog.New(slog.DiscardHandler), watched: map[string]bool{}, digests: newDigests()}
	w.digests.read = func(path string) ([]byte, error) {
		reads++
		return readRegular(path)
	}
	w.find()
	w.seen = w.state()
	for range 3 {
		writeFile(t, filepath.Join(dir, "data", "other"), "busy")
		w.compare()
	}
	if reads != 1 {
		t.Errorf("read %d times, want once", reads)
	}
	w.digests.forget(main)
	w.compare()
	if reads != 2 {
		t.Errorf("read %d times, want once more after an event", reads)
	}
}

// A file that was changed a moment before it was read may change again within
// the same step of the file system's clock.
func TestDigestOfFreshFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pw")
	writeFile(t, path, "one")
	changed := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		read time.Time // when it was read first
		want bool      // the second content is seen
	}{
		{"read at once", changed.Add(time.Second), true},
		{"read by a clock that is behind", changed.Add(-time.Hour), true},
		{"read long after: nothing tells the two apart", changed.Add(time.Minute), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ds := newDigests()
			writeFile(t, path, "one")
			if err := os.Chtimes(path, changed, changed); err != nil {
				t.Fatal(err)
			}
			first := ds.of(path, tt.read)
			writeFile(t, path, "two")
			if err := os.Chtimes(path, changed, changed); err != nil {
				t.Fatal(err)
			}
			if got := ds.of(path, tt.read.Add(time.Second)).sum != first.sum; got != tt.want {
				t.Errorf("seen: %v, want %v", got, tt.want)
			}
		})
	}
}

// TestWatchKnown: what was loaded is not read again to watch it, and what changed
// between loading and watching is told.
func TestWatchKnown(t *testing.T) {
	path := files(t, "brimwatch.yml", "include: [\"more/*.yml\"]\n"+source(""))
	known := mustLoad(t, path)
	told := running(t, WatchOptions{Path: path, Known: known})
	writeFile(t, filepath.Join(filepath.Dir(path), "more", "b.yml"), "contacts: [{name: wei, phone: \"+8613800138000\"}]\n")
	expect(t, told, "a file that fits an include pattern")

	writeFile(t, path, source(""))
	expect(t, running(t, WatchOptions{Path: path, Known: known}), "a change before it was watched")
	select {
	case <-running(t, WatchOptions{Path: path, Known: mustLoad(t, path)}):
		t.Error("nothing has changed, and a change was told")
	default:
	}
}
