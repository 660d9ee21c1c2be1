package inventory

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/collector/aliyun"
)

func TestOptions(t *testing.T) {
	good := Options{Name: "acme", Regions: []string{region}, Zone: time.UTC}
	for name, tt := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"no name":             {func(o *Options) { o.Name = "" }, "name: missing"},
		"no zone":             {func(o *Options) { o.Zone = nil }, "time_zone: missing"},
		"no region":           {func(o *Options) { o.Regions = nil }, "discover.regions: name at least one"},
		"a region that is no": {func(o *Options) { o.Regions = []string{"metrics.evil.test/"} }, `"metrics.evil.test/" is no region`},
		"an unknown product":  {func(o *Options) { o.Products = []string{"kafka"} }, `"kafka" is not one of mqtt, rocketmq, iot, redis`},
		"keep below zero":     {func(o *Options) { o.Keep = -1 }, "keep: must not be negative"},
	} {
		o := good
		tt.change(&o)
		if _, err := newInventory(o, canned(nil)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(good); err == nil || err.Error() != "account: missing" {
		t.Errorf("no account: %v", err)
	}
	account, err := aliyun.NewAccount(aliyun.AccountOptions{Name: "acme", AccessKeyID: keyID, AccessKeySecret: secret, Endpoint: nowhere})
	if err != nil {
		t.Fatal(err)
	}
	good.Account = account
	i, err := New(good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Sweep(t.Context(), time.Now()); err == nil {
		t.Error("nobody listens, and a sweep says all is well")
	}
	if err := account.Close(); err != nil {
		t.Error(err)
	}
}

// Run sweeps at once and then at its interval, tells of changes only, says each
// problem once, and ends with its context.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var answer atomic.Value
		answer.Store(`{"Instances":[]}`)
		var sweeps, changes atomic.Int64
		ask := func(_ context.Context, q question, into any) error {
			if q.operation != listMQTT {
				return canned([]byte(`{"Success":true}`))(t.Context(), q, into)
			}
			sweeps.Add(1)
			body, ok := answer.Load().(string)
			if !ok || body == "" {
				return errors.New("no answer")
			}
			return canned([]byte(body))(t.Context(), q, into)
		}
		i, err := newInventory(Options{Name: "acme", Regions: []string{region}, Products: []string{"mqtt"}, Zone: time.UTC,
			Logger: slog.New(slog.NewTextHandler(&log, nil))}, ask)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			i.Run(ctx, 5*time.Minute, func() { changes.Add(1) })
		}()
		pass := func(d time.Duration, wantSweeps, wantChanges int64) {
			t.Helper()
			<-time.After(d) // inside of a bubble
			synctest.Wait()
			if s, c := sweeps.Load(), changes.Load(); s != wantSweeps || c != wantChanges {
				t.Errorf("%d sweeps and %d changes, want %d and %d", s, c, wantSweeps, wantChanges)
			}
		}
		pass(0, 1, 0)
		answer.Store(`{"Instances":[{"InstanceId":"mqtt-cn-a","InstanceType":4,"ExpireTime":1841795200000}]}`)
		pass(time.Minute, 1, 0)
		pass(4*time.Minute, 2, 1)
		pass(5*time.Minute, 3, 1)
		answer.Store("")
		pass(30*time.Minute, 9, 1)
		if got := strings.Count(log.String(), "MQTT in cn-hangzhou: no answer"); got != 1 {
			t.Errorf("a problem of six sweeps is logged %d times: %s", got, log.String())
		}
		if !strings.Contains(log.String(), `msg="instance found" account=acme instance=mqtt-cn-a`) {
			t.Errorf("log: %s", log.String())
		}
		cancel()
		synctest.Wait()
		select {
		case <-done:
		default:
			t.Error("Run goes on without its context")
		}
	})
}
