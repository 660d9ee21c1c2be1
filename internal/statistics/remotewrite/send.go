package remotewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	answerBytes = 512              // of an answer's body are shown
	drainBytes  = 64 << 10         // of it are read, so that the connection can be used again
	longestWait = 10 * time.Minute // that a Retry-After may ask for
)

// answerError is an answer that is not a success.
type answerError struct {
	status int
	body   string
	final  bool          // trying again would not help
	after  time.Duration // not before
}

// Error implements error.
func (e *answerError) Error() string {
	text := fmt.Sprintf("the endpoint answered %d %s", e.status, http.StatusText(e.status))
	if e.body != "" {
		text += ": " + e.body
	}
	return text
}

// send makes one request.
func (w *Writer) send(ctx context.Context, batch []Sample) error {
	body, err := w.encoder.encode(batch)
	if err != nil {
		return fmt.Errorf("encode samples: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.endpoint.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("make request: the URL cannot be used")
	}
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	req.Header.Set("User-Agent", strings.TrimSuffix("brimwatch/"+w.opts.Version, "/"))
	switch {
	case w.endpoint.Bearer != "":
		req.Header.Set("Authorization", "Bearer "+w.endpoint.Bearer)
	case w.endpoint.Username != "":
		req.SetBasicAuth(w.endpoint.Username, w.endpoint.Password)
	}
	started := time.Now()
	resp, err := w.client.Do(req)
	if err != nil {
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err // without the URL, which may carry a password
		}
		return fmt.Errorf("send samples: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // all that matters has been read
	w.metrics.duration.Observe(time.Since(started).Seconds())
	text, _ := io.ReadAll(io.LimitReader(resp.Body, drainBytes)) // an answer cut short is still an answer
	if resp.StatusCode/100 == 2 {
		return nil
	}
	return judge(resp, text, time.Now())
}

// judge tells what an answer means: server errors and 429 may pass, anything
// else will not.
func judge(resp *http.Response, body []byte, now time.Time) *answerError {
	shown := strings.ToValidUTF8(string(body[:min(len(body), answerBytes)]), "")
	e := &answerError{status: resp.StatusCode, body: strings.TrimSpace(shown)}
	e.final = resp.StatusCode/100 != 5 && resp.StatusCode != http.StatusTooManyRequests
	e.after = retryAfter(resp.Header.Get("Retry-After"), now)
	return e
}

// retryAfter reads the header of that name, RFC 9110 section 10.2.3: seconds or
// a date. What cannot be read is 0.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(seconds, 0), int(longestWait/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), longestWait) // a date in the past is now
	}
	return 0
}

// metrics are what one endpoint tells about itself.
type metrics struct {
	sent     prometheus.Counter
	dropped  *prometheus.CounterVec
	failed   prometheus.Counter
	depth    prometheus.Gauge
	duration prometheus.Histogram
}

func newMetrics(shown string) *metrics {
	labels := prometheus.Labels{"url": shown}
	m := &metrics{
		sent: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_history_remote_sent_total", Help: "Samples that the endpoint took.", ConstLabels: labels,
		}),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_history_remote_dropped_total", Help: "Samples that the endpoint will not get, by reason.", ConstLabels: labels,
		}, []string{"reason"}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_history_remote_failed_requests_total", Help: "Requests that failed and were tried again.", ConstLabels: labels,
		}),
		depth: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "brimwatch_history_remote_queue_samples", Help: "Samples that wait to be sent.", ConstLabels: labels,
		}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "brimwatch_history_remote_request_duration_seconds", Help: "How long the endpoint took to answer.", ConstLabels: labels,
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30},
		}),
	}
	for _, reason := range []string{dropQueueFull, dropRefused, dropStopped} {
		m.dropped.WithLabelValues(reason) // so that each begins at 0
	}
	return m
}

func (m *metrics) each(fn func(prometheus.Collector)) {
	for _, c := range []prometheus.Collector{m.sent, m.dropped, m.failed, m.depth, m.duration} {
		fn(c)
	}
}
