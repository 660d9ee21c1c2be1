package imports_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shippedProducts are the keys of the products that the catalogue ships.
func shippedProducts() []string { return []string{"iot", "mqtt", "redis", "rocketmq"} }

// knowingProducts are the places that may know a product by its name: what reads
// servers and clouds, and what is named after them. A slash at the end takes a folder.
func knowingProducts() []string {
	return []string{
		"collector/", "internal/sources/", "internal/config/cloudkinds.go", "internal/config/sources.go", "internal/config/sourcekinds.go",
		"internal/demo/", "internal/starter/", "test/",
	}
}

// TestProductsAreData: nothing but the catalogue and the sources knows a product by
// its name, so that a product of one's own can have whatever a shipped one has.
func TestProductsAreData(t *testing.T) {
	found := make(map[string][]string)
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if slices.ContainsFunc(knowingProducts(), func(p string) bool { return name == p || strings.HasSuffix(p, "/") && strings.HasPrefix(name, p) }) {
			return nil
		}
		hits, err := judgedByName(path)
		if len(hits) > 0 {
			found[name] = hits
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range slices.Sorted(maps.Keys(found)) {
		t.Errorf("%s judges by the name of a product: put what is peculiar to it into the catalogue (%s)", file, strings.Join(found[file], ", "))
	}
}

// judgedByName lists where a file compares with the name of a product, switches over it, or
// keeps it as a constant.
func judgedByName(path string) ([]string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var out []string
	look := func(list ...ast.Expr) {
		for _, e := range list {
			lit, ok := e.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				continue
			}
			if text, err := strconv.Unquote(lit.Value); err == nil && slices.Contains(shippedProducts(), text) {
				out = append(out, "line "+strconv.Itoa(files.Position(lit.Pos()).Line))
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CaseClause:
			look(n.List...)
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				look(n.X, n.Y)
			}
		case *ast.GenDecl:
			if n.Tok != token.CONST {
				break
			}
			for _, s := range n.Specs {
				if v, ok := s.(*ast.ValueSpec); ok {
					look(v.Values...)
				}
			}
		}
		return true
	})
	return out, nil
}
