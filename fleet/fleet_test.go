package fleet

import (
	"testing"
	"time"
)

func TestLimit(t *testing.T) {
	server := &Reading{}
	server.Limits[Connections] = Limit{Value: 200, At: 1, Origin: OriginServer}
	tests := []struct {
		name       string
		configured float64
		catalogue  float64
		reading    *Reading
		want       Limit
	}{
		{"nothing is known", 0, 0, nil, Limit{}},
		{"the catalogue's", 0, 100, nil, Limit{Value: 100, Origin: OriginCatalogue}},
		{"the server's wins over the catalogue's", 0, 100, server, server.Limits[Connections]},
		{"the operator's wins over all", 300, 100, server, Limit{Value: 300, Origin: OriginConfigured}},
		{"a reading that told nothing", 0, 100, &Reading{}, Limit{Value: 100, Origin: OriginCatalogue}},
		{"a negative one is not known", -1, 0, nil, Limit{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := &Instance{}
			in.Configured[Connections], in.Catalogue[Connections] = tt.configured, tt.catalogue
			if got := in.Limit(tt.reading, Connections); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestLimitOfTheCloud(t *testing.T) {
	in := &Instance{CloudAt: 7}
	in.Catalogue[Connections], in.Cloud[Connections] = 100, 200
	if got := in.Limit(nil, Connections); got != (Limit{Value: 200, At: 7, Origin: OriginCloud}) {
		t.Errorf("got %+v", got)
	}
	r := &Reading{}
	r.Limits[Connections] = Limit{Value: 300, At: 8, Origin: OriginServer}
	if got := in.Limit(r, Connections); got != r.Limits[Connections] {
		t.Errorf("got %+v", got)
	}
}

func TestStale(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		l    Limit
		want bool
	}{
		{"told now", Limit{Value: 1, At: now.Unix()}, false},
		{"a day ago", Limit{Value: 1, At: now.Unix() - 86400}, false},
		{"longer ago", Limit{Value: 1, At: now.Unix() - 86401}, true},
		{"what does not age", Limit{Value: 1, Origin: OriginConfigured}, false},
	}
	for _, tt := range tests {
		if got := tt.l.Stale(now); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestUtilization(t *testing.T) {
	in := &Instance{}
	in.Configured[Connections] = 200
	r := &Reading{}
	if _, ok := Utilization(in, r, Connections); ok {
		t.Error("an unknown usage has a utilization")
	}
	r.Known = r.Known.With(Connections).With(SendTPS)
	r.Usage[Connections] = 50
	if u, ok := Utilization(in, r, Connections); !ok || u != 0.25 {
		t.Errorf("got %v, %v", u, ok)
	}
	if _, ok := Utilization(in, r, SendTPS); ok {
		t.Error("without a capacity there is a utilization")
	}
	if _, ok := Utilization(in, nil, Connections); ok {
		t.Error("without a reading there is a utilization")
	}
}

func TestMetrics(t *testing.T) {
	var set MetricSet
	for _, m := range Metrics() {
		if got, ok := ParseMetric(m.String()); !ok || got != m {
			t.Errorf("%v parses to %v, %v", m, got, ok)
		}
		if set.Has(m) {
			t.Errorf("%v is in the set before it was added", m)
		}
		set = set.With(m)
	}
	if set.Len() != NumMetrics {
		t.Errorf("%d in the set, want %d", set.Len(), NumMetrics)
	}
	for _, want := range []MetricSet{0, MetricSet(0).With(Connections), set} {
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		got := MetricSet(1)
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Errorf("%v is written %q and read %v, %v", want, text, got, err)
		}
	}
	if err := new(MetricSet).UnmarshalText([]byte("connections,nonsense")); err == nil {
		t.Error("a metric that does not exist was read")
	}
	if set = set.Without(Connections); set.Has(Connections) || set.Len() != NumMetrics-1 {
		t.Error("a metric taken out is still there")
	}
	if _, ok := ParseMetric("unknown"); ok {
		t.Error("parsed a metric that does not exist")
	}
}

func TestParseOrigin(t *testing.T) {
	for o := OriginConfigured; o <= OriginCatalogue; o++ {
		if got, ok := ParseOrigin(o.String()); !ok || got != o {
			t.Errorf("%v parses to %v, %v", o, got, ok)
		}
	}
	if _, ok := ParseOrigin("unknown"); ok {
		t.Error("parsed an origin that is none")
	}
}
