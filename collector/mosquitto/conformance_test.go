package mosquitto

import (
	"log/slog"
	"testing"

	mochi "github.com/mochi-mqtt/server/v2"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

func newConforming(t testing.TB, addr, password string) collector.Collector {
	t.Helper()
	return collectortest.Make(t, New, Options{
		URL: mqttURL(addr), Username: collectortest.Username, Password: password,
		Logger: slog.New(slog.DiscardHandler),
	})
}

// idle is what a broker tells that serves nobody but the monitors. Those that
// were cut off without taking leave may still be there for a moment.
func idle() []collectortest.Figure {
	return []collectortest.Figure{
		{Metric: fleet.SendTPS, Counter: true, Max: 0},
		{Metric: fleet.ReceiveTPS, Counter: true, Max: 1000},
		{Metric: fleet.Subscriptions, Max: 44},
		{Metric: fleet.Connections, Max: 4},
	}
}

func TestConformanceMosquitto(t *testing.T) {
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			t.Helper()
			file := passwordFile(t, collectortest.Username, password)
			return server.Mosquitto(t, "allow_anonymous false", "password_file "+file).Addr
		},
		New:    newConforming,
		Expect: idle(),
	})
}

func TestConformanceMochi(t *testing.T) {
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			t.Helper()
			addr, _ := startMochi(t, &mochi.Options{}, collectortest.Username, password)
			return addr
		},
		New:    newConforming,
		Expect: idle(),
	})
}
