package mosquitto

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// startMochi runs an embedded mochi broker for the test. Without a user,
// everybody is let in. Rules are added to the ledger that decides.
func startMochi(t testing.TB, o *mochi.Options, username, password string, acl ...auth.ACLRule) (string, *mochi.Server) {
	t.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	s := mochi.New(o)
	rule := auth.AuthRule{Allow: true}
	if username != "" {
		rule.Username, rule.Password = auth.RString(username), auth.RString(password)
	}
	ledger := &auth.Ledger{Auth: auth.AuthRules{rule}, ACL: acl}
	if err := s.AddHook(new(auth.Hook), &auth.Options{Ledger: ledger}); err != nil {
		t.Fatalf("mochi: %v", err)
	}
	addr := server.FreeAddr(t)
	if err := s.AddListener(listeners.NewTCP(listeners.Config{ID: "tcp", Address: addr})); err != nil {
		t.Fatalf("mochi: %v", err)
	}
	if err := s.Serve(); err != nil {
		t.Fatalf("mochi: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close mochi: %v", err)
		}
	})
	return addr, s
}

func TestMochiIdleReadsZero(t *testing.T) {
	t.Parallel()
	addr, _ := startMochi(t, &mochi.Options{}, "", "")
	c := build(t, Options{URL: mqttURL(addr)})
	v := collectortest.VisitUntil(t, c, "gauges without ourselves", func(v *collector.Visit, err error) bool {
		_, ok := pointOf(v, fleet.ReceiveTPS)
		return err == nil && ok && gauges(v, 0, 0)
	})
	in, _ := pointOf(v, fleet.SendTPS)
	out, _ := pointOf(v, fleet.ReceiveTPS)
	for range 4 {
		nextIn, nextOut := nextPoint(t, c, fleet.SendTPS, in), nextPoint(t, c, fleet.ReceiveTPS, out)
		if nextIn.total != in.total || nextOut.total != out.total {
			t.Errorf("an idle broker's totals went from %g and %g to %g and %g", in.total, out.total, nextIn.total, nextOut.total)
		}
		in, out = nextIn, nextOut
	}
}

func TestMochiKnownLoad(t *testing.T) {
	t.Parallel()
	addr, _ := startMochi(t, &mochi.Options{}, "", "")
	c := build(t, Options{URL: mqttURL(addr)})
	var delivered atomic.Int64
	count := func(mqtt.Client, mqtt.Message) { delivered.Add(1) }
	for i := range 3 {
		sub := client(t, addr, fmt.Sprint("sub", i))
		finish(t, sub.Subscribe("load/#", 1, count), "subscribe")
		finish(t, sub.Subscribe("$share/group/shared/#", 1, count), "subscribe shared")
	}
	pub := client(t, addr, "pub")
	collectortest.VisitUntil(t, c, "4 connections and 6 subscriptions", func(v *collector.Visit, err error) bool {
		return err == nil && gauges(v, 4, 6)
	})
	in, out := nextPoint(t, c, fleet.SendTPS, point{}), nextPoint(t, c, fleet.ReceiveTPS, point{})
	load(t, pub, "load/a", 1, 300)
	load(t, pub, "load/b", 2, 100)
	load(t, pub, "shared/a", 1, 100)
	const published, deliveries = 500, 400*3 + 100
	server.Eventually(t, "all deliveries", func() bool { return delivered.Load() == deliveries })
	collectortest.VisitUntil(t, c, "the exact totals", func(v *collector.Visit, err error) bool {
		in2, _ := pointOf(v, fleet.SendTPS)
		out2, _ := pointOf(v, fleet.ReceiveTPS)
		return err == nil && in2.total-in.total == published && out2.total-out.total == deliveries
	})
}

func TestMochiFull(t *testing.T) {
	t.Parallel()
	limits := mochi.NewDefaultServerCapabilities()
	limits.MaximumClients = 1
	addr, _ := startMochi(t, &mochi.Options{Capabilities: limits}, "", "")
	client(t, addr, "one")
	c := build(t, Options{URL: mqttURL(addr)})
	v, err := collectortest.Visit(t, c)
	if err != nil || !v.IsFull(fleet.Connections) {
		t.Fatalf("a broker at its limit (CONNACK 3): %s, error %v", collectortest.Describe(v), err)
	}
}

func TestMochiDeniesSubscription(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		rules []auth.ACLRule
		err   string
		gap   string // of connections
	}{
		{"all of $SYS", []auth.ACLRule{{Filters: auth.Filters{"$SYS/#": auth.Deny}}}, "topic read $SYS/#", ""},
		{"one topic", []auth.ACLRule{{Filters: auth.Filters{"$SYS/broker/clients/connected": auth.Deny}}}, "", notGranted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr, _ := startMochi(t, &mochi.Options{}, "", "", tt.rules...)
			c := build(t, Options{URL: mqttURL(addr)})
			v, err := collectortest.Visit(t, c)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v does not name the right %q", err, tt.err)
				}
				if !v.Blank() {
					t.Errorf("a refused subscription has told: %s", collectortest.Describe(v))
				}
				return
			}
			collectortest.VisitUntil(t, c, "the reason of the gap", func(v *collector.Visit, err error) bool {
				_, ok := v.GaugeOf(fleet.Subscriptions)
				return err == nil && ok && len(v.Gaps()) == 1 && v.Gaps()[0].Metric == fleet.Connections && v.Gaps()[0].Reason == tt.gap
			})
		})
	}
}

// TestMochiRetainedOnly connects to a broker that refreshes so rarely that
// nothing but what it retains is told.
func TestMochiRetainedOnly(t *testing.T) {
	t.Parallel()
	addr, _ := startMochi(t, &mochi.Options{SysTopicResendInterval: int64(time.Hour / time.Second)}, "", "")
	c := build(t, Options{URL: mqttURL(addr)})
	v := collectortest.VisitUntil(t, c, "what is retained", func(_ *collector.Visit, err error) bool {
		return !errors.Is(err, collector.ErrNotYet)
	})
	if !gauges(v, 0, 0) {
		t.Errorf("retained gauges: %s", collectortest.Describe(v))
	}
	if _, ok := pointOf(v, fleet.SendTPS); ok {
		t.Errorf("a retained total is the first point of a rate: %s", collectortest.Describe(v))
	}
}
