package whole

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       time.Duration
		bad        bool
	}{
		{"plain", "4711 (brimwatch) S 1 4711 4711 0 -1 4194560 2000 0 5 0 123 45 6 7 20 0 9 0 100 1000 50", 1810 * time.Millisecond, false},
		{"a name with spaces and brackets", "1 (a) b (c) R 1 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 1 1 1", 20 * time.Millisecond, false},
		{"empty", "", 0, true},
		{"cut off", "1 (a) R 1 1", 0, true},
		{"no number", "1 (a) R 1 1 1 0 -1 0 0 0 0 0 x 1 0 0 20", 0, true},
	} {
		got, err := parseStat([]byte(tt.text))
		if got != tt.want || (err != nil) != tt.bad {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
}

func TestParseStatus(t *testing.T) {
	got, err := parseStatus("Name:\tbrimwatch\nVmPeak:\t  999 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n")
	if err != nil || got != (memory{now: 1 << 20, peak: 2 << 20}) {
		t.Errorf("%+v, %v", got, err)
	}
	for name, text := range map[string]string{"empty": "", "no peak": "VmRSS:\t1 kB\n", "no number": "VmRSS:\tx kB\nVmHWM:\t1 kB\n"} {
		if _, err := parseStatus(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestUsageOfThisProcess(t *testing.T) {
	m, err := residentMemory(os.Getpid())
	if err != nil || m.now < 1<<20 || m.peak < m.now {
		t.Errorf("memory: %+v, %v", m, err)
	}
	if _, err := cpuTime(os.Getpid()); err != nil {
		t.Error(err)
	}
	if _, err := cpuTime(-1); err == nil {
		t.Error("a process that is not there has a CPU time")
	}
}

func TestReadStanding(t *testing.T) {
	page := `# TYPE brimwatch_instance_up gauge
brimwatch_instance_up{instance_id="1"} 1
brimwatch_instance_up{instance_id="2"} 0
brimwatch_instance_up{instance_id="3"} 1
brimwatch_instance_update{instance_id="4"} 1
brimwatch_history_appended_total 1.25e+06
`
	got, err := readStanding(strings.NewReader(page))
	if err != nil || got != (standing{up: 2, samples: 1.25e6}) {
		t.Errorf("%+v, %v", got, err)
	}
	for name, text := range map[string]string{
		"nothing": "", "no number": "brimwatch_history_appended_total many\n", "a line without end": strings.Repeat("x", 2<<20),
	} {
		if _, err := readStanding(strings.NewReader(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestDiskUse(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "deep/b"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(make([]byte, 100_000)); err != nil {
			t.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := diskUse(dir); err != nil || got < 200_000 || got > 400_000 {
		t.Errorf("two files of 100,000 bytes take %d: %v", got, err)
	}
	if got, err := diskUse(filepath.Join(dir, "none")); err != nil || got != 0 {
		t.Errorf("a folder that is not there takes %d: %v", got, err)
	}
}
