package web_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/internal/web"
)

// The pages over a fleet of 10,000 instances: a page of the list, with all of them
// counted, searched and sorted, what lies ahead of them, and a day of one instance in
// charts, a year of it in steps of six hours, and a day of eight side by side.
func BenchmarkPages(b *testing.B) {
	f := &fake{}
	for i := range 10_000 {
		st := instance(fmt.Sprintf("broker-%05d", i), fmt.Sprintf("Broker %d", i), "mqtt", "Basic Edition",
			amounts{fleet.MessageTPS: 1000, fleet.Subscriptions: 10_000, fleet.Connections: 5000},
			amounts{fleet.MessageTPS: float64(i % 1000), fleet.Subscriptions: float64(i), fleet.Connections: float64(i / 2)}, map[string]string{"env": "prod", "team": fmt.Sprint("team-", i%50)})
		st.Instance.Account = fmt.Sprintf("account-%d", i%200)
		pays(&st, fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: now().AddDate(0, 0, i%400)}, &fleet.Account{Name: fmt.Sprintf("account-%d", i%200), Zone: time.UTC})
		f.standings = append(f.standings, st)
	}
	h, err := web.New(web.Options{
		Fleet: f, Statistics: f, Alarms: f, Acker: f, Notices: f, Silences: f, Retrier: f, Optouts: f, AlarmDialog: f, Forecaster: f, LastDay: dayOfAll{}, Logger: slog.New(slog.DiscardHandler), Now: now,
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, path := range map[string]string{
		"calendar": "/calendar", "feed": "/calendar.ics", "list": "/", "forecast": "/?sort=forecast", "term": "/?sort=term", "label": "/?label=team%3Dteam-7", "search": "/?q=broker+99", "statistics": "/instances/broker-00001?tab=statistics&last=24h",
		"statistics_year": "/instances/broker-00001?tab=statistics&last=1y&step=6h", "statistics_eight": "/statistics?last=24h&instance=broker-00001&instance=broker-00002&instance=broker-00003&instance=broker-00004&instance=broker-00005&instance=broker-00006&instance=broker-00007&instance=broker-00008",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := asked(b, h, path, "")
				if w.Code != http.StatusOK {
					b.Fatalf("answered %d", w.Code)
				}
				b.ReportMetric(float64(w.Body.Len()), "bytes")
			}
		})
	}
	b.Run("unchanged", func(b *testing.B) {
		version := asked(b, h, "/", "").Header().Get("ETag")
		b.ReportAllocs()
		for b.Loop() {
			if w := asked(b, h, "/", version); w.Code != http.StatusNotModified {
				b.Fatalf("answered %d", w.Code)
			}
		}
	})
}

// asked asks for a page as a browser does, or as the script that has a version of it.
func asked(b *testing.B, h http.Handler, path, version string) *httptest.ResponseRecorder {
	b.Helper()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	if version != "" {
		r.Header.Set("If-None-Match", version)
		r.Header.Set("Brimwatch-Parts", "")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// dayOfAll knows a day of every instance that swells and ebbs, of each another one.
type dayOfAll struct{}

func (dayOfAll) LastDay(id string, _ time.Time) (out readers.Day, known bool) {
	for m := range out {
		for i := range out[m] {
			out[m][i] = float32((len(id)*31+int(id[len(id)-1])*17+int(id[len(id)-2])*5+m*7+i*(3+m))%97) / 100
		}
	}
	return out, true
}

// TestListOfALargeFleetIsSmall: a page of 10,000 instances, with every bar and line on it, is below
// 200 kB as it is sent, and what is sent again of one that changed is a small part of that.
func TestListOfALargeFleetIsSmall(t *testing.T) {
	f := &fake{}
	for i := range 10_000 {
		f.standings = append(f.standings, instance(fmt.Sprintf("broker-%05d", i), fmt.Sprintf("Broker %d", i), "mqtt", "Basic Edition", amounts{fleet.MessageTPS: 1000, fleet.Subscriptions: 10_000, fleet.Connections: 5000},
			amounts{fleet.MessageTPS: float64(i % 1000), fleet.Subscriptions: float64(i), fleet.Connections: float64(i / 2)}, map[string]string{"env": "prod", "team": fmt.Sprint("team-", i%50), "host": fmt.Sprint("h", i)}))
		f.standings[i].Instance.Account = fmt.Sprintf("account-%d", i)
	}
	h, err := web.New(web.Options{
		Fleet: f, Statistics: f, Alarms: f, Acker: f, Notices: f, Silences: f, Retrier: f, Optouts: f, AlarmDialog: f, Forecaster: f, LastDay: dayOfAll{}, Logger: slog.New(slog.DiscardHandler), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Body.Len() > 200_000 || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%d bytes, %v", w.Body.Len(), w.Header())
	}
	t.Logf("%d bytes", w.Body.Len())
	r.Header.Del("Accept-Encoding")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	f.rename(9999, "Another name") // it is on the first page
	r.Header.Set("Brimwatch-Parts", strings.Join(hashes(w), ","))
	r.Header.Set("Accept-Encoding", "gzip")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Body.Len() > 10_000 || w.Code != http.StatusOK {
		t.Errorf("%d, %d bytes of one row that changed", w.Code, w.Body.Len())
	}
	t.Logf("%d bytes of one row that changed", w.Body.Len())
}
