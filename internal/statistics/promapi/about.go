package promapi

import (
	"net/http"
	"runtime"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// PrometheusVersion is the version of Prometheus whose query engine answers, as
// the version of the library in go.mod tells it. Clients choose by it what they
// may ask for: Grafana, for one, whether labels can be looked up with matchers.
const PrometheusVersion = "3.13.5"

// buildInfo answers /status/buildinfo.
func (a *api) buildInfo(*http.Request) answer {
	return answer{data: struct {
		Version   string `json:"version"`
		Revision  string `json:"revision"`
		Branch    string `json:"branch"`
		BuildUser string `json:"buildUser"`
		BuildDate string `json:"buildDate"`
		GoVersion string `json:"goVersion"`
	}{
		Version:   PrometheusVersion,
		Revision:  "brimwatch " + a.opts.Version,
		Branch:    "brimwatch",
		GoVersion: runtime.Version(),
	}}
}

// about is what /metadata says of one metric.
type about struct {
	Type string `json:"type"`
	Help string `json:"help"`
	Unit string `json:"unit"`
}

// metadata answers /metadata.
func (a *api) metadata(r *http.Request) answer {
	limit, bad := limitParam(r)
	if bad != nil {
		return answer{err: bad}
	}
	out := make(map[string][]about)
	for _, m := range []struct{ name, help string }{
		{series.Capacity, "What the instance can carry of the metric: messages a second, subscriptions, connections, commands a second or bytes."},
		{series.Expiry, "The first moment after the paid term, in seconds since 1970."},
		{series.Moment, "When the state of the instance's calendar begins or began, in seconds since 1970."},
		{series.Lifecycle, "1 for the state of its product's calendar that the instance is in."},
		{series.Up, "Whether the source answered for the instance: 1 or 0."},
		{series.Usage, "What the instance carries of the metric, in the unit of its capacity."},
		{series.Utilization, "Usage divided by capacity."},
	} {
		if wanted := r.FormValue("metric"); wanted != "" && wanted != m.name {
			continue
		}
		if limit > 0 && len(out) == limit {
			break
		}
		out[m.name] = []about{{Type: "gauge", Help: m.help}}
	}
	return answer{data: out}
}
