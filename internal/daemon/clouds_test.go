package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/check"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

const discovering = `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", retention: 1d}
accounts:
  - name: acme
    provider: aliyun
    time_zone: Asia/Shanghai
    access_key_id: LTAI5tExample
    access_key_secret: very-secret
    endpoint: CLOUD
    discover: {regions: [cn-hangzhou], products: [mqtt, redis]}
instances:
  - {id: mqtt-cn-1, capacity: {connections: 1000}}
receivers: [{name: oncall, webhooks: [{url: "HOOK"}]}]
alarms: {capacity: {for: 0s}}
`

// aCloud serves an account with one MQTT and one Redis instance.
func aCloud(t *testing.T) (*cloud.Server, string) {
	t.Helper()
	s, err := cloud.New(cloud.Options{Accounts: []cloud.Account{{
		UID: "1234567890", Balance: cloud.Balance{AvailableAmount: "1,000.00", Currency: "CNY"},
		Keys: []cloud.Key{{ID: "LTAI5tExample", Secret: "very-secret"}},
		MQTT: []cloud.MQTTInstance{{
			InstanceID: "mqtt-cn-1", InstanceName: "Orders", InstanceStatus: 5, RegionID: "cn-hangzhou",
			CreateTime: time.Now().AddDate(-1, 0, 0).UnixMilli(), ExpireTime: time.Now().AddDate(1, 0, 0).UnixMilli(),
		}},
		Redis: []cloud.RedisInstance{{
			InstanceID: "r-1", InstanceName: "Sessions", RegionID: "cn-hangzhou", InstanceStatus: "Normal", InstanceClass: "redis.master.small.default",
			Capacity: 1024, QPS: 80000, Connections: 10000, ArchitectureType: "standard", EditionType: "Community", ChargeType: "PrePaid",
			CreateTime: "2026-01-01T00:00:00Z", EndTime: time.Now().AddDate(1, 0, 0).UTC().Format("2006-01-02T15:04:05Z"),
		}},
		Series: []cloud.Series{
			cloud.Measure("acs_mqtt", "ConnectionsPerInstance", "mqtt-cn-1", 300, "Average"),
			cloud.Measure("acs_kvstore", "StandardUsedConnection", "r-1", 9000, "Average", "Maximum"),
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

// An account's instances are found, read, judged and let go without a restart.
func TestInstancesOfACloud(t *testing.T) {
	s, endpoint := aCloud(t)
	told := make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct {
			Alerts []struct{ Labels, Annotations map[string]string }
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		for _, a := range body.Alerts {
			told <- fmt.Sprintf("%s %s %s of %s", a.Labels["instance_id"], a.Labels["metric"], a.Annotations["usage"], a.Annotations["capacity"])
		}
	}))
	defer hook.Close()
	path := writeConfig(t, strings.NewReplacer("CLOUD", endpoint, "HOOK", hook.URL).Replace(discovering), nil)
	d, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, nil) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}()

	found := waitInstances(t, d, func(list []wire.Instance) bool {
		return len(list) == 2 && list[0].Metrics["connections"].Usage != nil && list[1].Metrics["connections"].Usage != nil
	})
	mq, cache := found[0], found[1]
	if mq.Name != "Orders" || mq.Product != "mqtt" || *mq.Metrics["connections"].Capacity != 1000 || mq.Metrics["connections"].Origin != "configured" {
		t.Errorf("got %+v", mq)
	}
	if c := cache.Metrics["connections"]; *c.Usage != 9000 || *c.Capacity != 10000 || c.Origin != "cloud" || c.CapacityAt == nil {
		t.Errorf("got %+v", c)
	}
	if cache.Lifecycle.ExpiresAt == nil || cache.Metrics["memory_bytes"].Capacity == nil {
		t.Errorf("got %+v", cache)
	}
	select {
	case got := <-told:
		if got != "r-1 connections 9000 of 10000" {
			t.Errorf("told %q", got)
		}
	case <-time.After(patience):
		t.Fatal("nobody was told")
	}

	s.Change(func(accounts []*cloud.Account) { accounts[0].Redis = nil })
	for range 3 { // one list without it may be short
		if faults := d.accounts.SweepOnce(t.Context(), time.Now()); len(faults) > 0 {
			t.Fatal(faults)
		}
	}
	nudge(d.found)
	waitInstances(t, d, func(list []wire.Instance) bool { return len(list) == 1 })
}

// A start without the cloud goes on with what was found before.
func TestStartWithoutTheCloud(t *testing.T) {
	s, endpoint := aCloud(t)
	path := writeConfig(t, strings.NewReplacer("CLOUD", endpoint, "HOOK", "http://127.0.0.1:1/").Replace(discovering), nil)
	d, err := build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if faults := d.accounts.SweepOnce(t.Context(), time.Now()); len(faults) > 0 {
		t.Fatal(faults)
	}
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	s.SetFault("", cloud.Fault{Answer: cloud.AnswerFault})
	if checked, err := check.Configuration(path, "test"); err != nil || len(checked.Instances) != 2 {
		t.Errorf("checked: %+v, %v; want what was found before", checked, err)
	}
	d, err = build(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.state.Configuration().Instances); n != 2 {
		t.Errorf("%d instances, want 2", n)
	}
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
}

// waitInstances asks the API until the instances are as wanted.
func waitInstances(t *testing.T, d *Daemon, ok func([]wire.Instance) bool) []wire.Instance {
	t.Helper()
	guard := time.NewTimer(patience)
	defer guard.Stop()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		var got wire.Instances
		resp, err := client.Get("http://" + d.Address().String() + "/api/v1/instances")
		if err != nil {
			t.Fatal(err)
		}
		err = json.NewDecoder(resp.Body).Decode(&got)
		_ = resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if ok(got.Instances) {
			return got.Instances
		}
		select {
		case <-again.C:
		case <-guard.C:
			text, _ := json.MarshalIndent(got, "", " ")
			t.Fatalf("the instances did not become as wanted; remarks %q\n%s", d.accounts.Remarks(), text)
		}
	}
}

// TestStatusOfTheCloud: a status that means stopped is where the instance stands, on its page, in the
// API and in its alarms, and its silence is expected; a word that nobody knows is shown, and changes nothing.
func TestStatusOfTheCloud(t *testing.T) {
	s, endpoint := aCloud(t)
	path := writeConfig(t, strings.NewReplacer("CLOUD", endpoint, "HOOK", "http://127.0.0.1:1/").Replace(discovering), nil)
	d := judging(t, path)
	says := func(status string) {
		t.Helper()
		s.Change(func(accounts []*cloud.Account) { accounts[0].Redis[0].InstanceStatus = status })
		if faults := d.accounts.SweepOnce(t.Context(), time.Now()); len(faults) > 0 {
			t.Fatal(faults)
		}
		if _, err := d.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.fanOut([]*fleet.Reading{{Instance: "r-1", At: time.Now(), Reason: "connection refused"}})
	}
	holds := func(address string, texts ...string) {
		t.Helper()
		got := get(t, d, address).Body.String()
		for _, text := range texts {
			if !strings.Contains(got, text) {
				t.Errorf("%s does not hold %s:\n%s", address, text, got)
			}
		}
	}
	open := func() string {
		t.Helper()
		return get(t, d, "/api/v1/alarms?state=raised").Body.String()
	}
	says("Levitating")
	holds("/api/v1/instances/r-1", `"cloud_status":"Levitating"`, `"state":"active"`, `"reason":"connection refused"`)
	holds("/instances/r-1", "Levitating")
	if got := open(); strings.Contains(got, "r-1") {
		t.Errorf("open are %s", got)
	}
	says("Inactive")
	holds("/api/v1/instances/r-1", `"cloud_status":"Inactive"`, `"state":"suspended"`, `"reason":"the cloud says Inactive"`, `"told":"cloud"`, `"reason":"expected: stopped since `)
	holds("/instances/r-1", "Status in the cloud", "the cloud says Inactive", "expected: stopped since ")
	holds("/metrics", `brimwatch_instance_lifecycle_state{instance_id="r-1",product="redis",edition="community",state="suspended"} 1`)
	if got := open(); !strings.Contains(got, `"rule":"suspension","instance_id":"r-1"`) || strings.Contains(got, "no_data") {
		t.Errorf("open are %s", got)
	}
	says("Normal")
	holds("/api/v1/instances/r-1", `"state":"active"`)
	if got := open(); strings.Contains(got, "r-1") {
		t.Errorf("open are %s", got)
	}
}
