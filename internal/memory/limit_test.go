package memory

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestAvailable(t *testing.T) {
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
		{"a service in an old group", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "5:memory:/system.slice/brimwatch.service\n", "sys/fs/cgroup/memory/system.slice/brimwatch.service/memory.limit_in_bytes": "268435456\n",
		}, 256 << 20},
		{"nonsense", map[string]string{"proc/meminfo": "MemTotal: -3 kB", "proc/self/cgroup": "0::../../..", "sys/fs/cgroup/memory.max": ""}, math.MaxInt64},
		{"a number too large", map[string]string{"proc/meminfo": "MemTotal: 9223372036854775807 kB"}, math.MaxInt64},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := fstest.MapFS{}
			for name, text := range c.files {
				root[name] = &fstest.MapFile{Data: []byte(text)}
			}
			if got := available(root); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}
