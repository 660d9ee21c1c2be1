package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Bounds against files that are made to be expensive: aliases that multiply,
// and nesting without end.
const (
	maxDepth = 40
	maxNodes = 5_000_000
)

// decoder turns YAML nodes into schema structs and notes every fault on the way.
// It never stops at the first.
type decoder struct {
	faults   Faults
	warnings []Fault
	files    map[*yaml.Node]string // the file of a node that came from another one than its parent
	read     map[string][]byte     // every file that was read, by path
	instead  map[string][]byte     // contents to be taken for those of files
	nodes    int
	depth    int
}

func newDecoder() *decoder {
	return &decoder{files: make(map[*yaml.Node]string), read: make(map[string][]byte)}
}

// place is where a node stands: its file and its path from the top.
type place struct {
	node *yaml.Node
	file string
	path string
}

func (p place) position() Position {
	return Position{File: p.file, Line: p.node.Line, Column: p.node.Column}
}

// child is the place of a node below p.
func (d *decoder) child(p place, n *yaml.Node, step string) place {
	c := place{node: n, file: p.file, path: p.path + step}
	if p.path == "" {
		c.path = strings.TrimPrefix(step, ".")
	}
	if f, ok := d.files[n]; ok {
		c.file = f
	}
	return c
}

// find is the place of what stands below p under the keys of a dotted path, or
// of the last of them that is there.
func (d *decoder) find(p place, keys string) place {
	out := p
	for key := range strings.SplitSeq(keys, ".") {
		node := resolved(out.node)
		next := place{path: out.path + "." + key, node: out.node, file: out.file}
		if out.path == "" {
			next.path = key
		}
		if node.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == key {
					next = d.child(out, node.Content[i+1], "."+key)
				}
			}
		}
		out = next
	}
	return out
}

// fault notes what is wrong at p.
func (d *decoder) fault(p place, format string, args ...any) {
	d.faults = append(d.faults, Fault{Position: p.position(), Path: p.path, Reason: fmt.Sprintf(format, args...)})
}

// warn notes what a person should know about p.
func (d *decoder) warn(p place, format string, args ...any) {
	d.warnings = append(d.warnings, Fault{Position: p.position(), Path: p.path, Reason: fmt.Sprintf(format, args...)})
}

// custom is a schema type that reads its own node.
type custom interface {
	decode(d *decoder, p place)
}

// decode reads the node at p into v.
func (d *decoder) decode(p place, v reflect.Value) {
	d.nodes++
	d.depth++
	defer func() { d.depth-- }()
	if d.depth > maxDepth || d.nodes > maxNodes {
		if d.nodes <= maxNodes+1 {
			d.fault(p, "the file is nested too deeply, or its aliases make it too large")
		}
		d.nodes = max(d.nodes, maxNodes+1)
		return
	}
	p.node = resolved(p.node)
	if c, ok := v.Addr().Interface().(custom); ok {
		c.decode(d, p)
		return
	}
	if isNull(p.node) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(p, v.Elem())
	case reflect.Struct:
		d.decodeStruct(p, v)
	case reflect.Slice:
		d.decodeSlice(p, v)
	case reflect.Map:
		d.decodeMap(p, v)
	default:
		d.decodeScalar(p, v)
	}
}

// resolved follows an alias to what it stands for. An alias cannot stand for
// another one.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func (d *decoder) decodeStruct(p place, v reflect.Value) {
	if p.node.Kind != yaml.MappingNode {
		d.fault(p, "%s is wanted here, not %s", wantOf(v.Type()), kindOf(p.node))
		return
	}
	if m := v.FieldByName("place"); m.IsValid() && m.CanAddr() {
		if at, ok := v.Addr().Interface().(interface{ setPlace(place) }); ok {
			at.setPlace(p)
		}
	}
	fields := fieldsOf(v.Type())
	seen := make(map[string]*yaml.Node, len(p.node.Content)/2)
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		key, value := p.node.Content[i], p.node.Content[i+1]
		at := d.child(p, key, "."+key.Value)
		if !d.plainKey(at, key) {
			continue
		}
		if first, twice := seen[key.Value]; twice {
			d.fault(at, "given twice; the first is in line %d", first.Line)
			continue
		}
		seen[key.Value] = key
		index, known := fields[key.Value]
		if !known {
			d.fault(at, "unknown key%s", suggest(key.Value, keysOf(fields)))
			continue
		}
		d.decode(d.child(p, value, "."+key.Value), v.FieldByIndex(index))
	}
}

