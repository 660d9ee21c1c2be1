package micro

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/test/bench/figures"
)

// module is what the names of packages begin with; it says nothing in a table.
const module = "github.com/brimwatch/brimwatch/"

// Parse reads what go test -bench prints, in Go's benchmark format: a pkg line
// for each package, and a line for each run, whose figures come in pairs of value
// and unit. Lines of another form are what benchmarks printed themselves.
func Parse(r io.Reader) ([]figures.Micro, error) {
	var out []figures.Micro
	pkg := ""
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if p, ok := strings.CutPrefix(line, "pkg: "); ok {
			pkg = strings.TrimPrefix(strings.TrimSpace(p), module)
			continue
		}
		if m, ok := parseLine(line); ok {
			m.Package = pkg
			out = append(out, m)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the output of the benchmarks: %w", err)
	}
	return out, nil
}

func parseLine(line string) (m figures.Micro, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || len(fields)%2 != 0 || !strings.HasPrefix(fields[0], "Benchmark") {
		return m, false
	}
	if _, err := strconv.ParseUint(fields[1], 10, 64); err != nil {
		return m, false
	}
	m.Name = benchmarkName(fields[0])
	timed := false
	for i := 2; i < len(fields); i += 2 {
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return m, false
		}
		switch unit := fields[i+1]; unit {
		case "ns/op":
			m.Nanos, timed = v, true
		case "B/op":
			m.Bytes = v
		case "allocs/op":
			m.Allocs = v
		default:
			m.Others = append(m.Others, figures.Other{Unit: unit, Value: v})
		}
	}
	return m, timed
}

// benchmarkName leaves out the word that all begin with, and the number of
// cores that is added to names when there is more than one.
func benchmarkName(name string) string {
	name = strings.TrimPrefix(name, "Benchmark")
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		if _, err := strconv.ParseUint(name[i+1:], 10, 32); err == nil {
			return name[:i]
		}
	}
	return name
}
