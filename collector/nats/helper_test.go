package nats

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/httpget"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// build makes a Collector that is closed with the test.
func build(t testing.TB, o Options) *Collector {
	t.Helper()
	o.Transport = httpget.NewTransportThrough(nil)
	return collectortest.Build(t, New, o)
}

// pages are what a server shows, by path.
type pages map[string]string

func (p pages) serve(t testing.TB) string {
	t.Helper()
	answers := make(map[string]collectortest.Answer)
	for path, page := range p {
		answers[path] = collectortest.JSON(page)
	}
	return collectortest.Serve(t, answers).URL
}
