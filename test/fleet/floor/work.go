package floor

import (
	"bytes"
	"strconv"

	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// work does with a page what is asked, and returns how many values it found.
func work(what string, page []byte) (found int) {
	if what == Discard {
		return 0
	}
	for len(page) > 0 {
		line, rest, _ := bytes.Cut(page, []byte("\n"))
		page = rest
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		space := bytes.LastIndexByte(line, ' ')
		if space < 0 || what == Pick && !wanted(line[:space]) {
			continue
		}
		if _, err := strconv.ParseFloat(string(line[space+1:]), 64); err != nil {
			continue
		}
		if found++; what == Pick && found == simulated.NumMetrics {
			break
		}
	}
	return found
}

func wanted(name []byte) bool {
	for m := range simulated.Metric(simulated.NumMetrics) {
		if string(name) == m.Series() {
			return true
		}
	}
	return false
}
