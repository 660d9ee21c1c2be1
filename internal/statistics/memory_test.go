package statistics

import (
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/memory"
)

func TestSamplesFor(t *testing.T) {
	for _, c := range []struct {
		memory  int64
		queries int
		want    int
	}{
		{math.MaxInt64, 4, math.MaxInt64 / 2 / 32 / 4},
		{8 << 30, 4, 32 << 20},
		{512 << 20, 4, 2 << 20},
		{1, 4, 1},
	} {
		if got := samplesFor(c.memory, c.queries); got != c.want {
			t.Errorf("of %d bytes and %d queries: %d samples, want %d", c.memory, c.queries, got, c.want)
		}
	}
}

// TestBoundByMemory: whoever allows more than there is room for gets what fits.
func TestBoundByMemory(t *testing.T) {
	var log strings.Builder
	o := Options{MaxSamples: 50_000_000, MaxQueries: 4, Logger: slog.New(slog.NewTextHandler(&log, nil))}
	o.boundSamples(512 << 20)
	if o.MaxSamples != 2<<20 || !strings.Contains(log.String(), "samples=2097152") {
		t.Errorf("%d samples, and the log says: %s", o.MaxSamples, log.String())
	}
	log.Reset()
	o.boundSamples(1 << 40)
	if o.MaxSamples != 2<<20 || log.Len() > 0 {
		t.Errorf("with more memory than needed: %d samples, and the log says: %s", o.MaxSamples, log.String())
	}
	if s := open(t, t.TempDir(), func(o *Options) { o.MaxSamples = math.MaxInt }); s.opts.MaxSamples != samplesFor(memory.Available(), s.opts.MaxQueries) {
		t.Errorf("a history whose queries may hold %d samples", s.opts.MaxSamples)
	}
}
