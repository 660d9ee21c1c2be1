// Package memory knows how much memory this process may use, and keeps some of it back
// from what reads, for what stores and sends.
package memory

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// Unlimited is the limit of who has none.
const Unlimited = math.MaxInt64

// Limit returns how many bytes this process may use: GOMEMLIMIT, or else the least of what
// its control group and the limit of its address space (ulimit -v) allow; Unlimited when
// nobody set one. set tells that it is GOMEMLIMIT.
func Limit() (bytes int64, set bool) {
	if bytes = debug.SetMemoryLimit(-1); bytes != Unlimited {
		return bytes, true
	}
	return min(groupLimit(os.DirFS("/")), addressSpace()), false
}

// Available returns how many bytes this process may use, or the machine has when that is less.
func Available() int64 {
	limit, _ := Limit()
	return min(limit, available(os.DirFS("/")))
}

// available is what Linux says of groups and of the machine; root is the root of its file
// system.
func available(root fs.FS) int64 {
	const kB = 1024
	_, total, _ := strings.Cut(readText(root, "proc/meminfo"), "MemTotal:")
	return min(groupLimit(root), bytesIn(total, kB))
}

// groupLimit is what the control groups of this process allow. A group is bound by those
// above it.
func groupLimit(root fs.FS) int64 {
	const groups = "sys/fs/cgroup"
	limit := int64(Unlimited)
	text := readText(root, "proc/self/cgroup")
	for dir := groupOf(text, "0::"); ; dir = path.Dir(dir) {
		limit = min(limit, bytesIn(readText(root, path.Join(groups, dir, "memory.max")), 1))
		if dir == "/" {
			break
		}
	}
	for dir := groupOf(text, ":memory:"); ; dir = path.Dir(dir) { // the old kind
		limit = min(limit, bytesIn(readText(root, path.Join(groups, "memory", dir, "memory.limit_in_bytes")), 1))
		if dir == "/" {
			return limit
		}
	}
}

// groupOf returns the control group of this process in a hierarchy, "/" when there is none.
func groupOf(text, hierarchy string) string {
	for line := range strings.Lines(text) {
		if _, group, ok := strings.Cut(line, hierarchy); ok {
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
		return Unlimited
	}
	n, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/unit {
		return Unlimited
	}
	return n * unit
}
