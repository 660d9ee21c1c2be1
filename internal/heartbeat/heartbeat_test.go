package heartbeat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a Heart in a bubble, whose far side is in memory.
type rig struct {
	*Heart

	t     *testing.T
	mu    sync.Mutex
	ill   error // why Brimwatch does not do its work
	calls []string
	code  int
	begin time.Time
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, code: http.StatusOK, begin: time.Now()}
	h, err := New(Options{Alive: func(time.Time) error { r.mu.Lock(); defer r.mu.Unlock(); return r.ill }, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(), Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	r.Heart = h
	h.transport = &http.Transport{DisableKeepAlives: true, DialContext: r.dial}
	return r
}

// dial connects to a far side of one answer.
func (r *rig) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go func() {
		defer func() { _ = theirs.Close() }()
		buf := make([]byte, 4096)
		n, err := theirs.Read(buf)
		if err != nil {
			return
		}
		line, _, _ := strings.Cut(string(buf[:n]), "\r\n")
		r.mu.Lock()
		r.calls = append(r.calls, fmt.Sprintf("%s after %s", line, time.Since(r.begin)))
		code := r.code
		r.mu.Unlock()
		_, _ = fmt.Fprintf(theirs, "HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", code, http.StatusText(code))
	}()
	return ours, nil
}

// set changes what the far side answers, and how Brimwatch does.
func (r *rig) set(code int, ill error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.code, r.ill = code, ill
}

// take returns the calls since it was last asked.
func (r *rig) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := strings.Join(r.calls, "; ")
	r.calls = nil
	return out
}

// run runs the Heart until the end of its test.
func (r *rig) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
	}
}

// pass lets the time of a bubble go by.
func pass(d time.Duration) { <-time.After(d) }

func (r *rig) want(what, want string) {
	r.t.Helper()
	synctest.Wait()
	if got := r.take(); got != want {
		r.t.Errorf("%s: called %q, want %q", what, got, want)
	}
}

func TestBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		defer r.run()()
		pass(time.Hour)
		r.want("without a target", "")

		target := Target{URL: "http://hc.test/ping/secret", Method: http.MethodGet, Every: time.Minute}
		r.Set(target)
		pass(14 * time.Second)
		r.want("at once", "")
		pass(61 * time.Second)
		r.want("then", "GET /ping/secret HTTP/1.1 after 1h0m15s; GET /ping/secret HTTP/1.1 after 1h1m15s")
		r.Set(target) // a reload that changes nothing
		pass(time.Minute)
		r.want("after a reload", "GET /ping/secret HTTP/1.1 after 1h2m15s")

		target.Method, target.Every = http.MethodPost, 5*time.Second
		r.Set(target)
		pass(10 * time.Second)
		r.want("another pace", "POST /ping/secret HTTP/1.1 after 1h2m20s; POST /ping/secret HTTP/1.1 after 1h2m25s")
		if got := testutil.ToFloat64(r.success); got != float64(time.Now().Unix()) {
			t.Errorf("last success %v", got)
		}
		r.Set(Target{})
		pass(time.Hour)
		r.want("taken out", "")
	})
}

// TestNoBeat: a beat that stays away is remarked on with its reason, tried again at the
// next, and says nothing of the path.
func TestNoBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		defer r.run()()
		r.Set(Target{URL: "http://hc.test/ping/secret", Method: http.MethodGet, Every: time.Minute})
		remarks := func(want string) {
			t.Helper()
			synctest.Wait()
			if got := strings.Join(r.Remarks(), "; "); got != want {
				t.Errorf("remarks %q, want %q", got, want)
			}
		}
		r.set(http.StatusNotFound, nil)
		pass(time.Minute + 15*time.Second)
		remarks("The heartbeat could not be sent to http://hc.test since 2000-01-01 00:00 UTC: it answered 404 Not Found.")
		r.take()
		r.set(http.StatusOK, errors.New("no reading arrived for 2 min"))
		pass(time.Minute)
		r.want("while Brimwatch does not do its work", "")
		remarks("The heartbeat could not be sent to http://hc.test since 2000-01-01 00:00 UTC: no reading arrived for 2 min.")
		r.set(http.StatusOK, nil)
		pass(time.Minute)
		r.want("when it does", "GET /ping/secret HTTP/1.1 after 3m15s")
		remarks("")
		for outcome, want := range map[string]float64{sent: 1, failed: 2, withheld: 1} {
			if got := testutil.ToFloat64(r.beats.WithLabelValues(outcome)); got != want {
				t.Errorf("%s: %v, want %v", outcome, got, want)
			}
		}
	})
}

// TestCalls makes calls over the loopback, each with one clear outcome.
func TestCalls(t *testing.T) {
	mux := http.NewServeMux()
	var agent string
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) {
		agent = r.UserAgent()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok", http.StatusMovedPermanently) })
	mux.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) })
	mux.HandleFunc("/cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	srv := httptest.NewServer(mux)
	defer srv.Close()
	gone := httptest.NewServer(mux)
	gone.Close()
	r := newRig(t)
	r.transport = &http.Transport{DisableKeepAlives: true}
	for _, tt := range []struct{ name, url, want string }{
		{"taken", srv.URL + "/ok", ""},
		{"moved", srv.URL + "/moved", "it answered 301 Moved Permanently and points to another path of the same host, which is not followed: write the URL that it points to"},
		{"not there", srv.URL + "/secret", "it answered 404 Not Found"},
		{"more than anybody reads", srv.URL + "/long", ""},
		{"cut off", srv.URL + "/cut", "EOF"},
		{"nobody there", gone.URL + "/secret", "connection refused"},
		{"no URL", "http://h/%zz", "the URL cannot be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := r.call(t.Context(), Target{URL: tt.url, Method: http.MethodGet, Every: time.Minute})
			switch {
			case tt.want == "" && err != nil, tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want %q", err, tt.want)
			case err != nil && strings.Contains(err.Error(), "secret"):
				t.Errorf("the path is in the error: %v", err)
			}
		})
	}
	if agent != "Brimwatch/1.2.3" {
		t.Errorf("user agent %q", agent)
	}
}

// TestEndedInACall: to be ended while a call is under way is no failure.
func TestEndedInACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.transport = &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		stop := r.run()
		r.Set(Target{URL: "http://hc.test/", Method: http.MethodGet, Every: time.Minute})
		pass(16 * time.Second)
		stop()
		if got := r.Remarks(); got != nil {
			t.Errorf("remarks %q", got)
		}
		stop = r.run()
		r.Set(Target{URL: "http://hc.test/2", Method: http.MethodGet, Every: time.Minute})
		pass(time.Minute)
		synctest.Wait()
		if got := r.Remarks(); len(got) != 1 || !strings.Contains(got[0], "no answer within 10s") {
			t.Errorf("remarks %q", got)
		}
		stop()
	})
}

func TestNameOfATarget(t *testing.T) {
	for url, want := range map[string]string{"https://hc.test:8080/ping/secret": "https://hc.test:8080", "": "(a URL that cannot be read)", "%zz": "(a URL that cannot be read)"} {
		if got := (Target{URL: url}).Name(); got != want {
			t.Errorf("%q: %s", url, got)
		}
	}
	if _, err := New(Options{}); err == nil {
		t.Error("a Heart of nothing")
	}
}
