package figures

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Machine says where and when figures were measured.
type Machine struct {
	Date      string `json:"date"`
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	Memory    string `json:"memory"`
	Kernel    string `json:"kernel"`
	Go        string `json:"go"`
}

// ThisMachine describes the machine this runs on. What the system does not tell
// stays "unknown".
func ThisMachine(ctx context.Context, now time.Time) Machine {
	m := Machine{
		Date: now.Format(time.DateOnly), Processor: "unknown", Cores: runtime.NumCPU(),
		Memory: "unknown", Kernel: runtime.GOOS, Go: "unknown",
	}
	// The command builds what is measured, so its version counts.
	if out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output(); err == nil {
		m.Go = strings.TrimSpace(string(out))
	}
	if s := after("/proc/cpuinfo", "model name"); s != "" {
		m.Processor = s
	}
	if kb, err := strconv.ParseFloat(strings.TrimSuffix(after("/proc/meminfo", "MemTotal"), " kB"), 64); err == nil {
		m.Memory = fmt.Sprintf("%.1f GB", kb*1024/1e9)
	}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = "Linux " + strings.TrimSpace(string(b))
	}
	return m
}

// after returns what stands behind the first "key:" of a file, "" when nothing does.
func after(path, key string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // it was only read
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(name) == key {
			return strings.Join(strings.Fields(value), " ")
		}
	}
	return ""
}

// Same tells whether two descriptions are of the same machine with the same
// software, whatever the date.
func (m Machine) Same(other Machine) bool {
	m.Date, other.Date = "", ""
	return m == other
}

// String is one line for a person.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s, %s, %s, on %s", m.Processor, m.Cores, m.Memory, m.Kernel, m.Go, m.Date)
}

func (m Machine) pairs() [][2]string {
	return [][2]string{
		{"measured on", m.Date}, {"processor", m.Processor}, {"cores", strconv.Itoa(m.Cores)},
		{"memory", m.Memory}, {"kernel", m.Kernel}, {"Go", m.Go},
	}
}

func machineOf(pairs map[string]string) (Machine, error) {
	cores, err := strconv.Atoi(pairs["cores"])
	if err != nil {
		return Machine{}, fmt.Errorf("the number of cores: %w", err)
	}
	return Machine{
		Date: pairs["measured on"], Processor: pairs["processor"], Cores: cores,
		Memory: pairs["memory"], Kernel: pairs["kernel"], Go: pairs["Go"],
	}, nil
}
