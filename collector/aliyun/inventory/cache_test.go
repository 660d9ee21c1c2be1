package inventory

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

// nowhere is an address where nobody listens.
const nowhere = "http://127.0.0.1:1"

func withCache(name string) func(*Options) { return func(o *Options) { o.CacheFile = name } }

func TestARestartWithoutTheCloud(t *testing.T) {
	file := filepath.Join(t.TempDir(), "acme.json")
	r := newRig(t, everything(), withCache(file))
	r.sweep()
	r.sweep()
	again := r.start(nowhere, withCache(file))
	if diff := cmp.Diff(r.Found(), again.Found()); diff != "" {
		t.Errorf("after a restart (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(r.Problems(), again.Problems()); diff != "" {
		t.Errorf("problems after a restart (-before +after):\n%s", diff)
	}
	changed, err := again.Sweep(t.Context(), r.now)
	if changed || err == nil {
		t.Errorf("a sweep without the cloud: changed %v, error %v", changed, err)
	}
	if diff := cmp.Diff(r.Found(), again.Found()); diff != "" {
		t.Errorf("after a sweep without the cloud (-before +after):\n%s", diff)
	}
	third := r.start(nowhere, withCache(file))
	if diff := cmp.Diff(r.Found(), third.Found()); diff != "" {
		t.Errorf("after a second restart (-before +after):\n%s", diff)
	}
}

// What was not believed yet, was missing, or had its details read, goes on where
// it was.
func TestARestartGoesOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "acme.json")
	r := newRig(t, everything(), withCache(file))
	r.sweep()
	r.cloud.Change(func(a []*cloud.Account) {
		a[0].Redis[0].EndTime = "2026-11-23T16:00:00Z"
		a[0].MQTT, a[0].Bills = nil, nil
	})
	r.sweep()
	r.sweep() // now the end is believed, and the instance was missing twice
	details := r.cloud.Count(cloud.GetRocketMQ5)
	ask := r.ask
	r.Inventory = r.start(nowhere, withCache(file))
	r.ask = ask
	r.sweep()
	if f := r.one("r-bp1standard"); !f.Expires.Equal(china(2026, 11, 24)) {
		t.Errorf("expires %v", f.Expires)
	}
	if strings.Contains(strings.Join(r.ids(), " "), "mqtt") {
		t.Error("an instance that was missing three times is still there")
	}
	if got := r.cloud.Count(cloud.GetRocketMQ5); got != details {
		t.Errorf("details were asked for again: %+v, before %+v", got, details)
	}
}

func TestFewerProductsAndRegions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "acme.json")
	r := newRig(t, everything(), withCache(file))
	r.sweep()
	for name, tt := range map[string]struct {
		change func(*Options)
		want   []string
	}{
		"another region": {func(o *Options) { o.Regions = []string{"cn-qingdao"} }, []string{}},
		"only IoT":       {func(o *Options) { o.Products = []string{"iot"} }, []string{"iot-0600enterprise"}},
		"no IoT":         {func(o *Options) { o.Products = []string{"mqtt", "redis"} }, []string{"mqtt-cn-a", "r-bp1cluster", "r-bp1standard"}},
	} {
		i := r.start(nowhere, withCache(file), tt.change)
		ids := []string{}
		for _, f := range i.Found() {
			ids = append(ids, f.ID)
		}
		if diff := cmp.Diff(tt.want, ids); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestADamagedCache(t *testing.T) {
	for name, content := range map[string]string{
		"empty":             "",
		"cut off":           `{"version":1,"account":"acme","lists":{"MQTT/cn-hangzhou":[{"id":"mqtt`,
		"a later version":   `{"version":2,"account":"acme"}`,
		"another account's": `{"version":1,"account":"other","lists":{}}`,
		"a record of none":  `{"version":1,"account":"acme","lists":{"MQTT/cn-hangzhou":[null]}}`,
		"without an id":     `{"version":1,"account":"acme","lists":{"MQTT/cn-hangzhou":[{"name":"x"}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "acme.json")
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			logged := func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) }
			r := newRig(t, everything(), withCache(file), logged)
			if len(r.Found()) != 0 || !strings.Contains(log.String(), "set aside") || strings.Count(log.String(), "\n") != 1 {
				t.Errorf("found %v, log %q", r.ids(), log.String())
			}
			if aside, err := os.ReadFile(file + ".damaged"); err != nil || string(aside) != content {
				t.Errorf("set aside: %q, %v", aside, err)
			}
			r.sweep()
			if again := r.start(nowhere, withCache(file)); len(again.Found()) != 7 {
				t.Errorf("%d instances after the next start", len(again.Found()))
			}
		})
	}
}

func TestACacheThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	r := newRig(t, everything(), withCache(filepath.Join(dir, "no", "acme.json")))
	r.sweep()
	if p := r.Problems()[0]; !strings.HasPrefix(p, "what was found cannot be kept for the next start: ") || strings.Contains(p, "\n") {
		t.Errorf("problem %q", p)
	}
}

// The file holds what is no secret, and is nobody else's business all the same.
func TestTheCacheIsPrivate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "acme.json")
	r := newRig(t, everything(), withCache(file))
	r.sweep()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}
