package promapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// slow is a storage whose readers wait until they are let go, and tell how much
// time they have.
type slow struct {
	storage.Querier
	letGo chan struct{}
	see   func(left time.Duration)
}

func (s slow) wait(ctx context.Context) error {
	until, _ := ctx.Deadline()
	s.see(time.Until(until))
	select {
	case <-s.letGo:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Select implements storage.Querier.
func (s slow) Select(ctx context.Context, _ bool, _ *storage.SelectHints, _ ...*labels.Matcher) storage.SeriesSet {
	if err := s.wait(ctx); err != nil {
		return storage.ErrSeriesSet(err)
	}
	return storage.EmptySeriesSet()
}

// asked is a request under way.
type asked struct {
	*httptest.ResponseRecorder
	done   chan struct{}
	giveUp context.CancelFunc
}

func (a *asked) outcome(t testing.TB) string {
	t.Helper()
	select {
	case <-a.done:
	default:
		return "under way"
	}
	var out struct{ Status, ErrorType string }
	if err := json.Unmarshal(a.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.Status + " " + out.ErrorType)
}

// TestWaiting: two run and two wait; the time of one who waits begins when it is
// its turn.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		letGo := make(chan struct{})
		var mu sync.Mutex
		var times []time.Duration
		see := func(left time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			times = append(times, left)
		}
		from := storage.QueryableFunc(func(int64, int64) (storage.Querier, error) {
			return slow{Querier: storage.NoopQuerier(), letGo: letGo, see: see}, nil
		})
		h := New(options(t, from, io.Discard))
		ask := func(path string, form url.Values) *asked {
			r := request(t, http.MethodPost, path, form)
			ctx, cancel := context.WithCancel(r.Context())
			a := &asked{httptest.NewRecorder(), make(chan struct{}), cancel}
			go func() {
				defer close(a.done)
				h.ServeHTTP(a.ResponseRecorder, r.WithContext(ctx))
			}()
			synctest.Wait()
			return a
		}
		query := func(timeout string) *asked { return ask("query", url.Values{"query": {"up"}, "timeout": {timeout}}) }
		want := func(what string, a *asked, status int, outcome string) {
			t.Helper()
			synctest.Wait()
			if got := a.outcome(t); got != outcome || status != 0 && a.Code != status {
				t.Errorf("%s: %d %s, want %d %s", what, a.Code, got, status, outcome)
			}
		}
		first, second := query(""), ask("series", url.Values{"match[]": {"up"}})
		third, fourth := query("15s"), ask("series", url.Values{"match[]": {"up"}, "timeout": {"5m"}})
		fifth := query("")
		want("fifth", fifth, http.StatusServiceUnavailable, "error unavailable")
		bad := query("nonsense")
		want("one that is wrong", bad, http.StatusBadRequest, "error bad_data")
		wrong := ask("query", url.Values{"query": {"up("}})
		want("one that cannot be read", wrong, http.StatusBadRequest, "error bad_data")
		if diff := cmp.Diff("running 2 waiting 2", gauges(t, h)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}

		<-time.After(20 * time.Second)
		letGo <- struct{}{}
		want("first", first, http.StatusOK, "success")
		want("third", third, 0, "under way") // though it has waited for longer than its time
		sixth := query("")
		want("sixth", sixth, 0, "under way")
		fourth.giveUp()
		want("fourth, whose client went away", fourth, statusClientClosed, "error canceled")
		seventh := query("")
		want("seventh, in its place", seventh, 0, "under way")

		second.giveUp()
		want("second, whose client went away while it ran", second, statusClientClosed, "error canceled")
		<-time.After(15 * time.Second)
		want("third, after its time", third, http.StatusServiceUnavailable, "error timeout")
		letGo <- struct{}{}
		letGo <- struct{}{}
		want("sixth", sixth, http.StatusOK, "success")
		want("seventh", seventh, http.StatusOK, "success")
		if diff := cmp.Diff([]time.Duration{time.Minute, time.Minute, 15 * time.Second, time.Minute, time.Minute}, times); diff != "" {
			t.Errorf("the time that each had (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff("running 0 waiting 0", gauges(t, h)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		for outcome, n := range map[string]int{
			"instant ok": 3, "instant failed": 1, "instant refused": 3, "lookup failed": 1, "lookup refused": 1, "lookup ok": 0, "range ok": 0,
		} {
			if got := counted(t, h, outcome); got != n {
				t.Errorf("%d requests are counted as %s, want %d", got, outcome, n)
			}
		}
	})
}

// TestPatience: one who waits too long is told so, and another takes the place.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options(t, newCrowd(0), io.Discard)
		opts.MaxRunning, opts.MaxWaiting = 1, 1
		h := New(opts)
		if err := h.gate.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		w := get(t, h, "query", "query", "up") // half a minute passes
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"errorType":"timeout","error":"the query waited 30s while 1 others`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		h.gate.leave()
		if w := get(t, h, "labels"); w.Code != http.StatusOK {
			t.Errorf("afterwards: %d %s", w.Code, w.Body)
		}
	})
}

// TestPanicLeaves: a query that fails inside takes no place for ever.
func TestPanicLeaves(t *testing.T) {
	h := New(options(t, broken{panic: "boom"}, io.Discard))
	for range 10 {
		for _, path := range []string{"query", "labels", "label/a/values"} {
			if w := get(t, h, path, "query", "up"); w.Code != http.StatusInternalServerError {
				t.Fatalf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	}
}

func gauges(t testing.TB, h *API) string {
	t.Helper()
	return "running " + number(h.metrics.running) + " waiting " + number(h.metrics.waiting)
}

func number(c prometheus.Collector) string {
	return string(rune('0' + int(testutil.ToFloat64(c))))
}

// counted returns how many requests of a kind came out in one way.
func counted(t testing.TB, h *API, kindAndOutcome string) int {
	t.Helper()
	k, outcome, _ := strings.Cut(kindAndOutcome, " ")
	reg := prometheus.NewRegistry()
	reg.MustRegister(h.metrics.durations)
	all, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all[0].GetMetric() {
		if m.GetLabel()[0].GetValue() == k && m.GetLabel()[1].GetValue() == outcome {
			return int(m.GetHistogram().GetSampleCount())
		}
	}
	t.Fatalf("there is no %s", kindAndOutcome)
	return 0
}
