package access

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Meter measures how long requests take, by what answers them. It is safe for
// concurrent use.
type Meter struct {
	durations *prometheus.HistogramVec
}

// NewMeter returns a Meter whose metrics are registered with reg.
func NewMeter(reg prometheus.Registerer) (*Meter, error) {
	if reg == nil {
		return nil, errors.New("access: a Registerer must be given")
	}
	m := &Meter{durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "brimwatch_http_request_duration_seconds",
		Help:    "How long requests took, from their arrival until they were answered, by what answered them and the class of the status.",
		Buckets: []float64{.005, .025, .1, .5, 2.5, 10},
	}, []string{"handler", "code"})}
	if err := reg.Register(m.durations); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return m, nil
}

// Wrap returns a handler that measures what next does. The metric has name as a
// label, so it must not be made from a request.
func (m *Meter) Wrap(name string, next http.Handler) http.Handler {
	m.durations.WithLabelValues(name, class(http.StatusOK)) // so that it begins at 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun, noted, ended := time.Now(), &statusNote{ResponseWriter: w}, false
		defer func() {
			if !ended && noted.status == 0 { // a panic before anything was answered
				noted.status = http.StatusInternalServerError
			}
			m.durations.WithLabelValues(name, class(noted.status)).Observe(time.Since(begun).Seconds())
		}()
		next.ServeHTTP(noted, r)
		ended = true
	})
}

// class returns the class of a status, such as 2xx. One that nobody wrote is 200.
func class(status int) string {
	const hundred = 100
	if status < http.StatusOK || status > 599 {
		return "2xx"
	}
	return strconv.Itoa(status/hundred) + "xx"
}

// statusNote notes the status that is written.
type statusNote struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter. The status of an answer is the first
// that is not merely informational.
func (n *statusNote) WriteHeader(status int) {
	if n.status == 0 && status >= http.StatusOK {
		n.status = status
	}
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a http.ResponseController reach the writer below.
func (n *statusNote) Unwrap() http.ResponseWriter { return n.ResponseWriter }
