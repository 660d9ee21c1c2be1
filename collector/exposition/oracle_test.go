package exposition

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// sample is one series of a page as Prometheus' own parser reads it.
type sample struct {
	labels labels.Labels
	value  float64
	raw    string
}

// oracle reads a page with Prometheus' parser.
func oracle(b []byte, openMetrics bool) ([]sample, error) {
	p := textparse.NewPromParser(bytes.Clone(b), labels.NewSymbolTable(), false)
	if openMetrics {
		p = textparse.NewOpenMetricsParser(bytes.Clone(b), labels.NewSymbolTable())
	}
	var out []sample
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if entry != textparse.EntrySeries {
			continue
		}
		raw, _, v := p.Series()
		s := sample{value: v, raw: string(raw)}
		p.Labels(&s.labels)
		out = append(out, s)
	}
}

// fits tells whether a sample belongs to a series of the mapping.
func (s sample) fits(want selector) bool {
	if s.labels.Get(model.MetricNameLabel) != want.name {
		return false
	}
	for _, m := range want.match {
		if (s.labels.Get(m.Name) == m.Value) == m.Not {
			return false
		}
	}
	return true
}

// cellOf adds up what fits, in the order of the page.
func cellOf(samples []sample, want selector) cell {
	var c cell
	for _, s := range samples {
		c.named = c.named || s.labels.Get(model.MetricNameLabel) == want.name
		if s.fits(want) {
			c.add(s.value, want.max)
		}
	}
	return c
}

// selectorsOf returns selectors that ask for everything on a page: each
// name as a sum and as the largest, and each with one of its labels.
func selectorsOf(samples []sample) []selector {
	var out []selector
	seen := make(map[string]bool)
	for _, s := range samples {
		name := s.labels.Get(model.MetricNameLabel)
		if seen[name] {
			continue
		}
		seen[name] = true
		out = append(out, sum(name), largest(name))
		s.labels.Range(func(l labels.Label) {
			// The parser rewrites numbers in these two.
			if l.Name != model.MetricNameLabel && l.Name != "le" && l.Name != "quantile" && len(out)%5 != 4 {
				out = append(out, sum(name, is(l.Name, l.Value)), sum(name, not(l.Name, l.Value)))
			}
		})
	}
	return out
}

// pages returns all captured pages: our own, and those that others published.
func pages(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/pages/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captured pages: %v", err)
	}
	if root := os.Getenv("BRIMWATCH_CONTRACTS"); root != "" {
		for _, server := range []string{"emqx", "hivemq", "nanomq", "rocketmq"} {
			more, err := filepath.Glob(filepath.Join(root, "captures", server, "from-*", "*.prom"))
			if err != nil || len(more) == 0 {
				t.Errorf("BRIMWATCH_CONTRACTS is set, but has no page of %s (%v)", server, err)
			}
			files = append(files, more...)
		}
	} else {
		t.Log("the pages of emqx, hivemq, nanomq and rocketmq are left out: BRIMWATCH_CONTRACTS is not set")
	}
	return files
}

// TestOracle reads every captured page for all that is on it, and holds each
// figure against Prometheus' own parser.
func TestOracle(t *testing.T) {
	for _, file := range pages(t) {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			samples, err := oracle(b, strings.HasSuffix(file, ".openmetrics"))
			if err != nil {
				t.Fatalf("Prometheus' parser refuses the page: %v", err)
			}
			if len(samples) == 0 {
				t.Fatal("Prometheus' parser finds no series")
			}
			all := selectorsOf(samples)
			for part := range slices.Chunk(all, 40) { // below the cap on conditions of one name
				p := planFor(t, part...)
				pg, err := scan(p, bytes.NewReader(b))
				if err != nil {
					t.Fatalf("scan: %v", err)
				}
				if pg.malformed != 0 || pg.samples != len(samples) {
					t.Errorf("%d lines, %d of them malformed, want %d and 0", pg.samples, pg.malformed, len(samples))
				}
				for i, s := range part {
					if want := cellOf(samples, s); !sameCell(pg.cells[i], want) {
						t.Errorf("%v: got %+v, want %+v", s, pg.cells[i], want)
					}
				}
			}
		})
	}
}

