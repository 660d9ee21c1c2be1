package statistics

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// sampleCost is the bytes that a query may come to hold for each sample that it
// may hold: the sample, and as much again for what is counted in its place.
const sampleCost = 32

// samplesFor returns how many samples one query may hold, of queries that run side
// by side, so that all together take half of the memory at most.
func samplesFor(memory int64, queries int) int {
	return int(max(memory/2/sampleCost/int64(queries), 1))
}

// boundSamples lowers MaxSamples to what memory, in bytes, has room for.
func (o *Options) boundSamples(memory int64) {
	fit := samplesFor(memory, o.MaxQueries)
	if o.MaxSamples <= fit {
		return
	}
	o.Logger.Info("memory has no room for all the samples that a query might hold; it may hold fewer",
		"memory_bytes", memory, "wanted", o.MaxSamples, "samples", fit)
	o.MaxSamples = fit
}

// memoryLimit returns how many bytes this process may use: what the machine has,
// or less where a container, a service or GOMEMLIMIT allows less. It is
// math.MaxInt64 where the system tells nothing.
func memoryLimit() int64 {
	return min(debug.SetMemoryLimit(-1), memoryOf(os.DirFS("/")))
}

// memoryOf reads what Linux says; root is the root of its file system.
func memoryOf(root fs.FS) int64 {
	const groups = "sys/fs/cgroup"
	files := []string{groups + "/memory/memory.limit_in_bytes"} // the old kind, in a container
	for dir := ownGroup(root); ; dir = path.Dir(dir) {          // a group is bound by those above it
		files = append(files, path.Join(groups, dir, "memory.max"))
		if dir == "/" {
			break
		}
	}
	limit := int64(math.MaxInt64)
	for _, name := range files {
		limit = min(limit, bytesIn(readText(root, name), 1))
	}
	const kB = 1024
	_, total, _ := strings.Cut(readText(root, "proc/meminfo"), "MemTotal:")
	return min(limit, bytesIn(total, kB))
}

// ownGroup returns the control group of this process, "/" when there is none.
func ownGroup(root fs.FS) string {
	for line := range strings.Lines(readText(root, "proc/self/cgroup")) {
		if group, ok := strings.CutPrefix(line, "0::"); ok {
			return path.Clean("/" + strings.TrimSpace(group))
		}
	}
	return "/"
}

// readText returns a file's text, "" when it cannot be read.
func readText(root fs.FS, name string) string {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return string(text)
}

// bytesIn reads the number that text begins with, in units; no number, such as
// "max", is no limit.
func bytesIn(text string, unit int64) int64 {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return math.MaxInt64
	}
	n, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/unit {
		return math.MaxInt64
	}
	return n * unit
}
