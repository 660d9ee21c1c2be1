package check

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/internal/accounts"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/receivers"
	"github.com/brimwatch/brimwatch/internal/sources"
)

// Configuration makes sure that a daemon would take a configuration, channels and
// collectors included. It counts the instances that a daemon has found in the
// accounts of clouds before. It starts nothing.
func Configuration(path, version string) (_ *config.Snapshot, err error) {
	s, err := config.Load(path)
	if err != nil {
		return nil, err
	}
	open := accounts.New(accounts.Options{Logger: slog.New(slog.DiscardHandler), Dir: keptDir(s)})
	defer func() { err = errors.Join(err, open.Stop()) }()
	s, set, err := open.Join(s, path)
	if err != nil {
		return nil, err
	}
	open.Swap(set)
	d, err := receivers.Directory(s, version)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	faults, warnings := tryTemplates(s, d)
	if len(faults) > 0 {
		return nil, faults
	}
	s.Warnings = append(s.Warnings, warnings...)
	unused := sources.New(slog.New(slog.DiscardHandler), nil)
	built, err := unused.Prepare(s, set)
	if err != nil {
		return nil, err // it names files and lines itself
	}
	unused.Discard(built)
	now := time.Now()
	s.Warnings = append(s.Warnings, s.Gaps(now, now.AddDate(0, 0, gapDays))...)
	return s, nil
}

// gapDays is how far ahead rotas are looked through for times in which nobody is on
// call.
const gapDays = 90

// keptDir is where a daemon keeps what it found; "" when none has run there, so
// that checking leaves nothing behind.
func keptDir(s *config.Snapshot) string {
	if _, err := os.Stat(filepath.Join(s.Storage.Dir, "accounts")); err != nil {
		return ""
	}
	return s.Storage.Dir
}
