package dashboards_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// source is a reference to a data source.
type source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// chosen is the only reference that may be in a dashboard of ours.
func chosen() source { return source{"prometheus", "${datasource}"} }

type place struct{ X, Y, W, H int }

func (p place) overlaps(q place) bool {
	return p.X < q.X+q.W && q.X < p.X+p.W && p.Y < q.Y+q.H && q.Y < p.Y+p.H
}

type panel struct {
	ID          int     `json:"id"`
	Type        string  `json:"type"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	GridPos     place   `json:"gridPos"`
	DataSource  source  `json:"datasource"`
	Panels      []panel `json:"panels"`
	Repeat      string  `json:"repeat"`
	Targets     []struct {
		RefID        string `json:"refId"`
		Expr         string `json:"expr"`
		DataSource   source `json:"datasource"`
		Instant      bool   `json:"instant"`
		Range        bool   `json:"range"`
		Format       string `json:"format"`
		LegendFormat string `json:"legendFormat"`
	} `json:"targets"`
	FieldConfig struct {
		Defaults struct {
			Unit    string         `json:"unit"`
			NoValue string         `json:"noValue"`
			Custom  map[string]any `json:"custom"`
			Links   []link         `json:"links"`
		} `json:"defaults"`
	} `json:"fieldConfig"`
}

type link struct {
	Title, URL string
}

type board struct {
	UID, Title, Description, Timezone string
	Tags                              []string
	Panels                            []panel
	SchemaVersion                     int
	Templating                        struct {
		List []struct {
			Name, Type, AllValue string
			Label                string
			DataSource           *source
			Multi, IncludeAll    bool
		}
	}
	Annotations struct {
		List []struct {
			Name, Expr, Step, TitleFormat string
			BuiltIn                       int
			Enable                        bool
			DataSource                    source
		}
	}
	Links []struct{ Type, Title, URL string }
}

// boards reads all dashboards; what holds for JSON as such is looked at on the way.
func boards(t *testing.T) map[string]*board {
	t.Helper()
	all := make(map[string]*board)
	for _, f := range shipped(t) {
		b := new(board)
		if err := json.Unmarshal(f.Content, b); err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
		all[f.Path] = b
	}
	return all
}

// TestDashboards: what Grafana wants of a dashboard that is imported and provisioned.
func TestDashboards(t *testing.T) {
	uids, titles := make(map[string]bool), make(map[string]bool)
	for name, b := range boards(t) {
		if !regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`).MatchString(b.UID) || uids[b.UID] {
			t.Errorf("%s: the uid %q is not good, or is that of another one", name, b.UID)
		}
		if b.Title == "" || titles[b.Title] || b.Description == "" {
			t.Errorf("%s: the title %q is not good, or is that of another one, or there is no description", name, b.Title)
		}
		uids[b.UID], titles[b.Title] = true, true
		if b.SchemaVersion != 37 || !slices.Contains(b.Tags, "brimwatch") || b.Timezone != "browser" {
			t.Errorf("%s: schema version %d, tags %v, time zone %q", name, b.SchemaVersion, b.Tags, b.Timezone)
		}
		if len(b.Links) == 0 || b.Links[0].Type != "dashboards" {
			t.Errorf("%s: no links to the others", name)
		}
	}
	for _, f := range shipped(t) {
		top := parsed(t, f)
		for _, key := range []string{"id", "__inputs", "__requires", "__elements", "gnetId", "iteration"} {
			if _, ok := top[key]; ok {
				t.Errorf("%s has %q, which is Grafana's to write", f.Path, key)
			}
		}
		if m := regexp.MustCompile(`\$\{?DS_\w*`).Find(f.Content); m != nil {
			t.Errorf("%s: %s is only filled in by the import dialog", f.Path, m)
		}
	}
}

// each goes through the panels of a dashboard, rows left out.
func (b *board) each(visit func(p *panel)) {
	for i := range b.Panels {
		p := &b.Panels[i]
		if p.Type != "row" {
			visit(p)
		}
		for j := range p.Panels {
			visit(&p.Panels[j])
		}
	}
}

// TestPanels: each says what it shows, in which unit, and what is shown when there is
// nothing; each target asks something of the chosen data source.
func TestPanels(t *testing.T) {
	kinds := []string{"timeseries", "stat", "table", "state-timeline", "status-history", "bargauge", "gauge", "heatmap", "text"}
	for name, b := range boards(t) {
		b.each(func(p *panel) {
			at := fmt.Sprintf("%s: panel %q", name, p.Title)
			if !slices.Contains(kinds, p.Type) {
				t.Errorf("%s: Grafana 9 to 12 do not all have %q", at, p.Type)
			}
			d := p.FieldConfig.Defaults
			if p.Title == "" || !strings.HasSuffix(p.Description, ".") || d.Unit == "" || d.NoValue == "" || d.Custom == nil {
				t.Errorf("%s: description %q, unit %q, noValue %q, custom %v", at, p.Description, d.Unit, d.NoValue, d.Custom)
			}
			if p.DataSource != chosen() {
				t.Errorf("%s: data source %v", at, p.DataSource)
			}
			refs := make(map[string]bool)
			for _, target := range p.Targets {
				if target.DataSource != chosen() || target.Expr == "" || target.RefID == "" || refs[target.RefID] {
					t.Errorf("%s: target %+v", at, target)
				}
				refs[target.RefID] = true
				if target.Instant == target.Range || (target.Format == "table") != (p.Type == "table") || target.LegendFormat == "" {
					t.Errorf("%s: target %+v", at, target)
				}
				if p.Type == "table" && !target.Instant {
					t.Errorf("%s: the rows of a table are of one moment", at)
				}
			}
			if len(p.Targets) == 0 {
				t.Errorf("%s asks nothing", at)
			}
			for _, l := range d.Links {
				checkLink(t, at, l.URL)
			}
		})
	}
}

