package statistics

import (
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

// courses are calendars in force since a moment.
type courses struct {
	since     time.Time
	instances []*fleet.Instance
	courses   []fleet.Course
}

func (c *courses) inForce(id string) (time.Time, iter.Seq2[*fleet.Instance, *fleet.Course]) {
	return c.since, func(yield func(*fleet.Instance, *fleet.Course) bool) {
		for i, in := range c.instances {
			if (id == "" || id == in.ID) && !yield(in, &c.courses[i]) {
				return
			}
		}
	}
}

func (c *courses) add(id string, expires time.Time) {
	in := orders()
	in.ID, in.Term = id, fleet.Term{Method: fleet.Subscription, Expires: expires}
	policy := fleet.Policy{Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Days: 15}, {State: fleet.LifecycleSuspended, Days: 15}, {State: fleet.LifecycleReleased}}}
	c.instances, c.courses = append(c.instances, in), append(c.courses, in.Term.Course(policy, nil))
}

// get asks the query API, and returns the series of its answer: their labels in
// order and the last value.
func get(t *testing.T, s *Store, path string, q url.Values) map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/prometheus/api/v1/"+path+"?"+q.Encode(), nil))
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
				Values [][2]any
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
	}
	out := map[string]string{}
	for _, r := range answer.Data.Result {
		if len(r.Values) > 0 {
			r.Value = r.Values[len(r.Values)-1]
		}
		out[r.Metric["instance_id"]+" "+r.Metric["state"]] = fmt.Sprint(r.Value[1])
	}
	return out
}

// atMoments runs a test at each hour of a day, and where months, years and zones
// turn. The query API asks for the time by itself, so a bubble's clock is sent there.
func atMoments(t *testing.T, test func(t *testing.T, now time.Time)) {
	moments := []time.Time{
		time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC), time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2027, 2, 28, 21, 0, 0, 0, time.UTC), time.Date(2028, 2, 29, 23, 0, 0, 0, time.UTC), time.Date(2027, 3, 14, 9, 30, 0, 0, time.UTC),
		time.Date(2027, 3, 28, 0, 30, 0, 0, time.UTC), time.Date(2027, 10, 31, 0, 30, 0, 0, time.UTC),
	}
	for hour := range 24 {
		moments = append(moments, time.Date(2026, 11, 23, hour, 30, 0, 0, time.UTC))
	}
	for _, moment := range moments {
		t.Run(moment.Format(time.RFC3339), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				<-time.After(time.Until(moment))
				test(t, time.Now())
			})
		})
	}
}

// TestMomentsForAnnotations asks what docs/calendar.md tells Grafana to ask.
func TestMomentsForAnnotations(t *testing.T) { atMoments(t, testMomentsForAnnotations) }

