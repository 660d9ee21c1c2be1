package statistics

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/remotewrite"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
	"github.com/brimwatch/brimwatch/test/server"
)

// fetch gets a URL from a test server.
func fetch(t testing.TB, target string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", target, resp.StatusCode, body)
	}
	return body
}

// eventually asks until the answer is want, for at most half a minute.
func eventually[T any](t testing.TB, want T, ask func() T) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		got := ask()
		if cmp.Equal(want, got) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("(-want +got)\n%s", cmp.Diff(want, got))
		}
		<-tick.C
	}
}

// farSide is a real database that takes remote write, behind a proxy that can fail.
type farSide struct {
	t     testing.TB
	url   string // to write to
	proxy *faultyProxy
	// samples returns all that it holds, as text, by series; ends are left out where it does not show them.
	samples func(t testing.TB, from, to time.Time) map[string][]string
	ends    bool // it shows stale markers
}

// faultyProxy passes requests on, or not.
type faultyProxy struct {
	to   http.Handler
	mode atomic.Int32
	n    atomic.Int64 // requests
}

const (
	passes   = int32(iota)
	away     // no request arrives
	forgets  // of every seventh the answer does not arrive
	overload // every second is answered by 503
)

func (p *faultyProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := p.n.Add(1)
	switch mode := p.mode.Load(); {
	case mode == away:
		panic(http.ErrAbortHandler)
	case mode == overload && n%2 == 0:
		http.Error(w, "later", http.StatusServiceUnavailable)
	case mode == forgets && n%7 == 0:
		p.to.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	default:
		p.to.ServeHTTP(w, r)
	}
}

// behindProxy puts a proxy before the database at addr.
func behindProxy(t testing.TB, addr string) *faultyProxy {
	t.Helper()
	target := &url.URL{Scheme: "http", Host: addr}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &faultyProxy{to: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, Transport: transport, ErrorLog: log.New(io.Discard, "", 0),
	}}
}

func listen(t testing.TB, p *faultyProxy) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(p)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

func victoriaMetrics(t testing.TB) *farSide {
	t.Helper()
	addr := server.FreeAddr(t)
	srv := server.Start(t, server.Program{
		Binary: "victoria-metrics", Package: "victoria-metrics", Addr: addr,
		Args: []string{"-storageDataPath", filepath.Join(t.TempDir(), "vm"), "-httpListenAddr", addr, "-search.latencyOffset=0s", "-retentionPeriod=10y"},
	})
	f := &farSide{t: t, proxy: behindProxy(t, srv.Addr), ends: true}
	f.url = listen(t, f.proxy) + "/api/v1/write"
	f.samples = func(t testing.TB, from, to time.Time) map[string][]string {
		fetch(t, "http://"+srv.Addr+"/internal/force_flush") // what came is searchable at once
		out := make(map[string][]string)
		lines := bufio.NewScanner(bytes.NewReader(fetch(t, "http://"+srv.Addr+"/api/v1/export?"+url.Values{
			"match[]": {`{__name__=~"brimwatch_.+"}`}, "start": {unixSeconds(from)}, "end": {unixSeconds(to)},
		}.Encode())))
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			var one struct {
				Metric     map[string]string
				Values     []*float64
				Timestamps []int64
			}
			if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
				t.Fatalf("%s: %v", lines.Bytes(), err)
			}
			name := labels.FromMap(one.Metric).String()
			for i, v := range one.Values {
				if v == nil {
					v = new(float64)
					*v = stale()
				}
				out[name] = append(out[name], sampleText(one.Timestamps[i], *v))
			}
			// What was sent again for want of an answer it keeps twice.
			slices.Sort(out[name])
			out[name] = slices.Compact(out[name])
		}
		return out
	}
	return f
}

func realPrometheus(t testing.TB) *farSide {
	t.Helper()
	srv := server.Prometheus(t)
	f := &farSide{t: t, proxy: behindProxy(t, srv.Addr)}
	f.url = listen(t, f.proxy) + "/api/v1/write"
	f.samples = func(t testing.TB, from, to time.Time) map[string][]string {
		var out struct {
			Data struct {
				Result []struct {
					Metric map[string]string
					Values [][2]any
				}
			}
		}
		if err := json.Unmarshal(fetch(t, "http://"+srv.Addr+"/api/v1/query?"+url.Values{
			"query": {fmt.Sprintf(`{__name__=~"brimwatch_.+"}[%dms]`, to.Sub(from).Milliseconds())}, "time": {unixSeconds(to)},
		}.Encode()), &out); err != nil {
			t.Fatal(err)
		}
		got := make(map[string][]string)
		for _, one := range out.Data.Result {
			name := labels.FromMap(one.Metric).String()
			for _, pair := range one.Values {
				at, ok := pair[0].(float64)
				text, isText := pair[1].(string)
				v, err := strconv.ParseFloat(text, 64)
				if !ok || !isText || err != nil {
					t.Fatalf("%s: %v", name, pair)
				}
				got[name] = append(got[name], sampleText(int64(math.Round(at*1000)), v))
			}
			slices.Sort(got[name])
		}
		return got
	}
	return f
}

