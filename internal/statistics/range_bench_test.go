package statistics

import (
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// BenchmarkRange asks for the usage of one instance, four series of a reading every
// 15 s, over an hour and over a year, as a panel of 1,440 points does; and for the
// statistics of its page, which hold the highest reading of each point.
func BenchmarkRange(b *testing.B) {
	dir := b.TempDir()
	end := time.Now().Add(-time.Hour).Truncate(2 * time.Hour)
	writeBlocks(b, dir, orders(), end, 13, 30*24*time.Hour)
	s := open(b, dir, func(o *Options) { o.Logger = slog.New(slog.DiscardHandler) })
	s.SetFleet([]*fleet.Instance{orders()})
	s.Flush()
	for _, c := range []struct {
		name  string
		query string
		span  time.Duration
	}{
		{"an_hour", `brimwatch_instance_usage{instance_id="mqtt-1"}`, time.Hour},
		{"a_year", `brimwatch_instance_usage{instance_id="mqtt-1"}`, 365 * 24 * time.Hour},
		{"a_year's_highest", `max_over_time(brimwatch_instance_usage{instance_id="mqtt-1"}[6h5m])`, 365 * 24 * time.Hour},
	} {
		b.Run(c.name, func(b *testing.B) {
			step := max(c.span/1440, 15*time.Second)
			q := url.Values{
				"query": {c.query}, "start": {strconv.FormatInt(end.Add(-c.span).Unix(), 10)}, "end": {strconv.FormatInt(end.Unix()-1, 10)}, "step": {step.String()},
			}
			r := httptest.NewRequest(http.MethodGet, "/prometheus/api/v1/query_range?"+q.Encode(), nil)
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				s.Handler().ServeHTTP(w, r)
				if w.Code != http.StatusOK || w.Body.Len() < 1000 {
					b.Fatalf("%d %.200s", w.Code, w.Body)
				}
			}
		})
	}
	for name, span := range map[string]time.Duration{"statistics_of_an_hour": time.Hour, "statistics_of_a_year": 365 * 24 * time.Hour} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				got, err := s.Statistics(b.Context(), "mqtt-1", end.Add(-span), end.Add(-time.Second), max(span/1440, 15*time.Second).Truncate(time.Second))
				if err != nil || len(got) < 4 {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}

// writeBlocks writes readings up to end, one every 15 s, as n blocks of some length.
func writeBlocks(b testing.TB, dir string, in *fleet.Instance, end time.Time, n int, block time.Duration) {
	b.Helper()
	id := series.IdentityOf(in)
	of := make(map[fleet.Metric]labels.Labels)
	metrics := []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Connections, fleet.Subscriptions}
	for _, m := range metrics {
		of[m] = id.Labels(series.Dimension{Name: series.Usage, Metric: m.String()})
	}
	for from := end.Add(-time.Duration(n) * block); from.Before(end); from = from.Add(block) {
		w, err := tsdb.NewBlockWriter(slog.New(slog.DiscardHandler), dir, (2 * block).Milliseconds())
		if err != nil {
			b.Fatal(err)
		}
		app, gathered := w.Appender(b.Context()), 0
		for at := from; at.Before(from.Add(block)); at = at.Add(15 * time.Second) {
			wave := math.Round(1000 + 500*math.Sin(float64(at.Unix())/13751))
			for _, m := range metrics {
				if _, err := app.Append(0, of[m], at.UnixMilli(), wave+float64(m)); err != nil {
					b.Fatal(err)
				}
			}
			if gathered++; gathered%10_000 == 0 {
				if err := app.Commit(); err != nil {
					b.Fatal(err)
				}
				app = w.Appender(b.Context())
			}
		}
		if err := app.Commit(); err != nil {
			b.Fatal(err)
		}
		if _, err := w.Flush(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
