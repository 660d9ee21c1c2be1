// Package contract holds requests and answers against an OpenAPI 3.0 document,
// so that a test fails when a client asks for, or a server answers, what the
// publisher of an interface does not describe.
//
// It checks what Twilio's document uses: path and query parameters, forms, and
// JSON answers of success. Error answers are not described there and pass.
package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Spec is an OpenAPI document, ready to check with.
type Spec struct {
	routes []route
}

// route is one path of the document.
type route struct {
	pattern    *regexp.Regexp // with a group for each parameter of the path
	operations map[string]*operation
}

// operation is what may be done with a path by one method.
type operation struct {
	path    []parameter // in the order of the pattern's groups
	query   map[string]parameter
	form    map[string]parameter
	answers map[int]*jsonschema.Schema // of success; nil is no body
}

// parameter is one value of a path, query or form.
type parameter struct {
	name   string
	kind   string // type of the schema: string, integer, number, boolean, array
	schema *jsonschema.Schema
}

// Load reads a document.
func Load(file string) (*Spec, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	defer func() { _ = f.Close() }() // read-only: nothing can be lost
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, fmt.Errorf("read the contract %s: %w", file, err)
	}
	l, err := newLoader(doc)
	if err != nil {
		return nil, fmt.Errorf("read the contract %s: %w", file, err)
	}
	return l.spec()
}

// CheckRequest tells in what a request is not as described. body is the whole
// body, which is left alone in r. A request to a path that is not described is
// an error as well.
func (s *Spec) CheckRequest(r *http.Request, body []byte) error {
	op, groups, err := s.find(r)
	if err != nil {
		return err
	}
	var faults []error
	for i, p := range op.path {
		faults = append(faults, p.check([]string{groups[i]}))
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	faults = append(faults, err, checkValues("query", query, op.query))
	if len(op.form) > 0 {
		form, err := url.ParseQuery(string(body))
		faults = append(faults, err, checkValues("form", form, op.form))
		if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/x-www-form-urlencoded" {
			faults = append(faults, fmt.Errorf("content type %q instead of a form", kind))
		}
	} else if len(body) > 0 {
		faults = append(faults, errors.New("a body that is not described"))
	}
	if user, password, ok := r.BasicAuth(); !ok || user == "" || password == "" {
		faults = append(faults, errors.New("no basic authentication"))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("request %s %s: %w", r.Method, r.URL.Path, err)
	}
	return nil
}

// CheckAnswer tells in what the answer to a request is not as described.
func (s *Spec) CheckAnswer(r *http.Request, status int, header http.Header, body []byte) error {
	op, _, err := s.find(r)
	if err != nil || status >= 400 {
		return err
	}
	schema, ok := op.answers[status]
	switch {
	case !ok:
		return fmt.Errorf("answer to %s %s: status %d is not described", r.Method, r.URL.Path, status)
	case schema == nil && len(body) > 0:
		return fmt.Errorf("answer to %s %s: a body where none is described", r.Method, r.URL.Path)
	case schema == nil:
		return nil
	}
	if kind, _, _ := strings.Cut(header.Get("Content-Type"), ";"); kind != "application/json" {
		return fmt.Errorf("answer to %s %s: content type %q instead of application/json", r.Method, r.URL.Path, kind)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	if err != nil {
		return fmt.Errorf("answer to %s %s: %w", r.Method, r.URL.Path, err)
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("answer to %s %s: %w", r.Method, r.URL.Path, err)
	}
	return nil
}

// Describes tells whether a path is in the document, by whatever method.
func (s *Spec) Describes(path string) bool {
	for _, rt := range s.routes {
		if rt.pattern.MatchString(path) {
			return true
		}
	}
	return false
}

func (s *Spec) find(r *http.Request) (*operation, []string, error) {
	for _, rt := range s.routes {
		groups := rt.pattern.FindStringSubmatch(r.URL.Path)
		if groups == nil {
			continue
		}
		op := rt.operations[r.Method]
		if op == nil {
			return nil, nil, fmt.Errorf("method %s of %s is not described", r.Method, r.URL.Path)
		}
		return op, groups[1:], nil
	}
	return nil, nil, fmt.Errorf("path %s is not described", r.URL.Path)
}

func checkValues(where string, values url.Values, known map[string]parameter) error {
	var faults []error
	for name, v := range values {
		p, ok := known[name]
		if !ok {
			faults = append(faults, fmt.Errorf("%s: %s is not described", where, name))
			continue
		}
		faults = append(faults, p.check(v))
	}
	return errors.Join(faults...)
}

// check holds the text of a parameter against its schema.
func (p parameter) check(values []string) error {
	var value any
	if p.kind == "array" {
		list := make([]any, 0, len(values))
		for _, v := range values {
			list = append(list, v)
		}
		value = list
	} else {
		if len(values) != 1 {
			return fmt.Errorf("%s: given %d times", p.name, len(values))
		}
		value = typed(p.kind, values[0])
	}
	if err := p.schema.Validate(value); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}

// typed reads text as the type a schema asks for. What cannot be read stays
// text, and the schema refuses it.
func typed(kind, text string) any {
	switch kind {
	case "integer", "number":
		if _, err := strconv.ParseFloat(text, 64); err == nil {
			return json.Number(text)
		}
	case "boolean":
		if text == "true" || text == "false" {
			return text == "true"
		}
	}
	return text
}
