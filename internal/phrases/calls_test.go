package phrases

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// TestCallsAreHeard: each reason why a call was not made or not taken has its Chinese, also behind
// what the journal and the commands put before it.
func TestCallsAreHeard(t *testing.T) {
	zh := New().In(words.ZH)
	for _, tt := range []struct {
		file, function string
		ended          bool // it says how a call ended; else why it was not made
		least          int
	}{
		{"sms/twilio/caller.go", "aboutCalled", false, 5},
		{"sms/twilio/caller.go", "ofCalls", false, 1},
		{"sms/twilio/caller.go", "makeCallReceipt", true, 5},
		{"voice/aliyun/codes.go", "meanings", false, 11},
		{"alicom/errors.go", "AccountRows", false, 10},
		{"voice/aliyun/track.go", "receipt", true, 14},
	} {
		reasons := sentencesIn(t, filepath.Join(root, "notifier", tt.file), tt.function)
		if len(reasons) < tt.least {
			t.Errorf("notifier/%s, %s: only %d reasons were found: the test does not see the code: %q", tt.file, tt.function, len(reasons), reasons)
		}
		for _, said := range reasons {
			texts := []string{said, said + ": HTTP 200, isv.X: Y", "wei: " + said + ": HTTP 200, isv.X: Y", "given up after 3 attempts: " + said + ": HTTP 400"}
			if tt.ended {
				texts = []string{said, "accepted, and then not delivered: " + said, "accepted, and then not delivered: " + said + "; it is tried once more", "delivered as 1^0: " + said}
			}
			for _, text := range texts {
				if got, known := zh.Heard(text); !known || strings.Contains(got, said) {
					t.Errorf("notifier/%s: %q has no Chinese: %s", tt.file, text, got)
				}
			}
		}
	}
}

// sentencesIn lists the sentences in the code of a function. What is put into one is wei, or the
// Voice Service.
func sentencesIn(t *testing.T, file, function string) (out []string) {
	t.Helper()
	code, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	find := func(n ast.Node) bool {
		e, isText := n.(ast.Expr)
		if !isText {
			return true
		}
		said, ok := textOf(e)
		if !ok {
			return true
		}
		if said != "the Voice Service" && strings.Count(said, " ") > 1 && !strings.HasPrefix(said, "Twilio says") && !strings.HasPrefix(said, "Alibaba Cloud says") {
			out = append(out, said)
		}
		return false
	}
	for _, d := range code.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == function {
			ast.Inspect(f.Body, find)
		}
	}
	return out
}

// textOf is the text of an expression that has some.
func textOf(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		said, err := strconv.Unquote(e.Value)
		return said, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		x, left := textOf(e.X)
		y, right := textOf(e.Y)
		return x + y, left || right
	case *ast.Ident:
		if e.Name == "service" {
			return "the Voice Service", false
		}
		return "wei", false
	}
	return "", false
}
