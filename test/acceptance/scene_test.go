package acceptance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/test/server"
)

// Capacities of the watched instance: small, so that a few clients fill it.
const (
	capConnections   = 20
	capSubscriptions = 30
	capSendTPS       = 200
)

// settings is what a test varies in the configuration.
type settings struct {
	threshold string // of connections; "" is 70%
	hold      string // for and clear_for; "" is 2s
	noData    string // for of no_data; "" is 5m, so that it does not get in the way
	broken    bool   // a fault in the file
	without   bool   // the instance is gone
	expires   string // last day of the instance that has a calendar only; "" is not known
}

// scene is one broker with its clients, one Brimwatch that watches it, and
// those who are told.
type scene struct {
	*crowd
	t      *testing.T
	broker *server.Server
	hook   *hook
	phone  *telephone
	dir    string
	addr   string // of Brimwatch
	proc   *process
}

// newScene sets everything up; Brimwatch does not run yet.
func newScene(t *testing.T, o settings) *scene {
	t.Helper()
	s := &scene{t: t, dir: t.TempDir(), addr: server.FreeAddr(t), hook: newHook(t), phone: newTelephone(t)}
	s.broker = server.Mosquitto(t, "sys_interval 1")
	s.crowd = newCrowd(t, s.broker.Addr)
	s.write("twilio.token", authToken+"\n")
	s.write("hook.key", hookSecret+"\n")
	s.configure(o)
	return s
}

func (s *scene) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	// As an editor does it: the new file takes the old one's place at once.
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		s.t.Fatal(err)
	}
}

// configure writes the configuration.
func (s *scene) configure(o settings) {
	s.t.Helper()
	or := func(v, otherwise string) string {
		if v == "" {
			return otherwise
		}
		return v
	}
	var b strings.Builder
	fmt.Fprintf(&b, "server: {listen: %q}\nstorage: {dir: data}\ncollect: {interval: 1s, timeout: 1s}\n", s.addr)
	if o.broken {
		b.WriteString("alarms: {capacity: {threshold: 0.7}}\n")
	} else {
		fmt.Fprintf(&b, "alarms:\n  calendar_at: off\n  capacity: {for: %s, clear_for: %s}\n  no_data: {for: %s, clear_for: 0s}\n", or(o.hold, "2s"), or(o.hold, "2s"), or(o.noData, "5m"))
	}
	b.WriteString("instances:\n")
	if !o.without {
		fmt.Fprintf(&b, `  - id: mqtt-cn-0pp1abc
    name: Orders
    product: mqtt
    edition: basic
    capacity: {connections: %d, subscriptions: %d, send_tps: %d}
    source: {type: mosquitto, url: "mqtt://%s"}
    labels: {team: orders}
    alarms: {connections: {threshold: %s}}
`, capConnections, capSubscriptions, capSendTPS, s.broker.Addr, or(o.threshold, "70%"))
	}
	// A second one, so that the silence of the first is not that of the fleet.
	fmt.Fprintf(&b, `  - id: calendar-only
    name: Calendar
    product: mqtt
    edition: basic
    billing: {expires: %s}
contacts:
  - {name: wei, phone: "+14155550123"}
receivers:
  - name: oncall
    sms: [wei]
    webhooks: [{url: "%s/hook", secret_file: hook.key}]
sms:
  providers:
    - {name: twilio, type: twilio, account_sid: %s, auth_token_file: twilio.token, from: "+15005550006", base_url: "%s"}
`, or(o.expires, "null"), s.hook.URL, accountSID, s.phone.URL)
	s.write("brimwatch.yml", b.String())
}

// start starts Brimwatch and waits until it is ready.
func (s *scene) start() {
	s.t.Helper()
	s.proc = startProcess(s.t, s.dir, "run", "--config.file", "brimwatch.yml")
	p := s.proc
	s.t.Cleanup(func() {
		if s.proc != p {
			return
		}
		p.stop(s.t)
		if s.t.Failed() {
			s.t.Logf("the daemon said:\n%s", p.out)
		}
	})
	s.eventually("Brimwatch is ready", func() error {
		select {
		case err := <-p.ended:
			p.ended <- err
			s.t.Fatalf("the daemon ended: %v\n%s", err, p.out)
		default:
		}
		code, body, err := s.get("/-/ready")
		if err == nil && code != http.StatusOK {
			err = fmt.Errorf("%d %s", code, body)
		}
		return err
	})
}

