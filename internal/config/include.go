package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Bounds of includes.
const (
	maxIncludes = 10_000
	maxNesting  = 8
)

// readTree reads a file and all that it includes, and returns one mapping that
// joins them: lists are put one behind the other, mappings are joined key by
// key, and a value given twice is a fault.
func (d *decoder) readTree(path string) place {
	root := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: 1, Column: 1}
	top := place{node: root, file: path}
	d.include(top, path, nil, place{file: path})
	return top
}

// include joins one file into top, and then those it includes. from are the
// files on the way to it, by names that no symbolic link changes; at is who
// includes it.
func (d *decoder) include(top place, path string, from []string, at place) {
	name := realPath(path)
	first, twice := d.included[name]
	switch {
	case slices.Contains(from, name):
		d.fault(at, "%s includes itself; leave it out here", path)
		return
	case twice:
		d.fault(at, "%s is included twice; the first is at %s", path, first.where())
		return
	case len(from) > maxNesting:
		d.fault(at, "includes are nested more than %d deep", maxNesting)
		return
	case len(d.included) >= maxIncludes:
		if len(d.included) == maxIncludes {
			d.included[name] = at
			d.fault(at, "more than %d files are included", maxIncludes)
		}
		return
	}
	d.included[name] = at
	node, ok := d.parse(path)
	if !ok {
		return
	}
	p := place{node: node, file: path}
	includes := d.takeIncludes(p)
	d.join(top, p)
	for _, list := range includes {
		d.includeAll(top, list, append(slices.Clone(from), name))
	}
}

// where writes a place for a sentence: file:line:column.
func (p place) where() string {
	at := p.position()
	return fmt.Sprintf("%s:%d:%d", at.File, at.Line, at.Column)
}

// realPath is the one name of a file that can be reached by several.
func realPath(path string) string {
	if name, err := filepath.EvalSymlinks(path); err == nil {
		path = name
	}
	if name, err := filepath.Abs(path); err == nil {
		return name
	}
	return path
}

// takeIncludes takes the include lists out of a file's top mapping.
func (d *decoder) takeIncludes(p place) []place {
	var out []place
	var rest []*yaml.Node
	for i := 0; i+1 < len(p.node.Content); i += 2 {
		key, value := p.node.Content[i], p.node.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Value != "include" {
			rest = append(rest, key, value)
			continue
		}
		if at := d.child(p, value, ".include"); len(out) > 0 {
			d.fault(at, "given twice in this file; the first is in line %d", out[0].node.Line)
		} else {
			out = append(out, at)
		}
	}
	p.node.Content = rest
	return out
}

// includeAll joins the files that the patterns of an include list name.
func (d *decoder) includeAll(top, p place, from []string) {
	list := resolved(p.node)
	if isNull(list) {
		return
	}
	if list.Kind != yaml.SequenceNode {
		d.fault(p, "a list of file patterns is wanted here, not %s", kindOf(list))
		return
	}
	for i, n := range list.Content {
		at := d.item(p, n, i)
		pattern := resolved(n)
		if pattern.Kind != yaml.ScalarNode || isNull(pattern) || pattern.Value == "" || !plainTag(pattern) {
			d.fault(at, "a file pattern is wanted here, not %s", kindOf(pattern))
			continue
		}
		full := beside(p.file, pattern.Value)
		if !strings.ContainsAny(pattern.Value, "*?[") {
			if _, err := os.Stat(full); err != nil {
				d.read[full] = nil // so that it is noticed when it turns up
				d.fault(at, "%s", plainFileError(full, err))
				continue
			}
			d.include(top, full, from, at)
			continue
		}
		d.patterns = append(d.patterns, full)
		matches, err := expand(full)
		if err != nil {
			d.fault(at, "the pattern cannot be read: %v", err)
			continue
		}
		if len(matches) == 0 {
			d.warn(at, "no file fits %s", clip(pattern.Value))
		}
		for _, m := range matches {
			d.include(top, m, from, at)
		}
	}
}

// expand returns the files that fit a pattern, sorted. As in a shell, * does not
// stand for names that begin with a dot: those are an editor's, or the ..data of
// a Kubernetes volume, behind which each file would turn up a second time.
func expand(pattern string) ([]string, error) {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("expand %s: %w", pattern, err)
	}
	matches = slices.DeleteFunc(matches, func(m string) bool { return hidden(pattern, m) })
	slices.Sort(matches)
	return matches, nil
}

// hidden tells whether a part of a path begins with a dot where the pattern's
// does not.
func hidden(pattern, path string) bool {
	wanted := strings.Split(pattern, string(filepath.Separator))
	for i, part := range strings.Split(path, string(filepath.Separator)) {
		if strings.HasPrefix(part, ".") && i < len(wanted) && !strings.HasPrefix(wanted[i], ".") {
			return true
		}
	}
	return false
}

// beside returns a path as it is meant in a file: relative to that file.
func beside(file, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// join puts the content of from into into.
func (d *decoder) join(into, from place) {
	seen := make(map[string]*yaml.Node, len(from.node.Content)/2)
	for i := 0; i+1 < len(from.node.Content); i += 2 {
		key, value := from.node.Content[i], from.node.Content[i+1]
		at := d.child(from, key, step(key.Value))
		at.file = from.file
		if first := seen[key.Value]; first != nil && key.Kind == yaml.ScalarNode {
			d.fault(at, "given twice in this file; the first is in line %d", first.Line)
			continue
		}
		seen[key.Value] = key
		d.origins[key], d.origins[value] = origin{from.file, -1}, origin{from.file, -1}
		old := lookup(into.node, key.Value)
		switch {
		case old == nil:
			if value.Kind == yaml.SequenceNode {
				d.own(value, from.file)
			}
			into.node.Content = append(into.node.Content, key, value)
		case old.Kind == yaml.SequenceNode && value.Kind == yaml.SequenceNode:
			d.own(value, from.file)
			old.Content = append(old.Content, value.Content...)
		case old.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
			d.adopt(old)
			at.node = value
			d.join(d.child(into, old, step(key.Value)), at)
		case isNull(value):
		case isNull(old):
			*old = *value
			d.origins[old] = origin{from.file, -1}
			if old.Kind == yaml.SequenceNode {
				d.own(old, from.file)
			}
		default:
			d.fault(at, "given twice; the first is at %s", d.child(into, old, step(key.Value)).where())
		}
	}
}

// own notes the file of each item of a list that may be joined with others.
func (d *decoder) own(list *yaml.Node, file string) {
	for i, n := range list.Content {
		d.origins[n] = origin{file, i}
	}
}

// adopt notes the file of what stands in a mapping, before others join it.
func (d *decoder) adopt(m *yaml.Node) {
	for _, n := range m.Content {
		if _, known := d.origins[n]; known {
			continue
		}
		d.origins[n] = origin{d.origins[m].file, -1}
		if n.Kind == yaml.SequenceNode {
			d.own(n, d.origins[m].file)
		}
	}
}

// lookup returns the value of a key, and nil when m has none or is no mapping.
func lookup(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Kind == yaml.ScalarNode && m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}
