package remotewrite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/annotations"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stamped is a sample as tests see it.
type stamped struct {
	Series string
	T      int64
	V      float64
}

// past is a history in memory.
type past struct {
	mu     sync.Mutex
	labels map[string]labels.Labels
	held   map[string][]stamped
	final  int64                      // 0 is two seconds ago
	broken func(from, to int64) error // why a stretch cannot be read
	read   int                        // samples, in all
}

func newPast() *past {
	return &past{labels: make(map[string]labels.Labels), held: make(map[string][]stamped)}
}

func (p *past) add(ls labels.Labels, t int64, v float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := ls.String()
	p.labels[name] = ls
	p.held[name] = append(p.held[name], stamped{name, t, v})
}

// all returns everything, in order.
func (p *past) all() []stamped {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []stamped
	for _, list := range p.held {
		out = append(out, list...)
	}
	inOrder(out)
	return out
}

func inOrder(list []stamped) {
	slices.SortFunc(list, func(a, b stamped) int { return cmp.Or(cmp.Compare(a.T, b.T), cmp.Compare(a.Series, b.Series)) })
}

func (p *past) history(retention time.Duration) History {
	return History{Samples: p, Retention: retention, Final: func() int64 {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.final != 0 {
			return p.final
		}
		return time.Now().Add(-2 * time.Second).UnixMilli()
	}}
}

// Querier implements storage.Queryable.
func (p *past) Querier(mint, maxt int64) (storage.Querier, error) {
	return &storage.MockQuerier{SelectMockFunction: func(bool, *storage.SelectHints, ...*labels.Matcher) storage.SeriesSet {
		p.mu.Lock()
		defer p.mu.Unlock()
		set := &listed{}
		if p.broken != nil {
			set.err = p.broken(mint, maxt)
		}
		for name, list := range p.held {
			var ts []int64
			var vs []float64
			first, _ := slices.BinarySearchFunc(list, mint, func(s stamped, t int64) int { return cmp.Compare(s.T, t) })
			for _, s := range list[first:] {
				if s.T > maxt {
					break
				}
				ts, vs = append(ts, s.T), append(vs, s.V)
			}
			p.read += len(ts)
			set.list = append(set.list, &storage.SeriesEntry{Lset: p.labels[name], SampleIteratorFn: func(chunkenc.Iterator) chunkenc.Iterator {
				return chunkenc.MockSeriesIterator(nil, ts, vs)
			}})
		}
		return set
	}}, nil
}

// listed is a list of series as a set.
type listed struct {
	list []storage.Series
	err  error
	at   int
}

func (l *listed) Next() bool                        { l.at++; return l.err == nil && l.at <= len(l.list) }
func (l *listed) At() storage.Series                { return l.list[l.at-1] }
func (l *listed) Err() error                        { return l.err }
func (l *listed) Warnings() annotations.Annotations { return nil }

// strict is a far side that takes samples as Prometheus 2 does: it refuses a whole
// request for one sample that is older than the newest of its series, or another value of the same time.
type strict struct {
	t testing.TB
	// before is asked what happens to a request that would be taken; nil takes it.
	before func(list []stamped) fate

	mu       sync.Mutex
	taken    []stamped
	newest   map[string]stamped
	requests int
	refused  int
	again    int // samples that were there already
}

// fate is what becomes of a request.
type fate struct {
	lost   bool  // it is taken, and the answer does not arrive
	err    error // it does not arrive
	status int   // it is refused with this; 0 is not
}

func newStrict(t testing.TB) *strict { return &strict{t: t, newest: make(map[string]stamped)} }

// RoundTrip implements http.RoundTripper.
func (s *strict) RoundTrip(r *http.Request) (*http.Response, error) {
	var list []stamped
	for _, ts := range read(s.t, r).Timeseries {
		list = append(list, stamped{labelsOf(ts.Labels).String(), ts.Samples[0].Timestamp, ts.Samples[0].Value})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	var f fate
	if s.before != nil {
		f = s.before(list)
	}
	if f.err != nil {
		return nil, f.err
	}
	if f.status != 0 {
		s.refused++
		return respond(f.status), nil
	}
	for _, one := range list {
		last, known := s.newest[one.Series]
		if known && (one.T < last.T || one.T == last.T && one.V != last.V) {
			s.refused++
			return respond(http.StatusBadRequest), nil
		}
	}
	for _, one := range list {
		if last, known := s.newest[one.Series]; known && last.T == one.T {
			s.again++
			continue
		}
		s.newest[one.Series] = one
		s.taken = append(s.taken, one)
	}
	if f.lost {
		return nil, errors.New("connection reset")
	}
	return respond(http.StatusNoContent), nil
}

func (s *strict) has() []stamped {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.taken)
	inOrder(out)
	return out
}

func labelsOf(list []prompb.Label) labels.Labels {
	b := labels.NewScratchBuilder(len(list))
	for _, l := range list {
		b.Add(l.Name, l.Value)
	}
	return b.Labels()
}

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

// connections returns the labels of one series of an instance.
func connections(i int) labels.Labels {
	return series.Identity{ID: fmt.Sprintf("mqtt-%03d", i), Product: "mqtt"}.Labels(series.Dimension{Name: series.Usage, Metric: "connections"})
}

// running is a Writer that runs.
type running struct {
	*Writer
	t    testing.TB
	stop context.CancelFunc
	ran  chan error
}

// run makes a Writer and lets it run.
func run(t testing.TB, url string, o Options) *running {
	t.Helper()
	w, err := New(Endpoint{URL: url}, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	r := &running{w, t, stop, make(chan error, 1)}
	go func() { r.ran <- w.Run(ctx) }()
	return r
}

// end stops the Writer and waits for its end.
func (r *running) end() {
	r.t.Helper()
	r.stop()
	if err := <-r.ran; err != nil {
		r.t.Fatal(err)
	}
}

// begun puts a mark that has been there for a while.
func begun(t testing.TB, dir, url string, through time.Time) {
	t.Helper()
	if err := markIn(dir, Shown(url)).save(through.UnixMilli()); err != nil {
		t.Fatal(err)
	}
}
