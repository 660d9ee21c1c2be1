package acceptance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/dashboards"
	"github.com/brimwatch/brimwatch/dashboards/dashboardtest"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestDashboardsAreAnswered puts every query of every dashboard to a running Brimwatch, and to a
// real Prometheus that scrapes it: each is answered, and none is empty.
func TestDashboardsAreAnswered(t *testing.T) {
	t.Parallel()
	s := newScene(t, settings{})
	prometheus := server.Prometheus(t, s.addr)
	s.write("brimwatch.yml", s.fullConfiguration(server.VictoriaMetrics(t).Addr))
	began := time.Now().Add(-time.Second)
	s.start()
	s.silence()
	// The history looks at silences once a minute, and when it starts: then it knows this one at once.
	s.proc.stop(t)
	s.start()
	s.connected(1)
	s.subscribed(capSubscriptions) // always full
	s.publish(20)
	full := false
	bases := []asked{{name: "Brimwatch", base: "http://" + s.addr + "/prometheus"}, {name: "Prometheus", base: "http://" + prometheus.Addr}}
	s.eventually("every query has an answer", func() error {
		// Alarms come and go all the time, so that rates have something to count.
		if full = !full; full {
			s.connected(capConnections)
		} else {
			s.connected(1)
		}
		<-time.After(5 * time.Second)
		var empty []string
		// Both are asked in each round: one panel shows how long Brimwatch's own queries take.
		for i := range bases {
			empty = append(empty, s.emptyQueries(&bases[i], began)...)
		}
		if len(empty) > 0 {
			return fmt.Errorf("%d are empty:\n%s", len(empty), strings.Join(empty, "\n"))
		}
		return nil
	})
}

// asked is a data source that is put all queries. What has had an answer is not asked again.
type asked struct {
	name, base string
	answered   []bool // by the place of a query in the list, which is always the same
}

// fullConfiguration has something for every panel. taker takes what is pushed and written.
func (s *scene) fullConfiguration(taker string) string {
	today := time.Now().UTC()
	inDays := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
	return fmt.Sprintf(`server:
  listen: %q
  push: [{url: "http://%s/api/v1/import/prometheus", interval: 1s}]
storage: {dir: data, remote_write: [{url: "http://%s/api/v1/write"}]}
collect: {interval: 1s, timeout: 1s}
accounts:
  - {name: acme, low_balance: 500, balance: {amount: 100, currency: CNY}}
  - {name: globex, low_balance: 500, balance: {amount: -1, currency: CNY}}
alarms:
  capacity: {for: 2s, clear_for: 2s, levels: [{severity: critical, threshold: 90%%}]}
instances:
  - id: mqtt-cn-0pp1abc
    name: Orders
    account: acme
    product: mqtt
    edition: basic
    capacity: {connections: %d, subscriptions: %d, send_tps: %d, receive_tps: %d, message_tps: %d}
    source: {type: mosquitto, url: "mqtt://%s"}
    billing: {expires: %s, auto_renew: true}
    labels: {team: orders}
  - id: down
    name: Nobody answers
    product: redis
    edition: community
    capacity: {connections: 100}
    source: {type: redis, url: "redis://127.0.0.1:1"}
    alarms: {connections: {threshold: 50%%}}
  - {id: soon, name: Ends soon, account: acme, product: mqtt, edition: basic, billing: {expires: %s}}
  - {id: now, name: Ends now, product: mqtt, edition: basic, billing: {expires: %s}}
  - {id: owing, name: Owes, product: mqtt, edition: basic, billing: {method: payg, overdue_since: %s}}
  - {id: over, name: Is over, account: acme, product: mqtt, edition: basic, billing: {expires: %s}}
contacts:
  - {name: wei, phone: "+14155550123"}
receivers:
  - {name: oncall, sms: [wei], webhooks: [{url: "%s/hook", secret_file: hook.key}]}
sms:
  providers:
    - {name: twilio, type: twilio, account_sid: %s, auth_token_file: twilio.token, from: "+15005550006", base_url: "%s"}
`, s.addr, taker, taker, capConnections, capSubscriptions, capSendTPS, capSendTPS, 2*capSendTPS, s.broker.Addr,
		inDays(20), inDays(2), today.Add(10*time.Second).Format(time.RFC3339), today.Add(10*time.Second-24*time.Hour).Format(time.RFC3339), inDays(-21), s.hook.URL, accountSID, s.phone.URL)
}

// silence silences an instance for an hour.
func (s *scene) silence() {
	s.t.Helper()
	body := fmt.Sprintf(`{"matchers":{"instance_id":"soon"},"until":%q,"by":"wei"}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://"+s.addr+"/api/v1/silences", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode/100 != 2 {
		s.t.Fatalf("silence: %d %s", resp.StatusCode, text)
	}
}

// mayBeEmpty tells whether a query has no answer where all is well, or needs what this
// test does not have: days of history, or a cloud. When a process began is the kernel's
// to say, which a test at another moment does not ask.
func mayBeEmpty(q dashboardtest.Query) bool {
	return strings.Contains(q.Expr, "brimwatch_instance_forecast_full_timestamp_seconds") || strings.Contains(q.Expr, "brimwatch_collect_aliyun_") ||
		q.Kind == dashboardtest.Annotation && strings.Contains(q.Expr, "process_start_time_seconds") ||
		q.Kind == dashboardtest.Alert && strings.Contains(q.Name, "Brimwatch")
}

// emptyQueries lists the queries that have had no answer yet.
func (s *scene) emptyQueries(of *asked, began time.Time) []string {
	s.t.Helper()
	files, err := dashboards.Files(dashboards.Options{Folder: "/dashboards"})
	if err != nil {
		s.t.Fatal(err)
	}
	list, err := dashboardtest.Queries(files, dashboardtest.Options{
		From: began, To: time.Now(), Chosen: map[string]string{"instance": "mqtt-cn-0pp1abc|down|soon|now|owing|over"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	var empty []string
	if of.answered == nil {
		of.answered = make([]bool, len(list))
	}
	for i, q := range list {
		if of.answered[i] {
			continue
		}
		n, err := s.answers(of.base, q, began)
		if err != nil {
			s.t.Fatalf("%v: %v\n%s", q, err, q.Expr)
		}
		if n > 0 || mayBeEmpty(q) {
			of.answered[i] = true
			continue
		}
		empty = append(empty, fmt.Sprintf("%s: %v\n    %s", of.name, q, q.Expr))
	}
	return empty
}

// answers returns how many series the answer to a query has.
func (s *scene) answers(base string, q dashboardtest.Query, began time.Time) (int, error) {
	now := time.Now()
	moment := func(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }
	path, form := "/api/v1/query", url.Values{"query": {q.Expr}, "time": {moment(now)}}
	if !q.Instant {
		// Annotations have a step of a minute: so seldom, this short life would be looked at once, at
		// its beginning.
		step := min(max(q.Step, time.Second), 5*time.Second)
		path, form = "/api/v1/query_range", url.Values{"query": {q.Expr}, "start": {moment(began)}, "end": {moment(now)}, "step": {step.String()}}
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var answer struct {
		Error string
		Data  struct{ Result []json.RawMessage }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%d: %s", resp.StatusCode, answer.Error)
	}
	return len(answer.Data.Result), nil
}
