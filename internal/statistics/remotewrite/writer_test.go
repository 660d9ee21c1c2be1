package remotewrite

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

func TestWhatIsSent(t *testing.T) {
	of := series.Identity{ID: "mqtt-1", Product: "mqtt"}.Labels
	var got []string
	var headers http.Header
	far := roundTripper(func(r *http.Request) (*http.Response, error) {
		headers = r.Header
		for _, ts := range read(t, r).Timeseries {
			var ls []string
			for _, l := range ts.Labels {
				ls = append(ls, l.Name+"="+l.Value)
			}
			for _, s := range ts.Samples {
				text := fmt.Sprint(s.Value)
				if value.IsStaleNaN(s.Value) {
					text = "stale"
				}
				got = append(got, fmt.Sprintf("%s %s @%d", strings.Join(ls, " "), text, s.Timestamp))
			}
		}
		return respond(http.StatusNoContent), nil
	})
	p := newPast()
	p.final = 3000
	for _, one := range []struct {
		labels labels.Labels
		t      int64
		v      float64
	}{
		{of(series.Dimension{Name: series.Usage, Metric: "send_tps"}), 1000, 1.5},
		{of(series.Dimension{Name: series.Capacity, Metric: "message_tps"}), 1001, 1000},
		{of(series.Dimension{Name: series.Utilization, Metric: "send_tps"}), 1002, math.Float64frombits(value.StaleNaN)},
		{of(series.Dimension{Name: series.Up}), 2000, 0},
		{of(series.Dimension{Name: series.Expiry}), 2001, 1.8e9},
		{of(series.Dimension{Name: series.Lifecycle, State: "grace"}), 2002, 1},
		{labels.FromStrings("__name__", "brimwatch_alarms"), 2003, 3},
	} {
		p.add(one.labels, one.t, one.v)
	}
	dir := t.TempDir()
	const url = "http://far.test/api/v1/write"
	begun(t, dir, url, time.UnixMilli(1))
	w, err := New(Endpoint{URL: url, Username: "me", Password: "secret"}, Options{
		Version: "1.2.3", Transport: far, Dir: dir, History: p.history(100 * 365 * 24 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Run(ctx); err != nil { // what is new is sent at the end
		t.Fatal(err)
	}
	want := []string{
		"__name__=brimwatch_instance_usage instance_id=mqtt-1 metric=send_tps product=mqtt 1.5 @1000",
		"__name__=brimwatch_instance_capacity instance_id=mqtt-1 metric=message_tps product=mqtt 1000 @1001",
		"__name__=brimwatch_instance_utilization_ratio instance_id=mqtt-1 metric=send_tps product=mqtt stale @1002",
		"__name__=brimwatch_instance_up instance_id=mqtt-1 product=mqtt 0 @2000",
		"__name__=brimwatch_instance_expiry_timestamp_seconds instance_id=mqtt-1 product=mqtt 1.8e+09 @2001",
		"__name__=brimwatch_instance_lifecycle_state instance_id=mqtt-1 product=mqtt state=grace 1 @2002",
		"__name__=brimwatch_alarms 3 @2003",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for name, want := range map[string]string{
		"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf", "X-Prometheus-Remote-Write-Version": "0.1.0",
		"User-Agent": "brimwatch/1.2.3", "Authorization": "Basic bWU6c2VjcmV0",
	} {
		if got := headers.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestEveryStatus says for each answer whether samples are sent again, and when.
func TestEveryStatus(t *testing.T) {
	for _, c := range []struct {
		status  int
		headers []string
		again   time.Duration // 0 is never
		dropped bool
	}{
		{200, nil, 0, false},
		{202, nil, 0, false},
		{204, nil, 0, false},
		{302, []string{"Location", "http://elsewhere.test/"}, time.Second, false},
		{400, nil, 0, true},
		{401, nil, time.Second, false},
		{403, nil, time.Second, false},
		{404, nil, time.Second, false},
		{409, nil, 0, true},
		{413, nil, 0, true},
		{422, nil, 0, true},
		{429, nil, time.Second, false},
		{429, []string{"Retry-After", "7"}, 7 * time.Second, false},
		{429, []string{"Retry-After", "99999999999999999"}, 10 * time.Minute, false},
		{500, nil, time.Second, false},
		{503, []string{"Retry-After", "Sat, 01 Jan 2000 00:00:30 GMT"}, 30 * time.Second, false}, // a bubble begins at midnight of that day
		{503, []string{"Retry-After", "soon"}, time.Second, false},
		{503, []string{"Retry-After", "-5"}, time.Second, false},
	} {
		t.Run(fmt.Sprint(c.status, c.headers), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var calls []time.Duration
				far := roundTripper(func(r *http.Request) (*http.Response, error) {
					if r.URL.Host != "far.test" {
						t.Errorf("called %s", r.URL)
					}
					calls = append(calls, time.Since(began))
					if len(calls) == 1 {
						return respond(c.status, c.headers...), nil
					}
					return respond(http.StatusOK), nil
				})
				dir, p := t.TempDir(), newPast()
				begun(t, dir, "http://far.test/", began.Add(-10*time.Second))
				p.add(connections(1), began.Add(-5*time.Second).UnixMilli(), 1)
				w := run(t, "http://far.test/", Options{History: p.history(time.Hour), Dir: dir, Transport: far})
				<-time.After(time.Hour) // of the bubble
				w.end()
				want := []time.Duration{0}
				if c.again > 0 {
					want = append(want, c.again)
				}
				if diff := cmp.Diff(want, calls); diff != "" {
					t.Errorf("calls (-want +got)\n%s", diff)
				}
				sent, dropped := testutil.ToFloat64(w.metrics.sent), testutil.ToFloat64(w.metrics.dropped.WithLabelValues(dropRefused))
				if (dropped == 1) != c.dropped || sent+dropped != 1 {
					t.Errorf("%v sent, %v dropped", sent, dropped)
				}
			})
		})
	}
}

func TestBackoff(t *testing.T) {
	var got []time.Duration
	for i := range 9 {
		got = append(got, backoff(i)/time.Second)
	}
	if diff := cmp.Diff([]time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEndpointsThatCannotBe(t *testing.T) {
	for name, e := range map[string]Endpoint{
		"no URL":      {},
		"no host":     {URL: "http:///write"},
		"not http":    {URL: "ftp://far.test"},
		"unreadable":  {URL: "http://u:hush@far.test:port/"},
		"two secrets": {URL: "http://u:hush@far.test/", Username: "me", Bearer: "hush"},
	} {
		_, err := New(e, Options{Dir: t.TempDir(), History: newPast().history(time.Hour)})
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: the error has a secret: %v", name, err)
		}
	}
}

func TestTLSAndBearer(t *testing.T) {
	got := make(chan string, 1)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r.Header.Get("Authorization")
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	trust, ok := server.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("the test server's client has another transport")
	}
	dir, p := t.TempDir(), newPast()
	begun(t, dir, server.URL, time.Now().Add(-time.Minute))
	p.add(connections(1), time.Now().Add(-time.Second).UnixMilli(), 1)
	p.final = time.Now().UnixMilli()
	w, err := New(Endpoint{URL: server.URL, Bearer: "token", TLS: &tls.Config{RootCAs: trust.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}}, Options{
		Dir: dir, History: p.history(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if auth := <-got; auth != "Bearer token" {
		t.Errorf("Authorization: %q", auth)
	}
}

func BenchmarkEncode(b *testing.B) {
	win := &window{}
	for i := range defaultBatchSamples {
		win.series = append(win.series, connections(i))
		win.points = append(win.points, point{t: int64(i), v: float64(i), series: int32(i)})
	}
	var e encoder
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.encode(win.series, win.points); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/defaultBatchSamples, "ns/sample")
}
