package promapi

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
)

// hostile are expressions that would cost much to read.
func hostile() map[string]string {
	return map[string]string{
		"minus signs":            strings.Repeat("-", 1<<20) + "1",
		"minus signs in 64 kB":   strings.Repeat("-", maxExpressionBytes-1) + "1",
		"parentheses":            strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200),
		"parentheses, open":      strings.Repeat("(", maxExpressionBytes),
		"calls":                  strings.Repeat("abs(", 101) + "up" + strings.Repeat(")", 101),
		"subqueries":             strings.Repeat("max_over_time(", 101) + "up" + strings.Repeat("[1h:1m])", 101),
		"a long sum":             strings.Repeat("1+", 1001) + "1",
		"powers":                 strings.Repeat("1^", 1001) + "1",
		"unions":                 strings.Repeat("up or ", 1001) + "up",
		"many selectors":         strings.Repeat(`{a="b"}*`, 501) + "1",
		"a long name":            strings.Repeat("a", maxExpressionBytes+1),
		"a long comment":         "1 #" + strings.Repeat("x", maxExpressionBytes),
		"repeated pattern":       `up{a=~"` + strings.Repeat("x{1000}", 11) + `"}`,
		"repeated, in backticks": "up{a=~`((x{100}){10}){11}`}",
		"repeated, in a call":    `label_replace(up, "a", "$1", "b", "` + strings.Repeat("(x|y){900}", 11) + `")`,
		"many stars":             `up{a=~"` + strings.Repeat(".*a", 10_000) + `"}`,
	}
}

func TestExpressionsThatAreTooMuch(t *testing.T) {
	h := handler(t, database(t), io.Discard)
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			for _, w := range []struct {
				path string
				form []string
			}{
				{"query", []string{"query", text}},
				{"query_range", []string{"query", text, "start", "0", "end", "1", "step", "1"}},
				{"labels", []string{"match[]", text}},
				{"series", []string{"match[]", "up", "match[]", text}},
			} {
				got := call(t, h, http.MethodPost, w.path, w.form...)
				if got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), `"errorType":"bad_data"`) {
					t.Errorf("%s: %d %.200s", w.path, got.Code, got.Body)
				}
			}
			const most = 8 << 20
			if got := allocated(func() { _ = measure(text) }); got > most {
				t.Errorf("to refuse it takes %d bytes", got)
			}
		})
	}
}

// allocated returns how many bytes f takes from the heap.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestManySelectors(t *testing.T) {
	h := handler(t, database(t), io.Discard)
	form := url.Values{}
	for range maxSelectors {
		form.Add("match[]", "up")
	}
	ask := func() int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, request(t, http.MethodPost, "labels", form))
		return w.Code
	}
	if code := ask(); code != http.StatusOK {
		t.Errorf("%d selectors: %d", maxSelectors, code)
	}
	form.Add("match[]", "up")
	if code := ask(); code != http.StatusBadRequest {
		t.Errorf("one more: %d", code)
	}
	long := `{a="` + strings.Repeat("x", maxExpressionBytes/2) + `"}`
	form = url.Values{"match[]": {long, long}}
	if code := ask(); code != http.StatusBadRequest {
		t.Errorf("two that are too long together: %d", code)
	}
}

// TestExpressionsThatAreNot: what people and dashboards write is far from the
// bounds.
func TestExpressionsThatAreNot(t *testing.T) {
	ids := make([]string, 2000)
	for i := range ids {
		ids[i] = "mqtt-instance-" + strings.Repeat("x", i%10)
	}
	p := NewParser()
	for name, text := range map[string]string{
		"a variable with many values": `max by (metric) (brimwatch_instance_usage{instance_id=~"` + strings.Join(ids, "|") + `"})`,
		"a tree of unions":            strings.Repeat("up or ", 400) + "up",
		"braces in a string":          `up{a="{{{}}}{1000}",b=~"x{2,5}"}`,
		"a pattern that is none":      `label_replace(up, "a", "(((${1}", "b", "(.+)-(.+)")`,
		"fifty brackets":              strings.Repeat("(", 50) + "up" + strings.Repeat(")", 50),
		"a long text":                 `up{a="` + strings.Repeat("中", 20_000) + `"}`,
	} {
		if _, err := p.ParseExpr(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzMeasure: whatever passes can be read or is refused without a panic, and what
// is read is not deep.
func FuzzMeasure(f *testing.F) {
	for _, text := range hostile() {
		f.Add(text)
	}
	for _, text := range []string{"up", `{a=~"b{3}"}[5m:1m] offset -1h @ end()`, `"\xff"`, "`", "{{", "1 2", "[", "up[((5m))]", "'{1'"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		expr, err := NewParser().ParseExpr(text)
		if err != nil {
			return
		}
		if got := depth(expr); got > 2*(maxOperators+maxNesting) {
			t.Errorf("%q is %d deep", text, got)
		}
	})
}

func depth(node parser.Node) int {
	most := 0
	for child := range parser.ChildrenIter(node) {
		most = max(most, depth(child))
	}
	return most + 1
}