func unixSeconds(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64)
}

func sampleText(t int64, v float64) string {
	if value.IsStaleNaN(v) {
		return fmt.Sprintf("%d ends", t)
	}
	// VictoriaMetrics keeps some fifteen digits.
	return fmt.Sprintf("%d %.12g", t, v)
}

// own returns what the history itself holds, as a far side shows it.
func (f *farSide) own(s *Store, from, to time.Time) map[string][]string {
	f.t.Helper()
	querier, err := s.query.Querier(from.UnixMilli(), to.UnixMilli())
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = querier.Close() }()
	out := make(map[string][]string)
	set := querier.Select(f.t.Context(), false, nil, labels.MustNewMatcher(labels.MatchRegexp, series.Name, ".+"))
	for set.Next() {
		name := set.At().Labels().String()
		it := set.At().Iterator(nil)
		for it.Next() != chunkenc.ValNone {
			if t, v := it.At(); f.ends || !value.IsStaleNaN(v) {
				out[name] = append(out[name], sampleText(t, v))
			}
		}
		slices.Sort(out[name])
	}
	if err := set.Err(); err != nil {
		f.t.Fatal(err)
	}
	return out
}

// same fails unless the far side comes to hold what the history holds.
func (f *farSide) same(s *Store, from, to time.Time) {
	f.t.Helper()
	want := f.own(s, from, to)
	if len(want) == 0 {
		f.t.Fatal("the history is empty")
	}
	eventually(f.t, want, func() map[string][]string { return f.samples(f.t, from, to) })
}

// markFile returns where the one mark of a history is kept.
func markFile(t testing.TB, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "remote-*.json"))
	if err != nil || len(found) != 1 {
		t.Fatalf("marks: %v, %v", found, err)
	}
	return found[0]
}

// taken reads the one mark of a history.
func taken(t testing.TB, dir string) time.Time {
	t.Helper()
	return takenBy(t, markFile(t, dir))
}

func takenBy(t testing.TB, path string) time.Time {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var content struct {
		Through time.Time `json:"taken_through"`
	}
	if err := json.Unmarshal(raw, &content); err != nil {
		t.Fatal(err)
	}
	return content.Through
}

// sends is a history that is sent to one far side, at a time that the test sets.
type sends struct {
	*Store

	t        *testing.T
	dir      string
	complete *atomic.Int64
	stop     context.CancelFunc
	ran      chan error
}

