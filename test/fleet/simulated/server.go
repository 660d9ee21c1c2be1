package simulated

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// contentType is that of Prometheus' text format.
const contentType = "text/plain; version=0.0.4; charset=utf-8"

// Options says which fleet is served.
type Options struct {
	Instances int
	Mode      string    // full or small
	Start     time.Time // expiry dates count from here
	Epoch     time.Time // the counters were 0 then
}

// Server answers for all instances and for the control side.
type Server struct {
	opts    Options
	model   *Model
	page    *Page
	sink    sink
	served  atomic.Int64
	read    []atomic.Bool // by instance: its page was read
	buffers sync.Pool     // of *[]byte: one page each
}

// NewServer returns a server for a fleet.
func NewServer(opts Options) (*Server, error) {
	if opts.Instances < 1 || opts.Instances > MaxInstances {
		return nil, fmt.Errorf("%d instances: there must be 1 to %d", opts.Instances, MaxInstances)
	}
	if !opts.Epoch.Before(opts.Start) {
		return nil, errors.New("the counters begin after the start")
	}
	model := NewModel(opts.Epoch)
	page, err := NewPage(model, opts.Mode)
	if err != nil {
		return nil, err
	}
	return &Server{
		opts: opts, model: model, page: page, read: make([]atomic.Bool, opts.Instances),
		buffers: sync.Pool{New: func() any { return new([]byte) }},
	}, nil
}

// Handler returns the routes:
//
//	GET  /i/<n>/metrics      the page of instance n, on any address
//	GET  /fleet/metrics      capacities and expiry dates of all instances
//	POST /trigger?set=0..2   lets a third of those that cross do so; answers with when, in Unix milliseconds
//	POST /hook               the sink, for Alertmanager's body
//	GET  /events             what came to the sink, and when
//	GET  /expected           what must arrive
//	GET  /stats              counts
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /i/{n}/metrics", s.instance)
	mux.HandleFunc("GET /fleet/metrics", s.capacities)
	mux.HandleFunc("POST /trigger", s.trigger)
	mux.HandleFunc("POST /hook", s.sink.hook)
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.sink.list()) })
	mux.HandleFunc("GET /expected", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.expected()) })
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.stats()) })
	return mux
}

func (s *Server) instance(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= s.opts.Instances {
		http.NotFound(w, r)
		return
	}
	buf, ok := s.buffers.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	defer s.buffers.Put(buf)
	*buf = s.page.Append((*buf)[:0], n, time.Now())
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(*buf)))
	if _, err := w.Write(*buf); err == nil {
		s.served.Add(1)
		s.read[n].Store(true)
	}
}

func (s *Server) capacities(w http.ResponseWriter, _ *http.Request) {
	b := []byte("# TYPE instance_capacity gauge\n")
	for n := range s.opts.Instances {
		for _, m := range Metrics() {
			b = fmt.Appendf(b, "instance_capacity{instance_id=\"%d\",metric=%q} %d\n", n, m, int64(Capacity(n, m)))
		}
	}
	b = append(b, "# TYPE instance_expiry_timestamp_seconds gauge\n"...)
	for n := range s.opts.Instances {
		b = fmt.Appendf(b, "instance_expiry_timestamp_seconds{instance_id=\"%d\"} %d\n", n, Expiry(n, s.opts.Start).Unix())
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(b) // the client went away
}

func (s *Server) trigger(w http.ResponseWriter, r *http.Request) {
	set, err := strconv.Atoi(r.URL.Query().Get("set"))
	if err != nil || set < 0 || set >= Sets {
		http.Error(w, fmt.Sprintf("set must be 0 to %d", Sets-1), http.StatusBadRequest)
		return
	}
	_, _ = fmt.Fprintln(w, s.model.Trigger(set, time.Now()).UnixMilli()) // the client went away
}

// Expected is what must arrive at the sink.
type Expected struct {
	TriggersMillis [Sets]int64     `json:"triggers_ms"` // 0: that set has not crossed
	Alerts         []ExpectedAlert `json:"alerts"`
}

// ExpectedAlert is one instance and metric that crosses with a set. Set
// ExpirySet is for those who watch expiry dates too, with "expiry" as metric.
type ExpectedAlert struct {
	Set      int    `json:"set"`
	Instance string `json:"instance_id"`
	Metric   string `json:"metric"`
}

// ExpirySet stands where a set does, for an instance that expires in days.
const ExpirySet = -1

func (s *Server) expected() Expected {
	out := Expected{TriggersMillis: s.model.TriggersMillis()}
	for n := range s.opts.Instances {
		id := strconv.Itoa(n)
		if set, m, ok := Crossing(n); ok {
			out.Alerts = append(out.Alerts, ExpectedAlert{Set: set, Instance: id, Metric: m.String()})
		}
		if ExpiresSoon(n) {
			out.Alerts = append(out.Alerts, ExpectedAlert{Set: ExpirySet, Instance: id, Metric: "expiry"})
		}
	}
	return out
}

// Stats counts what was served and what came.
type Stats struct {
	Served       int64 `json:"served"`  // pages of instances
	Read         int   `json:"read"`    // instances whose page was served at least once
	Posts        int64 `json:"posts"`   // webhooks
	Dropped      int64 `json:"dropped"` // alerts that the sink had no room for
	PayloadBytes int   `json:"payload_bytes"`
	Series       int   `json:"series"` // on one page
}

func (s *Server) stats() Stats {
	posts, dropped := s.sink.counts()
	read := 0
	for n := range s.read {
		if s.read[n].Load() {
			read++
		}
	}
	return Stats{
		Served: s.served.Load(), Read: read, Posts: posts, Dropped: dropped,
		PayloadBytes: len(s.page.Append(nil, 0, time.Now())), Series: s.page.Series(),
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(b, '\n')) // the client went away
}
