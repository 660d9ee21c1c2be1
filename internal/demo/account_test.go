package demo

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestCloudIsFound runs the demo with the account: Brimwatch finds its
// instances and reads them, and the telephone shows what there is to tell.
func TestCloudIsFound(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &terminal{begun: make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Options{Listen: "127.0.0.1:0", Out: out, Version: "test", Log: slog.New(slog.DiscardHandler)})
	}()
	select {
	case <-out.begun:
	case err := <-ended:
		t.Fatalf("the demo ended: %v\n%s", err, out)
	case <-time.After(patience):
		t.Fatalf("the demo does not begin:\n%s", out)
	}
	urls := regexp.MustCompile(`http://\S+`).FindAllString(out.String(), -1)
	if len(urls) != printedPages {
		t.Fatalf("%d addresses were printed, want %d:\n%s", len(urls), printedPages, out)
	}
	api, telephone := urls[0]+"api/v1/", urls[printedPages-2]

	var list wire.Instances
	server.Eventually(t, "figures of all instances of the account", func() bool {
		list = wire.Instances{}
		if err := json.Unmarshal([]byte(fetch(t, api+"instances")), &list); err != nil {
			t.Fatal(err)
		}
		return len(read(list)) == 5
	})
	want := map[string]found{
		cloudTelemetry: {"Telemetry", "mqtt", "basic", "expiring", telemetryConnections},
		cloudShop:      {"Shop events", "rocketmq", "standard", "active", shopConnections},
		cloudCarts:     {"Carts", "redis", "community", "active", redisConnections},
		cloudScratch:   {"Scratch", "redis", "community", "grace", redisConnections},
		cloudDevices:   {"Devices", "iot", "enterprise", "active", devicesConnections},
	}
	for id, in := range read(list) {
		if in != want[id] {
			t.Errorf("%s: got %+v, want %+v", id, in, want[id])
		}
		if !strings.Contains(out.String(), in.name) {
			t.Errorf("the terminal does not name %s:\n%s", in.name, out)
		}
	}
	// They come as texts of their own, or in one that speaks for several.
	account, expiry := regexp.MustCompile(`[A-Z0-9]{4} (?:CRITICAL )?acme\b`), regexp.MustCompile(`[A-Z0-9]{4} (?:WARNING )?Telemetry\b`)
	server.Eventually(t, "the SMS about the account and the instance that expires", func() bool {
		page := fetch(t, telephone)
		return account.MatchString(page) && expiry.MatchString(page)
	})
	for _, rule := range []string{"expiry", "overdue", "cannot_renew"} {
		if alarms := fetch(t, api+"alarms"); !strings.Contains(alarms, `"rule":"`+rule+`"`) {
			t.Errorf("no alarm of the rule %s: %s", rule, alarms)
		}
	}
	// What happens on the page meanwhile is told, too, though all these texts came first.
	orders := regexp.MustCompile(`[A-Z0-9]{4} (?:CRITICAL )?Orders:? conn`)
	server.Eventually(t, "the SMS about the connections of Orders", func() bool { return orders.MatchString(fetch(t, telephone)) })
	if page := fetch(t, urls[0]); strings.Contains(page, "To see to") {
		t.Errorf("there is something to see to:\n%s", page)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	goleak.VerifyNone(t, before)
}

// found is what the API tells of an instance of the account.
type found struct {
	name, product, edition, lifecycle string
	connections                       float64 // its capacity
}

// read returns the instances of the account whose connections were read.
func read(list wire.Instances) map[string]found {
	out := make(map[string]found)
	for i := range list.Instances {
		in := &list.Instances[i]
		if c := in.Metrics["connections"]; in.Account == "acme" && c.Usage != nil && c.Capacity != nil && in.Name != in.ID {
			out[in.ID] = found{in.Name, in.Product, in.Edition, in.Lifecycle.State, *c.Capacity}
		}
	}
	return out
}

// fetch returns what an address answers.
func fetch(t *testing.T, url string) string {
	t.Helper()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %s, %v:\n%s", url, resp.Status, err, body)
	}
	return string(body)
}

func TestWave(t *testing.T) {
	w := wave{whole: 1000, low: 0.4, high: 0.8, period: 4 * time.Minute}
	var got []float64
	for quarter := range 6 {
		got = append(got, w.after(time.Duration(quarter)*time.Minute))
	}
	if want := []float64{400, 600, 800, 600, 400, 600}; !slices.Equal(got, want) {
		t.Errorf("quarter by quarter %v, want %v", got, want)
	}
}

// TestWhatPassesTheThreshold holds what the terminal announces against the figures.
func TestWhatPassesTheThreshold(t *testing.T) {
	began := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		instance, metric, statistic string
		capacity                    float64
		after                       time.Duration // when it has passed
	}{
		{cloudTelemetry, "ConnectionsPerInstance", "Average", telemetryConnections, time.Minute},
		{cloudShop, "InstanceApiCallTps", "Sum", shopTPS, 2 * time.Minute},
	} {
		n := 0
		for _, s := range cloudSeries(began) {
			if s.Dimensions["instanceId"] != tt.instance || s.Metric != tt.metric {
				continue
			}
			n++
			at := func(d time.Duration) float64 { return s.Read(began.Add(d))[tt.statistic] / tt.capacity }
			if before, then := at(0), at(tt.after); before >= threshold || then < threshold || at(tt.after+time.Minute) < threshold {
				t.Errorf("%s is at %.0f %% first and at %.0f %% after %s, want it to pass 70 %% and stay there for a minute", tt.metric, 100*before, 100*then, tt.after)
			}
		}
		if n != 1 {
			t.Errorf("%d series of %s, want 1", n, tt.metric)
		}
	}
}
