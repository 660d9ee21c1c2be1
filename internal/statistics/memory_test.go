package statistics

import (
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/fstest"
)

func TestMemoryOf(t *testing.T) {
	const meminfo = "MemTotal:        8000000 kB\nMemFree:          100 kB\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"nothing is told", nil, math.MaxInt64},
		{"a machine", map[string]string{"proc/meminfo": meminfo}, 8_000_000 * 1024},
		{"a container", map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912\n"}, 512 << 20},
		{"a container without a limit", map[string]string{"proc/meminfo": meminfo, "sys/fs/cgroup/memory.max": "max\n"}, 8_000_000 * 1024},
		{"an old container", map[string]string{"proc/meminfo": meminfo, "sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n"}, 1 << 30},
		{"an old container without a limit", map[string]string{"proc/meminfo": meminfo, "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 8_000_000 * 1024},
		{"a service in a slice", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "1:name=systemd:/x\n0::/system.slice/brimwatch.service\n",
			"sys/fs/cgroup/system.slice/brimwatch.service/memory.max": "max\n", "sys/fs/cgroup/system.slice/memory.max": "2147483648\n",
		}, 2 << 30},
		{"nonsense", map[string]string{"proc/meminfo": "MemTotal: -3 kB", "proc/self/cgroup": "0::../../..", "sys/fs/cgroup/memory.max": ""}, math.MaxInt64},
		{"a number too large", map[string]string{"proc/meminfo": "MemTotal: 9223372036854775807 kB"}, math.MaxInt64},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := fstest.MapFS{}
			for name, text := range c.files {
				root[name] = &fstest.MapFile{Data: []byte(text)}
			}
			if got := memoryOf(root); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

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
	if s := open(t, t.TempDir(), func(o *Options) { o.MaxSamples = math.MaxInt }); s.opts.MaxSamples != samplesFor(memoryLimit(), s.opts.MaxQueries) {
		t.Errorf("a history whose queries may hold %d samples", s.opts.MaxSamples)
	}
}
