package phrases

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
)

// root is the top of the module.
const root = "../.."

// speakers are the folders whose code and templates say phrases.
func speakers() []string {
	return []string{
		"internal/web",
		"internal/pictures",
		"cmd/brimwatch",
		"internal/rehearsal",
		"internal/terminal",
		"internal/manual",
		"internal/starter",
		"internal/demo",
	}
}

// said is what code and templates say: phrases, and kinds of words, by where they stand.
type said struct {
	phrases map[string]string
	kinds   map[string]string
	faults  []string
}

func (s *said) phrase(text, at string) { s.phrases[text] = at }

// collect reads all that speakers say.
func collect(t *testing.T) *said {
	t.Helper()
	s := &said{phrases: make(map[string]string), kinds: make(map[string]string)}
	for _, folder := range speakers() {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || d.IsDir():
				return err
			case strings.HasSuffix(path, "_test.go"), filepath.Base(path) == "speak.go": // it hands on what templates say
			case strings.HasSuffix(path, ".go"):
				return s.code(path)
			case strings.HasSuffix(path, ".html.tmpl"):
				return s.template(path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(s.phrases) < 100 {
		t.Fatalf("only %d phrases were found", len(s.phrases))
	}
	return s
}

// code reads the phrases of a Go file: what is given to T, N, Key and Keys.
func (s *said) code(path string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok && field.Tag != nil {
			s.help(field)
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		fun, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		at := set.Position(call.Pos()).String()
		var texts []ast.Expr
		switch {
		case fun.Sel.Name == "T" && speaks(fun.X):
			texts = call.Args[:1]
		case fun.Sel.Name == "N" && speaks(fun.X):
			texts = call.Args[2:3]
			if literal(call.Args[1]) == "" {
				s.faults = append(s.faults, at+": the phrase about one is no literal")
			}
		case (fun.Sel.Name == "Keys" || fun.Sel.Name == "Key") && names(fun.X, "phrases"):
			texts = call.Args
		case fun.Sel.Name == "Word" && speaks(fun.X):
			if kind := literal(call.Args[0]); kind != "" {
				s.kinds[kind] = at
			}
			return true
		}
		for _, e := range texts {
			if text := literal(e); text != "" {
				s.phrase(text, at)
			} else {
				s.faults = append(s.faults, at+": the phrase is no literal")
			}
		}
		return true
	})
	return nil
}

// speaks tells whether an expression is a Printer, by the name that all of them have.
func speaks(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name == "say"
	case *ast.SelectorExpr:
		return x.Sel.Name == "say" || x.Sel.Name == "Say"
	}
	return false
}

func names(e ast.Expr, name string) bool {
	x, ok := e.(*ast.Ident)
	return ok && x.Name == name
}

// help reads what a command or flag says of itself.
func (s *said) help(field *ast.Field) {
	tag, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return
	}
	if m := regexp.MustCompile(`(?:^| )help:"((?:[^"\\]|\\.)*)"`).FindStringSubmatch(tag); m != nil {
		s.phrase(m[1], "help")
	}
}

// literal is the value of a string that stands in the code; "" for all else.
func literal(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(x.Value)
		if err == nil {
			return text
		}
	case *ast.BinaryExpr:
		if a, b := literal(x.X), literal(x.Y); x.Op == token.ADD && a != "" && b != "" {
			return a + b
		}
	}
	return ""
}

// template reads the phrases of a page: what is given to t, rich, n and nrich.
func (s *said) template(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	tree := parse.New(filepath.Base(path))
	tree.Mode = parse.SkipFuncCheck
	trees := make(map[string]*parse.Tree)
	if _, err := tree.Parse(string(text), "", "", trees); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(trees)) {
		s.node(trees[name].Root, path)
	}
	return nil
}

func (s *said) node(n parse.Node, path string) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				s.node(child, path)
			}
		}
	case *parse.ActionNode:
		s.node(n.Pipe, path)
	case *parse.IfNode:
		s.branch(&n.BranchNode, path)
	case *parse.RangeNode:
		s.branch(&n.BranchNode, path)
	case *parse.WithNode:
		s.branch(&n.BranchNode, path)
	case *parse.TemplateNode:
		s.node(n.Pipe, path)
	case *parse.PipeNode:
		if n != nil {
			for _, c := range n.Cmds {
				s.command(c, path)
			}
		}
	}
}

func (s *said) branch(n *parse.BranchNode, path string) {
	s.node(n.Pipe, path)
	s.node(n.List, path)
	s.node(n.ElseList, path)
}

func (s *said) command(c *parse.CommandNode, path string) {
	for _, arg := range c.Args {
		s.node(arg, path)
	}
	fun, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok {
		return
	}
	var at int
	switch fun.Ident {
	case "t", "rich":
		at = 1
	case "n", "nrich":
		at = 3
	case "word":
		if kind, ok := c.Args[1].(*parse.StringNode); ok {
			s.kinds[kind.Text] = path
		}
		return
	default:
		return
	}
	if text, ok := c.Args[at].(*parse.StringNode); ok {
		s.phrase(text.Text, path)
	} else {
		s.faults = append(s.faults, path+": the phrase of "+c.String()+" is no literal")
	}
}

// TestEveryPhraseIsTranslated: what is said has a translation, what is translated is said,
// and both have the same placeholders.
func TestEveryPhraseIsTranslated(t *testing.T) {
	s, book := collect(t), New()
	for _, fault := range s.faults {
		t.Error(fault)
	}
	for _, text := range slices.Sorted(maps.Keys(s.phrases)) {
		if _, ok := book.chinese[text]; !ok {
			t.Errorf("no translation of %q, which %s says", text, s.phrases[text])
		}
	}
	used := make(map[string]bool)
	for _, english := range slices.Sorted(maps.Keys(book.chinese)) {
		kind, _, split := strings.Cut(english, "|")
		_, said := s.phrases[english]
		_, word := s.kinds[kind]
		if !said && (!split || !word) {
			t.Errorf("nobody says %q", english)
		}
		used[kind] = true
		if chinese := book.chinese[english]; !slices.Equal(placeholders(english), placeholders(chinese)) {
			t.Errorf("%q has other placeholders than %q", chinese, english)
		}
	}
	for kind, at := range s.kinds {
		if !used[kind] {
			t.Errorf("no word of kind %q, which %s says", kind, at)
		}
	}
}

// placeholders lists the verbs of a phrase in the order of their arguments, its braces,
// and its marks of code and links.
func placeholders(text string) []string {
	var out []string
	next := 0
	for _, m := range regexp.MustCompile(`%(?:\[(\d+)\])?([a-z])`).FindAllStringSubmatch(text, -1) {
		if next++; m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		out = append(out, strconv.Itoa(next)+m[2])
	}
	out = append(out, regexp.MustCompile("`[^`]+`").FindAllString(text, -1)...)
	out = append(out, regexp.MustCompile(`\]\([^)]*\)`).FindAllString(text, -1)...)
	out = append(out, regexp.MustCompile(`\{\}`).FindAllString(text, -1)...)
	slices.Sort(out)
	return out
}

// TestPartsSayNothingTwice: no phrase stands in two subjects.
func TestPartsSayNothingTwice(t *testing.T) {
	seen := make(map[string]bool)
	for _, part := range parts() {
		for english := range part {
			if seen[english] {
				t.Errorf("%q is translated twice", english)
			}
			seen[english] = true
		}
	}
}
