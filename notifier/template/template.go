// Package template parses and executes the templates that a configuration may hold:
// Go's text/template within bounds, and html/template within the same. A template reads data
// and writes text; it can change nothing, call nothing outside of itself, and neither run nor
// grow without end.
//
// The bounds: a template is at most MaxSource long. It defines and calls no other
// templates, and goes through no more than two lists at once, which are fields of its
// data. What it writes is at most MaxText long, and so is the result of each function;
// all that functions make in one execution is at most maxMade.
package template

import (
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"strings"
	"text/template"
	"text/template/parse"
)

const (
	// MaxSource is how long a template may be, in bytes.
	MaxSource = 16 << 10
	// MaxText is how long what it writes may be, in bytes.
	MaxText = 64 << 10
	// maxMade is how much the functions of one execution may make, in bytes.
	maxMade = 4 << 20
	// maxLists is how many lists may be gone through within each other.
	maxLists = 2
)

// Template is a template that was parsed. It is safe for use from several goroutines.
type Template struct {
	// metered makes a copy whose functions count in a meter; nil for one that is plain.
	metered func(*meter) (executor, error)
	fixed   string // what it writes, when that depends on nothing
	plain   bool
	source  string
}

// executor is what text/template and html/template have in common.
type executor interface {
	Execute(w io.Writer, data any) error
}

// Parse reads a template for data that is known: what a map does not have is a fault. The
// error is a *Error.
func Parse(source string) (*Template, error) { return parsed(source, "missingkey=error") }

// ParseLenient is Parse for maps that hold what an operator likes, such as labels: what they
// do not have is empty.
func ParseLenient(source string) (*Template, error) { return parsed(source, lenient) }

// lenient is the option of text/template for maps that do not have everything.
const lenient = "missingkey=zero"

// ParseHTML is ParseLenient for a template that writes HTML: what it prints of the data is
// escaped by where it stands.
func ParseHTML(source string) (*Template, error) {
	out, err := ParseLenient(source)
	if err != nil {
		return nil, err
	}
	if out.plain && out.fixed == "" {
		return out, nil
	}
	t, err := htmltemplate.New("t").Option(lenient).Funcs(functions(new(meter))).Parse(source)
	if err != nil {
		return nil, parseError(err)
	}
	out.plain = false // also what prints nothing of the data has to be whole HTML
	out.metered = func(m *meter) (executor, error) {
		c, err := t.Clone()
		if err != nil {
			return nil, err
		}
		return c.Funcs(functions(m)), nil
	}
	if err := escapes(t); err != nil {
		return nil, err
	}
	return out, nil
}

// escapes says why what a template prints could not be escaped. That is found out before it is
// executed, so that no data is needed for it.
func escapes(t *htmltemplate.Template) error {
	c, err := t.Clone()
	if err != nil {
		return &Error{Text: "the template cannot be executed"}
	}
	unsafe, ok := errors.AsType[*htmltemplate.Error](c.Execute(io.Discard, nil))
	if !ok {
		return nil
	}
	out := &Error{Line: unsafe.Line, Text: unsafeHTML(unsafe)}
	if unsafe.Node != nil {
		where, _ := (*parse.Tree)(nil).ErrorContext(unsafe.Node)
		out.Line, out.Column = position(where)
	}
	return out
}

func parsed(source, missing string) (*Template, error) {
	if len(source) > MaxSource {
		return nil, &Error{Text: fmt.Sprintf("the template is longer than %d kB", MaxSource>>10)}
	}
	if !strings.Contains(source, "{{") {
		return &Template{fixed: source, plain: true, source: source}, nil
	}
	t, err := template.New("t").Option(missing).Funcs(functions(new(meter))).Parse(source)
	if err != nil {
		return nil, parseError(err)
	}
	if len(t.Templates()) > 1 {
		return nil, &Error{Text: "a template defines no others: define, block and template are not read"}
	}
	if t.Tree == nil || t.Root == nil { // nothing but comments
		return &Template{plain: true, source: source}, nil
	}
	if err := check(t.Tree, t.Root, 0); err != nil {
		return nil, err
	}
	metered := func(m *meter) (executor, error) {
		c, err := t.Clone()
		if err != nil {
			return nil, err
		}
		return c.Funcs(functions(m)), nil
	}
	return &Template{metered: metered, source: source}, nil
}