// crash ends Brimwatch with SIGKILL.
func (s *scene) crash() {
	s.t.Helper()
	p := s.proc
	s.proc = nil
	p.kill(s.t)
}

// reload asks for the configuration to be loaded anew, over HTTP.
func (s *scene) reload() (code int, body string) {
	s.t.Helper()
	resp, err := s.request(http.MethodPost, "/-/reload")
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.code, resp.body
}

type response struct {
	code int
	body string
}

func (s *scene) get(path string) (int, string, error) {
	r, err := s.request(http.MethodGet, path)
	return r.code, r.body, err
}

func (s *scene) request(method, path string) (response, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr+path, nil)
	if err != nil {
		return response{}, err
	}
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		return response{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	return response{resp.StatusCode, string(body)}, err
}

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

// eventually waits until check finds nothing wrong.
func (s *scene) eventually(what string, check func() error) {
	s.t.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if err = check(); err == nil {
			return
		}
		<-time.After(50 * time.Millisecond)
	}
	out := ""
	if s.proc != nil {
		out = s.proc.out.String()
	}
	s.t.Fatalf("%s: not within %v: %v\n%s", what, patience, err, out)
}

// metric is how one metric of the instance stands, from the API.
type metric struct {
	Usage       *float64  `json:"usage"`
	Capacity    *float64  `json:"capacity"`
	Utilization *float64  `json:"utilization"`
	State       string    `json:"state"`
	At          time.Time `json:"at"`
}

func (s *scene) metric(name string) (metric, error) {
	_, body, err := s.get("/api/v1/instances/mqtt-cn-0pp1abc")
	if err != nil {
		return metric{}, err
	}
	var answer struct {
		Instances []struct {
			Metrics map[string]metric `json:"metrics"`
		} `json:"instances"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return metric{}, fmt.Errorf("%w: %s", err, body)
	}
	if len(answer.Instances) != 1 {
		return metric{}, fmt.Errorf("%d instances: %s", len(answer.Instances), body)
	}
	return answer.Instances[0].Metrics[name], nil
}

// sees waits until Brimwatch has read a usage that pleases, and returns when it
// was read.
func (s *scene) sees(name, what string, pleases func(usage float64) bool) (at time.Time) {
	s.t.Helper()
	s.eventually(name+" "+what, func() error {
		m, err := s.metric(name)
		if err != nil {
			return err
		}
		if m.Usage == nil || !pleases(*m.Usage) {
			return fmt.Errorf("it stands otherwise: %s", cmp.Diff(metric{}, m))
		}
		at = m.At
		return nil
	})
	return at
}

// goesOnFor waits until Brimwatch has read the metric for d longer.
func (s *scene) goesOnFor(name string, since time.Time, d time.Duration) {
	s.t.Helper()
	s.eventually("readings of "+name, func() error {
		m, err := s.metric(name)
		if err == nil && m.At.Before(since.Add(d)) {
			err = fmt.Errorf("the newest is of %v", m.At)
		}
		return err
	})
}

// told waits until exactly these were told, by SMS and by webhook alike, each
// written "firing capacity connections".
func (s *scene) told(want ...string) {
	s.t.Helper()
	s.eventually(fmt.Sprintf("told %q", want), func() error { return s.toldNow(want...) })
}

func (s *scene) toldNow(want ...string) error {
	var hooks []string
	for _, a := range s.hook.arrivals() {
		hooks = append(hooks, a.String())
	}
	slices.Sort(hooks)
	sorted := slices.Sorted(slices.Values(want))
	if diff := cmp.Diff(sorted, hooks); diff != "" {
		return fmt.Errorf("webhooks (-want +got):\n%s", diff)
	}
	if got := s.phone.texts(); len(got) != len(want) {
		return fmt.Errorf("%d text messages, want %d: %q", len(got), len(want), got)
	}
	return nil
}

// quiet fails when anything beyond these was told.
func (s *scene) quiet(want ...string) {
	s.t.Helper()
	if err := s.toldNow(want...); err != nil {
		s.t.Error(err)
	}
}
