package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// faultsOf loads one file and returns what is said of it, without its folder.
func faultsOf(t *testing.T, text string) string {
	t.Helper()
	path := files(t, "brimwatch.yml", text)
	_, err := Load(path)
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), filepath.Dir(path)+"/", "")
}

// source is an instance with more keys of its source.
func source(keys string) string {
	return "instances:\n  - id: a\n    product: mqtt\n    source:\n      type: mosquitto\n      url: mqtt://h\n      username: u\n" + keys
}

func TestHostileFiles(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"an empty specification", "products: {x: {editions: {y: {specs: {z: }}}}}\n", "brimwatch.yml:1:39: products.x.editions.y.specs.z: nothing stands here"},
		{"an empty edition", "products: {x: {editions: {y: }}}\n", "products.x.editions.y: nothing stands here"},
		{"a clear threshold at the same height", "alarms: {capacity: {threshold: 100%, clear: 100%}}\n", "the clear threshold (100%) must lie below its threshold (100%)"},
		{"a password that looks like an alias", source("      password: *hunter2\n"), "brimwatch.yml:8:7: (file): this is not YAML: a value begins with *"},
		{"a password that looks like a tag", source("      password: !hunter2\n"), "brimwatch.yml:8:17: instances[0].source.password: a value that begins with !"},
		{"a password that looks like a comment", source("      password: #hunter2\n"), "instances[0].source.password: this is empty"},
		{"an empty password", source("      password: \"\"\n"), "instances[0].source.password: this is empty"},
		{"a wrong indentation", "server:\n  listen: 127.0.0.1:1\n   external_url: x\n", "brimwatch.yml:3:4: (file): this is not YAML: a key: value does not fit in here"},
		{"a tab", "server:\n  listen: 127.0.0.1:1\ncollect:\n\tinterval: 3s\n", "brimwatch.yml:4:2: (file): this is not YAML: the line is indented with a tab"},
		{"an open brace", "server: {}\n\n\ncollect: {interval: 3s\nalarms: {}\n", "brimwatch.yml:4:1: (file): this is not YAML: a { is opened and not closed"},
		{"a second document", "# one\nserver: {}\n---\ncollect: {}\n", "brimwatch.yml:3:1: (file): a file holds one document"},
		{"bytes that are no text", "a: 1\nb: é\xff\n", "brimwatch.yml:2:5: (file): this is not UTF-8 text"},
		{"a name that would tear the line apart", "\"a\\nb\": 1\n", `"a\nb": unknown key`},
		{"tls without an encrypted URL", source("      tls: {server_name: x}\n"), "instances[0].source.tls: tls is given, but the URL"},
		{"an impossible port", "storage: {remote_write: [{url: \"http://h:99999/w\"}]}\n", "storage.remote_write[0].url: a port lies between"},
		{"a milder level above a worse one", "alarms: {capacity: {threshold: 95%, levels: [{threshold: 90%}]}}\n", "at 90% it would be critical, and at 95% only warning"},
		{"an unknown policy of an edition", "products: {x: {editions: {y: {policies: {payg: nope}}}}}\n", `there is no policy "nope"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := faultsOf(t, tt.text)
			if !strings.Contains(got, tt.want) {
				t.Errorf("got:\n%s\nwant in it: %s", got, tt.want)
			}
			if strings.Contains(got, "hunter2") {
				t.Errorf("the fault shows the secret: %s", got)
			}
		})
	}
}

func TestSecretHidesFromEveryVerb(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%c", "%e", "%U"} {
		got := fmt.Sprintf(verb+verb, Secret("hunter2"), struct{ S Secret }{"hunter2"})
		if strings.Contains(got, "hunter2") || strings.Contains(strings.ToLower(got), "68756e74") {
			t.Errorf("%s shows it: %s", verb, got)
		}
	}
}

// A named pipe has no end until somebody writes to it: reading one would hang.
func TestNamedPipeIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.yml")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a pipe: %v", err)
	}
}

func TestAliasesAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("alarms:\n  capacity:\n    levels: &levels [" + strings.Repeat("{threshold: 90%},", 2000) + "]\n  overrides:\n")
	b.WriteString(strings.Repeat("    - {match: {product: mqtt}, capacity: {levels: *levels}}\n", 2000))
	if got := faultsOf(t, b.String()); !strings.Contains(got, "aliases make this too large") {
		t.Errorf("four million levels behind aliases were read: %.300s", got)
	}
}

// A catalogue row without a figure, a source or a title would be a gap nobody
// sees until an alarm is missing.
func TestShippedCatalogue(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", "collect: {}\n"))
	for _, name := range []string{"mqtt", "rocketmq", "iot", "redis"} {
		p, ok := s.Catalogue.Products[name]
		if !ok || p.Title == "" || len(p.Editions) == 0 {
			t.Errorf("%s: %+v", name, p)
		}
		for _, e := range p.Editions {
			if e.Title["en"] == "" || e.Title["zh"] == "" || e.Source == "" {
				t.Errorf("%s %s: title %v, source %q", name, e.Name, e.Title, e.Source)
			}
			for _, policy := range e.Policies {
				if _, ok := s.Catalogue.Policies[policy]; !ok {
					t.Errorf("%s %s: no policy %q", name, e.Name, policy)
				}
			}
			for _, sp := range e.Specs {
				if sp.Capacity == (fleet.Amounts{}) || sp.Source == "" {
					t.Errorf("%s %s %s: capacity %v, source %q", name, e.Name, sp.Name, sp.Capacity, sp.Source)
				}
			}
		}
	}
	for name, p := range s.Catalogue.Policies {
		if n := len(p.Phases); n > 0 && (p.Phases[n-1].Days != 0 || p.Phases[n-1].Hours != 0) {
			t.Errorf("policy %s ends", name)
		}
	}
}

func TestSetAlarmsLeavesReadOnlyFiles(t *testing.T) {
	path := files(t, "brimwatch.yml", source(""))
	s := mustLoad(t, path)
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	err = SetAlarms(s, "a", map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "80%"}})
	if err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("a read-only file: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("it was changed all the same: %v", err)
	}
}

// TestSample loads a configuration with every section: nothing is warned of.
func TestSample(t *testing.T) {
	s := mustLoad(t, "testdata/sample/brimwatch.yml")
	for _, w := range s.Warnings {
		t.Errorf("warned: %v", w)
	}
	if len(s.Instances) != 3 || len(s.Files) != 6 {
		t.Errorf("%d instances out of %v", len(s.Instances), s.Files)
	}
	cache := s.Instances[0]
	if r := cache.Rules[fleet.Connections]; r == nil || r.Levels[0].Threshold != 0.85 {
		t.Errorf("the override for test caches: %+v", r)
	}
}