// Source is the template as it was written.
func (t *Template) Source() string { return t.source }

// Plain tells whether the template writes the same whatever the data is.
func (t *Template) Plain() bool { return t.plain }

// Execute writes the template for data. The error is a *Error.
func (t *Template) Execute(data any) (string, error) {
	if t.plain {
		return t.fixed, nil
	}
	m := &meter{left: maxMade}
	c, err := t.metered(m)
	if err != nil {
		return "", &Error{Text: "the template cannot be executed"}
	}
	w := &limited{}
	if err := c.Execute(w, data); err != nil {
		return "", executeError(err, data)
	}
	return strings.ToValidUTF8(w.String(), "\uFFFD"), nil
}

// limited is a writer that takes no more than MaxText.
type limited struct{ strings.Builder }

var errTooLong = errors.New("what it writes is longer than 64 kB")

// Write takes a part of the text.
func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > MaxText {
		return 0, errTooLong
	}
	return l.Builder.Write(p)
}

// check refuses what has no bound: other templates, and lists that are none of the data's.
func check(tree *parse.Tree, n parse.Node, lists int) error {
	at := func(text string) error {
		where, _ := tree.ErrorContext(n)
		line, column := position(where)
		return &Error{Line: line, Column: column, Text: text}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, c := range n.Nodes {
			if err := check(tree, c, lists); err != nil {
				return err
			}
		}
	case *parse.TemplateNode:
		return at("a template calls no others: define, block and template are not read")
	case *parse.ActionNode:
		return checkPipe(n.Pipe, at)
	case *parse.IfNode:
		return checkBranch(tree, &n.BranchNode, lists, at)
	case *parse.WithNode:
		return checkBranch(tree, &n.BranchNode, lists, at)
	case *parse.RangeNode:
		if lists++; lists > maxLists {
			return at(fmt.Sprintf("no more than %d lists are gone through at once", maxLists))
		}
		if !isField(n.Pipe) {
			return at("range goes through a list of the data, such as {{range .Facts}}, and nothing else")
		}
		return checkBranch(tree, &n.BranchNode, lists, at)
	}
	return nil
}

func checkBranch(tree *parse.Tree, b *parse.BranchNode, lists int, at func(string) error) error {
	if err := checkPipe(b.Pipe, at); err != nil {
		return err
	}
	if err := check(tree, b.List, lists); err != nil {
		return err
	}
	return check(tree, b.ElseList, lists)
}

// checkPipe refuses functions of text/template that are none here.
func checkPipe(p *parse.PipeNode, at func(string) error) error {
	if p == nil {
		return nil
	}
	for _, c := range p.Cmds {
		for _, arg := range c.Args {
			switch a := arg.(type) {
			case *parse.IdentifierNode:
				if a.Ident == "call" || a.Ident == "html" || a.Ident == "js" {
					return at("there is no function " + a.Ident)
				}
			case *parse.PipeNode:
				if err := checkPipe(a, at); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// isField tells whether a pipe is a field of the data, and nothing that was made.
func isField(p *parse.PipeNode) bool {
	if len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 1 {
		return false
	}
	switch a := p.Cmds[0].Args[0].(type) {
	case *parse.FieldNode:
		return true
	case *parse.VariableNode:
		return len(a.Ident) > 1
	}
	return false
}

// meter counts what the functions of one execution made.
type meter struct{ left int }

var (
	errTooMuch  = errors.New("the template makes too much text on its way")
	errOversize = errors.New("what a function makes is longer than 64 kB")
)

// made counts a result, before or after it was made.
func (m *meter) made(n int) error {
	if n > MaxText {
		return errOversize
	}
	if m.left -= n; m.left < 0 {
		return errTooMuch
	}
	return nil
}
