package whole

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU times in /proc: USER_HZ, which is 100 on every
// architecture that Go runs on.
const tick = 10 * time.Millisecond

// cpuTime is the user and system time of a process and of its children that have
// ended.
func cpuTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, fmt.Errorf("read the CPU time: %w", err)
	}
	return parseStat(b)
}

// parseStat reads utime, stime, cutime and cstime (proc(5), fields 14 to 17). The
// second field is the command's name and may hold spaces and brackets.
func parseStat(b []byte) (time.Duration, error) {
	end := bytes.LastIndexByte(b, ')')
	fields := strings.Fields(string(b[end+1:])) // from field 3 on
	const first, last = 14 - 3, 17 - 3
	if end < 0 || len(fields) <= last {
		return 0, fmt.Errorf("read the CPU time: %q is not what /proc has", b)
	}
	var sum int64
	for _, f := range fields[first : last+1] {
		v, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the CPU time: %w", err)
		}
		sum += v
	}
	return time.Duration(sum) * tick, nil
}

// memory is the resident memory of a process in bytes.
type memory struct{ now, peak int64 }

func residentMemory(pid int) (memory, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return memory{}, fmt.Errorf("read the memory: %w", err)
	}
	return parseStatus(string(b))
}

// parseStatus reads VmRSS and VmHWM, which are in kB of 1,024 bytes.
func parseStatus(text string) (m memory, err error) {
	found := 0
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		if name != "VmRSS" && name != "VmHWM" {
			continue
		}
		kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return m, fmt.Errorf("read the memory: %w", err)
		}
		if found++; name == "VmRSS" {
			m.now = kb * 1024
		} else {
			m.peak = kb * 1024
		}
	}
	if found != 2 {
		return m, fmt.Errorf("read the memory: VmRSS and VmHWM are not in %q", text)
	}
	return m, nil
}
