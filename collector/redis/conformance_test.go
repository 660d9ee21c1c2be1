package redis

import (
	"log/slog"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

func TestConformance(t *testing.T) {
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			t.Helper()
			return server.Redis(t, "maxclients 1234", "maxmemory 500mb", "user default off",
				"user "+collectortest.Username+" on >"+password+" +info +ping").Addr
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			return collectortest.Make(t, New, Options{URL: redisURL(addr), Username: collectortest.Username, Password: password, Logger: slog.New(slog.DiscardHandler)})
		},
		// Connections that the suite cut off may still be there for a moment.
		Expect: []collectortest.Figure{
			{Metric: fleet.SendTPS, Counter: true},
			{Metric: fleet.CommandsTPS, Counter: true, Max: 200},
			{Metric: fleet.Subscriptions},
			{Metric: fleet.Connections, Max: 4, Limit: 1234},
			{Metric: fleet.MemoryBytes, Min: 100 << 10, Max: 100 << 20, Limit: 500 << 20},
		},
	})
}
