package push

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// scene is a Pusher whose endpoints only note that something came.
type scene struct {
	*Pusher
	registry *prometheus.Registry
	log      strings.Builder

	mu    sync.Mutex
	began time.Time
	came  []string         // second and endpoint
	fails map[string]error // by URL
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{registry: prometheus.NewRegistry(), began: time.Now(), fails: make(map[string]error)}
	p, err := New(Options{Write: nothing, Logger: slog.New(slog.NewTextHandler(&s.log, nil)), Registerer: s.registry})
	if err != nil {
		t.Fatal(err)
	}
	p.send = func(ctx context.Context, e Endpoint) error {
		s.mu.Lock()
		err := s.fails[e.URL]
		s.came = append(s.came, time.Since(s.began).String()+" "+e.URL)
		s.mu.Unlock()
		if errors.Is(err, context.DeadlineExceeded) { // it hangs
			<-ctx.Done()
			return ctx.Err()
		}
		return err
	}
	s.Pusher = p
	return s
}

// run runs the Pusher until the function that is returned was called; that has
// ended by then.
func (s *scene) run(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	}
}

// take returns what came since.
func (s *scene) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.came
	s.came = nil
	return out
}

func (s *scene) fail(url string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails[url] = err
}

// pass lets time pass, inside a bubble, until all that happens in it has happened.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func endpoint(url string, every time.Duration) Endpoint { return Endpoint{URL: url, Interval: every} }

// TestPace: an endpoint gets the page at its own pace; one that stays in the list
// keeps that, whatever else comes and goes.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		a, b := endpoint("http://a/x", 10*time.Second), endpoint("http://b/x", 14*time.Second)
		s.Set([]Endpoint{a})
		stop := s.run(t)
		wants := func(what string, after time.Duration, want ...string) {
			t.Helper()
			pass(after)
			if got := s.take(); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		wants("at the start", 0)
		wants("one interval", 10*time.Second, "10s http://a/x")
		wants("half way", 5*time.Second)
		s.Set([]Endpoint{b, a})
		wants("a stays, b comes", 15*time.Second+time.Millisecond, "20s http://a/x", "29s http://b/x", "30s http://a/x")
		s.Set([]Endpoint{b})
		wants("a goes", 15*time.Second, "43s http://b/x")
		b.Password = "another"
		s.Set([]Endpoint{b, b})
		wants("another password is another endpoint, and given twice it is one", 15*time.Second, "59.001s http://b/x")
		s.Set(nil)
		wants("none is left", time.Minute)
		stop()
		wants("after the end", time.Minute)
	})
}

// TestEnd: Run returns when what it started has ended, a push that hangs too, which
// has not failed then.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.fail("http://a/x", context.DeadlineExceeded)
		s.Set([]Endpoint{endpoint("http://a/x", 10*time.Second)})
		stop := s.run(t)
		pass(10 * time.Second)
		if got := s.take(); len(got) != 1 {
			t.Fatalf("%q came", got)
		}
		stop() // the bubble would not end if anything were left
		if got := testutil.ToFloat64(s.pushes.WithLabelValues("http://a", failed)); got != 0 {
			t.Errorf("%v failures are counted", got)
		}
	})
}

// TestFailures: what fails is counted each time, logged once, and remarked on until
// it is over.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		a, b := endpoint("http://a/x?token=hush", 10*time.Second), endpoint("http://b/x", 10*time.Second)
		s.fail(a.URL, errors.New("it answered 503 Service Unavailable"))
		s.fail(b.URL, context.DeadlineExceeded)
		s.Set([]Endpoint{a, b})
		stop := s.run(t)
		pass(31 * time.Second)
		want := []string{
			"The metrics have not been sent to http://a since 2000-01-01 00:00 UTC: it answered 503 Service Unavailable.",
			"The metrics have not been sent to http://b since 2000-01-01 00:00 UTC: context deadline exceeded.",
		}
		if got := s.Remarks(); !slices.Equal(got, want) {
			t.Errorf("remarks %q", got)
		}
		s.fail(a.URL, nil)
		s.Set([]Endpoint{a}) // b goes, and with it what was remarked on it
		pass(10 * time.Second)
		if got := s.Remarks(); len(got) > 0 {
			t.Errorf("remarks %q", got)
		}
		stop()
		const counted = `
			# HELP brimwatch_push_last_success_timestamp_seconds When an endpoint of server.push last took the metrics page.
			# TYPE brimwatch_push_last_success_timestamp_seconds gauge
			brimwatch_push_last_success_timestamp_seconds{endpoint="http://a"} 9.4668484e+08
			# HELP brimwatch_push_total Times the metrics page was sent to an endpoint of server.push, by outcome.
			# TYPE brimwatch_push_total counter
			brimwatch_push_total{endpoint="http://a",outcome="failed"} 3
			brimwatch_push_total{endpoint="http://a",outcome="sent"} 1
			brimwatch_push_total{endpoint="http://b",outcome="failed"} 2
			brimwatch_push_total{endpoint="http://b",outcome="sent"} 0
		`
		if err := testutil.GatherAndCompare(s.registry, strings.NewReader(counted)); err != nil {
			t.Error(err)
		}
		log := s.log.String()
		for text, times := range map[string]int{`"metrics are not sent" component=push endpoint=http://a`: 1, `"metrics are not sent" component=push endpoint=http://b`: 1, `"metrics are sent again" component=push endpoint=http://a`: 1, "hush": 0} {
			if n := strings.Count(log, text); n != times {
				t.Errorf("%s is logged %d times, want %d:\n%s", text, n, times, log)
			}
		}
	})
}
