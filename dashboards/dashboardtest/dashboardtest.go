// Package dashboardtest lists what the dashboards ask their data source, for tests that
// put every query to a real one. What Grafana does to a query before it sends it
// is done here: variables stand for what is chosen, and $__rate_interval and its like
// for lengths of time.
package dashboardtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/dashboards"
)

// Kind is what asks.
type Kind string

// The kinds.
const (
	Panel      Kind = "panel"
	Variable   Kind = "variable"
	Annotation Kind = "annotation"
	Alert      Kind = "alert rule"
)

// maxPoints is how many points of a series a range query may have; Grafana never asks
// for more.
const maxPoints = 11000

// Query is one query as it reaches the data source.
type Query struct {
	File  string // the dashboard, or the file of alert rules
	Kind  Kind
	Name  string // the panel's title, the variable's name and so on
	RefID string // of a panel's or a rule's query
	Expr  string // PromQL
	// Label is the one whose values a variable asks for among the series of Expr. Where it
	// is empty, Expr is evaluated.
	Label   string
	Instant bool          // at the end of the range only
	Step    time.Duration // of a query over the whole range
	NoValue string        // what a panel says when there is no answer
	Folded  bool          // in a row that is closed at first: not everybody has what it shows
}

// String names the query.
func (q Query) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s: %s %q %s", q.File, q.Kind, q.Name, q.RefID))
}

// Options say for which time is asked and what is chosen.
type Options struct {
	From, To time.Time
	Points   int           // of a line that fit on a screen; 0 is 1,440
	Scrape   time.Duration // how far the samples of a series are apart; 0 is 15 s
	// Chosen are the values of variables, as regular expressions. Of the others all are
	// chosen; one that offers no "All" must be here.
	Chosen map[string]string
}

