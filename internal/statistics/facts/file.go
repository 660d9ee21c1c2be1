package facts

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/internal/atomicfile"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// fileName is the file of facts, written as docs/statistics.md describes it.
const fileName = "facts.log"

// Options say where facts are kept and for how long.
type Options struct {
	Dir       string
	Retention time.Duration // 0 is for ever
	Logger    *slog.Logger  // never nil

	// InUse tells whether an instance is in the fleet, so that its subject must
	// be kept even when nothing is known about it; nil is none.
	InUse func(series.Identity) bool
}

func (o Options) unused(id series.Identity) bool { return o.InUse == nil || !o.InUse(id) }

// Open reads the facts in opts.Dir. A file that ends in the middle of a record,
// as after a power cut, is read up to there; one that is no file of facts is
// moved aside. The error is about the disk, never about the contents.
func Open(opts Options) (*Store, error) {
	s := empty(opts, &logFile{path: filepath.Join(opts.Dir, fileName)})
	data, err := os.ReadFile(s.file.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	if len(data) > 0 {
		if err := s.load(data); err != nil {
			return nil, err
		}
	}
	// Every start writes the file anew: it is short, and what a crash left at its
	// end must not stay in the middle of what follows.
	if err := s.rewrite(time.Now().UnixMilli()); err != nil {
		return nil, err
	}
	return s, nil
}

// Read reads the facts in a folder that another process may be writing to. The folder is left as
// it is, and the Store is only to be read: what is set is not kept. Of a file that ends in the
// middle of a record, as one that is being written does, what comes before counts.
func Read(dir string) (*Store, error) {
	s := empty(Options{}, &logFile{broken: true})
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	if len(data) > 0 {
		_, _ = decode(data, s) // what can be read is what there is
	}
	return s, nil
}

// empty returns a store that knows nothing.
func empty(opts Options, file *logFile) *Store {
	return &Store{
		opts: opts, file: file,
		subjects: make(map[series.Identity]*Subject), byID: make(map[string][]*Subject),
		labelled: make(map[string]*Labelled), families: make(map[string]*family),
	}
}

// load replays a file. What cannot be read is kept beside it, and said.
func (s *Store) load(data []byte) error {
	good, err := decode(data, s)
	if err == nil {
		return nil
	}
	aside := fmt.Sprintf("%s.damaged-%d", s.file.path, time.Now().Unix())
	s.opts.Logger.Error("file of facts is damaged, what can be read is kept and a copy is put aside",
		"path", s.file.path, "copy", aside, "read_bytes", good, "size_bytes", len(data), "error", err)
	if err := os.WriteFile(aside, data, 0o600); err != nil { //nolint:gosec // beside the file, in the operator's own folder
		return fmt.Errorf("put damaged facts aside: %w", err)
	}
	return nil
}

// Flush writes what has changed to the file, and down to the disk when durable
// is set. After an error nothing is lost: memory has it all, and the next Flush
// writes the file anew.
func (s *Store) Flush(now time.Time, durable bool) error {
	if s.file.broken || s.file.grown() {
		return s.rewrite(now.UnixMilli())
	}
	if err := s.file.write(durable); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	return nil
}

// rewrite drops what is older than the retention and writes the whole file anew.
func (s *Store) rewrite(now int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opts.Retention > 0 {
		s.prune(now - s.opts.Retention.Milliseconds())
	}
	s.file.pending = s.file.pending[:0]
	if n := len(s.sessions); n > 0 {
		s.marked = s.sessions[n-1].To
	}
	if err := s.file.replace(s.encode()); err != nil {
		s.file.broken = true
		return fmt.Errorf("rewrite facts: %w", err)
	}
	s.file.broken = false
	return nil
}

// Close writes what is left and closes the file.
func (s *Store) Close() error {
	err := s.Flush(time.Now(), true)
	if s.file.f != nil {
		err = errors.Join(err, s.file.f.Close())
	}
	return err
}

// logFile is the file and what has yet to be written to it. Once a write has
// failed, the end of the file is not known and nothing more is added to it.
type logFile struct {
	path    string
	f       *os.File
	pending []byte
	first   int64 // size of the file when it was last written anew
	size    int64
	broken  bool
}

// smallFile is the growth up to which a file is not written anew.
const smallFile = 1 << 20

func (l *logFile) grown() bool { return l.size-l.first > max(smallFile, l.first) }

func (l *logFile) write(durable bool) error {
	if len(l.pending) > 0 {
		n, err := l.f.Write(l.pending)
		l.size += int64(n)
		l.pending = l.pending[:0]
		if err != nil {
			l.broken = true
			return err
		}
	}
	if durable {
		return l.f.Sync()
	}
	return nil
}

// replace puts a whole new file in the place of the old one; a crash at any
// moment leaves the one or the other.
func (l *logFile) replace(data []byte) error {
	if err := atomicfile.Replace(l.path, data, 0o600); err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if l.f != nil {
		_ = l.f.Close() // the old file is gone already
	}
	l.f, l.first, l.size = f, int64(len(data)), int64(len(data))
	return nil
}

func (l *logFile) subject(sub *Subject) {
	if !l.broken {
		l.pending = appendSubject(l.pending, sub)
	}
}

func (l *logFile) point(sub *Subject, k Kind, t int64, v float64) {
	if !l.broken {
		l.pending = appendPoint(l.pending, sub.ref, k, t, v)
	}
}

func (l *logFile) labelled(f *Labelled) {
	if !l.broken {
		l.pending = appendLabelled(l.pending, f)
	}
}

func (l *logFile) labelledPoint(f *Labelled, t int64, v float64) {
	if !l.broken {
		l.pending = appendLabelledPoint(l.pending, f.ref, t, v)
	}
}

func (l *logFile) session(kind byte, t int64) {
	if !l.broken {
		l.pending = appendSession(l.pending, kind, t)
	}
}

// encode returns the whole store as a file; the caller holds the lock.
func (s *Store) encode() []byte {
	out := appendHeader(nil)
	for _, sp := range s.sessions {
		out = appendSession(out, recordBegin, sp.From)
		out = appendSession(out, recordAlive, sp.To)
	}
	for _, sub := range s.subjects {
		out = appendSubject(out, sub)
		for k := range Kind(NumKinds) {
			for _, p := range sub.track(k) {
				out = appendPoint(out, sub.ref, k, p.t, p.v)
			}
		}
	}
	for _, f := range s.labelled {
		out = appendLabelled(out, f)
		for _, p := range f.points {
			out = appendLabelledPoint(out, f.ref, p.t, p.v)
		}
	}
	return out
}

func appendSubject(b []byte, sub *Subject) []byte {
	p := binary.AppendUvarint([]byte{recordSubject}, sub.ref)
	for _, word := range []string{sub.ID.ID, sub.ID.Product, sub.ID.Edition} {
		p = appendString(p, word)
	}
	return appendRecord(b, p)
}

func appendPoint(b []byte, ref uint64, k Kind, t int64, v float64) []byte {
	var room [32]byte
	p := binary.AppendUvarint(append(room[:0], recordPoint), ref)
	p = append(p, byte(k))
	p = binary.AppendVarint(p, t)
	p = binary.LittleEndian.AppendUint64(p, math.Float64bits(v))
	return appendRecord(b, p)
}

func appendSession(b []byte, kind byte, t int64) []byte {
	var room [16]byte
	return appendRecord(b, binary.AppendVarint(append(room[:0], kind), t))
}

func appendLabelled(b []byte, f *Labelled) []byte {
	p := binary.AppendUvarint([]byte{recordLabelled}, f.ref)
	p = binary.AppendUvarint(p, uint64(f.Labels.Len()))
	f.Labels.Range(func(l labels.Label) { p = appendString(appendString(p, l.Name), l.Value) })
	return appendRecord(b, p)
}

func appendLabelledPoint(b []byte, ref uint64, t int64, v float64) []byte {
	var room [32]byte
	p := binary.AppendUvarint(append(room[:0], recordLabelledPoint), ref)
	p = binary.AppendVarint(p, t)
	p = binary.LittleEndian.AppendUint64(p, math.Float64bits(v))
	return appendRecord(b, p)
}
