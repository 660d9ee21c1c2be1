package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/fleet"
)

// Bounds against files that are made to be expensive: aliases that multiply,
// and nesting without end.
const (
	maxDepth = 40
	// maxAliased is how many nodes may be read by way of aliases. What stands in
	// a file itself is bounded by the file's size; an alias of aliases is not.
	maxAliased = 1_000_000
)

// decoder turns YAML nodes into schema structs and notes every fault on the way.
// It never stops at the first.
type decoder struct {
	faults   Faults
	warnings []Fault
	noted    map[Fault]struct{}      // all faults and warnings: each is noted once
	origins  map[*yaml.Node]origin   // of nodes that came from another file than their parent
	read     map[string][]byte       // every file that was read, by path; nil for one that could not be
	instead  map[string][]byte       // contents that count instead of those on disk
	patterns []string                // of includes, as full paths
	included map[string]place        // who included a file, by its real path
	found    map[string]*fleet.Found // instances that clouds' APIs have found, by id
	// explained is the instance whose values are explained; nil is none.
	explained *explained
	policies  []policyUse // names of policies, to be looked up once all are known
	fields    map[reflect.Type]map[string][]int
	forms     forms
	depth     int
	aliases   int // how many aliases lie above the node that is read
	aliased   int
}

// origin is where a node stood before files were joined.
type origin struct {
	file string
	item int // index in its file's list; -1 for what is no item of a joined list
}

func newDecoder() *decoder {
	return &decoder{
		noted: make(map[Fault]struct{}), origins: make(map[*yaml.Node]origin), read: make(map[string][]byte), included: make(map[string]place),
		fields: make(map[reflect.Type]map[string][]int), forms: newForms(),
	}
}

// place is where a node stands: its file and its path from the top.
type place struct {
	node *yaml.Node
	file string
	path string
}

func (p place) position() Position {
	if p.node == nil {
		return Position{File: p.file, Line: 1, Column: 1}
	}
	return Position{File: p.file, Line: max(p.node.Line, 1), Column: max(p.node.Column, 1)}
}

// child is the place of a node below p.
func (d *decoder) child(p place, n *yaml.Node, step string) place {
	c := place{node: n, file: p.file, path: p.path + step}
	if p.path == "" {
		c.path = strings.TrimPrefix(step, ".")
	}
	if o, ok := d.origins[n]; ok {
		c.file = o.file
	}
	return c
}

// item is the place of an item of the list at p. Lists of several files are
// joined, but a person counts in the file that is open.
func (d *decoder) item(p place, n *yaml.Node, i int) place {
	if o, ok := d.origins[n]; ok && o.item >= 0 {
		i = o.item
	}
	return d.child(p, n, "["+strconv.Itoa(i)+"]")
}

// step writes a key as a part of a path: a short word as it is, and anything
// that would tear a line of faults apart in quotes.
func step(key string) string {
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || !unicode.IsPrint(r) }) || len(key) > 80 {
		return "." + strconv.Quote(clip(key))
	}
	return "." + key
}

// find is the place of what stands below p under the keys of a dotted path, or
// of the last of them that is there.
func (d *decoder) find(p place, keys string) place {
	out := p
	for key := range strings.SplitSeq(keys, ".") {
		out = d.under(out, key)
	}
	return out
}

// under is the place of the value of one key of the mapping at p, or p itself
// with a longer path when there is none.
func (d *decoder) under(p place, key string) place {
	if v := lookup(resolved(p.node), key); v != nil {
		return d.child(p, v, step(key))
	}
	next := p
	next.path = strings.TrimPrefix(p.path+step(key), ".")
	return next
}

// fault notes that something is wrong at p.
func (d *decoder) fault(p place, format string, args ...any) {
	if f, fresh := d.note(p, format, args); fresh {
		d.faults = append(d.faults, f)
	}
}

// warn notes something that a person should know about p.
func (d *decoder) warn(p place, format string, args ...any) {
	if f, fresh := d.note(p, format, args); fresh {
		d.warnings = append(d.warnings, f)
	}
}