// Queries lists all queries of dashboards and alert rules, in the order of the files.
func Queries(files []dashboards.File, o Options) ([]Query, error) {
	if o.Points == 0 {
		o.Points = 1440
	}
	if o.Scrape == 0 {
		o.Scrape = 15 * time.Second
	}
	if !o.To.After(o.From) {
		return nil, errors.New("the time range is empty")
	}
	var all []Query
	for _, f := range files {
		var list []Query
		var err error
		switch {
		case path.Ext(f.Path) == ".json":
			list, err = ofDashboard(f, &o)
		case strings.Contains(f.Path, "/alerting/"):
			list, err = ofAlerts(f)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// board is what is read of a dashboard.
type board struct {
	Panels     []panel `json:"panels"`
	Templating struct {
		List []variable `json:"list"`
	} `json:"templating"`
	Annotations struct {
		List []struct {
			Name string `json:"name"`
			Expr string `json:"expr"`
			Step string `json:"step"`
		} `json:"list"`
	} `json:"annotations"`
}

type panel struct {
	Title   string  `json:"title"`
	Panels  []panel `json:"panels"` // of a row that is folded
	Targets []struct {
		RefID   string `json:"refId"`
		Expr    string `json:"expr"`
		Instant bool   `json:"instant"`
	} `json:"targets"`
	FieldConfig struct {
		Defaults struct {
			NoValue string `json:"noValue"`
		} `json:"defaults"`
	} `json:"fieldConfig"`
}

type variable struct {
	Type       string          `json:"type"`
	Name       string          `json:"name"`
	Query      json.RawMessage `json:"query"` // a text, or an object with a text
	IncludeAll bool            `json:"includeAll"`
	AllValue   string          `json:"allValue"`
}

func ofDashboard(f dashboards.File, o *Options) ([]Query, error) {
	var b board
	if err := json.Unmarshal(f.Content, &b); err != nil {
		return nil, err
	}
	fill, err := o.filler(b.Templating.List)
	if err != nil {
		return nil, err
	}
	var list []Query
	for _, v := range b.Templating.List {
		if v.Type != "query" {
			continue
		}
		q, err := ofVariable(v)
		if err != nil {
			return nil, err
		}
		list = append(list, q)
	}
	for _, a := range b.Annotations.List {
		if a.Expr == "" { // Grafana's own notes
			continue
		}
		least, err := time.ParseDuration(a.Step)
		if err != nil {
			return nil, fmt.Errorf("annotation %q: %w", a.Name, err)
		}
		list = append(list, Query{Kind: Annotation, Name: a.Name, Expr: a.Expr, Step: o.step(maxPoints, least)})
	}
	list = append(list, ofPanels(b.Panels, false, o.step(o.Points, o.Scrape))...)
	for i := range list {
		list[i].File = f.Path
		if list[i].Expr, err = fill(list[i].Expr); err != nil {
			return nil, fmt.Errorf("%s %q: %w", list[i].Kind, list[i].Name, err)
		}
	}
	return list, nil
}

func ofPanels(panels []panel, folded bool, step time.Duration) []Query {
	var list []Query
	for i := range panels {
		p := &panels[i]
		for _, t := range p.Targets {
			list = append(list, Query{
				Kind: Panel, Name: p.Title, RefID: t.RefID, Expr: t.Expr, Instant: t.Instant, Step: step,
				NoValue: p.FieldConfig.Defaults.NoValue, Folded: folded,
			})
		}
		list = append(list, ofPanels(p.Panels, true, step)...)
	}
	return list
}

// ofVariable reads what Grafana makes of label_values and query_result.
func ofVariable(v variable) (Query, error) {
	var written struct {
		Query string `json:"query"`
	}
	if err := json.Unmarshal(v.Query, &written); err != nil {
		return Query{}, fmt.Errorf("variable %s: %w", v.Name, err)
	}
	q := Query{Kind: Variable, Name: v.Name, Instant: true}
	if m := regexp.MustCompile(`^label_values\((.+), *(\w+)\)$`).FindStringSubmatch(written.Query); m != nil {
		q.Expr, q.Label = m[1], m[2]
		return q, nil
	}
	if m := regexp.MustCompile(`^query_result\((.+)\)$`).FindStringSubmatch(written.Query); m != nil {
		q.Expr = m[1]
		return q, nil
	}
	return q, fmt.Errorf("variable %s: no way is known to ask for %s", v.Name, written.Query)
}

func ofAlerts(f dashboards.File) ([]Query, error) {
	var file struct {
		Groups []struct {
			Rules []struct {
				Title string `yaml:"title"`
				Data  []struct {
					RefID string `yaml:"refId"`
					Model struct {
						Expr string `yaml:"expr"`
					} `yaml:"model"`
				} `yaml:"data"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Unmarshal(f.Content, &file); err != nil {
		return nil, err
	}
	var list []Query
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			for _, d := range r.Data {
				if d.Model.Expr != "" {
					list = append(list, Query{File: f.Path, Kind: Alert, Name: r.Title, RefID: d.RefID, Expr: d.Model.Expr, Instant: true})
				}
			}
		}
	}
	return list, nil
}

// step is how far the points of a query are apart: as many of them as wanted, and no
// closer than least.
func (o *Options) step(points int, least time.Duration) time.Duration {
	return max(o.To.Sub(o.From)/time.Duration(points), least).Round(time.Second)
}

// filler returns what puts values in place of variables.
func (o *Options) filler(variables []variable) (func(string) (string, error), error) {
	step := o.step(o.Points, o.Scrape)
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d/time.Second)) + "s" }
	values := map[string]string{
		"__interval":      seconds(step),
		"__rate_interval": seconds(max(step+o.Scrape, 4*o.Scrape)),
		"__range":         seconds(o.To.Sub(o.From)),
	}
	for _, v := range variables {
		chosen, ok := o.Chosen[v.Name]
		switch {
		case ok:
		case v.Type != "query": // links have these, queries do not
			continue
		case !v.IncludeAll:
			return nil, fmt.Errorf("the variable %s has no All: something must be chosen", v.Name)
		default:
			chosen = v.AllValue
		}
		values[v.Name] = chosen
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	slices.Reverse(names) // a name that begins with another one comes before it
	pairs := []string{
		"${__from:date:seconds}", strconv.FormatInt(o.From.Unix(), 10),
		"${__to:date:seconds}", strconv.FormatInt(o.To.Unix(), 10),
	}
	for _, name := range names {
		pairs = append(pairs, "$"+name, values[name])
	}
	r := strings.NewReplacer(pairs...)
	return func(expr string) (string, error) {
		filled := r.Replace(expr)
		if i := strings.IndexByte(filled, '$'); i >= 0 {
			return "", fmt.Errorf("no value is known for %s", filled[i:])
		}
		return filled, nil
	}, nil
}
