package dashboards_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSchemas holds the dashboards against the schemas that Grafana publishes of its
// files, of the oldest version that has them and of the newest. They are Grafana's and
// not part of this project: the test is left out where BRIMWATCH_CONTRACTS does not name
// a directory with contracts/grafana.
func TestSchemas(t *testing.T) {
	dir := os.Getenv("BRIMWATCH_CONTRACTS")
	if dir == "" {
		t.Skip("left out, because BRIMWATCH_CONTRACTS is not set: it names the directory with contracts/grafana")
	}
	for _, version := range []string{"grafana-10.4", "grafana-latest-2026-06"} {
		t.Run(version, func(t *testing.T) {
			s := &schemas{dir: filepath.Join(dir, "contracts", "grafana", version), compiled: make(map[string]*jsonschema.Schema)}
			for _, f := range shipped(t) {
				board := parsed(t, f)
				s.check(t, f.Path, "dashboard", "", board)
				s.checkPanels(t, f.Path, list(board["panels"]))
			}
		})
	}
}

// checkPanels looks into what the schema of dashboards leaves to the kinds of panels.
func (s *schemas) checkPanels(t *testing.T, name string, panels []any) {
	t.Helper()
	for _, v := range panels {
		p := object(v)
		if p["type"] == "row" {
			s.checkPanels(t, name, list(p["panels"]))
			continue
		}
		at := fmt.Sprintf("%s: panel %q", name, p["title"])
		kind, _ := p["type"].(string)
		file := map[string]string{"state-timeline": "statetimeline", "status-history": "statushistory"}[kind]
		if file == "" {
			file = kind
		}
		s.check(t, at, file, "Options", p["options"])
		if custom := object(object(p["fieldConfig"])["defaults"])["custom"]; len(object(custom)) > 0 {
			s.check(t, at, file, "FieldConfig", custom)
		}
		for _, target := range list(p["targets"]) {
			s.check(t, at, "prometheus", "", target)
		}
	}
}

// schemas compiles the files of one version.
type schemas struct {
	dir      string
	compiled map[string]*jsonschema.Schema
}

func (s *schemas) check(t *testing.T, at, file, definition string, value any) {
	t.Helper()
	key := file + ".jsonschema.json"
	if definition != "" { // not what the file is about as a whole
		key += "#/definitions/" + definition
	}
	schema, ok := s.compiled[key]
	if !ok {
		schema = s.compile(t, file, key)
		s.compiled[key] = schema
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %v", at, err)
	}
}

func (s *schemas) compile(t *testing.T, file, key string) *jsonschema.Schema {
	t.Helper()
	path := filepath.Join(s.dir, file+".jsonschema.json")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	loosen(doc)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource(file+".jsonschema.json", doc); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	schema, err := c.Compile(key)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return schema
}

// loosen takes out of the schemas what is known to be wrong with them: they are made of
// types by a program. Fields that Grafana fills in itself are marked as required; places
// of any type came out as objects; and what a data source puts into an annotation of its
// own, which the newest version names, is missing in the older one.
func loosen(doc any) {
	definitions := object(object(doc)["definitions"])
	free := func(definition, field string) {
		if properties := object(object(definitions[definition])["properties"]); properties[field] != nil {
			properties[field] = true
		}
	}
	free("DynamicConfigValue", "value")
	free("MatcherConfig", "options")
	free("VariableModel", "query")
	if properties := object(object(definitions["AnnotationQuery"])["properties"]); len(properties) > 0 {
		for _, field := range []string{"step", "tagKeys", "textFormat", "titleFormat"} {
			properties[field] = map[string]any{"type": "string"}
		}
		properties["useValueForTime"] = map[string]any{"type": "boolean"}
	}
	withoutRequired(doc)
}

func withoutRequired(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["required"].([]any); ok {
			delete(v, "required")
		}
		for _, inner := range v {
			withoutRequired(inner)
		}
	case []any:
		for _, inner := range v {
			withoutRequired(inner)
		}
	}
}

// object and list are empty where v is something else.
func object(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// TestSchemasFind: the loosened schemas still find what is really wrong.
func TestSchemasFind(t *testing.T) {
	dir := os.Getenv("BRIMWATCH_CONTRACTS")
	if dir == "" {
		t.Skip("left out, because BRIMWATCH_CONTRACTS is not set: it names the directory with contracts/grafana")
	}
	s := &schemas{dir: filepath.Join(dir, "contracts", "grafana", "grafana-10.4")}
	schema := s.compile(t, "dashboard", "dashboard.jsonschema.json")
	for name, wrong := range map[string]string{
		"an unknown field":            `{"panels":[{"type":"stat","colour":"red"}]}`,
		"a wrong type":                `{"panels":[{"type":"stat","title":7}]}`,
		"a value that does not exist": `{"templating":{"list":[{"name":"a","type":"choice"}]}}`,
	} {
		var v any
		if err := json.Unmarshal([]byte(wrong), &v); err != nil {
			t.Fatal(err)
		}
		if schema.Validate(v) == nil {
			t.Errorf("%s passes: %s", name, wrong)
		}
	}
}
