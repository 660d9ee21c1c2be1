package config

import (
	"reflect"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier/mute"
)

// MuteTime is a named time in which somebody is told nothing.
type MuteTime struct {
	Name      string
	Intervals []mute.Interval
	Except    []alarm.Severity // that go out all the same
}

type intervalsDoc struct {
	marked
	Name      string        `yaml:"name" doc:"Unique name." example:"weekends"`
	Intervals []intervalDoc `yaml:"time_intervals" doc:"Any of them makes it that time; of each, all that is given must fit."`
}

type intervalDoc struct {
	marked
	Times       []timesDoc `yaml:"times" doc:"Times of day." default:"all day" example:"[{start_time: \"22:00\", end_time: \"24:00\"}]"`
	Weekdays    []string   `yaml:"weekdays" doc:"Days of the week, or ranges of them." default:"all" example:"['monday:friday', saturday]"`
	DaysOfMonth []string   `yaml:"days_of_month" doc:"Days of the month, or ranges of them; -1 is the last day." default:"all" example:"['1:5', '-3:-1']"`
	Months      []string   `yaml:"months" doc:"Months by name or number, or ranges of them." default:"all" example:"['december', '1:3']"`
	Years       []string   `yaml:"years" doc:"Years, or ranges of them." default:"all" example:"['2026:2027']"`
	Location    string     `yaml:"location" doc:"Time zone of all of it." default:"UTC" example:"Asia/Shanghai"`
}

type timesDoc struct {
	marked
	Start string `yaml:"start_time" doc:"Beginning, which belongs to it." example:"\"22:00\""`
	End   string `yaml:"end_time" doc:"End, which does not; up to 24:00." example:"\"24:00\""`
}

// muteDoc is the name of a time, or a mapping with the severities that go out in it.
type muteDoc struct{ muteMapping }

type muteMapping struct {
	marked
	Name   string   `yaml:"name" doc:"Name of one of time_intervals; the name alone may stand in place of the mapping." example:"weekends"`
	Except []string `yaml:"except" doc:"Severities whose notices go out all the same." example:"[critical]"`
}

func (m *muteDoc) decode(d *decoder, p place) {
	switch {
	case isNull(p.node):
	case p.node.Kind == yaml.ScalarNode:
		m.setPlace(p)
		d.decodeScalar(p, reflect.ValueOf(&m.Name).Elem())
	default:
		d.decode(p, reflect.ValueOf(&m.muteMapping).Elem())
	}
}

// intervals are the named times of a configuration.
type intervals map[string][]mute.Interval

// resolveIntervals reads the named times.
func (d *decoder) resolveIntervals(doc *document) intervals {
	out := make(intervals, len(doc.Intervals))
	seen := make(map[string]place)
	for i := range doc.Intervals {
		n := &doc.Intervals[i]
		if n.node == nil {
			continue
		}
		known := d.named(n.place, n.Name, seen)
		if len(n.Intervals) == 0 {
			d.fault(d.under(n.place, "time_intervals"), "no time is given: such as [{weekdays: [saturday, sunday]}]")
		}
		var list []mute.Interval
		for j := range n.Intervals {
			if iv := &n.Intervals[j]; iv.node != nil {
				list = append(list, d.resolveInterval(iv))
			}
		}
		if known {
			out[n.Name] = list
		}
	}
	return out
}

func (d *decoder) resolveInterval(iv *intervalDoc) mute.Interval {
	out := mute.Interval{Zone: d.location(iv)}
	for i := range iv.Times {
		t := &iv.Times[i]
		if t.node == nil {
			continue
		}
		r, err := mute.ParseTimes(t.Start, t.End)
		if err != nil {
			d.fault(t.place, "%s", err)
		}
		out.Times = append(out.Times, r)
	}
	out.Weekdays = d.ranges(iv, "weekdays", iv.Weekdays, mute.ParseWeekdays)
	out.DaysOfMonth = d.ranges(iv, "days_of_month", iv.DaysOfMonth, mute.ParseDaysOfMonth)
	out.Months = d.ranges(iv, "months", iv.Months, mute.ParseMonths)
	out.Years = d.ranges(iv, "years", iv.Years, mute.ParseYears)
	if out.Times == nil && out.Weekdays == nil && out.DaysOfMonth == nil && out.Months == nil && out.Years == nil {
		d.fault(iv.place, "this would be all the time; give it times, weekdays, days_of_month, months or years")
	}
	return out
}

// location is the time zone of an interval, under the key that Alertmanager has for it.
func (d *decoder) location(iv *intervalDoc) *time.Location {
	if iv.Location == "" {
		return time.UTC
	}
	zone, err := time.LoadLocation(iv.Location)
	if err != nil || iv.Location == "Local" {
		d.fault(d.find(iv.place, "location"), "there is no time zone %q; one looks like Asia/Shanghai or Europe/Berlin", clip(iv.Location))
		return time.UTC
	}
	return zone
}

// ranges reads the ranges under one key of an interval.
func (d *decoder) ranges(iv *intervalDoc, key string, texts []string, parse func(string) (mute.Range, error)) []mute.Range {
	var out []mute.Range
	for i, text := range texts {
		r, err := parse(text)
		if err != nil {
			d.fault(d.nth(d.under(iv.place, key), i), "%s", err)
		}
		out = append(out, r)
	}
	return out
}

// resolveMutes looks the named times of a contact or a receiver up.
func (d *decoder) resolveMutes(docs []muteDoc, known intervals) []MuteTime {
	var out []MuteTime
	for i := range docs {
		m := &docs[i]
		if m.node == nil {
			continue
		}
		list, found := known[m.Name]
		switch {
		case m.Name == "":
			d.fault(m.place, "name is missing: which of time_intervals")
		case !found:
			d.fault(m.place, "there is no %q under time_intervals%s", clip(m.Name), suggest(m.Name, keysOf(known)))
		case slices.ContainsFunc(out, func(o MuteTime) bool { return o.Name == m.Name }):
			d.fault(m.place, "%q is named twice", clip(m.Name))
		}
		one := MuteTime{Name: m.Name, Intervals: list}
		for j, e := range m.Except {
			one.Except = append(one.Except, d.severity(d.nth(d.under(m.place, "except"), j), e, alarm.Critical))
		}
		out = append(out, one)
	}
	return out
}
