package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// span is a length of time: 30s, 5m, 2h, 7d, 1d12h.
type span struct {
	time.Duration
	set bool
}

func (s *span) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	v, err := parseSpan(p.node.Value)
	if p.node.Kind != yaml.ScalarNode || err != nil {
		d.fault(p, "a length of time is wanted here, such as 30s, 5m, 2h or 7d, not %s", kindOf(p.node))
		return
	}
	s.Duration, s.set = v, true
}

// or returns the span, or otherwise when it was not given.
func (s span) or(otherwise time.Duration) time.Duration {
	if s.set {
		return s.Duration
	}
	return otherwise
}

// maxSpan keeps lengths of time far from where they overflow.
const maxSpan = 100 * 365 * 24 * time.Hour

// parseSpan reads numbers with the units ms, s, m, h, d, w, y, the large ones
// first; 0 needs no unit.
func parseSpan(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	var total time.Duration
	last := time.Duration(0)
	for rest := text; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read %q: no number", text)
		}
		rest = rest[digits:]
		name := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))]
		unit := unitOf(name)
		if unit == 0 || (last != 0 && unit >= last) || n > int64(maxSpan/unit) {
			return 0, fmt.Errorf("read %q: not a length of time", text)
		}
		total += time.Duration(n) * unit
		last, rest = unit, rest[len(name):]
	}
	if text == "" || total > maxSpan {
		return 0, fmt.Errorf("read %q: not a length of time", text)
	}
	return total, nil
}

func unitOf(name string) time.Duration {
	switch name {
	case "ms":
		return time.Millisecond
	case "s":
		return time.Second
	case "m":
		return time.Minute
	case "h":
		return time.Hour
	case "d":
		return 24 * time.Hour
	case "w":
		return 7 * 24 * time.Hour
	case "y":
		return 365 * 24 * time.Hour
	}
	return 0
}

// share is a part of a whole: 70% or 70, kept as 0.7.
type share struct {
	v   float64
	set bool
}

func (s *share) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	if p.node.Kind != yaml.ScalarNode {
		d.fault(p, "a share is wanted here, such as 70%%, not %s", kindOf(p.node))
		return
	}
	v, err := alarm.ParseShare(p.node.Value)
	if err != nil {
		d.fault(p, "%s", err)
		return
	}
	s.v, s.set = v, true
}

// moment is a point in time: a date, which is the last day, or RFC 3339.
type moment struct {
	at   time.Time
	date bool // at is midnight UTC of that date, to be read in the account's zone
	set  bool
}

func (m *moment) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	text := p.node.Value
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		m.at, m.date, m.set = at, true, true
		return
	}
	at, err := time.Parse(time.RFC3339, text)
	if p.node.Kind != yaml.ScalarNode || err != nil {
		d.fault(p, "a date such as 2026-12-31 or a time such as 2026-12-31T18:00:00+08:00 is wanted here, not %s", kindOf(p.node))
		return
	}
	m.at, m.set = at.UTC(), true
}

// end returns the first moment after: for a date the beginning of the next day in zone.
func (m moment) end(zone *time.Location) time.Time {
	if !m.set || !m.date {
		return m.at
	}
	y, mo, day := m.at.Date()
	return fleet.DayBegins(y, mo, day+1, zone)
}

// begin returns the first moment of: for a date its beginning in zone.
func (m moment) begin(zone *time.Location) time.Time {
	if !m.set || !m.date {
		return m.at
	}
	y, mo, day := m.at.Date()
	return fleet.DayBegins(y, mo, day, zone)
}

// clock is a time of day, as minutes since midnight.
type clock struct {
	minutes int
	set     bool
}

func (c *clock) decode(d *decoder, p place) {
	at, err := time.Parse("15:04", p.node.Value)
	if p.node.Kind != yaml.ScalarNode || err != nil {
		d.fault(p, `a time of day is wanted here, such as "22:00" (in quotes), not %s`, kindOf(p.node))
		return
	}
	c.minutes, c.set = at.Hour()*60+at.Minute(), true
}

// hour is a time of day, or off.
type hour struct {
	clock

	off bool
}

func (h *hour) decode(d *decoder, p place) {
	switch {
	case isNull(p.node):
	case p.node.Kind == yaml.ScalarNode && (p.node.Value == "off" || p.node.Value == ""):
		h.off = true
	default:
		at, err := time.Parse("15:04", p.node.Value)
		if p.node.Kind != yaml.ScalarNode || err != nil {
			d.fault(p, `a time of day is wanted here, such as "09:00" (in quotes), or off, not %s`, kindOf(p.node))
			return
		}
		h.minutes, h.set = at.Hour()*60+at.Minute(), true
	}
}

// or returns the time of day as minutes since midnight, and other where none is given; nil is
// off.
func (h hour) or(other *int) *int {
	switch {
	case h.off:
		return nil
	case !h.set:
		return other
	}
	minutes := h.minutes // a copy: what was read of the file is not kept
	return &minutes
}

// perTime is a number in a span: 10/h.
type perTime struct {
	n     int
	every time.Duration
}

func (r *perTime) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	number, unit, found := strings.Cut(p.node.Value, "/")
	n, err := strconv.Atoi(strings.TrimSpace(number))
	every := unitOf(strings.TrimSpace(unit))
	if p.node.Kind != yaml.ScalarNode || !found || err != nil || n < 1 || every < time.Second {
		d.fault(p, "a number in a time is wanted here, such as 10/h or 30/d, not %s", kindOf(p.node))
		return
	}
	r.n, r.every = n, every
}
