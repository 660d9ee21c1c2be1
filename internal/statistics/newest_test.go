package statistics

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/derived"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// found is one series of an instant query's answer.
type found struct {
	Metric map[string]string
	Value  [2]any
}

// decoded asks for a query at a moment, and returns the answer's series in their order.
func decoded(t testing.TB, s *Store, query string, at time.Time) []found {
	t.Helper()
	q := url.Values{"query": {query}, "time": {strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64)}}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/prometheus/api/v1/query?"+q.Encode(), nil))
	var answer struct{ Data struct{ Result []found } }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: %d, %v: %s", query, w.Code, err, w.Body)
	}
	return answer.Data.Result
}

// vector is decoded as text.
func vector(t testing.TB, s *Store, query string, at time.Time) []string {
	t.Helper()
	out := []string{}
	for _, one := range decoded(t, s, query, at) {
		out = append(out, fmt.Sprint(one.Metric, one.Value))
	}
	return out
}

// TestNewestReadingsAnswerAsTheDatabase asks the same of a history that answers from
// the newest readings, and of the same one with that switched off.
func TestNewestReadingsAnswerAsTheDatabase(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	instances := bigFleet(40)
	for i, in := range instances {
		if i%5 == 0 {
			in.Product, in.Edition = "rocketmq", "standard"
		}
		if i%7 == 0 {
			in.Catalogue[fleet.Connections] = 0 // no capacity
		}
	}
	s.SetFleet(instances)
	random := rand.New(rand.NewPCG(1, 2))
	first := time.Now().Add(-time.Minute).Truncate(time.Second)
	last := first
	for n := range 4 {
		last = first.Add(time.Duration(n) * 15 * time.Second)
		var readings []*fleet.Reading
		for i, in := range instances {
			at := last.Add(time.Duration(i%15) * time.Second)
			switch {
			case i == 3 && n == 3:
				readings = append(readings, silence(in.ID, at))
			case i == 4 && n == 3:
				r := mqttReading(in.ID, at, 1, 2, 3)
				r.Known = r.Known.Without(fleet.Connections)
				readings = append(readings, r)
			default:
				figure := float64(random.IntN(4)) * 100 // many are equal
				readings = append(readings, mqttReading(in.ID, at, figure, figure, figure))
			}
		}
		s.Append(readings)
		s.Flush()
	}
	for _, at := range []time.Time{last.Add(20 * time.Second), last.Add(16 * time.Second), last.Add(7 * time.Second), last.Add(-25 * time.Second), last.Add(6 * time.Minute)} {
		for _, query := range []string{
			`brimwatch_instance_usage`,
			`brimwatch_instance_utilization_ratio`,
			`brimwatch_instance_usage{metric="message_tps"}`,
			`brimwatch_instance_utilization_ratio{metric=~"connections|send_tps",product!="mqtt"}`,
			`{__name__=~"brimwatch_instance_u.+",instance_id="` + instances[4].ID + `"}`,
			`brimwatch_instance_usage{account="acme"}`,
			`brimwatch_instance_usage{severity=""}`,
			`topk(10, brimwatch_instance_utilization_ratio)`,
			`topk(3, brimwatch_instance_usage{metric="connections"})`,
			`bottomk(7, brimwatch_instance_usage)`,
			`topk by (product) (2, brimwatch_instance_utilization_ratio)`,
			`topk without (instance_id) (2, brimwatch_instance_utilization_ratio)`,
			`topk(2, topk(5, brimwatch_instance_usage))`,
			`topk(scalar(vector(3)), brimwatch_instance_usage)`,
			`topk(2, brimwatch_instance_usage) and on (instance_id) topk(30, brimwatch_instance_utilization_ratio)`,
			`max by (metric) (brimwatch_instance_usage)`,
			`count(brimwatch_instance_usage offset 15s)`,
			`timestamp(brimwatch_instance_usage)`,
			`rate(brimwatch_instance_usage[1m])`,
			`max_over_time(brimwatch_instance_utilization_ratio[30s:10s])`,
		} {
			s.newest.since = 1 // as if it had run for long
			if ok := s.newest.at(at.UnixMilli(), func(*series.Identity, *derived.Figures) {}); ok != at.After(last) {
				t.Fatalf("the newest readings answer: %v", ok)
			}
			got := vector(t, s, query, at)
			s.query.Newest = nil
			want := vector(t, s, query, at)
			s.query.Newest = s.newest.at
			if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))); diff != "" {
				t.Errorf("%s at %s (-database +newest)\n%s", query, at.Sub(last), diff)
			}
		}
	}
}

// TestOrderIsStable asks the same again and again: of equal series the same are taken.
func TestOrderIsStable(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	instances := bigFleet(50)
	s.SetFleet(instances)
	at := time.Now().Add(-time.Minute).Truncate(time.Second)
	for n := range 3 {
		var readings []*fleet.Reading
		for _, in := range instances {
			readings = append(readings, mqttReading(in.ID, at.Add(time.Duration(n)*15*time.Second), 1, 1, 1))
		}
		s.Append(readings)
		s.Flush()
	}
	for _, query := range []string{
		`topk(5, brimwatch_instance_capacity)`, `brimwatch_instance_capacity`,
		`topk(5, brimwatch_instance_usage)`, `bottomk(3, brimwatch_instance_capacity)`, `topk(4, brimwatch_instance_usage offset 10s)`,
	} {
		want := vector(t, s, query, at.Add(time.Minute))
		if len(want) == 0 {
			t.Errorf("%s: nothing", query)
		}
		for range 20 {
			if diff := cmp.Diff(want, vector(t, s, query, at.Add(time.Minute))); diff != "" {
				t.Fatalf("%s jumps\n%s", query, diff)
			}
		}
	}
}

// BenchmarkWorstTen asks for the ten fullest of 10,000 instances.
func BenchmarkWorstTen(b *testing.B) {
	s := open(b, b.TempDir(), func(o *Options) { o.Logger = slog.New(slog.DiscardHandler) })
	instances := bigFleet(10_000)
	s.SetFleet(instances)
	at := time.Now().Add(-time.Minute).Truncate(time.Second)
	for n := range 3 {
		s.Append(round(instances, at.Add(time.Duration(n)*15*time.Second), n))
		s.Flush()
	}
	s.newest.since = 1 // as if it had run for long
	for _, query := range []string{`topk(10, brimwatch_instance_utilization_ratio)`, `brimwatch_instance_utilization_ratio`} {
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				vector(b, s, query, at.Add(time.Minute))
			}
		})
	}
}
