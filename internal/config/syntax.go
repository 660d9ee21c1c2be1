package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// syntaxFault says where a file stops being YAML, and why. The library knows at
// most the line, often that of the mapping around the fault, so the line is
// looked for: it is the one behind the longest beginning of the file that is
// still YAML. Values are not quoted: one of them may be a secret.
func syntaxFault(data []byte, err error) (line, column int, reason string) {
	reported, text := parseYAMLError(err)
	lines := bytes.SplitAfter(data, []byte("\n"))
	line = reported
	if broken, ok := brokenLine(lines); ok {
		line = broken
	}
	line = min(max(line, 1), len(lines))
	content := lines[line-1]
	column = 1 + len(content) - len(bytes.TrimLeft(content, " \t"))
	if len(bytes.TrimSpace(content)) == 0 {
		column = 1
	}
	return line, column, "this is not YAML: " + hint(text, content)
}

// parseYAMLError takes line and reason out of an error of the YAML library.
func parseYAMLError(err error) (line int, reason string) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(text); m != nil {
		if n, aerr := strconv.Atoi(m[1]); aerr == nil {
			return n, strings.TrimPrefix(text, m[0])
		}
	}
	return 1, text
}

// hint says in plain words what a syntax error most probably comes from.
func hint(text string, line []byte) string {
	indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
	switch {
	case bytes.ContainsRune(indent, '\t'):
		return "the line is indented with a tab; YAML takes blanks only"
	case strings.HasPrefix(text, "unknown anchor"):
		return "a value begins with * and names no anchor (&name) of this file; put it in quotes if it is meant as it stands"
	case strings.Contains(text, "mapping values are not allowed"):
		return "a key: value does not fit in here; check the indentation of this line and the one above, and quotes around values with \": \" in them"
	case strings.Contains(text, "cannot start any token"):
		return "a value begins with @, ` or another sign that YAML keeps for itself; put it in quotes"
	case strings.Contains(text, "unexpected end of stream"):
		return "a quote is opened here and never closed"
	case strings.Contains(text, "expected ',' or '}'"):
		return "a { is opened and not closed, or a comma is missing"
	case strings.Contains(text, "expected ',' or ']'"):
		return "a [ is opened and not closed, or a comma is missing"
	case strings.Contains(text, "did not find expected key"), strings.Contains(text, "did not find expected '-' indicator"),
		strings.Contains(text, "could not find expected ':'"):
		return "the line fits in nowhere; check its indentation, and that its key is followed by a colon and a blank"
	case strings.Contains(text, "contains itself"):
		return "an anchor stands for something that holds it itself"
	case strings.Contains(text, "control characters"):
		return "the file holds control characters"
	}
	return strings.TrimSpace(quoted().ReplaceAllString(text, "…"))
}

// quoted matches the pieces of a file that the YAML library repeats.
func quoted() *regexp.Regexp { return regexp.MustCompile("['`\"][^'`\"]*['`\"]") }

// brokenLine finds the line at which a file stops being YAML. It is not found
// when the fault lies far above the line where the parser noticed it.
func brokenLine(lines [][]byte) (int, bool) {
	const budget = 32 << 20 // bytes to parse again
	in := &lineByLine{lines: lines}
	if err := yaml.NewDecoder(in).Decode(new(yaml.Node)); err == nil {
		return 0, false
	}
	parsed := 0
	for n := min(in.next, len(lines)); n > 0 && parsed < budget; n-- {
		beginning := bytes.Join(lines[:n-1], nil)
		parsed += 1 + len(beginning)
		err := yaml.NewDecoder(bytes.NewReader(beginning)).Decode(new(yaml.Node))
		if err == nil || errors.Is(err, io.EOF) {
			return n, true
		}
	}
	return 0, false
}

// lineByLine hands out one line at each Read, so that next shows how far a parser
// has come.
type lineByLine struct {
	lines [][]byte
	next  int // how many lines were begun
	rest  []byte
}

// Read fills p with what is left of a line.
func (r *lineByLine) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.next >= len(r.lines) {
			return 0, io.EOF
		}
		r.rest = r.lines[r.next]
		r.next++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// secondDocument finds the line in which a second document begins.
func secondDocument(data []byte) int {
	seen := false // something besides comments stands above
	for i, l := range bytes.Split(data, []byte("\n")) {
		text := bytes.TrimSpace(l)
		if seen && (bytes.HasPrefix(l, []byte("---")) || bytes.HasPrefix(l, []byte("..."))) {
			return i + 1
		}
		if len(text) > 0 && text[0] != '#' && text[0] != '%' {
			seen = true
		}
	}
	return 1
}

// lineAndColumn counts from 1 where a byte stands; columns count characters.
func lineAndColumn(data []byte, at int) (line, column int) {
	before := data[:at]
	return 1 + bytes.Count(before, []byte("\n")), 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
}
