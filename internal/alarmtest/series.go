package alarmtest

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// mostValues bounds how long a series is: two years of a value every 15 seconds.
const mostValues = 4_500_000

// series is what is read of one instance, value by value.
type series struct {
	instance *fleet.Instance
	values   map[fleet.Metric][]value
	length   int // of the longest
}

// value is one figure, or that there is none.
type value struct {
	v     float64
	known bool
}

// readSeries reads the values of a test. Faults say in plain words which cannot be read.
func readSeries(s *config.Snapshot, list []config.TestSeries) ([]series, config.Faults) {
	var out []series
	var faults config.Faults
	given := make(map[string]bool)
	for i := range list {
		t := &list[i]
		in := instanceOf(s, t.Instance)
		switch {
		case in == nil:
			faults = append(faults, fault(t.Position, "series", "there is no instance %q in %s", t.Instance, s.Path))
			continue
		case in.Source == nil:
			faults = append(faults, fault(t.Position, "series", "%s has no source in %s, so nothing is read of it", t.Instance, s.Path))
			continue
		case given[t.Instance]:
			faults = append(faults, fault(t.Position, "series", "the series of %s are given twice; put all its metrics into one item", t.Instance))
			continue
		}
		given[t.Instance] = true
		one := series{instance: in.Instance, values: make(map[fleet.Metric][]value, len(t.Values))}
		for m, text := range t.Values {
			list, why := parseValues(text.Text)
			if why != "" {
				faults = append(faults, fault(text.Position, "series.values."+m.String(), "%s", why))
				continue
			}
			one.values[m] = list
			one.length = max(one.length, len(list))
		}
		out = append(out, one)
	}
	return out, faults
}

// parseValues reads values as promtool writes them; why is "" when they can be read.
func parseValues(text string) (out []value, why string) {
	if repeated(text) > mostValues {
		return nil, "these are too many values"
	}
	_, list, err := parser.NewParser(parser.Options{}).ParseSeriesDesc("values " + strings.TrimSpace(text))
	if err != nil || len(list) == 0 {
		return nil, "values are written as 3000x20, 100+5x3, _x4 or 7, with spaces between them, not " + clip(text)
	}
	for _, v := range list {
		switch {
		case v.Histogram != nil, math.IsInf(v.Value, 0), v.Value < 0:
			return nil, "a figure is zero or above"
		case v.Omitted, math.IsNaN(v.Value):
			out = append(out, value{})
		default:
			out = append(out, value{v.Value, true})
		}
	}
	return out, ""
}

// repeated adds up how many values the repetitions of a text stand for, before anybody
// writes them out.
func repeated(text string) int {
	sum := 0
	for _, word := range strings.Fields(text) {
		if i := strings.LastIndexByte(word, 'x'); i >= 0 {
			n, err := strconv.Atoi(word[i+1:])
			if errors.Is(err, strconv.ErrRange) || n > mostValues {
				return mostValues + 1
			}
			sum += max(n, 0)
		}
	}
	return sum
}

func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// at is the figure of a metric at the nth reading: a series goes on with its last value.
func (s *series) at(m fleet.Metric, n int) value {
	list := s.values[m]
	if len(list) == 0 {
		return value{}
	}
	return list[min(n, len(list)-1)]
}

// reading is the nth of an instance.
func (s *series) reading(n int) *fleet.Reading {
	r := &fleet.Reading{Instance: s.instance.ID}
	for m := range s.values {
		if v := s.at(m, n); v.known {
			r.Known, r.Usage[m], r.Up = r.Known.With(m), v.v, true
		} else {
			r.Gaps = append(r.Gaps, fleet.Gap{Metric: m, Reason: "the test gives no value"})
		}
	}
	if !r.Up {
		r.Reason, r.Gaps = "the test gives no value", nil
	}
	return r
}

func instanceOf(s *config.Snapshot, id string) *config.Instance {
	for i := range s.Instances {
		if s.Instances[i].ID == id {
			return &s.Instances[i]
		}
	}
	return nil
}
