package api

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api/asked"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

const (
	// maxPoints bounds the points of one series, as Prometheus' query API does.
	maxPoints = 11_000
	// usualPoints is how many there are at most where no step is asked for.
	usualPoints = 400
)

// span is a range of time with its step.
type span struct {
	from, to time.Time
	step     time.Duration
}

// parseSpanOf reads from, to and step of a query: the last hour, and a step in round
// figures, where they are not given.
func (s *server) parseSpanOf(r *http.Request) (span, error) {
	now := s.Now()
	q := r.URL.Query()
	out := span{to: now.UTC().Truncate(time.Second)}
	var err error
	if text := q.Get("to"); text != "" {
		if out.to, err = asked.Moment(text, now); err != nil {
			return span{}, fmt.Errorf("to=%s: %w", text, err)
		}
	}
	out.from = out.to.Add(-time.Hour)
	if text := q.Get("from"); text != "" {
		if out.from, err = asked.Moment(text, now); err != nil {
			return span{}, fmt.Errorf("from=%s: %w", text, err)
		}
	}
	if !out.from.Before(out.to) {
		return span{}, fmt.Errorf("from (%s) must lie before to (%s)", out.from.Format(time.RFC3339), out.to.Format(time.RFC3339))
	}
	length := out.to.Sub(out.from)
	if length == math.MaxInt64 {
		return span{}, errors.New("the range is longer than what can be shown")
	}
	out.step = asked.Step(length, usualPoints)
	if text := q.Get("step"); text != "" {
		if out.step, err = asked.Span(text); err != nil {
			return span{}, fmt.Errorf("step=%s: %w", text, err)
		}
		if out.step < time.Second || out.step%time.Second != 0 {
			return span{}, fmt.Errorf("step=%s: a step is a whole number of seconds", text)
		}
	}
	if length/out.step >= maxPoints {
		least := length/(maxPoints-1) + time.Second
		return span{}, fmt.Errorf("that would be more than %d points; take a step of at least %ds, or a shorter range", maxPoints, least/time.Second)
	}
	return out, nil
}

func (s *server) statistics(w http.ResponseWriter, r *http.Request) {
	format := r.URL.Query().Get("format")
	if format != "" && format != "json" && format != "csv" {
		s.refuse(w, http.StatusBadRequest, "format is json or csv")
		return
	}
	within, err := s.parseSpanOf(r)
	if err != nil {
		s.refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	id := r.PathValue("id")
	series, err := s.Statistics.Statistics(r.Context(), id, within.from, within.to, within.step)
	if err != nil {
		s.fail(w, r, "the history could not be read", err)
		return
	}
	// The history outlives the configuration: what was taken out still has its past.
	if len(series) == 0 {
		if _, ok := s.standing(w, r); !ok {
			return
		}
	}
	if format == "csv" {
		s.sendCSV(w, id, series)
		return
	}
	out := wire.Statistics{
		InstanceID: id, From: within.from.Unix(), To: within.to.Unix(), Step: int64(within.step / time.Second),
		Metrics: make(map[string]wire.Series, len(series)),
	}
	for _, one := range series {
		out.Metrics[one.Metric.String()] = wire.Series{Capacity: pointsOf(one.Capacity), Usage: pointsOf(one.Usage)}
	}
	s.answer(w, http.StatusOK, out)
}

// pointsOf writes points down, leaving out what JSON has no number for.
func pointsOf(points []fleet.Point) []wire.Point {
	out := make([]wire.Point, 0, len(points))
	for _, p := range points {
		if figure(p.V) != nil {
			out = append(out, wire.Point{float64(p.T.UnixMilli()) / 1000, p.V})
		}
	}
	return out
}

// sendCSV sends series as RFC 4180: one row for each metric and moment, with empty
// fields where something is not known.
func (s *server) sendCSV(w http.ResponseWriter, id string, series []fleet.Series) {
	name := mime.FormatMediaType("attachment", map[string]string{"filename": fileName(id) + ".csv"})
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", name)
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := func() error {
		if err := out.Write([]string{"instance_id", "time", "metric", "usage", "capacity", "utilization"}); err != nil {
			return err
		}
		for _, one := range series {
			if err := eachMoment(one, func(t time.Time, usage, capacity *float64) error {
				utilization := ""
				if usage != nil && capacity != nil && *capacity > 0 {
					utilization = number(figure(*usage / *capacity))
				}
				return out.Write([]string{asText(id), t.UTC().Format(time.RFC3339), one.Metric.String(), number(usage), number(capacity), utilization})
			}); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	}
	if err := rows(); err != nil {
		s.log.Debug("answer was not taken", "error", err)
	}
}

// eachMoment walks along usage and capacity together, in order of time.
func eachMoment(s fleet.Series, f func(t time.Time, usage, capacity *float64) error) error {
	u, c := s.Usage, s.Capacity
	for len(u) > 0 || len(c) > 0 {
		var t time.Time
		var usage, capacity *float64
		withUsage := len(c) == 0 || len(u) > 0 && !u[0].T.After(c[0].T)
		withCapacity := len(u) == 0 || len(c) > 0 && !c[0].T.After(u[0].T)
		if withUsage {
			t, usage, u = u[0].T, figure(u[0].V), u[1:]
		}
		if withCapacity {
			t, capacity, c = c[0].T, figure(c[0].V), c[1:]
		}
		if err := f(t, usage, capacity); err != nil {
			return err
		}
	}
	return nil
}

// number writes a figure for a machine; what is not known is empty.
func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// asText keeps spreadsheets from taking a field for a formula: OWASP, CSV Injection.
func asText(field string) string {
	if field != "" && strings.ContainsRune("=+-@\t\r", rune(field[0])) {
		return "'" + field
	}
	return field
}

// fileName makes a name of a file of an instance's ID.
func fileName(id string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			return c
		}
		return '_'
	}, id)
}
