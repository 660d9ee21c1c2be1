package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/fleet"
)

// SchemaURL is where the JSON Schema of the configuration is published, for editors.
const SchemaURL = "https://raw.githubusercontent.com/brimwatch/brimwatch/main/docs/configuration.schema.json"

// JSONSchema returns the JSON Schema of a configuration, written from the same types that
// decode it. It is for editors: it knows every key, and what a value looks like. It takes
// whatever `check` takes; `check` knows much that no schema can say.
func JSONSchema() []byte {
	s := schemaWriter{defs: make(map[string]any)}
	root := s.mapping(reflect.TypeFor[document]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = SchemaURL
	root["title"] = "Configuration of Brimwatch"
	root["$defs"] = s.defs
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(root); err != nil {
		panic(err) // it is made of texts, numbers, lists and maps
	}
	return out.Bytes()
}

// schemaWriter writes types as schemas. A mapping is written once, under the name of its
// type, and referred to.
type schemaWriter struct {
	defs map[string]any
}

type schema = map[string]any

// mapping is the schema of a schema struct.
func (s *schemaWriter) mapping(t reflect.Type) schema {
	properties := schema{}
	for _, f := range reflect.VisibleFields(t) {
		if name := f.Tag.Get("yaml"); name != "" {
			properties[name] = s.field(&f)
		}
	}
	return schema{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

// field is the schema of one key, with what it means.
func (s *schemaWriter) field(f *reflect.StructField) schema {
	out := s.value(f.Type)
	doc := f.Tag.Get("doc")
	if doc == "-" {
		return out
	}
	if by := f.Tag.Get("default"); by != "" {
		doc += " Default: " + by + "."
	}
	described := schema{"description": doc}
	if example := f.Tag.Get("example"); example != "" {
		var v any
		if yaml.Unmarshal([]byte(example), &v) == nil && v != nil {
			described["examples"] = []any{v}
		}
	}
	if values := f.Tag.Get("values"); values != "" {
		words := []any{nil}
		for word := range strings.SplitSeq(values, ",") {
			words = append(words, word)
		}
		described["enum"] = words
	}
	for k, v := range out {
		described[k] = v
	}
	return described
}

// value is the schema of a type. What may be left empty may be null, as in YAML.
func (s *schemaWriter) value(t reflect.Type) schema {
	if out, ok := s.special(t); ok {
		return out
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.value(t.Elem())
	case reflect.Slice:
		return schema{"type": []string{"array", "null"}, "items": s.value(t.Elem())}
	case reflect.Map:
		return schema{"type": []string{"object", "null"}, "additionalProperties": s.value(t.Elem())}
	case reflect.Struct:
		return s.ref(t)
	case reflect.Bool:
		return schema{"type": []string{"boolean", "null"}}
	case reflect.Int:
		return schema{"type": []string{"integer", "null"}}
	case reflect.Float64:
		return schema{"type": []string{"number", "null"}}
	}
	return text() // a number without quotes is a text, too
}

func text() schema { return schema{"type": []string{"string", "number", "null"}} }

// pattern is text that looks like something; a number without quotes may, too.
func pattern(p string) schema {
	return schema{"type": []string{"string", "number", "null"}, "pattern": p}
}

// ref refers to a mapping, which is written the first time.
func (s *schemaWriter) ref(t reflect.Type) schema {
	name := strings.TrimSuffix(strings.TrimSuffix(t.Name(), "Doc"), "Mapping")
	if _, written := s.defs[name]; !written {
		s.defs[name] = nil // it may refer to itself
		s.defs[name] = s.mapping(t)
	}
	return schema{"$ref": "#/$defs/" + name}
}

// special is the schema of a type that reads its own node.
func (s *schemaWriter) special(t reflect.Type) (schema, bool) {
	switch t {
	case reflect.TypeFor[unlisted]():
		return text(), true
	case reflect.TypeFor[span]():
		return pattern(`^(0|([0-9]+(ms|s|m|h|d|w|y))+)$`), true
	case reflect.TypeFor[share]():
		return pattern(`^ *[0-9.]+ *%? *$`), true
	case reflect.TypeFor[moment]():
		return pattern(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?$`), true
	case reflect.TypeFor[clock]():
		return pattern(`^[0-9]{1,2}:[0-9]{2}$`), true
	case reflect.TypeFor[hour]():
		return schema{"type": []string{"string", "boolean", "null"}, "pattern": `^([0-9]{1,2}:[0-9]{2}|off|)$`}, true // off is false to some readers of YAML
	case reflect.TypeFor[clockIn]():
		return pattern(`^[0-9]{1,2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$`), true
	case reflect.TypeFor[spread](), reflect.TypeFor[money](), reflect.TypeFor[period]():
		return text(), true
	case reflect.TypeFor[perTime]():
		return pattern(`^ *[0-9]+ */ *[a-z]+ *$`), true
	case reflect.TypeFor[price]():
		return either(text(), s.ref(reflect.TypeFor[priceDoc]())), true
	case reflect.TypeFor[queryURLDoc]():
		return either(text(), s.ref(reflect.TypeFor[databaseDoc]())), true
	case reflect.TypeFor[muteDoc]():
		return either(text(), s.ref(reflect.TypeFor[muteMapping]())), true
	case reflect.TypeFor[managerDoc]():
		return either(text(), s.ref(reflect.TypeFor[managerMapping]())), true
	case reflect.TypeFor[textsDoc]():
		return either(text(), schema{"type": "array", "items": text()}), true
	case reflect.TypeFor[answersDoc]():
		answer := s.ref(reflect.TypeFor[answerDoc]())
		return either(answer, schema{"type": "array", "items": answer}), true
	case reflect.TypeFor[variablesDoc]():
		return either(schema{"type": []string{"object", "null"}, "additionalProperties": text()}, schema{"type": "array", "items": text()}), true
	case reflect.TypeFor[ownAlarmsDoc]():
		return s.ownAlarms(), true
	}
	return nil, false
}

func either(these ...schema) schema { return schema{"anyOf": these} }

// ownAlarms is the schema of the alarms of one instance: rules by metric, no_data, and
// those of its calendar.
func (s *schemaWriter) ownAlarms() schema {
	if _, written := s.defs["ownAlarms"]; !written {
		all := s.mapping(reflect.TypeFor[calendarDoc]())
		properties, ok := all["properties"].(schema)
		if !ok {
			panic("a mapping without properties")
		}
		rule := s.ref(reflect.TypeFor[ruleDoc]())
		for _, m := range fleet.Metrics() {
			properties[m.String()] = rule
		}
		properties["no_data"] = rule
		s.defs["ownAlarms"] = all
	}
	return schema{"$ref": "#/$defs/ownAlarms"}
}
