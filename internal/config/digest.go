package config

import (
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// digests remembers what files held, so that a file which looks as it did is not
// read again: the configuration of a large fleet is megabytes, and something
// that happens beside it is no reason to read them.
type digests struct {
	known map[string]digest
	read  func(path string) ([]byte, error)
}

// digest is what one file held when it was read last.
type digest struct {
	sum  [sha256.Size]byte
	ok   bool        // it could be read
	info fs.FileInfo // before it was read
	at   time.Time   // when that was
	real string      // where its symbolic links led
}

// racy is how much older than its reading the change of a file must be to be
// distinguished from the next one by its time: file systems count time in steps, of two
// seconds at worst (FAT).
const racy = 3 * time.Second

func newDigests() *digests {
	return &digests{known: make(map[string]digest), read: readRegular}
}

// of returns what a file holds at the moment now.
func (ds *digests) of(path string, now time.Time) digest {
	info, err := os.Stat(path)
	if err != nil {
		delete(ds.known, path)
		return digest{}
	}
	if old, ok := ds.known[path]; ok && old.still(info) {
		return old
	}
	d := digest{info: info, at: now}
	d.real, _ = filepath.EvalSymlinks(path) // it was there a moment ago
	if data, err := ds.read(path); err == nil {
		d.sum, d.ok = sha256.Sum256(data), true
	}
	ds.known[path] = d
	return d
}

// still tells whether a file that looks like info now holds what it held.
func (d *digest) still(info fs.FileInfo) bool {
	return d.ok && os.SameFile(d.info, info) && d.info.Size() == info.Size() && d.info.Mode() == info.Mode() &&
		d.info.ModTime().Equal(info.ModTime()) && d.at.Sub(info.ModTime()) > racy
}

// forget makes sure that a file for which the system reported an event is read
// again, whatever it looks like: its time may have been set back.
func (ds *digests) forget(changed string) {
	for path, d := range ds.known {
		if path == changed || d.real == changed {
			delete(ds.known, path)
		}
	}
}
