package statistics

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestChunksBetweenStepsArePassedOver asks for steps that are far apart, over blocks,
// a gap, what is still in memory, and a time that came twice: what passes over chunks answers as
// what does not.
func TestChunksBetweenStepsArePassedOver(t *testing.T) {
	dir := t.TempDir()
	end := time.Now().Add(-8 * time.Hour).Truncate(2 * time.Hour)
	writeBlocks(t, dir, orders(), end, 5, 8*time.Hour)
	s := open(t, dir, nil)
	s.SetFleet([]*fleet.Instance{orders()})
	// A gap of three hours, then readings that are in memory, with one that is unknown.
	for at := end.Add(3 * time.Hour); at.Before(end.Add(7 * time.Hour)); at = at.Add(15 * time.Second) {
		r := mqttReading("mqtt-1", at, float64(at.Unix()%1000), 2, float64(at.Unix()%500))
		if at.Minute() == 30 {
			r = silence("mqtt-1", at)
		}
		s.Append([]*fleet.Reading{r})
	}
	s.Flush()
	for at := end.Add(5 * time.Hour); at.Before(end.Add(7 * time.Hour)); at = at.Add(15 * time.Second) { // the clock was put back
		s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 3, float64(at.Unix()%700), 4)})
		s.commit(at)
	}
	chunks, answered := s.query.Chunks, 0
	for _, query := range []string{
		`brimwatch_instance_usage`, `brimwatch_instance_usage{metric="message_tps"}`, `brimwatch_instance_utilization_ratio`, `brimwatch_instance_up`,
		`max_over_time(brimwatch_instance_usage[20m])`, `rate(brimwatch_instance_usage[10m])`, `sum(brimwatch_instance_usage)`, `timestamp(brimwatch_instance_usage)`,
		`brimwatch_instance_usage offset 1h`, `brimwatch_instance_usage @ end()`, `max_over_time(brimwatch_instance_usage[2h:1h])`,
	} {
		for _, step := range []time.Duration{time.Minute, 46 * time.Minute, time.Hour, 95 * time.Minute, 7 * time.Hour} {
			for _, from := range []time.Time{end.Add(-40 * time.Hour), end.Add(-29*time.Hour - 17*time.Second)} {
				ask := func() string {
					q := url.Values{
						"query": {query}, "start": {strconv.FormatInt(from.Unix(), 10)}, "end": {strconv.FormatInt(end.Add(9*time.Hour).Unix(), 10)}, "step": {step.String()},
					}
					w := httptest.NewRecorder()
					s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/prometheus/api/v1/query_range?"+q.Encode(), nil))
					if w.Code != http.StatusOK {
						t.Fatalf("%s: %d %.300s", query, w.Code, w.Body)
					}
					if w.Body.Len() > 200 {
						answered++
					}
					return w.Body.String()
				}
				got := ask()
				s.query.Chunks = nil
				want := ask()
				s.query.Chunks = chunks
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s in steps of %s (-all +passed over)\n%.2000s", query, step, diff)
				}
			}
		}
	}
	if answered < 180 {
		t.Errorf("only %d of 220 answers hold anything", answered)
	}
}