// checkLink: links lead to pages that Brimwatch has, and to dashboards of ours.
func checkLink(t *testing.T, at, url string) {
	t.Helper()
	page, ours := strings.CutPrefix(url, "${brimwatch:raw}")
	path, _, _ := strings.Cut(page, "?")
	switch {
	case ours && (slices.Contains([]string{"/", "/alarms", "/calendar", "/notices"}, path) || strings.HasPrefix(path, "/instances/${")):
	case strings.HasPrefix(url, "/d/brimwatch-instance?"):
	default:
		t.Errorf("%s: a link to %s", at, url)
	}
}

// TestPlaces: panels have IDs and places of their own, within 24 columns.
func TestPlaces(t *testing.T) {
	for name, b := range boards(t) {
		ids := make(map[int]string)
		check := func(panels []panel) {
			for i := range panels {
				p := &panels[i]
				if other, ok := ids[p.ID]; ok || p.ID < 1 {
					t.Errorf("%s: %q and %q have the ID %d", name, p.Title, other, p.ID)
				}
				ids[p.ID] = p.Title
				if g := p.GridPos; g.X < 0 || g.Y < 0 || g.W < 1 || g.H < 1 || g.X+g.W > 24 {
					t.Errorf("%s: %q is at %+v", name, p.Title, g)
				}
				for j := range i {
					if p.GridPos.overlaps(panels[j].GridPos) {
						t.Errorf("%s: %q lies on %q", name, p.Title, panels[j].Title)
					}
				}
			}
		}
		check(b.Panels)
		for i := range b.Panels {
			check(b.Panels[i].Panels)
		}
	}
}

// TestVariables: the data source and the address of the pages can be chosen everywhere,
// and "All" fits series that do not have the label.
func TestVariables(t *testing.T) {
	for name, b := range boards(t) {
		kinds := make(map[string]string)
		for _, v := range b.Templating.List {
			kinds[v.Name] = v.Type
			if v.Label == "" {
				t.Errorf("%s: the variable %s has no label", name, v.Name)
			}
			if v.Type != "query" {
				continue
			}
			if v.DataSource == nil || *v.DataSource != chosen() {
				t.Errorf("%s: the variable %s has the data source %v", name, v.Name, v.DataSource)
			}
			if !v.Multi || v.IncludeAll != (v.AllValue == ".*") || v.IncludeAll == (v.Name == "instance") {
				t.Errorf("%s: the variable %s: %+v", name, v.Name, v)
			}
		}
		if kinds["datasource"] != "datasource" || kinds["brimwatch"] != "textbox" {
			t.Errorf("%s: variables %v", name, kinds)
		}
		b.each(func(p *panel) {
			if p.Repeat != "" && kinds[p.Repeat] != "query" {
				t.Errorf("%s: %q is repeated for %q, which is no variable", name, p.Title, p.Repeat)
			}
		})
	}
}

// TestAnnotations: every dashboard marks something, by the chosen data source.
func TestAnnotations(t *testing.T) {
	for name, b := range boards(t) {
		marks := 0
		for _, a := range b.Annotations.List {
			if a.BuiltIn == 1 {
				continue
			}
			marks++
			if a.DataSource != chosen() || a.Expr == "" || a.Step == "" || a.TitleFormat == "" || !a.Enable {
				t.Errorf("%s: annotation %+v", name, a)
			}
		}
		if marks == 0 {
			t.Errorf("%s marks nothing", name)
		}
	}
}

// TestInstancesByName: the expression that reads IDs and names out of what Grafana makes
// of an answer takes IDs and names with any signs.
func TestInstancesByName(t *testing.T) {
	var v struct {
		Templating struct {
			List []struct{ Name, Regex string }
		}
	}
	for _, f := range shipped(t) {
		if f.Path != "instance.json" {
			continue
		}
		if err := json.Unmarshal(f.Content, &v); err != nil {
			t.Fatal(err)
		}
	}
	regex := ""
	for _, l := range v.Templating.List {
		if l.Name == "instance" {
			regex = l.Regex
		}
	}
	// Go has no look-ahead, so the two halves are tried apart, with what they look for as a group.
	value, text, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(regex, "/"), "/g"), "|name=")
	if !ok {
		t.Fatalf("the expression is %s", regex)
	}
	value = strings.ReplaceAll(value, "(?=", "(?:")
	text = strings.ReplaceAll("name="+text, "(?=", "(?:")
	for _, c := range []struct{ line, id, name string }{
		{`{instance_id="mqtt-1",name="Orders"} 1 1700000000000`, "mqtt-1", "Orders"},
		{`{instance_id="mqtt-1"} 1 1700000000000`, "mqtt-1", ""},
		{`{instance_id="a/b 中",name="订单 "1" }"} 1 1700000000000`, "a/b 中", `订单 "1" }`},
	} {
		if m := regexp.MustCompile(value).FindStringSubmatch(c.line); m == nil || m[1] != c.id {
			t.Errorf("%s has the ID %v, want %q", c.line, m, c.id)
		}
		m := regexp.MustCompile(text).FindStringSubmatch(c.line)
		if name := strings.Join(m[min(1, len(m)):], ""); name != c.name {
			t.Errorf("%s has the name %q, want %q", c.line, name, c.name)
		}
	}
}
