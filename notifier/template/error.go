package template

import (
	"errors"
	"fmt"
	htmltemplate "html/template"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Error says what is wrong with a template, and where in it.
type Error struct {
	Line, Column int // from 1; 0 is not known
	Text         string
}

// Error says where and what in one line.
func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return e.Text
	case e.Column == 0:
		return fmt.Sprintf("line %d of the template: %s", e.Line, e.Text)
	}
	return fmt.Sprintf("line %d, column %d of the template: %s", e.Line, e.Column, e.Text)
}

// position reads "t:LINE:COLUMN".
func position(where string) (line, column int) {
	parts := strings.Split(where, ":")
	if len(parts) < 3 {
		return 0, 0
	}
	line, _ = strconv.Atoi(parts[1])
	column, _ = strconv.Atoi(parts[2]) // what is no number is not known
	return line, column + 1
}

// parseError says why a template cannot be read.
func parseError(err error) *Error {
	m := regexp.MustCompile(`(?s)^template: t:(\d+)(?::\d+)?: (.*)$`).FindStringSubmatch(err.Error())
	if m == nil {
		return &Error{Text: strings.TrimPrefix(err.Error(), "template: ")}
	}
	line, _ := strconv.Atoi(m[1])
	e := &Error{Line: line, Text: m[2]}
	if name, ok := strings.CutPrefix(m[2], "function "); ok {
		name, _, _ = strings.Cut(name, " ")
		e.Text = "there is no function " + strings.Trim(name, `"`) + "; known are " + strings.Join(Functions(), ", ")
	}
	return e
}

// executeError says why a template cannot be executed for data.
func executeError(err error, data any) *Error {
	for _, bound := range []error{errTooLong, errTooMuch, errOversize} {
		if errors.Is(err, bound) {
			return &Error{Text: bound.Error()}
		}
	}
	m := regexp.MustCompile(`(?s)^template: t:(\d+):(\d+): executing "t" at <(.*?)>: (.*)$`).FindStringSubmatch(err.Error())
	if m == nil {
		return &Error{Text: strings.TrimPrefix(err.Error(), "template: ")}
	}
	line, _ := strconv.Atoi(m[1])
	column, _ := strconv.Atoi(m[2])
	return &Error{Line: line, Column: column + 1, Text: plain(m[3], m[4], data)}
}

// unsafeHTML says in plain words why html/template does not know how to escape what is printed.
func unsafeHTML(e *htmltemplate.Error) string {
	switch e.ErrorCode {
	case htmltemplate.ErrEndContext:
		return "a tag, a quoted value or a comment of the HTML is not closed at the end"
	case htmltemplate.ErrBranchEnd, htmltemplate.ErrRangeLoopReentry:
		return "a tag or a quoted value is opened within if, with or range, and not closed there"
	}
	return e.Description
}

// plain says in plain words what text/template says.
func plain(at, why string, data any) string {
	if field, ok := strings.CutPrefix(why, "can't evaluate field "); ok {
		field, _, _ = strings.Cut(field, " ")
		out := "there is no ." + field
		if strings.HasPrefix(at, "."+field) || strings.HasPrefix(at, "$."+field) {
			known := fields(data)
			if near := nearest(field, known); near != "" {
				return out + "; did you mean ." + near + "?"
			}
			if len(known) > 0 {
				out += "; there are ." + strings.Join(known, ", .")
			}
		}
		return out
	}
	if key, ok := strings.CutPrefix(why, "map has no entry for key "); ok {
		return "there is no " + strings.Trim(key, `"`) + " in " + strings.TrimSuffix(at, "."+strings.Trim(key, `"`))
	}
	if _, said, ok := strings.Cut(why, "error calling "); ok {
		return said
	}
	return at + ": " + why
}

// nearest is the known name that begins and ends most like a word; "" when none is like it.
func nearest(word string, known []string) string {
	best, most := "", 0
	for _, k := range known {
		a, b := strings.ToLower(word), strings.ToLower(k)
		n := 0
		for n < min(len(a), len(b)) && a[n] == b[n] {
			n++
		}
		a, b = a[n:], b[n:]
		for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
			a, b, n = a[:len(a)-1], b[:len(b)-1], n+1
		}
		if n > most && 3*n >= 2*max(len(word), len(k)) {
			best, most = k, n
		}
	}
	return best
}

// fields are the names of what data holds.
func fields(data any) []string {
	t := reflect.TypeOf(data)
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	var out []string
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !f.Anonymous {
			out = append(out, f.Name)
		}
	}
	slices.Sort(out)
	return out
}
