// Package figures holds what the benchmarks measured: how it is written into
// docs/performance.md and read from there, the marks it is held against, and how
// two measurements compare.
package figures

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// Whole is what one run of the whole daemon against a simulated fleet measured.
type Whole struct {
	Instances int    `json:"instances"`
	Page      string `json:"page"` // full or small

	Cores          float64 `json:"cpu_cores"` // user and system CPU seconds of the daemon a wall second
	PeakMB         float64 `json:"peak_resident_mb"`
	ResidentMB     float64 `json:"resident_mb"` // at the end
	BytesPerSample float64 `json:"disk_bytes_per_sample"`
	PagesPercent   float64 `json:"pages_read_percent"` // of those that were due; below 100 the daemon fell behind

	Gauges   Latency `json:"gauges"`   // one reading tells that the mark is passed
	Counters Latency `json:"counters"` // a rate takes two readings

	Expected int `json:"alarms_expected"`
	Arrived  int `json:"alarms_arrived"`
	Wrong    int `json:"alarms_wrong"`    // nobody expected them
	Doubled  int `json:"alarms_doubled"`  // the same alarm again, as another notice
	Repeated int `json:"alarms_repeated"` // the same notice again, which its webhook-id tells
}

// Latency is how long it took from a crossing to the arrival of its webhook, in
// seconds; all 0 when none arrived.
type Latency struct {
	P50 float64 `json:"p50_seconds"`
	P95 float64 `json:"p95_seconds"`
	Max float64 `json:"max_seconds"`
}

// LatencyOf returns the quantiles by nearest rank.
func LatencyOf(took []time.Duration) Latency {
	if len(took) == 0 {
		return Latency{}
	}
	sorted := slices.Sorted(slices.Values(took))
	rank := func(q float64) float64 {
		return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)].Seconds()
	}
	return Latency{P50: rank(0.50), P95: rank(0.95), Max: rank(1)}
}

// Title names the run in tables, such as 10,000 full.
func (w *Whole) Title() string { return thousands(w.Instances) + " " + w.Page }

// figure is one figure of a run: how it is called, shown and judged.
type figure struct {
	label    string
	decimals int
	field    func(w *Whole) any // *float64 or *int
	missing  bool               // 0 stands for "none", shown as a dash
	mark     *mark
}

// mark is what a figure must reach.
type mark struct {
	text string
	met  func(w *Whole) bool
	// few is true where the run is too small for the figure to be held against
	// the mark; nil is never.
	few func(w *Whole) bool
}

// enoughAlarms is from how many alarms on a median is held against its mark. Half
// of them are of gauges, and each comes at a random moment of an interval: of a
// perfect daemon that reads every 15 s, the median of 25 is above 8.5 s in one run
// of four by chance alone, that of 250 in one of fifty.
const enoughAlarms = 400

func fewAlarms(w *Whole) bool { return w.Expected < enoughAlarms }

// wholeFigures lists the figures of a run in the order of the table.
func wholeFigures() []figure {
	return []figure{
		{label: "CPU, cores", decimals: 4, field: func(w *Whole) any { return &w.Cores },
			mark: &mark{text: "at most 0.08", met: func(w *Whole) bool { return w.Cores <= 0.08 }}},
		{label: "peak resident memory, MB", decimals: 1, field: func(w *Whole) any { return &w.PeakMB },
			mark: &mark{text: "at most 400", met: func(w *Whole) bool { return w.PeakMB <= 400 }}},
		{label: "resident memory at the end, MB", decimals: 1, field: func(w *Whole) any { return &w.ResidentMB }},
		{label: "disk, bytes a sample", decimals: 2, field: func(w *Whole) any { return &w.BytesPerSample }},
		{label: "pages read, % of those due", decimals: 1, field: func(w *Whole) any { return &w.PagesPercent },
			mark: &mark{text: "at least 99", met: func(w *Whole) bool { return w.PagesPercent >= 99 }}},
		{label: "gauges, crossing to webhook p50, s", decimals: 2, field: func(w *Whole) any { return &w.Gauges.P50 }, missing: true,
			mark: &mark{text: "at most 8.5", met: func(w *Whole) bool { return w.Gauges.P50 > 0 && w.Gauges.P50 <= 8.5 }, few: fewAlarms}},
		{label: "gauges, p95, s", decimals: 2, field: func(w *Whole) any { return &w.Gauges.P95 }, missing: true},
		{label: "gauges, max, s", decimals: 2, field: func(w *Whole) any { return &w.Gauges.Max }, missing: true,
			mark: &mark{text: "at most 16.5", met: func(w *Whole) bool { return w.Gauges.Max > 0 && w.Gauges.Max <= 16.5 }}},
		{label: "rates, crossing to webhook p50, s", decimals: 2, field: func(w *Whole) any { return &w.Counters.P50 }, missing: true},
		{label: "rates, p95, s", decimals: 2, field: func(w *Whole) any { return &w.Counters.P95 }, missing: true},
		{label: "rates, max, s", decimals: 2, field: func(w *Whole) any { return &w.Counters.Max }, missing: true},
		{label: "alarms expected", field: func(w *Whole) any { return &w.Expected }},
		{label: "alarms arrived", field: func(w *Whole) any { return &w.Arrived },
			mark: &mark{text: "all", met: func(w *Whole) bool { return w.Arrived == w.Expected }}},
		{label: "alarms wrong", field: func(w *Whole) any { return &w.Wrong },
			mark: &mark{text: "0", met: func(w *Whole) bool { return w.Wrong == 0 }}},
		{label: "alarms doubled", field: func(w *Whole) any { return &w.Doubled },
			mark: &mark{text: "0", met: func(w *Whole) bool { return w.Doubled == 0 }}},
		{label: "notices sent again", field: func(w *Whole) any { return &w.Repeated }},
	}
}

// value returns the figure as a number.
func (f *figure) value(w *Whole) float64 {
	switch p := f.field(w).(type) {
	case *float64:
		return *p
	case *int:
		return float64(*p)
	}
	return math.NaN()
}

// set is the way back of text.
func (f *figure) set(w *Whole, text string) error {
	if text == dash && f.missing {
		return nil
	}
	var err error
	switch p := f.field(w).(type) {
	case *float64:
		*p, err = strconv.ParseFloat(text, 64)
	case *int:
		*p, err = strconv.Atoi(text)
	}
	return err
}

// text shows the number alone.
func (f *figure) text(w *Whole) string {
	v := f.value(w)
	if f.missing && v == 0 {
		return dash
	}
	return strconv.FormatFloat(v, 'f', f.decimals, 64)
}

// verdict says ok or over, and nothing for a figure without a mark or of too
// small a run.
func (f *figure) verdict(w *Whole) string {
	switch {
	case f.mark == nil, f.mark.few != nil && f.mark.few(w):
		return ""
	case f.mark.met(w):
		return "ok"
	}
	return "over"
}

// markText is what the mark asks for.
func (f *figure) markText() string {
	if f.mark == nil {
		return ""
	}
	return f.mark.text
}

// Over lists the marks that a run misses, one sentence each.
func (w *Whole) Over() []string {
	var out []string
	for _, f := range wholeFigures() {
		if f.verdict(w) == "over" {
			out = append(out, w.Title()+": "+f.label+" is "+f.text(w)+", and must be "+f.mark.text)
		}
	}
	return out
}

const dash = "–"

// thousands writes 10000 as 10,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