// note makes a fault or a warning, and tells whether it is a new one: a stage that
// several instances share is checked with each of them.
func (d *decoder) note(p place, format string, args []any) (Fault, bool) {
	path := p.path
	if path == "" {
		path = wholeFile
	}
	// A reason repeats names, those that are at fault too, and is one line itself.
	f := Fault{Position: p.position(), Path: path, Reason: fleet.PlainName(fmt.Sprintf(format, args...))}
	_, known := d.noted[f]
	d.noted[f] = struct{}{}
	return f, !known
}

// wholeFile is the path of faults of a file as a whole.
const wholeFile = "(file)"

// custom is a schema type that reads its own node.
type custom interface {
	decode(d *decoder, p place)
}

// decode reads the node at p into v.
func (d *decoder) decode(p place, v reflect.Value) {
	d.depth++
	defer func() { d.depth-- }()
	if d.depth > maxDepth {
		d.fault(p, "this is nested too deeply")
		return
	}
	if p.node.Kind == yaml.AliasNode {
		d.aliases++
		defer func() { d.aliases-- }()
	}
	if d.aliases > 0 {
		d.aliased++
	}
	if d.aliased > maxAliased {
		if d.aliased == maxAliased+1 {
			d.fault(p, "aliases make this too large; write fewer of them, or use alarms.overrides")
		}
		d.aliased = maxAliased + 2
		return
	}
	p.node = resolved(p.node)
	if !plainTag(p.node) {
		// The tag is not quoted: it may be a secret that begins with !.
		d.fault(p, "a value that begins with ! is a YAML tag, and tags are not read; put the value in quotes")
		return
	}
	if c, ok := v.Addr().Interface().(custom); ok {
		c.decode(d, p)
		return
	}
	if isNull(p.node) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		d.decodePointer(p, v)
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
	if n != nil && n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// plainTag tells whether a node is of one of YAML's plain kinds.
func plainTag(n *yaml.Node) bool {
	switch n.Tag {
	case "", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!map", "!!seq", "!!merge":
		return true
	}
	return false
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
	fields := d.fieldsOf(v.Type())
	seen := make(map[string]*yaml.Node, len(p.node.Content)/2)
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		key, value := p.node.Content[i], p.node.Content[i+1]
		at := d.child(p, key, step(key.Value))
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
			d.fault(at, "unknown key%s", suggest(key.Value, listedKeys(v.Type(), fields)))
			continue
		}
		d.decode(d.child(p, value, step(key.Value)), v.FieldByIndex(index))
	}
}

// listedKeys are the keys of a mapping that suggestions may name.
func listedKeys(t reflect.Type, fields map[string][]int) []string {
	return slices.DeleteFunc(keysOf(fields), func(key string) bool { return t.FieldByIndex(fields[key]).Tag.Get("doc") == "-" })
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
		at := d.item(p, n, i)
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
		at := d.child(p, key, step(key.Value))
		if !d.plainKey(at, key) {
			continue
		}
		if out.MapIndex(reflect.ValueOf(key.Value)).IsValid() {
			d.fault(at, "given twice")
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if item.Kind() == reflect.Struct && isNull(resolved(value)) {
			d.fault(at, "nothing stands here; %s is wanted", wantOf(item.Type()))
			continue
		}
		before := len(d.faults)
		d.decode(d.child(p, value, step(key.Value)), item)
		if len(d.faults) > before && item.Kind() != reflect.Struct {
			continue // what could not be read is not to be judged on top
		}
		out.SetMapIndex(reflect.ValueOf(key.Value), item)
	}
	v.Set(out)
}

// decodePointer decodes what may be left out. A figure that cannot be read is taken
// as left out, so that it is not called too small as well.
func (d *decoder) decodePointer(p place, v reflect.Value) {
	before := len(d.faults)
	v.Set(reflect.New(v.Type().Elem()))
	d.decode(p, v.Elem())
	if k := v.Type().Elem().Kind(); (k == reflect.Int || k == reflect.Float64) && len(d.faults) > before {
		v.SetZero()
	}
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
		d.fault(p, "this cannot be read")
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

// clip shortens a text that a fault quotes from a file.
func clip(s string) string {
	const most = 40
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}

// fieldsOf finds the fields of a schema struct by the names they have in YAML.
func (d *decoder) fieldsOf(t reflect.Type) map[string][]int {
	if known, ok := d.fields[t]; ok {
		return known
	}
	out := make(map[string][]int)
	d.fields[t] = out
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
