package statistics

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/brimwatch/brimwatch/internal/statistics/remotewrite"
)

// settle is how long ago everything is final at the earliest: what is made up and
// gathered here is stored within that time.
const settle = 2 * time.Second

// openRemotes makes a writer for each endpoint, and puts away what is known of
// endpoints that are gone. Two that differ only in what is not shown of a URL are told
// apart by a number.
func (s *Store) openRemotes() error {
	seen := make(map[string]int)
	var shown []string
	for _, endpoint := range s.opts.RemoteWrite {
		label := remotewrite.Shown(endpoint.URL)
		seen[label]++
		if n := seen[label]; n > 1 {
			label = fmt.Sprintf("%s#%d", label, n)
		}
		shown = append(shown, label)
		w, err := remotewrite.New(endpoint, remotewrite.Options{
			History: remotewrite.History{Samples: s.query, Final: s.final, Retention: s.opts.Retention},
			Dir:     filepath.Clean(s.opts.Dir), Version: s.opts.Version, Logger: s.log, Label: label,
		})
		if err != nil {
			return err
		}
		s.remotes = append(s.remotes, w)
	}
	if err := remotewrite.Forget(s.opts.Dir, shown, time.Now().Add(-s.opts.Retention)); err != nil {
		s.log.Warn("what is known of former endpoints of remote write stays", "error", err)
	}
	return nil
}

// final returns the time, in milliseconds since 1970, through which the history is
// final: all of that time or before is stored.
func (s *Store) final() int64 {
	now := time.Now()
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return now.UnixMilli()
	}
	through := now.Add(-settle).UnixMilli()
	if s.gathering.running > 0 {
		through = min(through, s.gathering.since-1)
	}
	s.mu.Unlock()
	if s.opts.Complete != nil {
		through = min(through, s.opts.Complete().UnixMilli())
	}
	// What was handed over up to here may wait to be stored.
	s.commit(now)
	return through
}

// gathering is the looks at figures that are under way.
type gathering struct {
	running int
	since   int64 // the time that the figures of the first bear
}

// Run stores readings and sends them to the remotes until ctx is done. Then it
// stores what is left, gives the remotes a moment to take theirs, and returns
// when all it started has ended. It may be called once.
func (s *Store) Run(ctx context.Context) error {
	remotes, stopRemotes := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRemotes()
	var group errgroup.Group
	for _, w := range s.remotes {
		group.Go(func() error { return w.Run(remotes) })
	}
	var figures sync.WaitGroup
	figures.Go(func() { s.gatherUntil(ctx) })
	group.Go(func() error {
		defer stopRemotes() // after the last samples have been stored
		s.commitUntil(ctx)
		figures.Wait()
		s.commit(time.Now())
		s.mu.Lock()
		s.ended = true
		s.mu.Unlock()
		return nil
	})
	return group.Wait()
}
