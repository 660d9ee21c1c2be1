package figures

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/test/golden"
)

func emptyPage() string {
	return "# Page\n\n" + beginMark(wholeKind) + "\n\n" + notMeasured + "\n\n" + endMark(wholeKind) +
		"\n\ntext\n\n" + beginMark(microKind) + "\n\n" + notMeasured + "\n\n" + endMark(microKind) + "\n\nend\n"
}

func machine() Machine {
	return Machine{Date: "2026-03-01", Processor: "Processor | with a bar", Cores: 2, Memory: "8.0 GB", Kernel: "Linux 6.1", Go: "go1.26.0"}
}

func report() WholeReport {
	return WholeReport{
		Machine: machine(), Interval: Duration(15 * time.Second), Warmup: Duration(2 * time.Minute), Window: Duration(3 * time.Minute),
		Runs: []Whole{
			{
				Instances: 1000, Page: "small", Cores: 0.0125, PeakMB: 80.5, ResidentMB: 70, BytesPerSample: 3.25, PagesPercent: 100,
				Gauges: Latency{P50: 7.5, P95: 14.25, Max: 15.5}, Counters: Latency{P50: 15, P95: 20, Max: 29.25}, Expected: 50, Arrived: 50, Repeated: 1,
			},
			{
				Instances: 10000, Page: "full", Cores: 0.25, PeakMB: 400, ResidentMB: 380, BytesPerSample: 3.25, PagesPercent: 98.9,
				Expected: 500, Arrived: 499, Wrong: 1, Doubled: 2,
			},
		},
	}
}

func microReport() MicroReport {
	return MicroReport{Machine: machine(), Count: 3, Results: []Micro{
		{Package: "alarm", Name: "Step/quiet", Nanos: 41.25},
		{Package: "alarm", Name: "Step/raised", Nanos: 99, Allocs: 1, Bytes: 16},
		{Package: "internal/statistics", Name: "Memory", Nanos: 2.5e9, Bytes: 1e8, Allocs: 12345, Others: []Other{{"MB", 12.4}, {"disk_B/sample", 3}}},
	}}
}

// TestMarkdown compares the tables with the golden files; -update writes them.
func TestMarkdown(t *testing.T) {
	for name, got := range map[string]string{"whole": report().Markdown(), "micro": microReport().Markdown()} {
		golden.Equal(t, name+".md", []byte(got))
	}
}

func TestComparison(t *testing.T) {
	now := report()
	now.Runs[0].Cores = 0.01
	now.Runs = append(now.Runs, Whole{Instances: 200, Page: "full"})
	var out strings.Builder
	if err := CompareWhole(&out, report(), now); err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "compare-whole.txt", []byte(out.String()))

	out.Reset()
	parts := microReport()
	parts.Results[0].Nanos = 101
	parts.Machine.Go = "go1.27.0"
	if err := CompareMicro(&out, microReport(), parts); err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "compare-micro.txt", []byte(out.String()))

	out.Reset()
	if err := CompareWhole(&out, WholeReport{}, report()); err != nil || !strings.Contains(out.String(), "Nothing is kept") {
		t.Errorf("with nothing kept: %q, %v", out.String(), err)
	}
}

func TestMain(m *testing.M) {
	golden.Flag()
	m.Run()
}

func TestKeepingIsReadBack(t *testing.T) {
	page, err := KeepWhole(emptyPage(), report())
	if err != nil {
		t.Fatal(err)
	}
	if page, err = KeepMicro(page, microReport()); err != nil {
		t.Fatal(err)
	}
	// Keeping again replaces, and leaves the rest of the page alone.
	again, err := KeepWhole(page, report())
	if err != nil || again != page {
		t.Errorf("keeping twice gives another page: %v\n%s", err, cmp.Diff(page, again))
	}
	whole, ok, err := KeptWhole(page)
	if err != nil || !ok {
		t.Fatalf("whole: %v, %v", ok, err)
	}
	if diff := cmp.Diff(report(), whole); diff != "" {
		t.Error(diff)
	}
	parts, ok, err := KeptMicro(page)
	if err != nil || !ok {
		t.Fatalf("micro: %v, %v", ok, err)
	}
	if diff := cmp.Diff(microReport(), parts); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"# Page\n", "\n\ntext\n\n", "\n\nend\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is gone from the page", want)
		}
	}
}

