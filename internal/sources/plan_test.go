package sources

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// cloudSnapshot has n instances that are read by the cloud, and one that is not.
func cloudSnapshot(n int) *config.Snapshot {
	s := &config.Snapshot{Clouds: map[string]config.Cloud{"acme": {Endpoint: "http://127.0.0.1:1"}}}
	for i := range n {
		s.Instances = append(s.Instances, config.Instance{
			Instance: &fleet.Instance{ID: fmt.Sprintf("mqtt-%03d", i)},
			Source:   &config.Source{Type: "aliyun", Account: "acme", Region: "cn-hangzhou", Kind: "mqtt", Interval: time.Minute},
		})
	}
	s.Instances = append(s.Instances, config.Instance{Instance: &fleet.Instance{ID: "own"}, Source: &config.Source{Type: "mosquitto"}},
		config.Instance{Instance: &fleet.Instance{ID: "calendar"}})
	return s
}

// clouds is accounts by name.
type clouds map[string]*aliyun.Account

func (c clouds) Cloud(account string) *aliyun.Account { return c[account] }

func oneCloud() Clouds { return clouds{"acme": &aliyun.Account{}} }

func TestPlanPutsInstancesOfACloudTogether(t *testing.T) {
	s := cloudSnapshot(120)
	s.Instances[7].Source.Kind = "iot"
	var got []string
	for _, p := range plan(s, oneCloud()) {
		got = append(got, fmt.Sprintf("%s %d %v", p.name, len(p.instances), p.origin()))
	}
	want := []string{"own 1 server", "aliyun/acme/cn-hangzhou/iot/1m0s/0 1 cloud", "aliyun/acme/cn-hangzhou/mqtt/1m0s/0 50 cloud",
		"aliyun/acme/cn-hangzhou/mqtt/1m0s/1 50 cloud", "aliyun/acme/cn-hangzhou/mqtt/1m0s/2 19 cloud"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSameSource(t *testing.T) {
	single := func(change func(*config.Source)) planned {
		p := planned{name: "a", from: config.Source{Type: "emqx", URL: "http://a", Interval: time.Minute}, instances: []*fleet.Instance{{ID: "a"}}}
		if change != nil {
			change(&p.from)
		}
		return p
	}
	nodes := func(c *config.Source) { c.Nodes = []string{"http://a"} }
	one, other := oneCloud(), oneCloud()
	batch := func(n int, clouds Clouds) planned { return plan(cloudSnapshot(n), clouds)[1] }
	larger := func(p planned) planned {
		p.instances[0].Configured[fleet.MessageTPS] = 5000
		return p
	}
	tests := []struct {
		name string
		a, b planned
		want bool
	}{
		{"nothing changed", single(nil), single(nil), true},
		{"another password", single(nil), single(func(c *config.Source) { c.Password = "p" }), false},
		{"another interval", single(nil), single(func(c *config.Source) { c.Interval = time.Hour }), true},
		{"another interval of a cluster", single(nodes), single(func(c *config.Source) { nodes(c); c.Interval = time.Hour }), false},
		{"another node", single(nodes), single(func(c *config.Source) { c.Nodes = []string{"http://b"} }), false},
		{"the same batch", batch(3, one), batch(3, one), true},
		{"another capacity in the batch", batch(3, one), larger(batch(3, one)), false},
		{"another instance in the batch", batch(3, one), batch(4, one), false},
		{"another key of the account", batch(3, one), batch(3, other), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sameSource(&tt.a, &tt.b); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// A cluster is read at all its nodes; one that does not answer makes it unknown.
func TestClusterOfPages(t *testing.T) {
	page := func(clients int) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, fmt.Sprintf("app_clients %d\napp_clients_max 100\n", clients))
		}))
		t.Cleanup(s.Close)
		return s
	}
	a, b := page(30), page(12)
	from := config.Source{Type: "exposition", Nodes: []string{a.URL + "/metrics", b.URL + "/metrics"}, Mapping: []config.Mapping{
		{Metric: fleet.Connections, Series: "app_clients", Limit: &config.Mapping{Series: "app_clients_max", Aggregate: "max"}},
	}}
	set, err := New(slog.New(slog.DiscardHandler), nil).Prepare(snapshotOf(map[string]config.Source{"a": from}, "a"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := set.list[0].Collector.Close(); err != nil {
			t.Error(err)
		}
	}()
	p := collector.Probe(t.Context(), &set.list[0], nil)[0]
	if p.Reading.Usage[fleet.Connections] != 42 || p.Reading.Limits[fleet.Connections].Value != 100 {
		t.Errorf("got %+v", p.Reading)
	}
	b.CloseClientConnections()
	b.Close()
	p = collector.Probe(t.Context(), &set.list[0], nil)[0]
	if p.Reading.Up || !strings.Contains(p.Reading.Reason, "1 of 2 nodes could not be read") {
		t.Errorf("got %+v", p.Reading)
	}
}

func TestClusterWithAFault(t *testing.T) {
	from := config.Source{Type: "exposition", Nodes: []string{"http://a", "gopher://b"}, Mapping: []config.Mapping{{Metric: fleet.Connections, Series: "x"}}}
	if _, err := New(slog.New(slog.DiscardHandler), nil).Prepare(snapshotOf(map[string]config.Source{"a": from}, "a"), nil); err == nil || !strings.Contains(err.Error(), "node gopher://b: url must begin with") {
		t.Errorf("got %v", err)
	}
}
