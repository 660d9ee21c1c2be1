package exposition

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// arrived is when the pages of these tests arrive.
func arrived() time.Time { return time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC) }

// filled reads a page by a mapping and returns the visit.
func filled(t testing.TB, page string, mapping ...Metric) *collector.Visit {
	t.Helper()
	p, err := newPlan(mapping, nil)
	if err != nil {
		t.Fatalf("newPlan: %v", err)
	}
	pg, err := scan(p, strings.NewReader(page))
	if err != nil {
		t.Fatalf("scan: %v", err)
	}
	var v collector.Visit
	p.fill(pg.cells, arrived(), &v)
	return &v
}

func TestFill(t *testing.T) {
	clients := Metric{Metric: fleet.Connections, Series: "clients"}
	north := Metric{Metric: fleet.Connections, Series: "clients", Match: []Match{{Name: "site", Value: "north"}}}
	either := Metric{Metric: fleet.Connections, Series: "clients", Fallback: []string{"sockets", "sessions"}}
	limited := func(l Limit) Metric {
		return Metric{Metric: fleet.Connections, Series: "clients", Limit: &l}
	}
	for _, tt := range []struct {
		name  string
		page  string
		m     Metric
		usage float64 // -1: unknown
		limit float64
		gap   string
	}{
		{"a figure", "clients 5\n", clients, 5, 0, ""},
		{"zero is a figure", "clients 0\n", clients, 0, 0, ""},
		{"TYPE is not believed", "# TYPE clients counter\nclients 5\n", clients, 5, 0, ""},
		{"absent", "b 5\n", clients, -1, 0, "the page has no series clients"},
		{"others have the name", "clients{site=\"south\"} 5\n", north, -1, 0, `no series of the page fits clients{site="north"}, though others have this name`},
		{"not a number", "clients NaN\n", clients, -1, 0, "series clients is not a number (NaN) at the moment"},
		{"infinite", "clients +Inf\n", clients, -1, 0, "series clients is infinite"},
		{"below zero", "clients -1\n", clients, -1, 0, "the source told a figure that is not a number or is below zero"},
		{"a line that cannot be read", "clients{site=\"a\"} 5\nclients{site=\"b\"} five\n", clients, -1, 0, "a line of series clients cannot be read"},
		{"the first of several names", "sockets 4\nclients 5\n", either, 5, 0, ""},
		{"the second of several names", "sessions 3\nsockets 4\n", either, 4, 0, ""},
		{"none of several names", "b 4\n", either, -1, 0, "the page has none of the series clients, sockets, sessions"},
		{"a name that is there is not passed over", "clients NaN\nsockets 4\n", either, -1, 0, "series clients is not a number (NaN) at the moment"},
		{"a limit", "clients 5\nmax 10\n", limited(Limit{Series: "max"}), 5, 10, ""},
		{"a limit of several", "clients 5\nmax{n=\"1\"} 10\nmax{n=\"2\"} 20\n", limited(Limit{Series: "max"}), 5, 30, ""},
		{"the largest limit", "clients 5\nmax{n=\"1\"} 10\nmax{n=\"2\"} 20\n", limited(Limit{Series: "max", Max: true}), 5, 20, ""},
		{"a limit by its label", "clients 5\nmax{n=\"1\"} 10\nmax{n=\"2\"} 20\n", limited(Limit{Series: "max", Match: []Match{{Name: "n", Value: "1"}}}), 5, 10, ""},
		{"a limit without a usage", "max 10\n", limited(Limit{Series: "max"}), -1, 10, "the page has no series clients"},
		{"no limit on the page", "clients 5\n", limited(Limit{Series: "max"}), 5, 0, ""},
		{"a limit of 0", "clients 5\nmax 0\n", limited(Limit{Series: "max"}), 5, 0, ""},
		{"a limit of -1", "clients 5\nmax -1\n", limited(Limit{Series: "max"}), 5, 0, ""},
		{"a limit that is not a number", "clients 5\nmax NaN\n", limited(Limit{Series: "max"}), 5, 0, ""},
		{"a limit without end", "clients 5\nmax +Inf\n", limited(Limit{Series: "max"}), 5, 0, ""},
		{"a limit that cannot be read", "clients 5\nmax ten\n", limited(Limit{Series: "max"}), 5, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := filled(t, tt.page, tt.m)
			usage, ok := v.GaugeOf(fleet.Connections)
			if !ok {
				usage = -1
			}
			if usage != tt.usage {
				t.Errorf("usage %v, want %v", usage, tt.usage)
			}
			if limit, _ := v.LimitOf(fleet.Connections); limit != tt.limit {
				t.Errorf("limit %v, want %v", limit, tt.limit)
			}
			if got := collectortest.GapOf(v, fleet.Connections); got != tt.gap {
				t.Errorf("reason %q, want %q", got, tt.gap)
			}
		})
	}
}

