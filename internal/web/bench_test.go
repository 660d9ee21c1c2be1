package web_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/web"
)

// The pages over a fleet of 10,000 instances: a page of the list, with all of them
// counted, searched and sorted, what lies ahead of them, and a day of one instance in
// charts.
func BenchmarkPages(b *testing.B) {
	f := &fake{}
	for i := range 10_000 {
		st := instance(fmt.Sprintf("broker-%05d", i), fmt.Sprintf("Broker %d", i), "mqtt", "Basic Edition",
			amounts{fleet.MessageTPS: 1000, fleet.Subscriptions: 10_000, fleet.Connections: 5000},
			amounts{fleet.MessageTPS: float64(i % 1000), fleet.Subscriptions: float64(i), fleet.Connections: float64(i / 2)}, nil)
		pays(&st, fleet.Term{Method: fleet.Subscription, Policy: "mqtt", Expires: now().AddDate(0, 0, i%400)}, &fleet.Account{Name: fmt.Sprintf("account-%d", i%200), Zone: time.UTC})
		f.standings = append(f.standings, st)
	}
	h, err := web.New(web.Options{
		Fleet: f, Statistics: f, Alarms: f, Acker: f, Notices: f, Silences: f, Retrier: f, Optouts: f, AlarmDialog: f, Logger: slog.New(slog.DiscardHandler), Now: now,
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, path := range map[string]string{
		"calendar": "/calendar", "feed": "/calendar.ics", "list": "/", "search": "/?q=broker+99", "statistics": "/instances/broker-00001?tab=statistics&last=24h",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil))
				if w.Code != http.StatusOK {
					b.Fatalf("answered %d", w.Code)
				}
			}
		})
	}
}
