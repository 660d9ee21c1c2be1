package sources

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// counted is a Collector that counts how often it was closed.
type counted struct{ closed int }

func (*counted) Collect(context.Context, []collector.Visit) error { return collector.ErrNotYet }

func (c *counted) Close() error {
	c.closed++
	return nil
}

func snapshotOf(sources map[string]config.Source, ids ...string) *config.Snapshot {
	s := &config.Snapshot{}
	for _, id := range ids {
		from := sources[id]
		s.Instances = append(s.Instances, config.Instance{Instance: &fleet.Instance{ID: id}, Source: &from})
	}
	return s
}

func TestPrepareThatFailsHalfWay(t *testing.T) {
	from := map[string]config.Source{
		"kept":  {Type: "mosquitto", URL: "mqtt://127.0.0.1:1"},
		"fresh": {Type: "mosquitto", URL: "mqtt://127.0.0.1:2"},
		"wrong": {Type: "carrier pigeon"},
		"other": {Type: "mosquitto", URL: "mqtt://127.0.0.1:3/path"},
		"last":  {Type: "mosquitto", URL: "mqtt://127.0.0.1:4"},
	}
	s := New(slog.New(slog.DiscardHandler), nil)
	var fresh []*counted
	known := s.build
	s.build = func(p planned) (collector.Collector, error) {
		if _, err := known(p); err != nil {
			return nil, err
		}
		fresh = append(fresh, &counted{})
		return fresh[len(fresh)-1], nil
	}
	running := &counted{}
	s.open["kept"] = built{from: planned{name: "kept", from: from["kept"], instances: []*fleet.Instance{{ID: "kept"}}}, collector: running}
	_, err := s.Prepare(snapshotOf(from, "kept", "fresh", "wrong", "other", "last"), nil)
	want := "source of instance other: url has a path, which only ws:// and wss:// take\nsource of instance wrong: type \"carrier pigeon\" is not known"
	if err == nil || err.Error() != want { // all at once
		t.Errorf("got %v, want %s", err, want)
	}
	if len(fresh) != 2 || fresh[0].closed != 1 || fresh[1].closed != 1 {
		t.Errorf("what was built for nothing was not closed, once: %d of them", len(fresh))
	}
	if running.closed != 0 {
		t.Error("a collector that runs was closed")
	}
	if len(s.open) != 1 || s.open["kept"].collector != running {
		t.Errorf("what runs has changed: %v", s.open)
	}
}

func TestDiscardClosesWhatWasBuiltAndOnlyThat(t *testing.T) {
	s := New(slog.New(slog.DiscardHandler), nil)
	kept, replaced, replacement, fresh := &counted{}, &counted{}, &counted{}, &counted{}
	s.open["kept"], s.open["replaced"] = built{collector: kept}, built{collector: replaced}
	s.Discard(Set{open: map[string]built{
		"kept": {collector: kept}, "replaced": {collector: replacement}, "fresh": {collector: fresh},
	}})
	for name, c := range map[string]struct {
		collector *counted
		want      int
	}{"kept": {kept, 0}, "replaced": {replaced, 0}, "replacement": {replacement, 1}, "fresh": {fresh, 1}} {
		if c.collector.closed != c.want {
			t.Errorf("%s was closed %d times, want %d", name, c.collector.closed, c.want)
		}
	}
}

func TestSourceFaultsNameTheFile(t *testing.T) {
	for _, c := range []struct {
		name string
		tls  config.TLS
		want string
	}{
		{"no such ca", config.TLS{CAFile: "none.pem"}, "read ca_file: open none.pem"},
		{"a certificate without a key", config.TLS{CertFile: "c.pem"}, "cert_file and key_file go together"},
		{"no such certificate", config.TLS{CertFile: "c.pem", KeyFile: "k.pem"}, "load cert_file and key_file: open c.pem"},
	} {
		s := New(slog.New(slog.DiscardHandler), nil)
		from := map[string]config.Source{"a": {Type: "mosquitto", URL: "mqtts://127.0.0.1:1", TLS: c.tls}}
		if _, err := s.Prepare(snapshotOf(from, "a"), nil); err == nil || !strings.Contains(err.Error(), "source of instance a: "+c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}
