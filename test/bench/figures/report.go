package figures

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// WholeReport is one measurement of the whole daemon.
type WholeReport struct {
	Machine  Machine  `json:"machine"`
	Interval Duration `json:"interval"` // between two readings of an instance
	Warmup   Duration `json:"warmup"`   // before anything counts
	Window   Duration `json:"window"`   // over which CPU and disk count
	Runs     []Whole  `json:"runs"`
}

// MicroReport is one measurement of the benchmarks of packages.
type MicroReport struct {
	Machine Machine `json:"machine"`
	Count   int     `json:"count"` // runs of each, of which the median counts
	Results []Micro `json:"results"`
}

// Duration is written as in 2m30s.
type Duration time.Duration

// String writes it as Go does.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes it as Go does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is the way back.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("a duration: %w", err)
	}
	*d = Duration(v)
	return nil
}

// Write puts a report into a file as JSON, and makes its folder.
func Write(path string, report any) error {
	b, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // figures are for everybody
		return fmt.Errorf("write the report: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil { //nolint:gosec // figures are for everybody
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// Read takes a report from a file. A file that is not there is fs.ErrNotExist.
func Read(path string, report any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	if err := json.Unmarshal(b, report); err != nil {
		return fmt.Errorf("read the report %s: %w", path, err)
	}
	return nil
}
