package statistics

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

// usageReader is what Store and Archive have in common.
type usageReader interface {
	EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples Samples)) error
}

// allUsage writes down all usage of some instances, a line for each metric; series of one
// metric are put together.
func allUsage(t *testing.T, r usageReader, ids []string, from, to time.Time) []string {
	t.Helper()
	var all fleet.MetricSet
	for _, m := range fleet.Metrics() {
		all = all.With(m)
	}
	var out []string
	err := r.EachUsage(t.Context(), ids, all, from, to, func(id string, m fleet.Metric, samples Samples) {
		out = append(out, id+" "+m.String()+pointsOf(samples, from))
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func pointsOf(samples Samples, from time.Time) string {
	var b strings.Builder
	for ms, v, ok := samples(); ok; ms, v, ok = samples() {
		fmt.Fprintf(&b, " %d=%v", (ms-from.UnixMilli())/1000, v)
	}
	return b.String()
}

// filesOf lists a folder with sizes and times of its files.
func filesOf(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && !e.IsDir() {
			out = append(out, fmt.Sprintf("%s %d %s", strings.TrimPrefix(path, dir), info.Size(), info.ModTime()))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestArchive holds that the history can be read beside a Store, out of blocks and of what
// is not in any yet, that the folder is as before, and that nothing is left behind.
func TestArchive(t *testing.T) {
	dir, scratch := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", scratch)
	s := open(t, dir, nil)
	s.db.DisableCompactions() // but for those that are asked for
	in := orders()
	s.SetFleet([]*fleet.Instance{in})
	from := time.Now().Add(-9 * time.Hour).Truncate(time.Minute).UTC()
	read := func(first, last int) {
		for i := first; i < last; i++ {
			s.Append([]*fleet.Reading{mqttReading(in.ID, from.Add(time.Duration(i)*time.Minute), float64(i), 2, 100)})
		}
		s.Flush()
	}
	read(0, 60)
	s.Append([]*fleet.Reading{silence(in.ID, from.Add(60*time.Minute))})
	read(61, 400)
	if err := s.db.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	bigger := *in
	bigger.Edition, bigger.Catalogue[fleet.Connections] = "professional", 9000
	s.SetFleet([]*fleet.Instance{&bigger})
	read(400, 500)
	if len(s.db.Blocks()) == 0 {
		t.Fatal("there are no blocks")
	}

	before := filesOf(t, dir)
	a, err := OpenArchive(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	to := from.Add(10 * time.Hour)
	for _, part := range [][2]time.Time{{from, to}, {from.Add(30 * time.Minute), from.Add(95 * time.Minute)}, {from.Add(390 * time.Minute), from.Add(410 * time.Minute)}, {to, to.Add(time.Hour)}} {
		if diff := cmp.Diff(allUsage(t, s, []string{in.ID}, part[0], part[1]), allUsage(t, a, []string{in.ID}, part[0], part[1])); diff != "" {
			t.Errorf("from %s to %s (-store +archive)\n%s", part[0], part[1], diff)
		}
	}
	answers := ""
	if err := a.EachAnswer(t.Context(), []string{in.ID}, from.Add(59*time.Minute), from.Add(62*time.Minute), func(_ string, samples Samples) { answers += pointsOf(samples, from) }); err != nil {
		t.Fatal(err)
	}
	if want := " 3540=1 3600=0 3660=1"; answers != want {
		t.Errorf("answers%s, want%s", answers, want)
	}
	var capacities []string
	only := fleet.MetricSet(0).With(fleet.Connections)
	if err := a.EachCapacity(t.Context(), []string{in.ID, "nobody"}, only, from.Add(time.Hour), time.Now().Add(time.Hour), func(id string, m fleet.Metric, samples Samples) {
		_, v, _ := samples()
		capacities = append(capacities, fmt.Sprint(id, " ", m, " ", v))
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(capacities)
	if diff := cmp.Diff([]string{"mqtt-1 connections 5000", "mqtt-1 connections 9000"}, capacities); diff != "" {
		t.Errorf("capacities (-want +got)\n%s", diff)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, filesOf(t, dir)); diff != "" {
		t.Errorf("the folder was changed (-before +after)\n%s", diff)
	}
	if left := filesOf(t, scratch); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestArchiveBesideWriter opens the history again and again while it is written to, put into
// blocks, and its log cut: what is found is always all that was stored before.
func TestArchiveBesideWriter(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	s.db.DisableCompactions() // but for those that are asked for
	in := orders()
	s.SetFleet([]*fleet.Instance{in})
	from := time.Now().Add(-30 * time.Hour).Truncate(time.Minute).UTC()
	const rounds, each = 15, 120
	stored, done := make(chan int, rounds), make(chan error, 1)
	go func() {
		defer close(stored)
		for i := range rounds {
			for k := range each {
				s.Append([]*fleet.Reading{mqttReading(in.ID, from.Add(time.Duration(i*each+k)*time.Minute), 1, 2, float64(i))})
				s.Flush()
			}
			stored <- (i + 1) * each
			if err := s.db.Compact(context.Background()); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for n := range stored {
		a, err := OpenArchive(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		err = a.EachUsage(t.Context(), []string{in.ID}, fleet.MetricSet(0).With(fleet.Connections), from, time.Now(), func(_ string, _ fleet.Metric, samples Samples) {
			for _, _, ok := samples(); ok; _, _, ok = samples() {
				found++
			}
		})
		if err := errors.Join(err, a.Close()); err != nil {
			t.Fatal(err)
		}
		if found < n {
			t.Errorf("%d samples were found, %d were stored", found, n)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestArchiveOfNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "history")
	_, err := OpenArchive(t.Context(), dir)
	if !errors.Is(err, ErrNoHistory) || !strings.Contains(err.Error(), "nothing was recorded there yet") {
		t.Errorf("no folder: %v", err)
	}
	s := open(t, dir, nil)
	s.Flush()
	a, err := OpenArchive(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := allUsage(t, a, []string{"mqtt-1"}, time.Now().Add(-time.Hour), time.Now()); len(got) != 0 {
		t.Errorf("an empty history has %v", got)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}
