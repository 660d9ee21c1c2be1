package config

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// WatchOptions says what is watched.
type WatchOptions struct {
	// Files returns the files that the configuration was read from, and the
	// folders in which further ones may turn up are theirs.
	Files func() []string
	// Notify is called when their contents changed. It must not block.
	Notify func()
	Logger *slog.Logger
}

// Pauses of the watcher.
const (
	// settleFor is how long nothing may happen before a change is looked at: an
	// editor, and a symlink swap, touch several things.
	settleFor = 250 * time.Millisecond
	// lookEvery is how often contents are compared without being told to: for
	// file systems that tell nothing, and folders that came back.
	lookEvery = 5 * time.Second
)

// Watch calls Notify when the configuration changed on disk, until ctx ends. It
// watches folders, not files: an editor puts a new file in the old one's place,
// and Kubernetes swaps a symbolic link of the whole folder. Contents are
// compared, so a file that was only touched is no change.
func Watch(ctx context.Context, o WatchOptions) error {
	w := &watcher{o: o, log: o.Logger.With("component", "config"), watched: make(map[string]bool)}
	notifier, err := fsnotify.NewWatcher()
	if err != nil {
		w.log.Warn("changes of files are not told; they are looked at every few seconds", "error", err)
	} else {
		w.notify = notifier
		defer notifier.Close()
	}
	return w.run(ctx)
}

// watcher is used by one goroutine.
type watcher struct {
	o       WatchOptions
	log     *slog.Logger
	notify  *fsnotify.Watcher // nil: only looking
	watched map[string]bool   // folders
	seen    string            // state of the files that Notify was called for last
}

func (w *watcher) run(ctx context.Context) error {
	var events chan fsnotify.Event
	var errs chan error
	if w.notify != nil {
		events, errs = w.notify.Events, w.notify.Errors
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	settle := time.NewTimer(settleFor)
	settle.Stop()
	defer settle.Stop()
	w.arm()
	w.seen = w.state()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-events:
			settle.Reset(settleFor)
		case err := <-errs:
			w.log.Warn("watching files", "error", err)
		case <-settle.C:
			w.compare()
		case <-look.C:
			w.compare()
		}
	}
}

// compare calls Notify when the files are not as they were when it was called
// last, and watches folders that are new.
func (w *watcher) compare() {
	w.arm()
	if now := w.state(); now != w.seen {
		w.seen = now
		w.o.Notify()
	}
}

// folders are those of all files, and where their symbolic links lead.
func (w *watcher) folders() []string {
	set := make(map[string]bool)
	for _, f := range w.o.Files() {
		dir := filepath.Dir(f)
		set[dir] = true
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			set[real] = true
		}
		if real, err := filepath.EvalSymlinks(f); err == nil {
			set[filepath.Dir(real)] = true
		}
		// The folder that holds a folder: it may be swapped as a whole.
		set[filepath.Dir(dir)] = true
	}
	out := make([]string, 0, len(set))
	for dir := range set {
		out = append(out, dir)
	}
	slices.Sort(out)
	return out
}

// arm watches the folders that are there and are not watched.
func (w *watcher) arm() {
	if w.notify == nil {
		return
	}
	wanted := w.folders()
	for dir := range w.watched {
		if _, err := os.Stat(dir); err != nil || !slices.Contains(wanted, dir) {
			_ = w.notify.Remove(dir) // it may be gone, and its watch with it
			delete(w.watched, dir)
		}
	}
	for _, dir := range wanted {
		// Adding again what is watched is no fault, and renews the watch of a
		// folder that was replaced.
		if err := w.notify.Add(dir); err != nil {
			if !w.watched[dir] {
				w.log.Debug("folder is not watched; it is looked at every few seconds", "dir", dir, "error", err)
			}
			continue
		}
		w.watched[dir] = true
	}
}

// state is a summary of what the files hold, and of which others stand beside
// them, which an include pattern may name.
func (w *watcher) state() string {
	h := sha256.New()
	for _, f := range w.o.Files() {
		data, err := os.ReadFile(f)
		fmt.Fprintf(h, "%s\x00%v\x00%d\x00", f, err == nil, len(data))
		h.Write(data)
	}
	for _, dir := range w.besides() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if isConfig(e) {
				fmt.Fprintf(h, "%s\x00", e.Name())
			}
		}
	}
	return string(h.Sum(nil))
}

// besides are the folders in which YAML files of the configuration stand.
func (w *watcher) besides() []string {
	var out []string
	for _, f := range w.o.Files() {
		if dir := filepath.Dir(f); isYAML(f) && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

func isConfig(e fs.DirEntry) bool { return !e.IsDir() && isYAML(e.Name()) }

func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yml" || ext == ".yaml"
}
