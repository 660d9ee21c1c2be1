package config

import (
	"fmt"
	"strings"
)

// Position is a place in a file; lines and columns count from 1.
type Position struct {
	File         string
	Line, Column int
}

// Fault is one thing that is wrong with a configuration, at one place.
type Fault struct { //nolint:errname // a fault is the word for it, here and in the messages
	Position
	Path   string // instances[3].source.url
	Reason string // the fault, and how to mend it
}

// Error returns file:line:column: path: reason; the reason alone for what stands in
// no file, since it was found.
func (f Fault) Error() string {
	if f.File == "" {
		return f.Reason
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", f.File, f.Line, f.Column, f.Path, f.Reason)
}

// Faults is everything that is wrong with a configuration.
type Faults []Fault //nolint:errname // as above

// Error returns one fault a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}
