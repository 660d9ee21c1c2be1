package config

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// WatchOptions names the files that Watch watches, and whom it calls.
type WatchOptions struct {
	// Path is the main file. The files it names are found by reading it, whether
	// or not it has faults: so a fault in a file that was included only now is
	// mended without touching any other, and a file that newly fits an include
	// pattern is seen, in a new folder too. "" finds none.
	Path string
	// Known is the configuration that was loaded from Path; nil for none. It saves
	// reading a large configuration once more, and Notify is called at once when the
	// files have changed since.
	Known *Snapshot
	// Files returns further files to watch, and may be nil.
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
	// lookEvery is how often contents are compared without an event: for file
	// systems that report none, and folders that came back.
	lookEvery = 5 * time.Second
)

// Watch calls Notify when the configuration changed on disk, until ctx ends. It
// watches folders, not files: an editor puts a new file in the old one's place,
// and Kubernetes swaps a symbolic link of the whole folder. Contents are
// compared, so a file that was only touched is no change.
func Watch(ctx context.Context, o WatchOptions) error {
	w := newWatcher(o)
	defer w.close()
	w.run(ctx)
	return nil
}

// newWatcher reads the files as they are; what differs from now on is a change.
func newWatcher(o WatchOptions) *watcher {
	w := &watcher{o: o, log: o.Logger.With("component", "config"), watched: make(map[string]bool), digests: newDigests()}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		w.warned = true
		w.log.Warn("the system does not report changes of files; they are looked at every few seconds", "error", err)
	} else {
		w.notify = notify
	}
	if known := o.Known; known != nil {
		w.found, w.globs = known.Files, known.patterns
	} else {
		w.find()
	}
	w.arm()
	w.glance = w.outside()
	w.seen = w.state()
	if o.Known != nil && o.Known.Changed() {
		o.Notify()
	}
	return w
}

func (w *watcher) close() {
	if w.notify != nil {
		_ = w.notify.Close() // nothing is left to do about it
	}
}

// watcher is used by one goroutine.
type watcher struct {
	o       WatchOptions
	log     *slog.Logger
	notify  *fsnotify.Watcher // nil: only looking
	watched map[string]bool   // folders
	seen    string            // state of the files that Notify was called for last
	found   []string          // files that Path names
	globs   []string          // its include patterns
	glance  string            // sizes and times at the last look
	digests *digests
	warned  bool // that folders cannot be watched
}

func (w *watcher) run(ctx context.Context) {
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
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-events:
			w.digests.forget(e.Name)
			settle.Reset(settleFor)
		case err := <-errs:
			w.log.Warn("watching files", "error", err)
		case <-settle.C:
			w.compare()
		case <-look.C:
			if now := w.outside(); now != w.glance {
				w.glance = now
				w.compare()
			}
		}
	}
}

// compare calls Notify when the files are not as they were when it was called
// last, and watches folders that are new.
func (w *watcher) compare() {
	w.arm()
	if now := w.state(); now != w.seen {
		w.find()
		w.arm()
		w.seen = w.state()
		w.o.Notify()
	}
}

// outside is a summary of what can be seen of files and folders without reading
// them.
func (w *watcher) outside() string {
	var b strings.Builder
	for _, path := range append(w.files(), w.folders()...) {
		info, err := os.Stat(path)
		if err != nil {
			fmt.Fprintf(&b, "%s gone\n", path)
			continue
		}
		fmt.Fprintf(&b, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
	}
	return b.String()
}

// find reads which files and patterns the configuration names by now.
func (w *watcher) find() {
	if w.o.Path == "" {
		return
	}
	d := newDecoder()
	_, _ = d.load(w.o.Path) // whoever loads it to use it reports its faults
	w.found, _ = d.contents()
	w.globs = d.patterns
}

// files are all that are watched.
func (w *watcher) files() []string {
	out := slices.Clone(w.found)
	if w.o.Files != nil {
		out = append(out, w.o.Files()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// folders are those of all files, and where their symbolic links lead.
func (w *watcher) folders() []string {
	set := make(map[string]bool)
	for _, f := range w.files() {
		dir := filepath.Dir(f)
		set[dir] = true
		if target, err := filepath.EvalSymlinks(dir); err == nil {
			set[target] = true
		}
		if target, err := filepath.EvalSymlinks(f); err == nil {
			set[filepath.Dir(target)] = true
		}
		// The folder that holds a folder: it may be swapped as a whole.
		set[filepath.Dir(dir)] = true
	}
	for _, pattern := range w.globs {
		// Each folder on the way that is there: what is new in it may lead further.
		for dir := filepath.Dir(pattern); ; dir = filepath.Dir(dir) {
			matches, _ := filepath.Glob(dir) // a bad pattern is a fault of the configuration
			for _, m := range matches {
				set[m] = true
			}
			if !strings.ContainsAny(dir, "*?[") {
				break
			}
		}
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
		// Adding a watched folder again is no fault, and renews the watch of a
		// folder that was replaced.
		if err := w.notify.Add(dir); err != nil {
			if !w.warned && !errors.Is(err, fs.ErrNotExist) {
				w.warned = true
				w.log.Warn("folders cannot be watched; they are looked at every few seconds", "dir", dir, "error", err)
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
	now := time.Now()
	for _, f := range w.files() {
		d := w.digests.of(f, now)
		_, _ = fmt.Fprintf(h, "%s\x00%v\x00%x\x00", f, d.ok, d.sum)
	}
	for _, pattern := range w.globs {
		matches, _ := expand(pattern) // as above
		_, _ = fmt.Fprintf(h, "%q", matches)
	}
	for _, dir := range w.besides() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if isConfig(e) {
				_, _ = fmt.Fprintf(h, "%s\x00", e.Name())
			}
		}
	}
	return string(h.Sum(nil))
}

// besides are the folders in which YAML files of the configuration stand.
func (w *watcher) besides() []string {
	if w.o.Path != "" {
		return nil // its patterns say which further files count
	}
	var out []string
	for _, f := range w.files() {
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
