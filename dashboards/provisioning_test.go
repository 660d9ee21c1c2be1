package dashboards_test

import (
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/dashboards"
)

// provisioned reads one of the files that Grafana reads at its start.
func provisioned(t *testing.T, o dashboards.Options, path string, into any) bool {
	t.Helper()
	files, err := dashboards.Files(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Path == path {
			if err := yaml.Unmarshal(f.Content, into); err != nil {
				t.Fatalf("%s: %v\n%s", path, err, f.Content)
			}
			return true
		}
	}
	return false
}

// asGrafana reads a text of a provisioning file as Grafana does: two dollar signs are one.
func asGrafana(s string) string { return strings.ReplaceAll(s, "$$", "$") }

func TestDataSource(t *testing.T) {
	var got struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct {
			Name, UID, Type, Access, URL string
			JSONData                     struct {
				HTTPMethod   string `yaml:"httpMethod"`
				TimeInterval string `yaml:"timeInterval"`
			} `yaml:"jsonData"`
		}
	}
	const path = "provisioning/datasources/brimwatch.yml"
	provisioned(t, dashboards.Options{Folder: "/d", Pages: `https://b.example.com/$HOME "x"`}, path, &got)
	if got.APIVersion != 1 || len(got.Datasources) != 1 {
		t.Fatalf("%+v", got)
	}
	d := got.Datasources[0]
	if d.UID != dashboards.UID || d.Type != "prometheus" || d.Access != "proxy" || d.JSONData.HTTPMethod != "POST" || d.JSONData.TimeInterval != "15s" {
		t.Errorf("%+v", d)
	}
	if want := `https://b.example.com/$HOME "x"/prometheus`; asGrafana(d.URL) != want {
		t.Errorf("the address is %s, want %s", asGrafana(d.URL), want)
	}
	if provisioned(t, dashboards.Options{Folder: "/d", DataSource: "prom"}, path, &got) {
		t.Error("a data source is made although Grafana has one")
	}
}

func TestProvider(t *testing.T) {
	var got struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Name, Folder, Type string
			AllowUIUpdates     bool `yaml:"allowUiUpdates"`
			Interval           int  `yaml:"updateIntervalSeconds"`
			Options            struct{ Path string }
		}
	}
	provisioned(t, dashboards.Options{Folder: `/srv/a "b" $c/中`}, "provisioning/dashboards/brimwatch.yml", &got)
	if got.APIVersion != 1 || len(got.Providers) != 1 {
		t.Fatalf("%+v", got)
	}
	if p := got.Providers[0]; p.Type != "file" || p.Folder != "Brimwatch" || p.Interval != 10 || p.AllowUIUpdates || asGrafana(p.Options.Path) != `/srv/a "b" $c/中` {
		t.Errorf("%+v", p)
	}
}

// TestAlertRules: the shape that Grafana 9.1 and newer read. The condition is an expression
// over a query, and nothing in the file is a variable of Grafana's environment.
func TestAlertRules(t *testing.T) {
	type query struct {
		RefID         string                 `yaml:"refId"`
		DatasourceUID string                 `yaml:"datasourceUid"`
		Range         struct{ From, To int } `yaml:"relativeTimeRange"`
		Model         struct {
			RefID      string `yaml:"refId"`
			Expr       string
			Instant    bool
			Type       string
			Expression string
			Reducer    string
		}
	}
	var got struct {
		APIVersion int `yaml:"apiVersion"`
		Groups     []struct {
			OrgID                  int `yaml:"orgId"`
			Name, Folder, Interval string
			Rules                  []struct {
				UID, Title, Condition, For string
				NoDataState                string `yaml:"noDataState"`
				ExecErrState               string `yaml:"execErrState"`
				Data                       []query
				Annotations, Labels        map[string]string
			}
		}
	}
	const path = "provisioning/alerting/brimwatch.yml"
	provisioned(t, dashboards.Options{Folder: "/d", DataSource: "prom-1"}, path, &got)
	if got.APIVersion != 1 || len(got.Groups) != 1 || got.Groups[0].OrgID != 1 || got.Groups[0].Interval != "1m" || got.Groups[0].Folder != "Brimwatch" {
		t.Fatalf("%+v", got)
	}
	uids, alerting := make(map[string]bool), 0
	for _, r := range got.Groups[0].Rules {
		if !regexp.MustCompile(`^[a-z-]{1,40}$`).MatchString(r.UID) || uids[r.UID] || r.Title == "" || r.For == "" || r.NoDataState != "OK" {
			t.Errorf("%+v", r)
		}
		uids[r.UID] = true
		if r.ExecErrState == "Alerting" {
			alerting++
		}
		if len(r.Data) != 2 || r.Condition != r.Data[1].RefID {
			t.Fatalf("%s: condition %s of %+v", r.UID, r.Condition, r.Data)
		}
		a, b := r.Data[0], r.Data[1]
		if a.DatasourceUID != "prom-1" || a.Model.RefID != a.RefID || !a.Model.Instant || a.Range.From != 600 || a.Model.Expr == "" {
			t.Errorf("%s: %+v", r.UID, a)
		}
		if b.DatasourceUID != "-100" || b.Model.RefID != b.RefID || b.Model.Type != "reduce" || b.Model.Expression != a.RefID || b.Model.Reducer != "last" {
			t.Errorf("%s: %+v", r.UID, b)
		}
		if r.Annotations["summary"] == "" || r.Annotations["description"] == "" || r.Labels["source"] != "brimwatch" {
			t.Errorf("%s: %v %v", r.UID, r.Annotations, r.Labels)
		}
		if (r.Labels["severity"] == "") != strings.Contains(a.Model.Expr, "severity") {
			t.Errorf("%s: the severity is told twice, or not at all", r.UID)
		}
	}
	if len(uids) < 6 || alerting != 1 {
		t.Errorf("%d rules, of which %d speak when the data source is gone", len(uids), alerting)
	}
	var text yaml.Node
	provisioned(t, dashboards.Options{Folder: "/d"}, path, &text)
	if all, err := yaml.Marshal(&text); err != nil || strings.Contains(string(all), "$") {
		t.Errorf("a dollar sign is a variable there: %v\n%s", err, all)
	}
}