// sendTo opens the history in dir. A fresh one is sent from from on.
func sendTo(t *testing.T, dir, endpoint string, from time.Time, complete *atomic.Int64) *sends {
	t.Helper()
	change := func(o *Options) {
		o.RemoteWrite = []remotewrite.Endpoint{{URL: endpoint}}
		o.Complete = func() time.Time { return time.UnixMilli(complete.Load()) }
		o.Lifecycle = func(*fleet.Instance, time.Time) fleet.Lifecycle {
			return fleet.Lifecycle{State: fleet.LifecycleActive}
		}
	}
	if !from.IsZero() {
		if err := os.Mkdir(dir, 0o750); err != nil {
			t.Fatal(err)
		}
		if _, err := remotewrite.New(remotewrite.Endpoint{URL: endpoint}, remotewrite.Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		writeFile(t, markFile(t, dir), fmt.Sprintf(`{"taken_through":%q}`, from.UTC().Format(time.RFC3339Nano)))
	}
	s := &sends{Store: open(t, dir, change), t: t, dir: dir, complete: complete, ran: make(chan error, 1)}
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	go func() { s.ran <- s.Run(ctx) }()
	t.Cleanup(stop)
	return s
}

// read stores one reading of each instance every 15 seconds after from and up to to, and
// says that this is all up to there.
func (s *sends) read(instances []*fleet.Instance, from, to time.Time) {
	s.t.Helper()
	for i, at := 0, from.Add(15*time.Second); !at.After(to); i, at = i+1, at.Add(15*time.Second) {
		readings := round(instances, at, i)
		if i%7 == 3 {
			readings[0] = silence(instances[0].ID, at)
		}
		s.Append(readings)
		s.Flush()
	}
	s.complete.Store(to.UnixMilli())
}

// end ends the history as a signal does.
func (s *sends) end() {
	s.t.Helper()
	s.stop()
	if err := <-s.ran; err != nil {
		s.t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		s.t.Fatal(err)
	}
}

// killed returns a folder as kill -9 would leave it now.
func (s *sends) killed() string {
	s.t.Helper()
	to := filepath.Join(s.t.TempDir(), "history")
	if err := os.CopyFS(to, os.DirFS(s.dir)); err != nil {
		s.t.Fatal(err)
	}
	return to
}

// await waits until the far side has taken all up to at.
func (s *sends) await(at time.Time) {
	s.t.Helper()
	server.Eventually(s.t, "the mark reaches "+at.String(), func() bool { return !taken(s.t, s.dir).Before(at) })
}

// TestRemoteWriteSurvives sends a history to real databases while these go away, forget
// answers and are overloaded, and while Brimwatch is stopped and killed. In the end they
// hold what the history holds, and nothing was refused.
func TestRemoteWriteSurvives(t *testing.T) { survives(t, realPrometheus) }

// TestRemoteWriteSurvivesWithVictoriaMetrics does the same to a VictoriaMetrics.
func TestRemoteWriteSurvivesWithVictoriaMetrics(t *testing.T) { survives(t, victoriaMetrics) }

func survives(t *testing.T, start func(testing.TB) *farSide) {
	t.Helper()
	t.Parallel() // they wait most of the time
	far := start(t)
	instances := bigFleet(20)
	began := time.Now().Add(-40 * time.Minute).Truncate(time.Minute)
	minute := func(n int) time.Time { return began.Add(time.Duration(n) * time.Minute) }
	var complete atomic.Int64
	complete.Store(began.UnixMilli())

	s := sendTo(t, filepath.Join(t.TempDir(), "history"), far.url, began, &complete)
	s.SetFleet(instances)
	far.proxy.mode.Store(forgets)
	s.read(instances, began, minute(5))
	s.await(minute(5))

	far.proxy.mode.Store(away)
	s.read(instances, minute(5), minute(15))
	s.end() // with ten minutes that were not taken

	s = sendTo(t, s.dir, far.url, time.Time{}, &complete)
	s.SetFleet(instances)
	far.proxy.mode.Store(overload)
	s.read(instances, minute(15), minute(20))
	server.Eventually(t, "some more is taken", func() bool { return taken(t, s.dir).After(minute(5)) })
	dir := s.killed() // in the middle of it
	far.proxy.mode.Store(away)

	s.stop()
	if err := <-s.ran; err != nil {
		t.Fatal(err)
	}
	s = sendTo(t, dir, far.url, time.Time{}, &complete)
	far.proxy.mode.Store(forgets)
	s.SetFleet(instances)
	s.read(instances, minute(20), minute(30))
	s.await(minute(30))
	s.SetFleet(nil)
	s.Flush()
	far.proxy.mode.Store(passes)
	s.stop()
	if err := <-s.ran; err != nil {
		t.Fatal(err)
	}
	far.same(s.Store, began.Add(time.Millisecond), taken(t, s.dir))
	if n := total(t, s.Store, "brimwatch_history_remote_dropped_total"); n > 0 {
		t.Errorf("%v samples were refused", n)
	}
	if n := total(t, s.Store, "brimwatch_history_remote_failed_requests_total"); n == 0 {
		t.Error("no request failed")
	}
}

// total returns the sum of all series of one of a history's metrics.
func total(t testing.TB, s *Store, name string) (sum float64) {
	t.Helper()
	registry, ok := s.opts.Registerer.(*prometheus.Registry)
	if !ok {
		t.Fatal("the history has no registry of its own")
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// TestEachEndpointHasItsOwnMark sends to two endpoints whose URLs differ only in what is
// not shown. One is dead: it gets its part in the next life.
func TestEachEndpointHasItsOwnMark(t *testing.T) {
	var got [2]atomic.Int64
	var dead atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, twin := r.URL.Query()["twin"]; !twin {
			got[0].Add(1)
		} else if dead.Load() {
			http.Error(w, "no", http.StatusInternalServerError)
		} else {
			got[1].Add(1)
		}
	}))
	t.Cleanup(srv.Close)
	dir := t.TempDir()
	live := func() (marks []time.Time) {
		s := open(t, dir, func(o *Options) { o.RemoteWrite = []remotewrite.Endpoint{{URL: srv.URL}, {URL: srv.URL + "?twin"}} })
		s.SetFleet([]*fleet.Instance{orders()})
		at := time.Now().Add(time.Millisecond) // after the marks of new endpoints
		s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 1, 2, 3)})
		s.Flush()
		<-time.After(time.Until(at.Add(time.Millisecond))) // the end sends what is not in the future
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- s.Run(ctx) }()
		stop()
		if err := <-ran; err != nil { // sends what is new, and ends
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		found, err := filepath.Glob(filepath.Join(dir, "remote-*.json"))
		if err != nil || len(found) != 2 {
			t.Fatalf("marks: %v, %v", found, err)
		}
		for _, path := range found {
			marks = append(marks, takenBy(t, path))
		}
		slices.SortFunc(marks, time.Time.Compare)
		return marks
	}
	dead.Store(true)
	if marks := live(); got[0].Load() == 0 || got[1].Load() > 0 || !marks[0].Before(marks[1]) {
		t.Errorf("%d and %d requests were taken; marks %v", got[0].Load(), got[1].Load(), marks)
	}
	dead.Store(false)
	if live(); got[1].Load() == 0 {
		t.Error("the endpoint that is back got nothing")
	}
}
