package remotewrite

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang/snappy"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/prompb"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// roundTripper is a far side made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func respond(status int, headers ...string) *http.Response {
	w := httptest.NewRecorder()
	for i := 0; i < len(headers); i += 2 {
		w.Header().Set(headers[i], headers[i+1])
	}
	w.WriteHeader(status)
	_, _ = w.WriteString("because")
	return w.Result()
}

func read(t testing.TB, r *http.Request) prompb.WriteRequest {
	t.Helper()
	packed, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := snappy.Decode(nil, packed)
	if err != nil {
		t.Fatal(err)
	}
	var out prompb.WriteRequest
	if err := out.Unmarshal(raw); err != nil {
		t.Fatal(err)
	}
	return out
}

// numbered makes n samples whose values count on from first.
func numbered(first, n int) []Sample {
	ls := series.Identity{ID: "mqtt-1", Product: "mqtt", Edition: "basic"}.Labels(series.Dimension{Name: series.Usage, Metric: "connections"})
	out := make([]Sample, n)
	for i := range out {
		out[i] = Sample{Labels: ls, T: int64(first + i), V: float64(first + i)}
	}
	return out
}

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
	w, err := New(Endpoint{URL: "http://far.test/api/v1/write", Username: "me", Password: "secret"}, Options{Version: "1.2.3", Transport: far})
	if err != nil {
		t.Fatal(err)
	}
	w.Enqueue([]Sample{
		{of(series.Dimension{Name: series.Usage, Metric: "send_tps"}), 1000, 1.5},
		{of(series.Dimension{Name: series.Capacity, Metric: "message_tps"}), 1000, 1000},
		{of(series.Dimension{Name: series.Utilization, Metric: "send_tps"}), 1000, math.Float64frombits(value.StaleNaN)},
		{of(series.Dimension{Name: series.Up}), 2000, 0},
		{of(series.Dimension{Name: series.Expiry}), 2000, 1.8e9},
		{of(series.Dimension{Name: series.Lifecycle, State: "grace"}), 2000, 1},
		{labels.FromStrings("__name__", "brimwatch_alarms"), 2000, 3},
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Run(ctx); err != nil { // what waits is sent at the end
		t.Fatal(err)
	}
	want := []string{
		"__name__=brimwatch_instance_usage instance_id=mqtt-1 metric=send_tps product=mqtt 1.5 @1000",
		"__name__=brimwatch_instance_capacity instance_id=mqtt-1 metric=message_tps product=mqtt 1000 @1000",
		"__name__=brimwatch_instance_utilization_ratio instance_id=mqtt-1 metric=send_tps product=mqtt stale @1000",
		"__name__=brimwatch_instance_up instance_id=mqtt-1 product=mqtt 0 @2000",
		"__name__=brimwatch_instance_expiry_timestamp_seconds instance_id=mqtt-1 product=mqtt 1.8e+09 @2000",
		"__name__=brimwatch_instance_lifecycle_state instance_id=mqtt-1 product=mqtt state=grace 1 @2000",
		"__name__=brimwatch_alarms 3 @2000",
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
		{302, []string{"Location", "http://elsewhere.test/"}, 0, true},
		{400, nil, 0, true},
		{401, nil, 0, true},
		{404, nil, 0, true},
		{413, nil, 0, true},
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
				w, err := New(Endpoint{URL: "http://far.test/"}, Options{Transport: far})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				ran := make(chan error)
				go func() { ran <- w.Run(ctx) }()
				w.Enqueue(numbered(0, 3))
				<-time.After(time.Hour) // of the bubble
				cancel()
				if err := <-ran; err != nil {
					t.Fatal(err)
				}
				want := []time.Duration{0}
				if c.again > 0 {
					want = append(want, c.again)
				}
				if diff := cmp.Diff(want, calls); diff != "" {
					t.Errorf("calls (-want +got)\n%s", diff)
				}
				sent, dropped := testutil.ToFloat64(w.metrics.sent), testutil.ToFloat64(w.metrics.dropped.WithLabelValues(dropRefused))
				if (dropped == 3) != c.dropped || sent+dropped != 3 {
					t.Errorf("%v sent, %v dropped", sent, dropped)
				}
			})
		})
	}
}

// TestDeadEndpoint hands over far more than may wait. Nothing blocks, the queue
// stays within its bound, the newest samples arrive when the endpoint is back,
// in order, and the log says two things.
func TestDeadEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		dead, got := true, []float64{}
		far := roundTripper(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if dead {
				return nil, errors.New("connection refused")
			}
			for _, ts := range read(t, r).Timeseries {
				got = append(got, ts.Samples[0].Value)
			}
			return respond(http.StatusOK), nil
		})
		var log bytes.Buffer
		w, err := New(Endpoint{URL: "http://user:hush@far.test/write?token=hush", Bearer: ""}, Options{
			Transport: far, MaxSamples: 100, BatchSamples: 30, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error)
		go func() { ran <- w.Run(ctx) }()
		for i := range 100 {
			w.Enqueue(numbered(i*7, 7))
			if depth := testutil.ToFloat64(w.metrics.depth); depth > 100 {
				t.Fatalf("%v samples wait, more than 100", depth)
			}
			<-time.After(time.Second)
		}
		mu.Lock()
		dead = false
		mu.Unlock()
		<-time.After(2 * time.Minute)
		cancel()
		if err := <-ran; err != nil {
			t.Fatal(err)
		}
		// One request was under way all the time, with the first seven samples.
		if len(got) != 107 || got[0] != 0 || got[7] != 600 || got[106] != 699 {
			t.Errorf("arrived: %v", got)
		}
		if dropped := testutil.ToFloat64(w.metrics.dropped.WithLabelValues(dropQueueFull)); dropped != 593 {
			t.Errorf("%v dropped, want 593", dropped)
		}
		if n := strings.Count(log.String(), "\n"); n != 2 || !strings.Contains(log.String(), "remote write fails") || !strings.Contains(log.String(), "remote write goes on") {
			t.Errorf("log:\n%s", log.String())
		}
		if strings.Contains(log.String(), "hush") {
			t.Errorf("the log has a secret:\n%s", log.String())
		}
	})
}

func TestStopWithADeadEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		far := roundTripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done() // takes the connection and never answers
			return nil, r.Context().Err()
		})
		w, err := New(Endpoint{URL: "http://far.test/"}, Options{Transport: far})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error)
		go func() { ran <- w.Run(ctx) }()
		w.Enqueue(numbered(0, 10))
		w.Enqueue(numbered(10, 10))
		synctest.Wait()
		stopped := time.Now()
		cancel()
		if err := <-ran; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(stopped); took > grace {
			t.Errorf("the end took %s", took)
		}
		if dropped := testutil.ToFloat64(w.metrics.dropped.WithLabelValues(dropStopped)); dropped != 20 {
			t.Errorf("%v dropped, want 20", dropped)
		}
	})
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
		_, err := New(e, Options{})
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
	w, err := New(Endpoint{URL: server.URL, Bearer: "token", TLS: &tls.Config{RootCAs: trust.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.Enqueue(numbered(0, 1))
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
	batch := numbered(0, defaultBatchSamples)
	var e encoder
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.encode(batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/defaultBatchSamples, "ns/sample")
}