// TestFillCounter passes totals on as they are: rates and restarts are the
// Runner's business.
func TestFillCounter(t *testing.T) {
	m := Metric{Metric: fleet.SendTPS, Series: "in_total", Counter: true}
	for _, page := range []string{"in_total 500\n", "in_total 7\n"} {
		total, clock, ok := filled(t, page, m).CounterOf(fleet.SendTPS)
		if !ok || !clock.Equal(arrived()) {
			t.Errorf("%q: told %v, as of %v", page, ok, clock)
		}
		if want := map[bool]float64{true: 500, false: 7}[strings.Contains(page, "500")]; total != want {
			t.Errorf("%q: total %v, want %v", page, total, want)
		}
	}
}

func TestMappingFaults(t *testing.T) {
	ok := Metric{Metric: fleet.Connections, Series: "a"}
	many := ok
	for i := range maxMatchers + 1 {
		many.Match = append(many.Match, Match{Name: "l", Value: strings.Repeat("x", i)})
	}
	for _, tt := range []struct {
		name    string
		mapping []Metric
		want    string
	}{
		{"empty", nil, "the mapping is empty"},
		{"a metric that is not known", []Metric{{Metric: fleet.NumMetrics, Series: "a"}}, "is not known"},
		{"a metric twice", []Metric{ok, ok}, "connections is given twice"},
		{"no series", []Metric{{Metric: fleet.Connections}}, "the name of a series is empty"},
		{"an empty fallback", []Metric{{Metric: fleet.Connections, Series: "a", Fallback: []string{""}}}, "the name of a series is empty"},
		{"labels in the name", []Metric{{Metric: fleet.Connections, Series: `a{b="c"}`}}, "labels go under match"},
		{"a space at the end", []Metric{{Metric: fleet.Connections, Series: "a "}}, "a space at an end"},
		{"a line break", []Metric{{Metric: fleet.Connections, Series: "a\nb"}}, "line break"},
		{"not UTF-8", []Metric{{Metric: fleet.Connections, Series: "a\xff"}}, "not UTF-8"},
		{"too long", []Metric{{Metric: fleet.Connections, Series: strings.Repeat("a", maxWord+1)}}, "longer than 1024 bytes"},
		{"a label without a name", []Metric{{Metric: fleet.Connections, Series: "a", Match: []Match{{Value: "x"}}}}, "the name of a label is empty"},
		{"a value that is too long", []Metric{{Metric: fleet.Connections, Series: "a", Match: []Match{{Name: "x", Value: strings.Repeat("a", maxWord+1)}}}}, "too long"},
		{"a limit without a series", []Metric{{Metric: fleet.Connections, Series: "a", Limit: &Limit{}}}, "the name of a series is empty"},
		{"too many conditions", []Metric{many}, "more than 64 different conditions"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(Options{URL: "http://127.0.0.1:9100/metrics", Mapping: tt.mapping})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
		})
	}
}

// TestPlansAreShared holds Collectors of equal mappings to one plan, which a
// caller cannot change any more.
func TestPlansAreShared(t *testing.T) {
	mapping := func() []Metric {
		return []Metric{{
			Metric: fleet.Connections, Series: "a", Fallback: []string{"b"}, Match: []Match{{Name: "x", Value: "y"}},
			Limit: &Limit{Series: "c", Match: []Match{{Name: "x", Value: "y"}}},
		}}
	}
	shared := NewTransport()
	mine := mapping()
	first, err := shared.planOf(mine, nil)
	if err != nil {
		t.Fatal(err)
	}
	mine[0].Fallback[0], mine[0].Match[0].Value, mine[0].Limit.Match[0].Value = "z", "z", "z"
	second, err := shared.planOf(mapping(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if first != second {
		t.Error("an equal mapping was compiled anew")
	}
	if other, err := shared.planOf(mine, nil); err != nil || other == first {
		t.Errorf("another mapping got the same plan (%v)", err)
	}
	for i := range 2 * maxPlans {
		m := mapping()
		m[0].Series = strings.Repeat("a", i+2)
		if _, err := shared.planOf(m, nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(shared.plans) != maxPlans {
		t.Errorf("%d plans are kept, want %d", len(shared.plans), maxPlans)
	}
	if diff := cmp.Diff(mapping(), cloneMapping(mapping())); diff != "" {
		t.Errorf("a clone differs:\n%s", diff)
	}
}
