package aliyun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

// saveAfter is how long counted calls wait for being written, and so how much of
// the count a crash may lose.
const saveAfter = 5 * time.Second

// meter counts the calls of a month, and keeps the count in a file. Its
// invariants:
//
//   - a call is counted before it is sent, so the count is never too low;
//   - the counts of others who keep the same file are added, not overwritten;
//   - nobody who counts waits for the disk.
type meter struct {
	file  string // "" for none
	limit int64
	log   *slog.Logger

	mu      sync.Mutex
	month   string
	calls   int64
	unsaved int64       // of calls
	timer   *time.Timer // set while a write is due
	closed  bool
	failed  bool // the last write did not go well
	writing sync.WaitGroup
}

// counted is what a meter's file holds.
type counted struct {
	Month string `json:"month"`
	Calls int64  `json:"calls"`
}

// newMeter reads the count of before.
func newMeter(file string, limit int64, now time.Time, log *slog.Logger) (*meter, error) {
	m := &meter{file: file, limit: limit, log: log, month: monthOf(now)}
	if file == "" {
		return m, nil
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("the calls of the month cannot be kept in %s: its folder is missing", file)
	}
	before, err := readCounted(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, errCounted):
		log.Warn("count of the month's calls cannot be read, counting from zero", "file", file)
	case err != nil:
		return nil, fmt.Errorf("read the calls of the month: %w", err)
	case before.Month == m.month:
		m.calls = before.Calls
	}
	return m, nil
}

// turn begins a new month when it has come. mu is held.
func (m *meter) turn(now time.Time) {
	if month := monthOf(now); month != m.month {
		m.month, m.calls, m.unsaved = month, 0, 0
	}
}

// take counts one call, unless the month's calls are used up.
func (m *meter) take(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(now)
	if m.calls >= m.limit {
		return false
	}
	m.calls++
	m.unsaved++
	m.arm()
	return true
}

// arm has the count written soon. The caller holds mu.
func (m *meter) arm() {
	if m.file == "" || m.timer != nil || m.closed || m.unsaved == 0 {
		return
	}
	m.writing.Add(1)
	m.timer = time.AfterFunc(saveAfter, m.due)
}

// count returns the month and how many calls it has seen.
func (m *meter) count(now time.Time) (month string, calls int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(now)
	return m.month, m.calls
}

// due writes the calls since the last write.
func (m *meter) due() {
	defer m.writing.Done()
	err := m.save()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.timer = nil
	m.arm() // for the calls of the meantime, and those of a write that failed
	if err != nil && !m.failed {
		m.log.Warn("count of the month's calls cannot be written, it is kept in memory", "file", m.file, "error", err)
	}
	m.failed = err != nil
}

// close writes the remaining calls.
func (m *meter) close() error {
	m.mu.Lock()
	m.closed = true
	if m.timer != nil && m.timer.Stop() {
		m.writing.Done() // due will not be called
	}
	m.timer = nil
	m.mu.Unlock()
	m.writing.Wait()
	if m.file == "" {
		return nil
	}
	return m.save()
}

// save adds the calls to the count in the file.
func (m *meter) save() error {
	m.mu.Lock()
	month, base, add := m.month, m.calls-m.unsaved, m.unsaved
	m.mu.Unlock()
	if add == 0 {
		return nil
	}
	if there, err := readCounted(m.file); err == nil && there.Month == month {
		base = max(base, there.Calls)
	}
	if err := writeCounted(m.file, counted{Month: month, Calls: base + add}); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.month == month {
		m.unsaved -= add
		m.calls = base + add + m.unsaved
	}
	return nil
}

// errCounted says that a file holds something else than a count.
var errCounted = errors.New("not a count of calls")

func readCounted(file string) (counted, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return counted{}, err
	}
	var c counted
	if err := json.Unmarshal(data, &c); err != nil || c.Calls < 0 || c.Month == "" {
		return counted{}, errCounted
	}
	return c, nil
}

// writeCounted replaces the file as a whole, so that a crash leaves either the
// old count or the new one.
func writeCounted(file string, c counted) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return atomicfile.Replace(file, append(data, '\n'), 0o600)
}
