package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxFile is how large a file may be.
const maxFile = 64 << 20

// readFile reads a file and remembers that it was read, and what it held.
func (d *decoder) readFile(path string) ([]byte, error) {
	if data, ok := d.instead[path]; ok {
		d.read[path] = data
		return data, nil
	}
	data, err := readRegular(path)
	d.read[path] = data
	return data, err
}

// readRegular reads a regular file of a bounded size. Its errors are for people.
// Reading anything else, such as a named pipe, could wait for ever.
func readRegular(path string) (data []byte, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, errors.New(plainFileError(path, err))
	}
	switch {
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder; a file is wanted", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file, so it cannot be read again when it changes", path)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s is larger than %d MiB", path, maxFile>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.New(plainFileError(path, err))
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err = io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, errors.New(plainFileError(path, err))
	}
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
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return "the file " + path + " cannot be read: " + err.Error()
}

// parse reads the top mapping of a YAML file.
func (d *decoder) parse(path string) (*yaml.Node, bool) {
	wrong := func(line, column int, reason string) (*yaml.Node, bool) {
		d.faults = append(d.faults, Fault{Position: Position{path, line, column}, Path: wholeFile, Reason: reason})
		return nil, false
	}
	data, err := d.readFile(path)
	if err != nil {
		return wrong(1, 1, err.Error())
	}
	if i := invalidAt(data); i < len(data) {
		line, column := lineAndColumn(data, i)
		return wrong(line, column, "this is not UTF-8 text")
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return wrong(1, 1, "the file is empty")
		}
		line, column, reason := syntaxFault(data, err)
		return wrong(line, column, reason)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return wrong(secondDocument(data), 1, "a file holds one document; remove the line --- and put what follows into a file of its own (include)")
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

// invalidAt returns where the first byte stands that is not UTF-8, and the
// length when there is none.
func invalidAt(data []byte) int {
	if utf8.Valid(data) {
		return len(data)
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}