// fuzzSelectors are what the fuzz test looks for.
func fuzzSelectors() []selector {
	return []selector{
		sum("a"), sum("a", is("x", "y")), sum("a", not("x", "y")), sum("a", is("x", "")), sum("a", not("x", "")),
		largest("a"), sum("a", is("x", "y"), not("z", "\"w\n")), sum("a", is("x.y", `\`)),
		sum("a.b"), sum("a.b", is("x", "y")), sum("b"), sum("b:c_1"), sum(`"`), sum("é", is("é", "é")),
	}
}

// FuzzScan feeds pages to the scanner, whole and in pieces. It must not crash
// or hang, must find the same however the page arrives, and the same as
// Prometheus' parser if that accepts the page.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		"# HELP a b\n# TYPE a counter\na 5\na{x=\"y\"} 6 1795312705000\r\n",
		"a{x=\"}\",z=\"\\\"w\\n\",} NaN\n\n{\"a.b\",x=\"y\"} +Inf",
		"  a\t7\n\n#\n# EOF\nb:c_1 -1e-7 # {t=\"u\"} 1\n",
		"{x=\"y\",\"a.b\",\"x.y\"=\"\\\\\"}1\na{\"x\"=\"y\" z=\"w\"}2\n{\"\\\"\"}3\n{\"é\",\"é\"=\"é\"}4\n",
		"a{\na{x\na{x=\na{x=\"\na{x=\"y\na{x=\"y\"\na{x=\"y\"}\na\na 1 2 3\na 1 #",
	} {
		f.Add([]byte(seed), uint8(3))
	}
	series := fuzzSelectors()
	f.Fuzz(func(t *testing.T, b []byte, piece uint8) {
		p := planFor(t, series...)
		whole, err := scan(p, bytes.NewReader(b))
		if err != nil {
			t.Skip() // too long a line
		}
		for what, r := range map[string]io.Reader{
			"in pieces": &pieces{r: bytes.NewReader(b), n: int(piece) + 1},
			"by byte":   iotest.OneByteReader(bytes.NewReader(b)),
		} {
			pg := page{plan: p, cells: make([]cell, p.cells), limit: httpget.MaxPage}
			if _, err := pg.read(r, make([]byte, 1+int(piece))); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if a, b := fmt.Sprintf("%+v", whole), fmt.Sprintf("%+v", pg); a != b {
				t.Fatalf("%s:\n got %s\nwant %s", what, b, a)
			}
		}
		samples, err := oracle(b, false)
		if err != nil || !undisputed(b, samples) {
			return
		}
		for i, s := range series {
			want := cellOf(samples, s)
			if got := whole.cells[i]; !sameCell(got, want) && !math.IsNaN(want.value) {
				t.Errorf("%v: got %+v, want %+v", s, got, want)
			}
		}
	})
}

// undisputed tells whether the format leaves no doubt about a page. Prometheus'
// parser stops at a NUL, takes blanks before a name for a part of it, lets a
// line break stand in a label value, needs nothing between a name and its value
// (a+1), and reads a label that is given twice or called __name__ as it comes.
func undisputed(b []byte, samples []sample) bool {
	if bytes.IndexByte(b, 0) >= 0 || bytes.IndexByte(b, '\r') >= 0 {
		return false
	}
	for line := range bytes.Lines(b) {
		rest := bytes.TrimLeft(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789")
		if len(rest) > 0 && len(rest) < len(line) && !delimits(rest[0]) {
			return false
		}
	}
	for _, s := range samples {
		if _, twice := s.labels.HasDuplicateLabelNames(); twice {
			return false
		}
		if strings.Contains(s.raw, "\n") || strings.TrimLeft(s.raw, " \t") != s.raw || strings.Contains(s.raw, model.MetricNameLabel) {
			return false
		}
	}
	return true
}

// pieces hands out at most n bytes at a time.
type pieces struct {
	r io.Reader
	n int
}

func (p *pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(p.n, len(b))]) }
