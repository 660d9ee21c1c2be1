package access

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

func TestMeter(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m, err := NewMeter(reg)
	if err != nil {
		t.Fatal(err)
	}
	h := m.Wrap("api", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hints":
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusNotFound)
			w.WriteHeader(http.StatusOK)
		case "/gone":
			w.WriteHeader(499)
		case "/moved":
			http.Redirect(w, r, "/", http.StatusSeeOther)
		case "/abort":
			panic(http.ErrAbortHandler)
		case "/flush":
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Errorf("flush: %v", err)
			}
		}
	}))
	m.Wrap("pages", h)
	for _, path := range []string{"/", "/x?y=z", "/hints", "/gone", "/moved", "/abort", "/flush"} {
		func() {
			defer func() { _ = recover() }() // as the server does
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		}()
	}
	all, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]uint64)
	for _, one := range all[0].GetMetric() {
		code, handler := one.GetLabel()[0].GetValue(), one.GetLabel()[1].GetValue()
		got[handler+" "+code] = one.GetHistogram().GetSampleCount()
	}
	if diff := cmp.Diff(map[string]uint64{"api 2xx": 3, "api 3xx": 1, "api 4xx": 2, "api 5xx": 1, "pages 2xx": 0}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := NewMeter(reg); err == nil {
		t.Error("two meters on one registry")
	}
	if _, err := NewMeter(nil); err == nil {
		t.Error("a meter without a registry")
	}
}
