package statistics

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang/snappy"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/prompb"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/remotewrite"
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

// send runs a history with one remote, stores one reading, and returns the
// moment of it. The history is stopped when it returns, so all has been sent.
func send(t *testing.T, endpoint string) time.Time {
	t.Helper()
	s := open(t, t.TempDir(), func(o *Options) {
		o.RemoteWrite = []remotewrite.Endpoint{{URL: endpoint}}
		o.Lifecycle = func(*fleet.Instance, time.Time) fleet.Lifecycle {
			return fleet.Lifecycle{State: fleet.LifecycleActive}
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx) }()
	at := time.Now().Add(-time.Minute).Truncate(time.Second).UTC()
	in := orders()
	in.Term.Expires = time.Unix(1_800_000_000, 0)
	s.SetFleet([]*fleet.Instance{in})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 100, 600, 3500), silence("mqtt-1", at.Add(15*time.Second))})
	s.Flush()
	s.calendarNow()
	stop()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	return at
}

// calendarNow sends the slow facts without waiting for their minute.
func (s *Store) calendarNow() {
	s.committing.Lock()
	defer s.committing.Unlock()
	s.calendar(time.Now())
	s.deliver()
}

func arrived() map[string]float64 {
	return map[string]float64{
		"brimwatch_instance_usage message_tps":               700,
		"brimwatch_instance_usage send_tps":                  100,
		"brimwatch_instance_usage receive_tps":               600,
		"brimwatch_instance_usage connections":               3500,
		"brimwatch_instance_usage subscriptions":             7000,
		"brimwatch_instance_utilization_ratio message_tps":   0.7,
		"brimwatch_instance_utilization_ratio connections":   0.7,
		"brimwatch_instance_utilization_ratio subscriptions": 0.7,
		"brimwatch_instance_capacity message_tps":            1000,
		"brimwatch_instance_capacity connections":            5000,
		"brimwatch_instance_capacity subscriptions":          10000,
		"brimwatch_instance_up ":                             1,
		"brimwatch_instance_expiry_timestamp_seconds ":       1_800_000_000,
		"brimwatch_instance_lifecycle_state active":          1,
	}
}

// TestRemotesSeeTheEnd changes the lifecycle state of an instance and takes it out
// of the fleet: every series that a remote was sent is ended there.
func TestRemotesSeeTheEnd(t *testing.T) {
	var mu sync.Mutex
	last := make(map[string]float64)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		packed, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		raw, err := snappy.Decode(nil, packed)
		if err != nil {
			t.Error(err)
		}
		var request prompb.WriteRequest
		if err := request.Unmarshal(raw); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, ts := range request.Timeseries {
			var name []string
			for _, l := range ts.Labels {
				name = append(name, l.Value)
			}
			last[strings.Join(name, " ")] = ts.Samples[0].Value
		}
	}))
	t.Cleanup(srv.Close)
	state := fleet.LifecycleActive
	s := open(t, t.TempDir(), func(o *Options) {
		o.RemoteWrite = []remotewrite.Endpoint{{URL: srv.URL}, {URL: srv.URL + "?twin"}}
		o.Lifecycle = func(*fleet.Instance, time.Time) fleet.Lifecycle { return fleet.Lifecycle{State: state} }
	})
	in := orders()
	in.Term.Expires = time.Now().Add(time.Hour)
	s.SetFleet([]*fleet.Instance{in})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", time.Now().Add(-time.Minute), 1, 2, 3)})
	s.Flush()
	state = fleet.LifecycleExpiring
	s.calendarNow()
	s.SetFleet(nil)
	s.Flush()

	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Run(ctx); err != nil { // sends what waits and ends
		t.Fatal(err)
	}
	if len(last) != 15 {
		t.Errorf("%d series, want 5 usage, 3 utilization, 3 capacity, up, expiry, 2 states", len(last))
	}
	for name, v := range last {
		if !value.IsStaleNaN(v) {
			t.Errorf("%s goes on at %v", name, v)
		}
	}
}

func TestRemoteWriteToVictoriaMetrics(t *testing.T) {
	addr := server.FreeAddr(t)
	srv := server.Start(t, server.Program{
		Binary: "victoria-metrics", Package: "victoria-metrics", Addr: addr,
		Args: []string{"-storageDataPath", filepath.Join(t.TempDir(), "vm"), "-httpListenAddr", addr, "-search.latencyOffset=0s"},
	})
	send(t, "http://"+srv.Addr+"/api/v1/write")

	// Export shows the first value of each series, as it was written.
	export := "http://" + srv.Addr + "/api/v1/export?" + url.Values{"match[]": {`{__name__=~"brimwatch_.+"}`}}.Encode()
	eventually(t, arrived(), func() map[string]float64 {
		fetch(t, "http://"+srv.Addr+"/internal/force_flush") // what came is searchable at once
		got := make(map[string]float64)
		lines := bufio.NewScanner(strings.NewReader(string(fetch(t, export))))
		for lines.Scan() {
			var one struct {
				Metric map[string]string
				Values []*float64
			}
			if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
				t.Fatalf("%s: %v", lines.Bytes(), err)
			}
			if one.Metric["instance_id"] != "mqtt-1" || one.Metric["product"] != "mqtt" || one.Metric["edition"] != "basic" {
				t.Errorf("labels %v", one.Metric)
			}
			got[one.Metric["__name__"]+" "+one.Metric["metric"]+one.Metric["state"]] = *one.Values[0]
		}
		return got
	})
}

func TestRemoteWriteToPrometheus(t *testing.T) {
	addr := server.FreeAddr(t)
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	writeFile(t, config, "global: {}\n")
	srv := server.Start(t, server.Program{
		Binary: "prometheus", Package: "prometheus", Addr: addr,
		Args: []string{"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--web.listen-address=" + addr, "--web.enable-remote-write-receiver"},
		Ready: func(ctx context.Context, addr string) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/-/ready", http.NoBody)
			if err != nil {
				return err
			}
			resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
			if err != nil {
				return err
			}
			defer func() { _ = resp.Body.Close() }()
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("not ready: %d", resp.StatusCode)
			}
			return nil
		},
	})
	at := send(t, "http://"+srv.Addr+"/api/v1/write")

	ask := func(at time.Time) map[string]float64 {
		target := "http://" + srv.Addr + "/api/v1/query?" + url.Values{
			"query": {`{__name__=~"brimwatch_.+"}`}, "time": {strconv.FormatInt(at.Unix(), 10)},
		}.Encode()
		var out struct {
			Data struct {
				Result []struct {
					Metric map[string]string
					Value  [2]any
				}
			}
		}
		if err := json.Unmarshal(fetch(t, target), &out); err != nil {
			t.Fatal(err)
		}
		got := make(map[string]float64)
		for _, one := range out.Data.Result {
			var v float64
			if _, err := fmt.Sscan(fmt.Sprint(one.Value[1]), &v); err != nil {
				t.Fatal(err)
			}
			got[one.Metric["__name__"]+" "+one.Metric["metric"]+one.Metric["state"]] = v
		}
		return got
	}
	want := arrived()
	for name := range want { // facts are sent with the time at which they are
		if !strings.Contains(name, "usage") && !strings.Contains(name, "ratio") && !strings.Contains(name, "_up") {
			delete(want, name)
		}
	}
	eventually(t, want, func() map[string]float64 { return ask(at) })
	if got := ask(at.Add(20 * time.Second)); len(got) != 1 || got["brimwatch_instance_up "] != 0 {
		t.Errorf("after the silence only up is left, as 0: %v", got)
	}
}