func TestNothingKept(t *testing.T) {
	if _, ok, err := KeptWhole(emptyPage()); ok || err != nil {
		t.Errorf("whole: %v, %v", ok, err)
	}
	if _, ok, err := KeptMicro(emptyPage()); ok || err != nil {
		t.Errorf("micro: %v, %v", ok, err)
	}
}

// TestThePerformancePage reads the project's own page.
func TestThePerformancePage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := KeptWhole(string(page)); err != nil {
		t.Error(err)
	}
	if _, _, err := KeptMicro(string(page)); err != nil {
		t.Error(err)
	}
}

func TestDamagedPages(t *testing.T) {
	page, err := KeepWhole(emptyPage(), report())
	if err != nil {
		t.Fatal(err)
	}
	if page, err = KeepMicro(page, microReport()); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(string) string{
		"no begin":      func(s string) string { return strings.Replace(s, beginMark(wholeKind), "", 1) },
		"no end":        func(s string) string { return strings.Replace(s, endMark(wholeKind), "", 1) },
		"twice":         func(s string) string { return s + s },
		"wrong order":   func(s string) string { return endMark(wholeKind) + strings.Replace(s, endMark(wholeKind), "", 1) },
		"no number":     func(s string) string { return strings.Replace(s, "0.0125", "fast", 1) },
		"no run":        func(s string) string { return strings.Replace(s, "1,000 small", "fast", 1) },
		"no cores":      func(s string) string { return strings.Replace(s, "| cores ", "| kernels ", 1) },
		"no interval":   func(s string) string { return strings.Replace(s, "| interval ", "| break ", 1) },
		"table is gone": func(s string) string { return strings.Replace(s, "| figure ", "figure ", 1) + "|" },
		"a third table": func(s string) string {
			return strings.Replace(s, endMark(wholeKind), "| a |\n\n"+endMark(wholeKind), 1)
		},
		"nothing inside": func(s string) string { return strings.Replace(emptyPage(), notMeasured, "", 1) },
	} {
		damaged := damage(page)
		if _, ok, err := KeptWhole(damaged); err == nil || ok {
			t.Errorf("%s: read as if nothing were wrong", name)
		}
	}
	for name, damage := range map[string]func(string) string{
		"no number": func(s string) string { return strings.Replace(s, "41.25", "fast", 1) },
		"no others": func(s string) string { return strings.Replace(s, "12.4 MB", "much", 1) },
		"no count":  func(s string) string { return strings.Replace(s, "| runs of each ", "| runs ", 1) },
	} {
		if _, ok, err := KeptMicro(damage(page)); err == nil || ok {
			t.Errorf("%s: read as if nothing were wrong", name)
		}
	}
}

func FuzzKept(f *testing.F) {
	f.Add(report().Markdown())
	f.Add(microReport().Markdown())
	f.Add("| | |\n|---|---|\n| cores | 2 |\n\n|\n|\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []string{wholeKind, microKind} {
			page, err := replacePart(emptyPage(), kind, text)
			if err != nil {
				t.Fatal(err)
			}
			_, _, wholeErr := KeptWhole(page)
			_, _, microErr := KeptMicro(page)
			if kind == wholeKind && microErr != nil && !strings.Contains(text, "<!--") {
				t.Errorf("what is kept of the whole disturbs the parts: %v", microErr)
			}
			if kind == microKind && wholeErr != nil && !strings.Contains(text, "<!--") {
				t.Errorf("what is kept of the parts disturbs the whole: %v", wholeErr)
			}
		}
	})
}

func TestTablesAreReadBack(t *testing.T) {
	cell := rapid.StringMatching(`[a-z0-9|,.%–]{0,6}( [a-z|\\.]{1,4}[a-z])?`)
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 5).Draw(t, "columns")
		var want table
		for range rapid.IntRange(1, 6).Draw(t, "rows") {
			row := make([]string, columns)
			for i := range row {
				row[i] = strings.TrimSpace(cell.Draw(t, "cell"))
			}
			want = append(want, row)
		}
		got := tables("before\n\n" + want.markdown() + "\nafter\n")
		if diff := cmp.Diff([]table{want}, got); diff != "" {
			t.Error(diff)
		}
	})
}
