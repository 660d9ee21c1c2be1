package api

import (
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/VictoriaMetrics/metrics"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// pageBuffer is how much of a page is gathered before it is written.
const pageBuffer = 64 << 10

// page writes an exposition. It appends to a buffer and hands that on when it is
// full, so a page of a large fleet is never held as a whole. After a fault of
// the writer below it writes nothing more.
type page struct {
	out io.Writer
	buf []byte
	err error
}

// Write takes what others write in the text format.
func (p *page) Write(b []byte) (int, error) {
	p.buf = append(p.buf, b...)
	p.spill()
	return len(b), p.err
}

// spill writes the buffer when it is nearly full.
func (p *page) spill() {
	if len(p.buf) >= pageBuffer-4<<10 {
		p.flush()
	}
}

func (p *page) flush() {
	if p.err == nil && len(p.buf) > 0 {
		_, p.err = p.out.Write(p.buf)
	}
	p.buf = p.buf[:0]
}

// family begins a metric family; all are gauges.
func (p *page) family(name, help string) {
	p.buf = append(p.buf, "# HELP "...)
	p.buf = append(p.buf, name...)
	p.buf = append(p.buf, ' ')
	p.buf = append(p.buf, help...)
	p.buf = append(p.buf, "\n# TYPE "...)
	p.buf = append(p.buf, name...)
	p.buf = append(p.buf, " gauge\n"...)
}

// label appends one label; sep is what stands before it.
func (p *page) label(sep byte, name, value string) {
	p.buf = append(p.buf, sep)
	p.buf = append(p.buf, name...)
	p.buf = append(p.buf, '=', '"')
	p.buf = appendEscaped(p.buf, value)
	p.buf = append(p.buf, '"')
}

// value ends a line.
func (p *page) value(v float64) {
	p.buf = append(p.buf, '}', ' ')
	p.buf = strconv.AppendFloat(p.buf, v, 'g', -1, 64)
	p.buf = append(p.buf, '\n')
	p.spill()
}

// identity begins a line about an instance.
func (p *page) identity(name string, in *fleet.Instance) {
	p.buf = append(p.buf, name...)
	p.label('{', "instance_id", in.ID)
	p.label(',', "product", in.Product)
	p.label(',', "edition", in.Edition)
}

// appendEscaped appends a label's value as the text format wants it: UTF-8, with
// backslash, quote and line feed escaped.
func appendEscaped(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	for i := range len(s) {
		switch c := s[i]; c {
		case '\\':
			b = append(b, '\\', '\\')
		case '"':
			b = append(b, '\\', '"')
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, c)
		}
	}
	return b
}

// fleet writes how the instances stand. A family is written as a whole before
// the next, which is why the list is gone through once for each.
func (p *page) fleet(list []fleet.Standing) {
	p.family("brimwatch_instances", "Number of instances in the configuration.")
	metrics.WriteGaugeUint64(p, "brimwatch_instances", uint64(len(list)))

	p.perMetric(list, "brimwatch_instance_usage", "Usage of the metric: messages or commands per second, subscriptions, connections or bytes.",
		func(st *fleet.Standing, m fleet.Metric) (float64, bool) {
			if st.Reading == nil || !st.Reading.Known.Has(m) {
				return 0, false
			}
			return st.Reading.Usage[m], true
		})
	p.perMetric(list, "brimwatch_instance_capacity", "Capacity of the metric, in the unit of its usage.",
		func(st *fleet.Standing, m fleet.Metric) (float64, bool) {
			limit := st.Instance.Limit(st.Reading, m)
			return limit.Value, limit.Known()
		})
	p.perMetric(list, "brimwatch_instance_utilization_ratio", "Usage of the metric divided by its capacity.",
		func(st *fleet.Standing, m fleet.Metric) (float64, bool) {
			return fleet.Utilization(st.Instance, st.Reading, m)
		})

	p.family("brimwatch_instance_up", "Whether the source of the instance answered the newest reading.")
	for i := range list {
		if r := list[i].Reading; r != nil {
			p.identity("brimwatch_instance_up", list[i].Instance)
			up := 0.0
			if r.Up {
				up = 1
			}
			p.value(up)
		}
	}
	p.family("brimwatch_instance_expiry_timestamp_seconds", "First moment after the paid term, in Unix seconds.")
	for i := range list {
		if t := list[i].Instance.Term.Expires; !t.IsZero() {
			p.identity("brimwatch_instance_expiry_timestamp_seconds", list[i].Instance)
			p.value(float64(t.Unix()))
		}
	}
	p.family("brimwatch_instance_lifecycle_state", "The state of its product's calendar that the instance is in; always 1.")
	for i := range list {
		if s := list[i].Lifecycle.State; s != "" {
			p.identity("brimwatch_instance_lifecycle_state", list[i].Instance)
			p.label(',', "state", string(s))
			p.value(1)
		}
	}
	p.moments(list)
	p.info(list)
}

// moments writes the calendars: when each state begins or began.
func (p *page) moments(list []fleet.Standing) {
	const name = "brimwatch_instance_lifecycle_moment_timestamp_seconds"
	p.family(name, "When the state of the instance's calendar begins or began, in Unix seconds.")
	for i := range list {
		c := list[i].Course
		if c == nil {
			continue
		}
		for _, m := range c.Moments {
			p.identity(name, list[i].Instance)
			p.label(',', "state", string(m.State))
			p.value(float64(m.At.Unix()))
		}
	}
}

// perMetric writes a family with a series for each metric of each instance of
// which the figure is known.
func (p *page) perMetric(list []fleet.Standing, name, help string, figure func(*fleet.Standing, fleet.Metric) (float64, bool)) {
	p.family(name, help)
	for i := range list {
		for m := range fleet.Metric(fleet.NumMetrics) {
			v, ok := figure(&list[i], m)
			if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			p.identity(name, list[i].Instance)
			p.label(',', "metric", m.String())
			p.value(v)
		}
	}
}

// info writes who the instances are, with the labels an operator put on them.
func (p *page) info(list []fleet.Standing) {
	const name = "brimwatch_instance_info"
	p.family(name, "Name, account and labels of the instance; always 1.")
	names := make(labelNames)
	for i := range list {
		in := list[i].Instance
		p.buf = append(p.buf, name...)
		p.label('{', "instance_id", in.ID)
		p.label(',', "name", in.Name)
		p.label(',', "product", in.Product)
		p.label(',', "edition", in.Edition)
		p.label(',', "account", in.Account)
		for j, label := range names.of(in.Labels) {
			p.label(',', label, in.Labels[j].Value)
		}
		p.value(1)
	}
}

// alarms writes the open episodes.
func (p *page) alarms(open []alarm.Episode) {
	const name = "brimwatch_alarm_raised"
	p.family("brimwatch_alarms", "Number of alarms that are raised, those with unknown data among them.")
	metrics.WriteGaugeUint64(p, "brimwatch_alarms", uint64(len(open)))

	p.family(name, "An alarm that is raised, or held because its data is missing; always 1.")
	seen := make(map[alarm.Key]bool, len(open))
	for i := range open {
		e := &open[i]
		// The newest speaks for its alarm, should there ever be two.
		if seen[e.Key] {
			continue
		}
		seen[e.Key] = true
		p.buf = append(p.buf, name...)
		p.label('{', "rule", string(e.Key.Rule))
		p.label(',', "instance_id", e.Key.Instance)
		p.label(',', "metric", e.Key.MetricName())
		p.label(',', "severity", string(e.Severity))
		if e.Key.Account != "" {
			p.label(',', "account", e.Key.Account)
		}
		p.value(1)
	}
}
