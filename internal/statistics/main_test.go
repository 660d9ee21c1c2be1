package statistics

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// open opens a history in dir and closes it when the test ends.
func open(t testing.TB, dir string, change func(*Options)) *Store {
	t.Helper()
	opts := Options{Dir: dir, Version: "test", Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.NewTextHandler(testLog{t}, nil))}
	if change != nil {
		change(&opts)
	}
	s, err := Open(opts)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// testLog puts log lines where they belong to a test.
type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	if testing.Verbose() {
		_, _ = os.Stderr.Write(p)
	}
	return len(p), nil
}

// start is where test data begins: on the minute, and recent enough that no
// retention touches it.
func start() time.Time { return time.Now().Add(-2 * time.Hour).Truncate(time.Minute).UTC() }

// orders is an instance with capacities for what mqttReading reads.
func orders() *fleet.Instance {
	in := &fleet.Instance{ID: "mqtt-1", Name: "Orders", Product: "mqtt", Edition: "basic", Watched: true}
	in.Catalogue[fleet.MessageTPS] = 1000
	in.Catalogue[fleet.Subscriptions] = 10000
	in.Catalogue[fleet.Connections] = 5000
	return in
}

// mqttReading is what an MQTT broker tells: three gauges and the two rates with
// their sum.
func mqttReading(id string, at time.Time, send, receive, connections float64) *fleet.Reading {
	r := &fleet.Reading{Instance: id, At: at, Up: true}
	put := func(m fleet.Metric, v float64) { r.Known, r.Usage[m] = r.Known.With(m), v }
	put(fleet.SendTPS, send)
	put(fleet.ReceiveTPS, receive)
	put(fleet.MessageTPS, send+receive)
	put(fleet.Connections, connections)
	put(fleet.Subscriptions, 2*connections)
	return r
}

// silence is a reading of a source that did not answer.
func silence(id string, at time.Time) *fleet.Reading {
	return &fleet.Reading{Instance: id, At: at, Reason: "connection refused"}
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