func testMomentsForAnnotations(t *testing.T, now time.Time) {
	c := &courses{since: now.Add(-10 * time.Minute)}
	end := now.AddDate(0, 0, 3).UTC()
	c.add("mqtt-1", end)
	c.add("mqtt-2", end.AddDate(1, 0, 0))
	s := open(t, t.TempDir(), func(o *Options) { o.Courses = c.inForce })

	at := func(n int) string { return strconv.FormatInt(end.AddDate(0, 0, n).UnixMilli(), 10) }
	const annotation = `brimwatch_instance_lifecycle_moment_timestamp_seconds{state=~"suspended|recycled|released"} * 1000 < (time() + 90 * 86400) * 1000`
	want := map[string]string{"mqtt-1 suspended": at(15), "mqtt-1 released": at(30)}
	if diff := cmp.Diff(want, get(t, s, "query", url.Values{"query": {annotation}})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// Grafana asks for the range of the dashboard, which may reach into the future.
	asked := url.Values{"query": {annotation}, "start": {now.Add(-time.Hour).Format(time.RFC3339)}, "end": {now.Add(24 * time.Hour).Format(time.RFC3339)}, "step": {"60"}}
	if diff := cmp.Diff(want, get(t, s, "query_range", asked)); diff != "" {
		t.Errorf("over a range, -want +got:\n%s", diff)
	}
	soon := get(t, s, "query", url.Values{"query": {`brimwatch_instance_lifecycle_moment_timestamp_seconds{instance_id="mqtt-1"} - time() < 7 * 86400`}})
	if len(soon) != 2 || soon["mqtt-1 grace"] == "" || soon["mqtt-1 expiring"] == "" {
		t.Errorf("within a week: %v", soon)
	}
}

func TestMomentsAreShownWhileTheyAreInForce(t *testing.T) {
	atMoments(t, testMomentsAreShownWhileTheyAreInForce)
}

func testMomentsAreShownWhileTheyAreInForce(t *testing.T, now time.Time) {
	c := &courses{since: now.Add(-time.Minute)}
	c.add("mqtt-1", now.AddDate(0, 1, 0))
	s := open(t, t.TempDir(), func(o *Options) { o.Courses = c.inForce })
	const all = "brimwatch_instance_lifecycle_moment_timestamp_seconds"
	if got := ask(t, s, all, now); len(got) != 4 {
		t.Errorf("now: %v", got)
	}
	if got := ask(t, s, all, now.Add(-2*time.Minute)); len(got) != 0 {
		t.Errorf("before the calendar was in force: %v", got)
	}
	if got := ask(t, s, all+`{state="released",edition="basic",product=~"m.*"}`, now); len(got) != 1 {
		t.Errorf("chosen by labels: %v", got)
	}
	if got := ask(t, s, all+`{metric="connections"}`, now); len(got) != 0 {
		t.Errorf("with a label that it has not: %v", got)
	}
	c.since, c.instances, c.courses = now, nil, nil
	if got := ask(t, s, all, now); len(got) != 0 {
		t.Errorf("after the instance was taken out: %v", got)
	}
	if got := ask(t, open(t, t.TempDir(), nil), all, now); len(got) != 0 {
		t.Errorf("without calendars: %v", got)
	}
}

func TestMomentsCanBeLookedUp(t *testing.T) { atMoments(t, testMomentsCanBeLookedUp) }

func testMomentsCanBeLookedUp(t *testing.T, now time.Time) {
	c := &courses{since: now.Add(-time.Minute)}
	c.add("mqtt-1", now.AddDate(0, 1, 0))
	s := open(t, t.TempDir(), func(o *Options) { o.Courses = c.inForce })
	q, err := s.query.Querier(now.Add(-time.Hour).UnixMilli(), now.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = q.Close() }()
	states, _, err := q.LabelValues(t.Context(), "state", nil)
	if err != nil || !slices.Equal(states, []string{"expiring", "grace", "released", "suspended"}) {
		t.Errorf("states %v, %v", states, err)
	}
	names, _, err := q.LabelValues(t.Context(), "__name__", nil)
	if err != nil || !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "_moment_") }) {
		t.Errorf("names %v, %v", names, err)
	}
}

// BenchmarkMoments asks for all moments of 10,000 instances, and for those of one.
func BenchmarkMoments(b *testing.B) {
	now := time.Now()
	c := &courses{since: now.Add(-time.Minute)}
	for i := range 10_000 {
		c.add(fmt.Sprintf("mqtt-%05d", i), now.AddDate(0, 0, i%400))
	}
	s := open(b, b.TempDir(), func(o *Options) { o.Logger, o.Courses = slog.New(slog.DiscardHandler), c.inForce })
	for name, query := range map[string]string{
		"all": "count(brimwatch_instance_lifecycle_moment_timestamp_seconds)",
		"one": `count(brimwatch_instance_lifecycle_moment_timestamp_seconds{state="released",instance_id="mqtt-00001"})`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ask(b, s, query, now)
			}
		})
	}
}
