package memory

import (
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"syscall"
)

// addressSpace returns what the limit of the address space leaves to the program's memory.
// The Go runtime maps far more addresses than it uses: what it had mapped when it began is
// no memory.
func addressSpace() int64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &limit); err != nil || limit.Cur > 1<<62 {
		return Unlimited
	}
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return Unlimited
	}
	pages, _, _ := strings.Cut(string(text), " ")
	mapped, err := strconv.ParseInt(pages, 10, 64)
	if err != nil {
		return Unlimited
	}
	mapped *= int64(os.Getpagesize())
	ours := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	metrics.Read(ours)
	return max(int64(limit.Cur)-mapped+int64(ours[0].Value.Uint64()), 1)
}
