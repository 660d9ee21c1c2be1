package nats

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

func versions() []string { return []string{"v2.9.10", "v2.15.2"} }

// TestCaptures reads what two real versions told, and holds it against what the
// load generator had done.
func TestCaptures(t *testing.T) {
	for _, version := range versions() {
		t.Run(version, func(t *testing.T) {
			var truth struct {
				Published   float64 `json:"published"`
				Delivered   float64 `json:"delivered"`
				Connections float64 `json:"client_conns"`
				Subs        float64 `json:"client_subs"`
			}
			if err := json.Unmarshal([]byte(collectortest.Testdata(t, version, "truth.json")), &truth); err != nil {
				t.Fatal(err)
			}
			// The old version had its MQTT listener on, with nobody connected to it.
			old := version == "v2.9.10"
			p := pages{"/varz": collectortest.Testdata(t, version, "varz-after.json"), "/connz": collectortest.Testdata(t, version, "connz-load.json")}
			v := collectortest.MustVisit(t, build(t, Options{URL: p.serve(t)}))
			if n := collectortest.TotalOf(v, fleet.SendTPS); n != truth.Published {
				t.Errorf("in: %v, want %v", n, truth.Published)
			}
			if n := collectortest.TotalOf(v, fleet.ReceiveTPS); old && n != -1 || !old && n != truth.Delivered {
				t.Errorf("out: %v, want %v", n, truth.Delivered)
			}
			if old && collectortest.GapOf(v, fleet.ReceiveTPS) != mqttIsOn {
				t.Errorf("out is unknown: %q", collectortest.GapOf(v, fleet.ReceiveTPS))
			}
			if n := collectortest.GaugeOf(v, fleet.Connections); n != truth.Connections {
				t.Errorf("connections: %v, want %v", n, truth.Connections)
			}
			if n := collectortest.GaugeOf(v, fleet.Subscriptions); n != truth.Subs {
				t.Errorf("subscriptions: %v, want %v", n, truth.Subs)
			}
			if n, _ := v.LimitOf(fleet.Connections); n != 200 {
				t.Errorf("limit: %v, want 200", n)
			}
			if n, ok := v.LimitOf(fleet.Subscriptions); ok {
				t.Errorf("a limit of %v was made of one for each connection", n)
			}
		})
	}
}

// TestCapturedTraffic makes the rates that a Runner would make of two pages, over
// the server's own clock. 1000 messages a second came from one second after the
// first page on, so the mean is below that.
func TestCapturedTraffic(t *testing.T) {
	for _, version := range versions() {
		t.Run(version, func(t *testing.T) {
			point := func(page string) (float64, time.Time) {
				p := pages{"/varz": collectortest.Testdata(t, version, page+".json"), "/connz": collectortest.Testdata(t, version, "connz-load.json")}
				n, clock, ok := collectortest.MustVisit(t, build(t, Options{URL: p.serve(t)})).CounterOf(fleet.SendTPS)
				if !ok {
					t.Fatalf("%s tells no messages", page)
				}
				return n, clock
			}
			idle, began := point("varz-idle")
			load, at := point("varz-load")
			if rate := (load - idle) / at.Sub(began).Seconds(); rate < 850 || rate > 1010 {
				t.Errorf("%v messages a second, want just below 1000", rate)
			}
		})
	}
}

// TestCapturedMQTT reads servers that served MQTT clients: 12 connections, 10 of
// them with two filters each, one of which NATS makes two subscriptions of.
func TestCapturedMQTT(t *testing.T) {
	for _, tt := range []struct {
		version             string
		published           float64 // between the pages
		connections, listed float64 // subscriptions of those that the page lists
	}{
		{"v2.9.10", 4999, 12, -1}, // the page lists one client only, of 12
		{"v2.15.2", 4995, 12, 30},
	} {
		t.Run(tt.version, func(t *testing.T) {
			at := func(page string) pages {
				return pages{"/varz": collectortest.Testdata(t, tt.version, page+".json"), "/connz": collectortest.Testdata(t, tt.version, "mqtt-connz-load.json")}
			}
			before := collectortest.MustVisit(t, build(t, Options{URL: at("mqtt-before-varz").serve(t)}))
			after := collectortest.MustVisit(t, build(t, Options{URL: at("mqtt-after-varz").serve(t)}))
			during := collectortest.MustVisit(t, build(t, Options{URL: at("mqtt-load-varz").serve(t)}))
			if n := collectortest.TotalOf(after, fleet.SendTPS) - collectortest.TotalOf(before, fleet.SendTPS); n != tt.published {
				t.Errorf("in: %v, want %v", n, tt.published)
			}
			if n := collectortest.TotalOf(after, fleet.ReceiveTPS); n != -1 || collectortest.GapOf(after, fleet.ReceiveTPS) != mqttIsOn {
				t.Errorf("out: %v, %q, want it to be unknown", n, collectortest.GapOf(after, fleet.ReceiveTPS))
			}
			if n := collectortest.GaugeOf(during, fleet.Connections); n != tt.connections {
				t.Errorf("connections: %v, want %v", n, tt.connections)
			}
			if n := collectortest.GaugeOf(during, fleet.Subscriptions); n != tt.listed {
				t.Errorf("subscriptions: %v, want %v; %q", n, tt.listed, collectortest.GapOf(during, fleet.Subscriptions))
			}
		})
	}
}

func FuzzPages(f *testing.F) {
	files, err := filepath.Glob("testdata/v*/*z*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no captures: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, data)
	}
	f.Add([]byte(`{"server_id":"a","connections":-1,"in_msgs":1e309}`), []byte(`{"total":2,"connections":[{"subscriptions":1e308},null]}`))
	f.Fuzz(func(t *testing.T, about, list []byte) {
		var v varz
		var page connz
		if json.Unmarshal(about, &v) != nil || json.Unmarshal(list, &page) != nil {
			return
		}
		var visit collector.Visit
		v.Now = time.Now()
		v.fill(&visit)
		var all sum
		f, done := all.add(&page)
		if done {
			f.tell(&visit, fleet.Subscriptions)
		}
		for _, m := range []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Connections, fleet.Subscriptions} {
			if m == fleet.Subscriptions && !done {
				continue
			}
			if told := collectortest.GaugeOf(&visit, m) >= 0 || collectortest.TotalOf(&visit, m) >= 0; told == (collectortest.GapOf(&visit, m) != "") {
				t.Errorf("%v: told %v, reason %q", m, told, collectortest.GapOf(&visit, m))
			}
		}
	})
}
