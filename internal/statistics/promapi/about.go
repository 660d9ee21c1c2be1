package promapi

import (
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// PrometheusVersion is the version of Prometheus whose query engine answers, as
// the version of the library in go.mod tells it. Clients choose by it what they
// may ask for: Grafana, for one, whether labels can be looked up with matchers.
const PrometheusVersion = "3.13.5"

// buildInfo answers /status/buildinfo.
func (a *API) buildInfo(*http.Request) answer {
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

// metadata answers /metadata: how the fleet stands, and Brimwatch's own metrics.
func (a *API) metadata(r *http.Request) answer {
	limits := map[string]int{"limit": -1, "limit_per_metric": -1}
	for name := range limits {
		text := r.FormValue(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return answer{err: badData(fmt.Errorf("%s must be a number", name))}
		}
		limits[name] = n
	}
	all, err := a.about()
	if err != nil {
		return answer{err: internal(err)}
	}
	out := make(map[string][]about) // each of one entry: no limit_per_metric cuts anything off
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if limit := limits["limit"]; limit >= 0 && len(out) >= limit {
			break
		}
		if wanted := r.FormValue("metric"); wanted == "" || wanted == name {
			out[name] = []about{all[name]}
		}
	}
	return answer{data: out}
}

// about tells of every metric that a query may find.
func (a *API) about() (map[string]about, error) {
	out := make(map[string]about)
	if a.opts.Gatherer != nil {
		own, err := a.opts.Gatherer.Gather()
		if err != nil {
			return nil, fmt.Errorf("read Brimwatch's own metrics: %w", err)
		}
		for _, f := range own {
			out[f.GetName()] = about{Type: typeName(f.GetType()), Help: f.GetHelp(), Unit: f.GetUnit()}
		}
	}
	for _, f := range series.Families() {
		out[f.Name] = about{Type: "gauge", Help: f.Help, Unit: f.Unit}
	}
	return out, nil
}

// typeName returns what Prometheus calls a type.
func typeName(t fmt.Stringer) string {
	if name := strings.ToLower(t.String()); name != "untyped" {
		return name
	}
	return "unknown"
}
