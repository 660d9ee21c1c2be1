package prometheus

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// build makes a Collector that is closed with the test.
func build(t testing.TB, o Options) *Collector {
	t.Helper()
	if o.Transport == nil {
		o.Transport = httpget.NewTransportThrough(nil)
	}
	return collectortest.Build(t, New, o)
}

// script is a server that gives prepared answers: what is asked for, and status
// and body. Queries of ages that are not in it get no series.
type script map[string]reply

type reply struct {
	status int // 0 is 200
	body   string
}

const nothing = `{"status":"success","data":{"resultType":"vector","result":[]}}`

func (s script) serve(t testing.TB) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.PostFormValue("query")
		if r.Method != http.MethodPost || r.URL.Path != "/api/v1/query" {
			t.Errorf("asked by %s for %s", r.Method, r.URL)
		}
		a, ok := s[query]
		if !ok && strings.Contains(query, numberLabel) {
			a, ok = reply{body: nothing}, true
		}
		if !ok {
			t.Errorf("unexpected query %s", query)
		}
		w.Header().Set("Content-Type", "application/json")
		if a.status != 0 {
			w.WriteHeader(a.status)
		}
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// one is the answer of one series without labels.
func one(value string) reply {
	return reply{body: `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1795313399.855,"` + value + `"]}]}}`}
}

// connections asks for one metric.
func connections(usage, limit string) []Query {
	return []Query{{Metric: fleet.Connections, Usage: usage, Limit: limit}}
}
