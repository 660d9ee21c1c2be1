// Package dashboards holds Brimwatch's dashboards for Grafana, and what Grafana needs to
// take them up by itself: a data source, a provider of dashboards, and alert rules.
//
// The JSON files in this folder are the product: Grafana's import dialog takes them as
// they are, and the binary carries them. They are written by package build, where a
// panel is a few lines of what it shows; what every panel must have besides is thirty
// lines of JSON, the same each time, and nobody would see in a change of it what was
// meant. go test ./dashboards -update writes them anew, and the test fails while file
// and code differ.
//
// What holds for all of them: they are of Grafana's classic schema with the fields that
// Grafana 9 has; they have a uid of their own and no id, so that an import replaces the
// dashboard of before; the data source is chosen at the top; queries fit Brimwatch's own
// data source as well as a Prometheus that scrapes /metrics; and none asks for more than
// a query may have when there are 10,000 instances.
package dashboards

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

//go:embed *.json
var files embed.FS

// usualPages is where the files say that Brimwatch's pages are.
const usualPages = "http://127.0.0.1:9740"

// UID is the uid of the data source that the provisioning makes.
const UID = "brimwatch"

// File is one file, with its path in the folder that is exported.
type File struct {
	Path    string
	Content []byte
}

// Options say for whom files are written. The zero value is for a Grafana on the machine
// of a Brimwatch with the usual address.
type Options struct {
	// Pages is where Brimwatch answers, without a slash at the end: browsers find its
	// pages there, and Grafana its data. Empty: at the usual address.
	Pages string
	// DataSource is the uid of a data source that Grafana has already, such as a
	// Prometheus that scrapes Brimwatch. Empty: the files make one.
	DataSource string
	// Folder is where Grafana finds the dashboards, as an absolute path.
	Folder string
}

// Files returns all files: the dashboards, and those in the folder provisioning.
func Files(o Options) ([]File, error) {
	if o.Pages == "" {
		o.Pages = usualPages
	}
	list, err := Dashboards(o)
	if err != nil {
		return nil, err
	}
	further, err := provisioning(o)
	return append(list, further...), err
}

// Dashboards returns the dashboards alone, in the order of their names.
func Dashboards(o Options) ([]File, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, err
	}
	list := make([]File, 0, len(names))
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if content, err = adapt(content, o); err != nil {
			return nil, fmt.Errorf("adapt %s: %w", name, err)
		}
		list = append(list, File{name, content})
	}
	return list, nil
}

// adapt writes into a dashboard where pages and data are, where that is not as usual.
// Everything else stays as it is, byte by byte: keys are in order in the files, too.
func adapt(content []byte, o Options) ([]byte, error) {
	at := make(map[string]map[string]any) // what is chosen at first, by variable
	if o.Pages != "" && o.Pages != usualPages {
		at["brimwatch"] = map[string]any{"selected": true, "text": o.Pages, "value": o.Pages}
	}
	if o.DataSource != "" && o.DataSource != UID {
		at["datasource"] = map[string]any{"selected": false, "text": o.DataSource, "value": o.DataSource}
	}
	if len(at) == 0 {
		return content, nil
	}
	var board map[string]any
	if err := json.Unmarshal(content, &board); err != nil {
		return nil, err
	}
	templating, _ := board["templating"].(map[string]any)
	list, _ := templating["list"].([]any)
	for _, v := range list {
		variable, _ := v.(map[string]any)
		name, _ := variable["name"].(string)
		current, ok := at[name]
		if !ok {
			continue
		}
		variable["current"] = current
		if name == "brimwatch" { // the text that the field begins with
			variable["query"], variable["options"] = o.Pages, []any{current}
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(board); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
