package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Bounds of what is read.
const (
	maxFile     = 64 << 20
	maxIncludes = 10_000
	maxNesting  = 8 // of includes
)

// readTree reads a file and all that it includes, and returns one mapping that
// joins them: lists are put one behind the other, mappings are joined key by
// key, and a value given twice is a fault.
func (d *decoder) readTree(path string) place {
	root := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: 1, Column: 1}
	top := place{node: root, file: path}
	d.include(top, path, nil)
	return top
}

// include joins one file into top, and then those it includes.
func (d *decoder) include(top place, path string, from []string) {
	if slices.Contains(from, path) {
		d.faults = append(d.faults, Fault{Position: Position{path, 1, 1}, Path: "include", Reason: "the file includes itself, by way of " + strings.Join(from, ", ")})
		return
	}
	if len(from) > maxNesting || len(d.read) > maxIncludes {
		d.faults = append(d.faults, Fault{Position: Position{path, 1, 1}, Path: "include", Reason: "too many files are included"})
		return
	}
	node, ok := d.parse(path)
	if !ok {
		return
	}
	p := place{node: node, file: path}
	var includes *yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == "include" {
			includes = node.Content[i+1]
			node.Content = slices.Delete(node.Content, i, i+2)
			break
		}
	}
	d.join(top, p)
	if includes != nil {
		d.includeAll(top, d.child(p, includes, ".include"), append(from, path))
	}
}

// includeAll joins the files that the patterns of an include list name.
func (d *decoder) includeAll(top, p place, from []string) {
	list := resolved(p.node)
	if list.Kind != yaml.SequenceNode {
		d.fault(p, "a list of file patterns is wanted here, not %s", kindOf(list))
		return
	}
	for i, n := range list.Content {
		at := d.child(p, n, "["+strconv.Itoa(i)+"]")
		pattern := resolved(n).Value
		if resolved(n).Kind != yaml.ScalarNode || pattern == "" {
			d.fault(at, "a file pattern is wanted here, not %s", kindOf(resolved(n)))
			continue
		}
		full := beside(p.file, pattern)
		if !strings.ContainsAny(pattern, "*?[") {
			if _, err := os.Stat(full); err != nil {
				d.fault(at, "%s", plainFileError(full, err))
				continue
			}
			d.include(top, full, from)
			continue
		}
		matches, err := filepath.Glob(full)
		if err != nil {
			d.fault(at, "the pattern cannot be read: %v", err)
			continue
		}
		if len(matches) == 0 {
			d.warn(at, "no file fits %s", pattern)
		}
		for _, m := range matches {
			d.include(top, m, from)
		}
	}
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
	seen := make(map[string]bool, len(from.node.Content)/2)
	for i := 0; i+1 < len(from.node.Content); i += 2 {
		key, value := from.node.Content[i], from.node.Content[i+1]
		at := d.child(from, value, "."+key.Value)
		at.file = from.file
		if seen[key.Value] {
			d.fault(at, "given twice in this file")
			continue
		}
		seen[key.Value] = true
		d.files[key], d.files[value] = from.file, from.file
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
		case old.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode && from.file != d.files[old]:
			d.adopt(old)
			d.join(d.child(into, old, "."+key.Value), at)
		default:
			first := d.child(into, old, "."+key.Value).position()
			d.fault(at, "given twice; the first is at %s:%d:%d", first.File, first.Line, first.Column)
		}
	}
}

// own notes the file of each item of a list that may be joined with others.
func (d *decoder) own(list *yaml.Node, file string) {
	for _, n := range list.Content {
		d.files[n] = file
	}
}

// adopt notes the file of what stands in a mapping, before others join it.
func (d *decoder) adopt(m *yaml.Node) {
	for _, n := range m.Content {
		if _, known := d.files[n]; !known {
			d.files[n] = d.files[m]
		}
		if n.Kind == yaml.SequenceNode {
			for _, item := range n.Content {
				if _, known := d.files[item]; !known {
					d.files[item] = d.files[n]
				}
			}
		}
	}
}

func lookup(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// readFile reads a file and remembers that it was read, and what it held.
func (d *decoder) readFile(path string) ([]byte, error) {
	if data, ok := d.instead[path]; ok {
		d.read[path] = data
		return data, nil
	}
	f, err := os.Open(path)
	if err != nil {
		d.read[path] = nil
		return nil, errors.New(plainFileError(path, err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, errors.New(plainFileError(path, err))
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d MiB", path, maxFile>>20)
	}
	d.read[path] = data
	return data, nil
}

// plainFileError says why a file cannot be read.
func plainFileError(path string, err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no file " + path
	case errors.Is(err, fs.ErrPermission):
		return "the file " + path + " may not be read: check its owner and mode"
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return "the file " + path + " cannot be read: " + pe.Err.Error()
	}
	return "the file " + path + " cannot be read: " + err.Error()
}

// parse reads the top mapping of a YAML file.
func (d *decoder) parse(path string) (*yaml.Node, bool) {
	wrong := func(line, column int, reason string) (*yaml.Node, bool) {
		d.faults = append(d.faults, Fault{Position: Position{path, line, column}, Path: "(file)", Reason: reason})
		return nil, false
	}
	data, err := d.readFile(path)
	if err != nil {
		return wrong(1, 1, err.Error())
	}
	if !utf8.Valid(data) {
		line := 1 + bytes.Count(data[:invalidAt(data)], []byte("\n"))
		return wrong(line, 1, "the file is not UTF-8 text")
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return wrong(1, 1, "the file is empty")
		}
		line, reason := syntaxError(err)
		return wrong(line, 1, reason)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return wrong(1, 1, "the file holds more than one document; remove what follows the line ---")
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || isNull(doc.Content[0]) {
		return wrong(1, 1, "the file is empty")
	}
	root := resolved(doc.Content[0])
	if root.Kind != yaml.MappingNode {
		return wrong(root.Line, root.Column, "a mapping (key: value) is wanted at the top, not "+kindOf(root))
	}
	return root, true
}

func invalidAt(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

// syntaxError takes line and reason out of an error of the YAML library.
func syntaxError(err error) (line int, reason string) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(text); m != nil {
		if n, aerr := strconv.Atoi(m[1]); aerr == nil {
			return n, "this is not YAML: " + strings.TrimPrefix(text, m[0])
		}
	}
	return 1, "this is not YAML: " + text
}
