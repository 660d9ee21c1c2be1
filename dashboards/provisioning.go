package dashboards

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"strconv"
	"strings"
	"text/template"
)

//go:embed provisioning
var templates embed.FS

// provisioning writes what Grafana reads at its start.
func provisioning(o Options) ([]File, error) {
	values := struct {
		Options
		UID   string
		Rules []rule
	}{o, UID, rules()}
	names := []string{"datasources/brimwatch.yml", "dashboards/brimwatch.yml", "alerting/brimwatch.yml"}
	if o.DataSource != "" { // Grafana has it already
		values.UID, names = o.DataSource, names[1:]
	}
	list := make([]File, 0, len(names))
	for _, name := range names {
		// Alert rules have braces of their own.
		t := template.New(path.Base(name)+".tmpl").Delims("[[", "]]").Funcs(template.FuncMap{"quote": quote})
		t, err := t.ParseFS(templates, "provisioning/"+name+".tmpl")
		if err != nil {
			return nil, fmt.Errorf("read the template of %s: %w", name, err)
		}
		var b bytes.Buffer
		if err := t.Execute(&b, values); err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		list = append(list, File{"provisioning/" + name, b.Bytes()})
	}
	return list, nil
}

// quote writes a text as YAML takes it, with dollar signs that Grafana does not take for
// variables of its environment.
func quote(s string) string {
	return strings.ReplaceAll(strconv.Quote(s), "$", "$$")
}
