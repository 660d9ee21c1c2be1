package config

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// resolveSource reads the source of an instance.
func (d *decoder) resolveSource(s *sourceDoc, c Collect) *Source {
	out := &Source{
		Type: s.Type, URL: s.URL, Nodes: s.URLs, Interval: s.Interval.or(c.Interval), Timeout: s.Timeout.or(c.Timeout),
		ManagementURL: s.ManagementURL, VHost: s.VHost, MQTTExchange: s.MQTTExchange, APIURL: s.APIURL, Prefix: s.Prefix, ExporterTPS: s.ExporterTPS,
		SubscriptionsEvery: s.SubscriptionsEvery.Duration, Staleness: s.Staleness.Duration, Region: s.Region, Kind: s.Kind,
	}
	d.sourceLogin(s, out)
	d.plain(d.under(s.place, "region"), s.Region)
	kind, known := d.sourceKind(s)
	if !known {
		return out
	}
	d.sourcePace(s, kind, out)
	d.foreignKeys(s, kind)
	d.sourceURLs(s, kind)
	if s.ExporterTPS != "" && s.ExporterTPS != "second" && s.ExporterTPS != "minute" {
		d.fault(d.find(s.place, "exporter_tps"), "the exporter's TPS is of a second or of a minute: second or minute")
	}
	if kind.has("mapping") {
		out.Mapping = d.resolveMapping(s)
	}
	if kind.has("queries") {
		out.Queries = d.resolveQueries(s)
	}
	return out
}

// sourceLogin reads how Brimwatch trusts a source, and signs in to it.
func (d *decoder) sourceLogin(s *sourceDoc, out *Source) {
	secure := encrypted(s.URL) || slices.ContainsFunc(s.URLs, encrypted) || encrypted(s.ManagementURL) || encrypted(s.APIURL)
	out.TLS = d.resolveTLS(&s.TLS, secure)
	s.anonymous = s.Type == "redis" // requirepass knows no names
	out.Username, out.Password, out.Bearer = d.resolveAuth(s.place, &s.loginDoc)
	if s.anonymous && out.Password != "" && out.Username == "" {
		out.Username = "default"
	}
}

// sourcePace finds how often and for how long a source is read.
func (d *decoder) sourcePace(s *sourceDoc, kind sourceKind, out *Source) {
	if kind.slow && !s.Interval.set {
		out.Interval = max(out.Interval, time.Minute)
	}
	if kind.slow && !s.Timeout.set {
		out.Timeout = max(out.Timeout, slowTimeout)
	}
	if s.Interval.set || s.Timeout.set || kind.slow {
		d.checkPace(s.place, Collect{out.Interval, out.Timeout})
	}
	if s.Type == "mosquitto" && out.Interval < 10*time.Second && s.Interval.set {
		d.warn(d.find(s.place, "interval"), "a Mosquitto refreshes its figures every 11 s unless its sys_interval is shorter; reading it more often tells nothing more")
	}
}

// slowTimeout is how long the API of a cloud may take when nothing is set.
const slowTimeout = 30 * time.Second

// sourceKind finds the type of a source.
func (d *decoder) sourceKind(s *sourceDoc) (sourceKind, bool) {
	for _, k := range sourceKinds() {
		if k.name == s.Type {
			return k, true
		}
	}
	names := SourceTypes()
	if s.Type == "" {
		d.fault(s.place, "type is missing: %s", strings.Join(names, ", "))
	} else {
		d.fault(d.find(s.place, "type"), "there is no source type %q%s", clip(s.Type), suggest(s.Type, names))
	}
	return sourceKind{}, false
}

// foreignKeys refuses keys that other types have.
func (d *decoder) foreignKeys(s *sourceDoc, kind sourceKind) {
	for _, key := range specialKeys() {
		if lookup(resolved(s.node), key) == nil || kind.has(key) {
			continue
		}
		switch key {
		case "mapping":
			d.fault(d.find(s.place, key), "%s has a mapping of its own; for another one use the type exposition", s.Type)
		default:
			d.fault(d.find(s.place, key), "a source of type %s does not have this", s.Type)
		}
	}
	switch {
	case !kind.login && (s.Username != "" || s.Password != "" || s.PasswordFile != "" || s.PasswordEnv != ""):
		d.fault(s.place, "a source of type %s takes no username and password here", s.Type)
	case !kind.bearer && (s.BearerToken != "" || s.BearerTokenFile != "" || s.BearerTokenEnv != ""):
		d.fault(s.place, "a source of type %s takes no bearer_token%s", s.Type, kind.instead())
	}
}

// sourceURLs checks the addresses of a source: url, or urls.
func (d *decoder) sourceURLs(s *sourceDoc, kind sourceKind) {
	for key, u := range map[string]string{"management_url": s.ManagementURL, "api_url": s.APIURL} {
		if u != "" {
			d.checkURL(d.find(s.place, key), u, "http", "https")
		}
	}
	if kind.schemes == nil {
		if s.URL != "" || s.URLs != nil {
			d.fault(s.place, "a source of type %s has no url: where it is asked follows from the account and the region", s.Type)
		}
		return
	}
	if s.URLs == nil {
		d.needURL(s.place, s.URL, kind.schemes...)
		return
	}
	list := d.under(s.place, "urls")
	switch {
	case !kind.nodes:
		d.fault(list, "a source of type %s has one url", s.Type)
	case s.URL != "":
		d.fault(list, "give url or urls, not both")
	case len(s.URLs) == 0:
		d.fault(list, "the list is empty; name the nodes, or give url")
	}
	for i, u := range s.URLs {
		if slices.Contains(s.URLs[:i], u) {
			d.fault(d.nth(list, i), "this node is named twice")
		}
		d.checkURL(d.nth(list, i), u, kind.schemes...)
	}
}

// resolveQueries reads the PromQL of a prometheus source.
func (d *decoder) resolveQueries(s *sourceDoc) []Query {
	if len(s.Queries) == 0 {
		d.fault(s.place, "a prometheus source needs queries: {connections: {usage: 'sum(app_clients)'}}")
	}
	var out []Query
	for name, q := range s.Queries {
		if q.node == nil {
			continue
		}
		metric, ok := d.metric(d.under(d.under(s.place, "queries"), name), name)
		if !ok {
			continue
		}
		if strings.TrimSpace(q.Usage) == "" {
			d.fault(q.place, "usage is missing: the PromQL that gives the usage as one figure")
		}
		out = append(out, Query{Metric: metric, Usage: q.Usage, Limit: q.Limit})
	}
	slices.SortFunc(out, func(a, b Query) int { return int(a.Metric) - int(b.Metric) })
	return out
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

// encrypted tells whether the connection to this URL uses TLS.
func encrypted(raw string) bool {
	scheme, _, _ := strings.Cut(raw, "://")
	return slices.Contains([]string{"https", "mqtts", "ssl", "tls", "wss"}, scheme)
}
