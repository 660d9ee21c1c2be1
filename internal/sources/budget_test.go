package sources

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/internal/config"
)

// scripted is a Collector that answers what it is told to.
type scripted struct {
	err     error
	hang    chan struct{}
	visited int
}

func (c *scripted) Collect(ctx context.Context, _ []collector.Visit) error {
	c.visited++
	if c.hang != nil {
		select {
		case <-c.hang:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return c.err
}

func (*scripted) Close() error { return nil }

// bounds returns Sources with a budget, and the Collectors of some sources in it.
func bounds(t *testing.T, d Descriptors, from map[string]config.Source, ids ...string) (*Sources, map[string]*scripted) {
	t.Helper()
	s := New(slog.New(slog.DiscardHandler), nil)
	inner := make(map[string]*scripted)
	s.build = func(p planned) (collector.Collector, error) {
		inner[p.name] = &scripted{}
		return inner[p.name], nil
	}
	d.Enough = func(need int) int { return 1000 + need }
	s.Bound(d, nil)
	set, err := s.Prepare(snapshotOf(from, ids...), nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Swap(set)
	return s, inner
}

// TestBudget: who comes first is read, the others say what to do, and are counted;
// what is closed leaves its place.
func TestBudget(t *testing.T) {
	from := map[string]config.Source{
		"a": {Type: "redis"}, "b": {Type: "emqx", APIURL: "http://b"}, "c": {Type: "redis"}, "d": {Type: "rabbitmq", Nodes: []string{"1", "2", "3"}, ManagementURL: "http://d"},
	}
	s, inner := bounds(t, Descriptors{Limit: 256, Kept: 3, Dialing: 2}, from, "a", "b", "c", "d")
	visit := func(name string) error { return s.open[name].collector.Collect(t.Context(), nil) }
	for _, name := range []string{"a", "b", "a"} {
		if err := visit(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := s.Remarks(); len(got) != 0 {
		t.Errorf("remarks while there is room: %v", got)
	}
	for _, name := range []string{"c", "d"} {
		if err := visit(name); err == nil || err.Error() != "no file descriptor is left for it: raise the limit of open files (ulimit -n) from 256 to 1008" || inner[name].visited != 0 {
			t.Errorf("%s: %v after %d visits", name, err, inner[name].visited)
		}
	}
	if got := s.Remarks(); len(got) != 1 || !strings.HasPrefix(got[0], "2 instances cannot be read: this process may open 256 files") || !strings.Contains(got[0], "to 1008.") {
		t.Errorf("remarks: %v", got)
	}
	inner["a"].err = errors.New("refused") // it may be back at any moment
	if err := visit("a"); err == nil {
		t.Error("what its Collector said is lost")
	}
	if err := visit("c"); err == nil {
		t.Error("the place of one that fails was taken")
	}
	if err := s.open["a"].collector.Close(); err != nil {
		t.Fatal(err)
	}
	if err := visit("c"); err != nil {
		t.Errorf("there was room: %v", err)
	}
	if err := s.open["d"].collector.Close(); err != nil {
		t.Fatal(err)
	}
	if got := s.Remarks(); len(got) != 0 {
		t.Errorf("remarks when all are read or gone: %v", got)
	}
}

// TestDialing: so many connect at a time, and who is connected waits for nobody.
func TestDialing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := map[string]config.Source{"a": {Type: "redis"}, "b": {Type: "redis"}, "c": {Type: "redis"}}
		s, inner := bounds(t, Descriptors{Kept: 10, Dialing: 1}, from, "a", "b", "c")
		visit := func(ctx context.Context, name string) error { return s.open[name].collector.Collect(ctx, nil) }
		if err := visit(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		inner["b"].hang = make(chan struct{})
		done := make(chan error, 1)
		go func() { done <- visit(t.Context(), "b") }()
		synctest.Wait()
		if err := visit(t.Context(), "a"); err != nil {
			t.Errorf("one that is connected: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := visit(ctx, "c"); !errors.Is(err, context.DeadlineExceeded) || inner["c"].visited != 0 {
			t.Errorf("one that is to wait: %v", err)
		}
		close(inner["b"].hang)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := visit(t.Context(), "c"); err != nil {
			t.Errorf("then: %v", err)
		}
	})
}