// plainKey tells whether a key is one that this decoder reads.
func (d *decoder) plainKey(at place, key *yaml.Node) bool {
	switch {
	case key.Kind != yaml.ScalarNode:
		d.fault(at, "a key must be a plain word")
	case key.Tag == "!!merge" || key.Value == "<<":
		d.fault(at, "merge keys are not read; write the values out, or use alarms.overrides")
	default:
		return true
	}
	return false
}

func (d *decoder) decodeSlice(p place, v reflect.Value) {
	if p.node.Kind != yaml.SequenceNode {
		d.fault(p, "a list is wanted here, not %s", kindOf(p.node))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(p.node.Content), len(p.node.Content))
	for i, n := range p.node.Content {
		at := d.child(p, n, "["+strconv.Itoa(i)+"]")
		if isNull(resolved(n)) {
			d.fault(at, "an item of the list is empty")
			continue
		}
		d.decode(at, out.Index(i))
	}
	v.Set(out)
}

func (d *decoder) decodeMap(p place, v reflect.Value) {
	if p.node.Kind != yaml.MappingNode {
		d.fault(p, "a mapping is wanted here, not %s", kindOf(p.node))
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), len(p.node.Content)/2)
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		key, value := p.node.Content[i], p.node.Content[i+1]
		at := d.child(p, key, "."+key.Value)
		if !d.plainKey(at, key) {
			continue
		}
		if out.MapIndex(reflect.ValueOf(key.Value)).IsValid() {
			d.fault(at, "given twice")
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		before := len(d.faults)
		d.decode(d.child(p, value, "."+key.Value), item)
		if len(d.faults) > before && item.Kind() != reflect.Struct {
			continue // what could not be read is not to be judged on top
		}
		out.SetMapIndex(reflect.ValueOf(key.Value), item)
	}
	v.Set(out)
}

func (d *decoder) decodeScalar(p place, v reflect.Value) {
	if p.node.Kind != yaml.ScalarNode {
		d.fault(p, "%s is wanted here, not %s", wantOf(v.Type()), kindOf(p.node))
		return
	}
	text := p.node.Value
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		switch text {
		case "true":
			v.SetBool(true)
		case "false":
			v.SetBool(false)
		default:
			d.fault(p, "true or false is wanted here, not %q", clip(text))
		}
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			d.fault(p, "a whole number is wanted here, not %q", clip(text))
			return
		}
		v.SetInt(int64(n))
	case reflect.Float64:
		f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
		if err != nil || f != f || f > 1e300 || f < -1e300 {
			d.fault(p, "a number is wanted here, not %q", clip(text))
			return
		}
		v.SetFloat(f)
	default:
		d.fault(p, "cannot be read")
	}
}

// wantOf says in words what a type is written as.
func wantOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Float64:
		return "a number"
	case reflect.Struct, reflect.Map:
		return "a mapping (key: value)"
	case reflect.Slice:
		return "a list"
	}
	return "a value"
}

// kindOf says in words what a node is.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		return "the value " + strconv.Quote(clip(n.Value))
	}
	return "nothing"
}

// clip shortens what is quoted from a file.
func clip(s string) string {
	const most = 40
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}

// fieldsOf finds the fields of a schema struct by the names they have in YAML.
func fieldsOf(t reflect.Type) map[string][]int {
	out := make(map[string][]int)
	for _, f := range reflect.VisibleFields(t) {
		if name := f.Tag.Get("yaml"); name != "" {
			out[name] = f.Index
		}
	}
	return out
}

func keysOf[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}
