package state

import (
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
)

// Alive says why it cannot be taken for granted that Brimwatch reads: no reading with
// figures arrived for some intervals of its source. It returns nil when one did, of
// whichever instance, and when no instance has a source.
func (f *Fleet) Alive(now time.Time) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	sources := false
	var newest time.Time
	for i := range f.snapshot.Instances {
		source, r := f.snapshot.Instances[i].Source, f.readings[i]
		if source == nil || f.courses[i].Silence(now) != "" && (r == nil || !r.Up) {
			continue // what its calendar has stopped says nothing about us
		}
		sources = true
		if r == nil || !r.Up {
			continue
		}
		if now.Sub(r.At) <= patience(source) {
			return nil
		}
		if r.At.After(newest) {
			newest = r.At
		}
	}
	switch {
	case !sources:
		return nil
	case newest.IsZero():
		return errors.New("no instance has been read yet")
	}
	return fmt.Errorf("no instance was read for %s", words.Duration(now.Sub(newest), words.EN))
}

// patience is how old the newest reading of a source may be.
func patience(s *config.Source) time.Duration {
	const intervals, least = 4, time.Minute
	p := max(intervals*s.Interval, least)
	if s.Type == "aliyun" { // a cloud tells its figures some minutes late
		p += 5 * time.Minute
	}
	return p
}
