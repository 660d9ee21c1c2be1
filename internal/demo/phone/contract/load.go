package contract

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
	// resource is the name the document has while its schemas are compiled.
	resource = "https://contract.invalid/openapi.json"
)

// loader makes a Spec of a document.
type loader struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
}

func newLoader(doc any) (*loader, error) {
	m, ok := doc.(map[string]any)
	if !ok || !strings.HasPrefix(str(m, "openapi"), "3.0") {
		return nil, errors.New("it is not an OpenAPI 3.0 document")
	}
	convert(m)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource(resource, m); err != nil {
		return nil, fmt.Errorf("take the document in: %w", err)
	}
	return &loader{m, c}, nil
}

// convert makes JSON Schema of OpenAPI 3.0's dialect, in place: nullable becomes
// one more type, and an object that lists its properties has no others. What
// Twilio calls a uri is one relative to https://api.twilio.com.
func convert(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			convert(e)
		}
	case map[string]any:
		for _, e := range v {
			convert(e)
		}
		if nullable, _ := v["nullable"].(bool); nullable {
			if kind, ok := v["type"].(string); ok {
				v["type"] = []any{kind, "null"}
			}
			if enum, ok := v["enum"].([]any); ok {
				v["enum"] = append(enum, nil)
			}
			delete(v, "nullable")
		}
		if v["format"] == "uri" {
			v["format"] = "uri-reference"
		}
		if _, lists := v["properties"].(map[string]any); lists && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
	}
}

func (l *loader) spec() (*Spec, error) {
	s := &Spec{}
	paths, _ := l.doc["paths"].(map[string]any)
	for path, item := range paths {
		rt := route{pattern: patternOf(path), operations: make(map[string]*operation)}
		methods, _ := item.(map[string]any)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			name := strings.ToLower(method)
			described, ok := methods[name].(map[string]any)
			if !ok {
				continue
			}
			op, err := l.operation(path, described, "/paths/"+escape(path)+"/"+name)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			rt.operations[method] = op
		}
		s.routes = append(s.routes, rt)
	}
	if len(s.routes) == 0 {
		return nil, errors.New("the document describes no path")
	}
	return s, nil
}

// patternOf makes a pattern of a path with parameters in braces. A parameter
// does not reach beyond its part of the path.
func patternOf(path string) *regexp.Regexp {
	var b strings.Builder
	last := 0
	for _, at := range regexp.MustCompile(`\{[^}]*\}`).FindAllStringIndex(path, -1) {
		b.WriteString(regexp.QuoteMeta(path[last:at[0]]) + "([^/]+)")
		last = at[1]
	}
	return regexp.MustCompile("^" + b.String() + regexp.QuoteMeta(path[last:]) + "$")
}

func (l *loader) operation(path string, described map[string]any, at string) (*operation, error) {
	op := &operation{query: make(map[string]parameter), form: make(map[string]parameter), answers: make(map[int]*jsonschema.Schema)}
	inPath := make(map[string]parameter)
	list, _ := described["parameters"].([]any)
	for i, e := range list {
		m, _ := e.(map[string]any)
		p, err := l.parameter(str(m, "name"), m["schema"], at+"/parameters/"+strconv.Itoa(i)+"/schema")
		if err != nil {
			return nil, err
		}
		switch str(m, "in") {
		case "path":
			inPath[p.name] = p
		case "query":
			op.query[p.name] = p
		}
	}
	for _, name := range regexp.MustCompile(`\{([^}]*)\}`).FindAllStringSubmatch(path, -1) {
		p, ok := inPath[name[1]]
		if !ok {
			return nil, fmt.Errorf("parameter %s of the path is not described", name[1])
		}
		op.path = append(op.path, p)
	}
	if err := l.form(op, described, at+"/requestBody/content/"+escape(formType)+"/schema"); err != nil {
		return nil, err
	}
	return op, l.answers(op, described, at+"/responses")
}

func (l *loader) form(op *operation, described map[string]any, at string) error {
	schema := dig(described, "requestBody", "content", formType, "schema")
	properties, _ := schema["properties"].(map[string]any)
	for name, s := range properties {
		p, err := l.parameter(name, s, at+"/properties/"+escape(name))
		if err != nil {
			return err
		}
		op.form[name] = p
	}
	return nil
}

func (l *loader) answers(op *operation, described map[string]any, at string) error {
	for status := range dig(described, "responses") {
		n, err := strconv.Atoi(status)
		if err != nil {
			return fmt.Errorf("status %q is not a number", status)
		}
		if dig(described, "responses", status, "content", jsonType) == nil {
			op.answers[n] = nil
			continue
		}
		schema, err := l.compile(at + "/" + status + "/content/" + escape(jsonType) + "/schema")
		if err != nil {
			return err
		}
		op.answers[n] = schema
	}
	return nil
}

func (l *loader) parameter(name string, schema any, at string) (parameter, error) {
	compiled, err := l.compile(at)
	if err != nil {
		return parameter{}, fmt.Errorf("parameter %s: %w", name, err)
	}
	m, _ := schema.(map[string]any)
	return parameter{name: name, kind: str(m, "type"), schema: compiled}, nil
}

// compile compiles the schema at a JSON pointer of the document.
func (l *loader) compile(pointer string) (*jsonschema.Schema, error) {
	s, err := l.compiler.Compile(resource + "#" + pointer)
	if err != nil {
		return nil, fmt.Errorf("compile the schema at %s: %w", pointer, err)
	}
	return s, nil
}

// escape writes a name as a part of a JSON pointer within an address (RFC 6901,
// sections 3 and 6).
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "{", "%7B", "}", "%7D", "<", "%3C", ">", "%3E").Replace(name)
}

// dig follows names down into maps; nil when one is missing.
func dig(m map[string]any, names ...string) map[string]any {
	for _, name := range names {
		m, _ = m[name].(map[string]any)
	}
	return m
}

func str(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}
