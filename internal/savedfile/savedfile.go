// Package savedfile keeps a small file that says what a part of the program knows, so
// that a restart begins where the run before it ended.
//
// Invariants:
//
//   - The file is replaced whole, and only when it would say something else.
//   - Changed never waits: only Run and Save wait for the disk.
//   - While Run runs, a change is written as soon as Changed reports it, and within a
//     minute when nobody does. A write that failed is tried again within a minute.
//   - Run writes once more when it ends.
package savedfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// Options are what a File is made from. All of it is needed.
type Options struct {
	Path    string                 // "" keeps nothing
	What    string                 // it holds, for logs and errors: balances
	Content func() ([]byte, error) // what the file is to hold now
	Log     *slog.Logger
}

// File is one file that is kept up to date. Its methods may be called from any
// goroutine.
type File struct {
	Options
	dirty chan struct{} // of capacity 1: there may be something to write

	writing sync.Mutex // held while the file is read or written
	written []byte     // its content; guarded by writing
}

// every is how often Run looks by itself whether there is something to write.
const every = time.Minute

// New returns a File. It touches no disk.
func New(o Options) *File { return &File{Options: o, dirty: make(chan struct{}, 1)} }

// Read hands what the file holds to decode. A file that does not exist is not read,
// and no error. After an error the next write replaces the file.
func (f *File) Read(decode func([]byte) error) error {
	if f.Path == "" {
		return nil
	}
	f.writing.Lock()
	defer f.writing.Unlock()
	data, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = decode(data)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", f.What, err)
	}
	f.written = data
	return nil
}

// Changed tells Run that there may be something to write.
func (f *File) Changed() {
	select {
	case f.dirty <- struct{}{}:
	default:
	}
}

// Run keeps the file up to date until ctx ends.
func (f *File) Run(ctx context.Context) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return f.Save()
		case <-f.dirty:
		case <-tick.C:
		}
		if err := f.Save(); err != nil {
			f.Log.Warn("what is known could not be saved; it is tried again within a minute", "holds", f.What, "file", f.Path, "error", err)
		}
	}
}

// Save writes the file when it would say something else.
func (f *File) Save() error {
	if f.Path == "" {
		return nil
	}
	f.writing.Lock()
	defer f.writing.Unlock()
	data, err := f.Content()
	if err == nil && !bytes.Equal(data, f.written) {
		if err = atomicfile.Replace(f.Path, data, 0o600); err == nil {
			f.written = data
		}
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", f.What, err)
	}
	return nil
}
