package config

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// watched runs a watcher over files and hands over its calls.
func watched(t *testing.T, files ...string) <-chan struct{} {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	told := make(chan struct{}, 100)
	ready := make(chan struct{}, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- Watch(ctx, WatchOptions{
			Files:  func() []string { nudge(ready); return files },
			Notify: func() { told <- struct{}{} },
			Logger: slog.New(slog.DiscardHandler),
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-ready // it has asked for the files
	<-ready // and looked at them
	return told
}

func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
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
