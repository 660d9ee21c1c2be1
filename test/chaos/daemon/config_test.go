package daemon_test

import (
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestConfigIsTaken: the product finds no fault in what is written, and watches the
// whole fleet but for those that are left out.
func TestConfigIsTaken(t *testing.T) {
	dir := t.TempDir()
	c := daemon.Config{
		Listen: "127.0.0.1:12345", Interval: time.Second, Without: 1, Pages: "http://127.0.0.1:1", Provider: "http://127.0.0.1:2",
		Fleet:    pages.New(3, "connections", "subscriptions", "send_tps", "receive_tps"),
		Contacts: []daemon.Contact{{Name: "wei", Phone: "+4930000001"}},
		Receivers: []daemon.Receiver{
			{Name: "oncall", Way: daemon.Way{SMS: []string{"wei"}, Webhooks: []daemon.Webhook{{URL: "http://127.0.0.1:3/a", Timeout: 5 * time.Second}}}},
			{Name: "second", Way: daemon.Way{Webhooks: []daemon.Webhook{{URL: "http://127.0.0.1:3/b"}}}},
			{Name: "ordered", Within: 10 * time.Second, Ways: []daemon.Way{{SMS: []string{"wei"}}, {Webhooks: []daemon.Webhook{{URL: "http://127.0.0.1:3/c", Format: "slack"}}}}},
		},
	}
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(filepath.Join(dir, "brimwatch.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Instances) != 2 || s.Instances[1].Source.URL != "http://127.0.0.1:1/i/1/metrics" {
		t.Errorf("instances %+v", s.Instances)
	}
}

// TestEndsByItself: a binary that ends is an error with what it said.
func TestEndsByItself(t *testing.T) {
	d, err := daemon.New(t.TempDir(), "false")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Start(t.Context()); err == nil {
		t.Error("a daemon that has ended is ready")
	}
	if d.Running() || d.Kill() != nil || d.Stop() != nil {
		t.Error("what has ended can be ended again, and does not run")
	}
	if now := time.Now(); d.Up(now.Add(-time.Hour), now, time.Minute) || !d.Up(now.Add(-time.Hour), now, 0) {
		t.Error("how long it ran is not known")
	}
}
