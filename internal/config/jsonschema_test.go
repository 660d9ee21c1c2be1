package config

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/test/golden"
)

// TestJSONSchemaIsPublished holds docs/configuration.schema.json against the types; -update writes
// it anew.
func TestJSONSchemaIsPublished(t *testing.T) {
	const page = "../../docs/configuration.schema.json"
	got := JSONSchema()
	if golden.Updating() {
		if err := os.WriteFile(page, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/configuration.schema.json is not what the types say; run make docs")
	}
}

// compiled is the schema as somebody else's library reads it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(SchemaURL, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(SchemaURL)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads YAML as an editor does: dates are texts.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return plainly(v)
}

func plainly(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = plainly(v[k])
		}
		return v
	case []any:
		for i := range v {
			v[i] = plainly(v[i])
		}
		return v
	case time.Time:
		if v.Equal(v.Truncate(24 * time.Hour)) {
			return v.Format(time.DateOnly)
		}
		return v.Format(time.RFC3339)
	case int:
		return float64(v)
	}
	return v
}

// TestJSONSchemaTakesWhatCheckTakes: the sample, and each whole configuration of the documentation.
func TestJSONSchemaTakesWhatCheckTakes(t *testing.T) {
	s := compiled(t)
	taken := 0
	takes := func(name, text string) {
		if err := s.Validate(asJSON(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		taken++
	}
	takes("complete", complete)
	var files []string
	for _, pattern := range []string{"testdata/sample/*.yml", "testdata/sample/fleet/*.yml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		takes(file, string(text))
	}
	var pages []string
	for _, pattern := range []string{"../../README.md", "../../docs/*.md", "../../docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range block.FindAllStringSubmatch(string(text), -1) {
			if whole(m[1]) {
				takes(page, m[1])
			}
		}
	}
	if taken < 20 {
		t.Errorf("only %d configurations were tried", taken)
	}
}

// whole tells whether a piece of YAML is one of ours from its top, and not left out of with … .
func whole(text string) bool {
	var keys map[string]yaml.Node
	if strings.Contains(text, "…") || yaml.Unmarshal([]byte(text), &keys) != nil || len(keys) == 0 {
		return false
	}
	known := newDecoder().fieldsOf(reflect.TypeFor[document]())
	for key := range keys {
		if _, ok := known[key]; !ok {
			return false
		}
	}
	_, other := keys["global"] // an Alertmanager's
	_, more := keys["route"]
	return !other && !more
}

// TestJSONSchemaRefuses: what an editor should underline.
func TestJSONSchemaRefuses(t *testing.T) {
	s := compiled(t)
	for name, text := range map[string]string{
		"an unknown key at the top":       "instance: []",
		"an unknown key":                  "instances: [{id: a, naem: b}]",
		"an unknown key of a source":      "instances: [{id: a, source: {type: redis, addr: x}}]",
		"a source of no type":             "instances: [{id: a, source: {type: kafka}}]",
		"a list where there is a mapping": "alarms: []",
		"a text where there is a list":    "instances: a",
		"no length of time":               "collect: {interval: soon}",
		"no time of day":                  "contacts: [{name: a, daily_test: morning}]",
		"no severity":                     "alarms: {capacity: {severity: bad}}",
		"no metric":                       "instances: [{id: a, alarms: {conections: {threshold: 80%}}}]",
		"no number":                       "sms: {limits: {per_day: many}}",
		"neither a text nor a mapping":    "storage: {query_url: [a]}",
		"yes for true":                    "server: {open: yes please}",
	} {
		if err := s.Validate(asJSON(t, text)); err == nil {
			t.Errorf("%s: %s is taken", name, text)
		}
	}
}

// TestValuesInTheSchemaAreThoseOfTheCode: the words that tags list are those that the code knows.
func TestValuesInTheSchemaAreThoseOfTheCode(t *testing.T) {
	values := func(of reflect.Type, field string) []string {
		f, ok := of.FieldByName(field)
		if !ok {
			t.Fatalf("%v has no %s", of, field)
		}
		return strings.Split(f.Tag.Get("values"), ",")
	}
	if got := values(reflect.TypeFor[sourceDoc](), "Type"); !slices.Equal(got, SourceTypes()) {
		t.Errorf("types of sources: %v, want %v", got, SourceTypes())
	}
	var formats []string
	for _, f := range knownFormats() {
		formats = append(formats, f.name)
	}
	if got := values(reflect.TypeFor[webhookDoc](), "Format"); !slices.Equal(got, formats) {
		t.Errorf("formats of webhooks: %v, want %v", got, formats)
	}
}
