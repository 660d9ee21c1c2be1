package savedfile_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/internal/savedfile"
)

// note is what a part of the program knows.
type note struct{ text atomic.Pointer[string] }

func (n *note) set(text string) { n.text.Store(&text) }

func (n *note) content() ([]byte, error) {
	if text := n.text.Load(); text != nil {
		return []byte(*text), nil
	}
	return nil, errors.New("nothing is known")
}

func (n *note) file(path string, log *slog.Logger) *savedfile.File {
	return savedfile.New(savedfile.Options{Path: path, What: "notes", Content: n.content, Log: log})
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

func TestReadAndSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.json")
	var n note
	f := n.file(path, slog.New(slog.DiscardHandler))
	read := func(f *savedfile.File) (text string, err error) {
		err = f.Read(func(data []byte) error {
			if text = string(data); text == "damaged" {
				return errors.New("not understood")
			}
			return nil
		})
		return text, err
	}
	if text, err := read(f); text != "" || err != nil {
		t.Errorf("a file that does not exist: %q, %v", text, err)
	}
	if err := f.Save(); err == nil || !strings.Contains(err.Error(), "save notes: nothing is known") {
		t.Errorf("without content: %v", err)
	}
	n.set("one")
	if err := f.Save(); err != nil || content(t, path) != "one" {
		t.Errorf("%q, %v", content(t, path), err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	again := n.file(path, slog.New(slog.DiscardHandler))
	if text, err := read(again); text != "one" || err != nil {
		t.Errorf("read %q, %v", text, err)
	}
	for _, f := range []*savedfile.File{f, again} {
		if err := f.Save(); err != nil {
			t.Error(err)
		}
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) || after.Mode().Perm() != 0o600 {
		t.Errorf("it was written although nothing changed: %v, %v", after, err)
	}
	if err := os.WriteFile(path, []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	third := n.file(path, slog.New(slog.DiscardHandler))
	if _, err := read(third); err == nil || err.Error() != "read notes: not understood" {
		t.Errorf("a damaged file: %v", err)
	}
	n.set("damaged") // even this is written anew
	if err := third.Save(); err != nil {
		t.Error(err)
	}
	if after, err := os.Stat(path); err != nil || os.SameFile(before, after) {
		t.Errorf("a damaged file was left: %v", err)
	}
}

// TestNothingIsKept: without a path there is no file.
func TestNothingIsKept(t *testing.T) {
	f := savedfile.New(savedfile.Options{What: "notes", Content: func() ([]byte, error) { t.Error("content was asked for"); return nil, nil }})
	if err := errors.Join(f.Read(func([]byte) error { return errors.New("there is a file") }), f.Save()); err != nil {
		t.Error(err)
	}
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "later")
		path := filepath.Join(dir, "notes.json")
		var n note
		n.set("one")
		var log bytes.Buffer
		f := n.file(path, slog.New(slog.NewTextHandler(&log, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.Run(ctx) }()
		step := func(text, want string, wait func()) {
			t.Helper()
			if text != "" {
				n.set(text)
			}
			wait()
			synctest.Wait()
			if got := content(t, path); got != want {
				t.Errorf("the file has %q, want %q", got, want)
			}
		}
		told := func() { f.Changed(); f.Changed() }
		minute := func() { <-time.After(time.Minute) }
		step("", "", told)
		if !strings.Contains(log.String(), "what is known could not be saved") {
			t.Errorf("logged %q", log.String())
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		step("", "", func() {})
		step("", "one", minute) // tried again
		step("two", "two", told)
		step("three", "two", func() {})
		step("", "three", minute) // without being told
		n.set("four")
		cancel()
		if err := <-done; err != nil || content(t, path) != "four" {
			t.Errorf("at the end the file has %q, %v", content(t, path), err)
		}
	})
}

// TestChangedWaitsForNobody, not even for a write that hangs.
func TestChangedWaitsForNobody(t *testing.T) {
	begun, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	f := savedfile.New(savedfile.Options{Path: filepath.Join(t.TempDir(), "notes.json"), What: "notes", Log: slog.New(slog.DiscardHandler), Content: func() ([]byte, error) {
		close(begun)
		<-release
		return []byte("one"), nil
	}})
	go func() { done <- f.Save() }()
	<-begun
	for range 3 {
		f.Changed()
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
