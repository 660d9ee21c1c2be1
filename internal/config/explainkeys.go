package config

import (
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// stages are places of one mapping, each over the one before: a catalogue, and what the
// operator lays over it.
type stages []place

// keysOfSchema tells where the walk of a schema stands.
type keysOfSchema struct {
	prefix string // of the keys as they are told
	below  string // of the same keys below the stages
	at     stages
	leave  string // a key that somebody else notes
	// idle tells whether a key that is not given does nothing here; nil is none.
	idle func(key string, f reflect.StructField) bool
}

// every notes all keys of a schema type that are given, and those that have a default, as far
// as nobody has noted them before: what a new key says needs nothing here.
func (e *explained) every(d *decoder, t reflect.Type, k keysOfSchema) {
	for _, f := range reflect.VisibleFields(t) {
		name := f.Tag.Get("yaml")
		if name == "" || f.Tag.Get("doc") == "-" || k.prefix+name == k.leave {
			continue
		}
		inner := k
		inner.prefix, inner.below = k.prefix+name, k.below+name
		switch of := pointed(f.Type); {
		case of == reflect.TypeFor[ownAlarmsDoc](): // its rules are noted with what they come from
		case of == reflect.TypeFor[price]() && d.mapping(k.at, inner.below):
			e.every(d, reflect.TypeFor[priceDoc](), inner.into())
		case of.Kind() == reflect.Map:
			e.everyOf(d, of.Elem(), inner)
		case isMapping(of) && (f.Type.Kind() != reflect.Pointer || d.given(k.at, inner.below)):
			e.every(d, of, inner.into())
		case isMapping(of):
		default:
			e.leaf(d, f, inner)
		}
	}
}

// everyOf notes the keys of a mapping whose names the operator chose.
func (e *explained) everyOf(d *decoder, t reflect.Type, k keysOfSchema) {
	at := k.at
	if !isMapping(t) && len(at) > 0 { // a mapping of values takes the place of the one before
		last := slices.IndexFunc(at, func(p place) bool { return p.node != nil && d.stands(p, k.below) })
		for i := last + 1; last >= 0 && i < len(at); i++ {
			if at[i].node != nil && d.stands(at[i], k.below) {
				last = i
			}
		}
		at = at[max(last, 0) : max(last, 0)+1]
	}
	for _, name := range d.namesIn(at, k.below) {
		inner := k.into()
		inner.prefix, inner.below, inner.at = inner.prefix+name, inner.below+name, at
		if isMapping(t) {
			e.every(d, t, inner.into())
			continue
		}
		e.leaf(d, reflect.StructField{Name: name}, inner)
	}
}

// into is a walk of what a key holds.
func (k keysOfSchema) into() keysOfSchema {
	k.prefix, k.below = k.prefix+".", k.below+"."
	return k
}

// leaf notes one key.
func (e *explained) leaf(d *decoder, f reflect.StructField, k keysOfSchema) {
	if e.has(k.prefix) {
		return
	}
	if at, ok := d.lastGiven(k.at, k.below); ok {
		e.origins = append(e.origins, Origin{Key: k.prefix, Value: shownNode(k.prefix, resolved(at.node)), Path: at.path, At: at.position()})
		return
	}
	if value := f.Tag.Get("default"); value != "" && (k.idle == nil || !k.idle(k.below, f)) {
		e.origins = append(e.origins, Origin{Key: k.prefix, Value: strings.Trim(value, `"`), By: byBuiltin})
	}
}

// has tells whether a key, or one below it, is noted.
func (e *explained) has(key string) bool {
	return slices.ContainsFunc(e.origins, func(o Origin) bool { return o.Key == key || strings.HasPrefix(o.Key, key+".") })
}

func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// isMapping tells whether a type is one of a mapping with keys of its own, and no scalar.
func isMapping(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[custom]())
}

func (d *decoder) given(at stages, keys string) bool {
	_, ok := d.lastGiven(at, keys)
	return ok
}

// lastGiven finds the last stage that has a value under a dotted path.
func (d *decoder) lastGiven(at stages, keys string) (place, bool) {
	for _, p := range slices.Backward(at) {
		if p.node != nil && d.stands(p, keys) {
			return d.find(p, keys), true
		}
	}
	return place{}, false
}

// mapping tells whether the last value under a dotted path is a mapping.
func (d *decoder) mapping(at stages, keys string) bool {
	p, ok := d.lastGiven(at, keys)
	return ok && resolved(p.node).Kind == yaml.MappingNode
}

// namesIn lists the names that stand in a mapping, of all stages.
func (d *decoder) namesIn(at stages, keys string) []string {
	var out []string
	for _, p := range at {
		if p.node == nil || !d.stands(p, keys) {
			continue
		}
		n := resolved(d.find(p, keys).node)
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if name := n.Content[i].Value; !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// longestShown bounds how much of a value is shown.
const longestShown = 120

// shownNode writes a value as it stands in the file. What may be a secret is not shown.
func shownNode(key string, n *yaml.Node) string {
	name := key[strings.LastIndexByte(key, '.')+1:]
	if slices.Contains([]string{"password", "bearer_token", "access_key_id", "access_key_secret"}, name) {
		return "(given)"
	}
	text := flowText(n)
	if strings.Contains(text, "://") && n.Kind == yaml.ScalarNode {
		text = ShownURL(text)
	}
	if long := []rune(text); len(long) > longestShown {
		text = string(long[:longestShown]) + "…"
	}
	return text
}

// flowText writes a value in one line.
func flowText(n *yaml.Node) string {
	n = resolved(n)
	var parts []string
	switch n.Kind {
	case yaml.SequenceNode:
		for _, c := range n.Content {
			if text := flowText(c); strings.Contains(text, "://") {
				parts = append(parts, ShownURL(text))
			} else {
				parts = append(parts, text)
			}
		}
		return strings.Join(parts, ", ")
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			parts = append(parts, n.Content[i].Value+": "+flowText(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return strings.Join(strings.Fields(n.Value), " ")
}
