package config

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// resolveSource reads how an instance is read.
func (d *decoder) resolveSource(s *sourceDoc, c Collect) *Source {
	out := &Source{Type: s.Type, URL: s.URL, Interval: s.Interval.or(c.Interval), Timeout: s.Timeout.or(c.Timeout), TLS: d.resolveTLS(&s.TLS, encrypted(s.URL))}
	if s.Interval.set || s.Timeout.set {
		d.checkPace(s.place, Collect{out.Interval, out.Timeout})
	}
	out.Username, out.Password, out.Bearer = d.resolveAuth(s.place, &s.authDoc)
	if s.Queries != nil {
		d.fault(d.find(s.place, "queries"), "this version does not ask Prometheus servers; remove the key")
	}
	switch s.Type {
	case "mosquitto":
		d.needURL(s.place, s.URL, "mqtt", "mqtts", "tcp", "ssl", "tls", "ws", "wss")
		d.noMapping(s)
		if out.Bearer != "" {
			d.fault(s.place, "an MQTT broker takes a username and a password, no bearer_token")
		}
		if out.Interval < 10*time.Second && s.Interval.set {
			d.warn(d.find(s.place, "interval"), "a Mosquitto refreshes its figures every 11 s unless its sys_interval is shorter; reading it more often tells nothing more")
		}
	case "emqx":
		d.needURL(s.place, s.URL, "http", "https")
		d.noMapping(s)
	case "exposition":
		d.needURL(s.place, s.URL, "http", "https")
		out.Mapping = d.resolveMapping(s)
	case "":
		d.fault(s.place, "type is missing: mosquitto, emqx or exposition")
	default:
		known := []string{"mosquitto", "emqx", "exposition"}
		d.fault(d.find(s.place, "type"), "this version cannot read %q; it reads mosquitto, emqx and, with a mapping, any exposition page%s", clip(s.Type), suggestOnly(s.Type, known))
	}
	return out
}

// suggestOnly is suggest without the list of all that is known.
func suggestOnly(word string, known []string) string {
	if s := suggest(word, known); len(s) > 2 && s[2] == 'd' {
		return s
	}
	return ""
}

func (d *decoder) noMapping(s *sourceDoc) {
	if s.Mapping != nil {
		d.fault(d.find(s.place, "mapping"), "%s has a mapping of its own; for another one use the type exposition", s.Type)
	}
}

func (d *decoder) resolveMapping(s *sourceDoc) []Mapping {
	if len(s.Mapping) == 0 {
		d.fault(s.place, "an exposition source needs a mapping: {connections: {series: NAME, kind: gauge}}")
		return nil
	}
	var out []Mapping
	for name, m := range s.Mapping {
		if m.node == nil {
			continue
		}
		metric, ok := d.metric(d.under(d.under(s.place, "mapping"), name), name)
		if !ok {
			continue
		}
		made := Mapping{Metric: metric, Series: m.Series, Match: d.matches(m.place, m.Match), Aggregate: d.aggregate(m.place, m.Aggregate)}
		d.seriesName(m.place, m.Series)
		switch m.Kind {
		case "counter":
			made.Counter = true
		case "gauge":
		default:
			d.fault(d.find(m.place, "kind"), "kind is counter (a running total) or gauge (a figure as it stands)")
		}
		if l := m.Limit; l != nil && l.node != nil {
			d.seriesName(l.place, l.Series)
			if l.Kind != "" && l.Kind != "gauge" {
				d.fault(d.under(l.place, "kind"), "a limit is a gauge, a figure as it stands")
			}
			made.Limit = &Mapping{Metric: metric, Series: l.Series, Match: d.matches(l.place, l.Match), Aggregate: d.aggregate(l.place, l.Aggregate)}
		}
		out = append(out, made)
	}
	slices.SortFunc(out, func(a, b Mapping) int { return int(a.Metric) - int(b.Metric) })
	return out
}

func (d *decoder) seriesName(p place, name string) {
	if name == "" {
		d.fault(p, "series is missing")
	}
}

func (d *decoder) aggregate(p place, name string) string {
	switch name {
	case "", "sum":
		return "sum"
	case "max":
		return "max"
	}
	d.fault(d.find(p, "aggregate"), "several series are made into one by sum or max, not by %q", clip(name))
	return "sum"
}

// matches reads conditions such as kind="publish" and node!="a".
func (d *decoder) matches(p place, list []string) []Match {
	var out []Match
	for i, text := range list {
		at := d.nth(d.under(p, "match"), i)
		m := d.forms.condition.FindStringSubmatch(text)
		if m == nil {
			d.fault(at, `a condition looks like 'kind="publish"' or 'kind!="publish"', one an item, not like %q`, clip(text))
			continue
		}
		value, err := strconv.Unquote(m[3])
		switch {
		case strings.HasSuffix(m[2], "~"):
			d.fault(at, "regular expressions are not read; give = and != conditions")
		case err != nil:
			d.fault(at, "the value in quotes cannot be read; \\ and \" are written \\\\ and \\\"")
		default:
			out = append(out, Match{Name: m[1], Value: value, Not: m[2] == "!="})
		}
	}
	return out
}

// encrypted tells whether a source at this URL is spoken to by way of TLS.
func encrypted(raw string) bool {
	scheme, _, _ := strings.Cut(raw, "://")
	return slices.Contains([]string{"https", "mqtts", "ssl", "tls", "wss"}, scheme)
}
