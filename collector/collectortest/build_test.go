package collectortest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// stub is a Collector that gives its visits to a function.
type stub struct {
	visit func(v *collector.Visit) error
	shut  error
}

func (s *stub) Collect(_ context.Context, visits []collector.Visit) error { return s.visit(&visits[0]) }
func (s *stub) Close() error                                              { return s.shut }

// complaintsOf runs a helper on a TB of its own and returns what it complained
// about, as one text.
func complaintsOf(t *testing.T, do func(t testing.TB)) string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(r)
	}()
	<-done
	r.cleanup()
	return strings.Join(r.complaints(), "\n")
}

// TestHelpersComplain proves that each helper can fail a test, and for the right reason.
func TestHelpersComplain(t *testing.T) {
	construct := func(err error) (*stub, error) {
		if err != nil && strings.Contains(err.Error(), "half") {
			return &stub{}, err
		}
		if err != nil {
			return nil, err
		}
		return &stub{shut: errors.New("shut is stuck")}, nil
	}
	fails := func(err error, fill func(v *collector.Visit)) func(t testing.TB) {
		return func(t testing.TB) {
			Fails(t, &stub{visit: func(v *collector.Visit) error { fill(v); return err }}, "refuses")
		}
	}
	nothing := func(*collector.Visit) {}
	for _, tt := range []struct {
		name string
		do   func(t testing.TB)
		want string // "" is no complaint
	}{
		{"options that are refused", func(t testing.TB) { Refused(t, construct, errors.New("url is missing"), "url is missing") }, ""},
		{"refused for another reason", func(t testing.TB) { Refused(t, construct, errors.New("url is odd"), "url is missing") }, `one that says "url is missing"`},
		{"refused with the secret", func(t testing.TB) { Refused(t, construct, errors.New("url hunter2 is missing"), "is missing") }, "keeps secrets"},
		{"refused with a Collector", func(t testing.TB) { Refused(t, construct, errors.New("half"), "half") }, "New returned"},
		{"options that are taken", func(t testing.TB) { Refused(t, construct, nil, "") }, "New returned"},
		{"Make of bad options", func(t testing.TB) { Make(t, construct, errors.New("url is missing")) }, "url is missing"},
		{"Build of one that cannot be closed", func(t testing.TB) { Build(t, construct, nil) }, "Close: shut is stuck"},
		{"a visit that fails", fails(errors.New("the server refuses"), nothing), ""},
		{"a visit that does not fail", fails(nil, nothing), "returned no error"},
		{"a visit that fails otherwise", fails(errors.New("gone"), nothing), `does not say "refuses"`},
		{"a visit that tells the secret", fails(fmt.Errorf("refuses %s", Secret), nothing), "holds the password"},
		{"a visit that fails and has figures", fails(errors.New("refuses"), func(v *collector.Visit) { v.Gauge(fleet.Connections, 3) }), "filled in the visit: connections=3"},
		{"MustVisit of one that fails", func(t testing.TB) {
			MustVisit(t, &stub{visit: func(*collector.Visit) error { return errors.New("gone") }})
		}, "Collect: gone"},
	} {
		got := complaintsOf(t, tt.do)
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: the complaint is %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestVisitHolds(t *testing.T) {
	v := MustVisit(t, &stub{visit: func(v *collector.Visit) error {
		v.Gauge(fleet.Connections, 1170648)
		v.Limit(fleet.Connections, 2e6)
		v.Unknown(fleet.Subscriptions, "no rights")
		v.Unknown(fleet.Subscriptions, "no list")
		return nil
	}})
	if got, want := Describe(v), "connections=1170648, connections limit 2000000, subscriptions unknown (no rights), subscriptions unknown (no list)"; got != want {
		t.Errorf("it holds %s, want %s", got, want)
	}
	if got := GapOf(v, fleet.Subscriptions) + GapOf(v, fleet.Connections); got != "no list" {
		t.Errorf("the reasons are %q, want the last one, and none of what is known", got)
	}
	if got := []float64{GaugeOf(v, fleet.Connections), GaugeOf(v, fleet.Subscriptions), TotalOf(v, fleet.SendTPS), LimitOf(v, fleet.Connections), LimitOf(v, fleet.SendTPS)}; fmt.Sprint(got) != "[1.170648e+06 -1 -1 2e+06 0]" {
		t.Errorf("figures are %v", got)
	}
}

// TestSite asks for answers by path and query, with and without a login.
func TestSite(t *testing.T) {
	s := Serve(t, map[string]Answer{
		"/metrics": Page("one 1\n"), "/metrics?mode=all": Page("all 2\n"), "/status.json": JSON(`{}`).As(http.StatusTeapot),
	})
	get := func(path, username, password string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if username != "" {
			r.SetBasicAuth(username, password)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return fmt.Sprint(w.Code, " ", w.Header().Get("Content-Type"), " ", strings.TrimSpace(w.Body.String()))
	}
	want := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	const page = "200 text/plain; version=0.0.4; charset=utf-8 "
	want(get("/metrics", "", ""), page+"one 1")
	want(get("/metrics?mode=all", "", ""), page+"all 2")
	want(get("/metrics?mode=node", "", ""), page+"one 1")
	want(get("/status.json", "", ""), "418 application/json {}")
	want(get("/other", "", ""), "404 text/plain; charset=utf-8 404 page not found")
	s.Set("", Page("anything 3\n"))
	want(get("/other", "", ""), page+"anything 3")
	s.Require(Login{Username: "monitor", Password: "watch", Refusal: JSON(`{"code":1}`), Open: []string{"/status.json"}})
	want(get("/metrics", "", ""), `401 application/json {"code":1}`)
	want(get("/metrics", "monitor", "other"), `401 application/json {"code":1}`)
	want(get("/metrics", "monitor", "watch"), page+"one 1")
	want(get("/status.json", "", ""), "418 application/json {}")
	if n := s.Asked("/metrics"); n != 6 {
		t.Errorf("/metrics was asked for %d times, want 6", n)
	}
}
