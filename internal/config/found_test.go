package config

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

const discovering = `
accounts:
  - {name: acme, provider: aliyun, time_zone: Asia/Shanghai, discover: {regions: [cn-hangzhou]}}
alarms:
  overrides:
    - {match: {product: redis}, capacity: {threshold: 85%}}
receivers: [{name: oncall, webhooks: [{url: "http://127.0.0.1:1/"}]}]
`

func foundFleet() []fleet.Found {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	mq := fleet.Found{
		ID: "mqtt-cn-1", Name: "Orders", Account: "acme", Region: "cn-hangzhou", Product: "mqtt", Edition: "basic", At: at,
		Expires: at.AddDate(0, 1, 0), Missing: []fleet.Metric{fleet.Connections}, Labels: []fleet.Label{{Name: "team", Value: "orders"}, {Name: "a b", Value: "no label"}},
	}
	cache := fleet.Found{ID: "r-1", Account: "acme", Region: "cn-hangzhou", Product: "redis", Edition: "martian", Kind: "redis_cluster", At: at, AutoRenew: true}
	cache.Capacity[fleet.Connections] = 10000
	return []fleet.Found{mq, cache, {ID: "other", Account: "gone", Product: "mqtt"}}
}

func loadFound(t *testing.T, text string, found []fleet.Found) *Snapshot {
	t.Helper()
	s, err := LoadWith(files(t, "brimwatch.yml", text), found)
	if err != nil {
		t.Fatalf("load:\n%v", err)
	}
	return s
}

func warned(s *Snapshot) string {
	var b strings.Builder
	for _, w := range s.Warnings {
		b.WriteString(w.Reason + "\n")
	}
	return b.String()
}

func TestFoundInstancesAreWatched(t *testing.T) {
	s := loadFound(t, discovering, foundFleet())
	if len(s.Instances) != 2 {
		t.Fatalf("%d instances, want the two of the account", len(s.Instances))
	}
	mq, cache := s.Instances[0], s.Instances[1]
	if mq.Name != "Orders" || mq.Account != "acme" || mq.Edition != "basic" || mq.Label("team") != "orders" || len(mq.Labels) != 1 || mq.Line.File != "" {
		t.Errorf("got %+v", mq.Instance)
	}
	if mq.Source == nil || mq.Source.Type != "aliyun" || mq.Source.Kind != "mqtt" || mq.Source.Region != "cn-hangzhou" || mq.Source.Interval != time.Minute || mq.Source.Timeout != 30*time.Second {
		t.Errorf("source %+v", mq.Source)
	}
	if want := time.Date(2026, 12, 23, 8, 0, 0, 0, time.UTC); !mq.Term.Expires.Equal(want) || len(mq.Notify) != 1 {
		t.Errorf("term %+v, notify %v", mq.Term, mq.Notify)
	}
	if cache.Source.Kind != "redis_cluster" || cache.Cloud[fleet.Connections] != 10000 || cache.Edition != "" || !cache.Term.AutoRenew || cache.Name != "r-1" {
		t.Errorf("got %+v, source %+v", cache.Instance, cache.Source)
	}
	if l := cache.Limit(nil, fleet.Connections); l.Origin != fleet.OriginCloud || l.At != cache.CloudAt {
		t.Errorf("limit %+v", l)
	}
	if got := cache.Rules[fleet.Connections].Levels[0].Threshold; got != 0.85 {
		t.Errorf("the override does not reach what was found: %v", got)
	}
	for _, want := range []string{`the edition "martian", which the catalogue does not know`, "does not tell the capacity of mqtt-cn-1 for connections"} {
		if !strings.Contains(warned(s), want) {
			t.Errorf("no warning %q in\n%s", want, warned(s))
		}
	}
	for _, w := range s.Warnings {
		if strings.HasPrefix(w.Error(), ":") || strings.Contains(w.Reason, "no capacity is known") {
			t.Errorf("the warning reads %q", w.Error())
		}
	}
}

func TestListedWinsOverFound(t *testing.T) {
	s := loadFound(t, discovering+`
instances:
  - {id: mqtt-cn-1, name: Bestellungen, capacity: {connections: 500}, labels: {team: b}, billing: {expires: 2027-01-31}, alarms: {connections: {threshold: 50%}}}
  - {id: r-1, source: {type: redis, url: "redis://127.0.0.1"}}
  - {id: later, capacity: {connections: 1}}
`, foundFleet())
	if len(s.Instances) != 2 {
		t.Fatalf("%d instances, want 2: the third is not found yet", len(s.Instances))
	}
	mq, cache := s.Instances[0], s.Instances[1]
	if mq.Name != "Bestellungen" || mq.Product != "mqtt" || mq.Label("team") != "b" || mq.Source.Type != "aliyun" || mq.Term.Expires.Month() != time.January {
		t.Errorf("got %+v", mq.Instance)
	}
	if mq.Rules[fleet.Connections].Levels[0].Threshold != 0.5 || mq.Limit(nil, fleet.Connections).Value != 500 {
		t.Error("what is listed does not win")
	}
	if cache.Source.Type != "redis" || cache.Cloud[fleet.Connections] != 10000 {
		t.Errorf("got %+v, source %+v", cache.Instance, cache.Source)
	}
	if !strings.Contains(warned(s), "later is not found yet in any account") || strings.Contains(warned(s), "does not tell the capacity") {
		t.Errorf("warnings\n%s", warned(s))
	}
}

func TestFoundChangesAreChanges(t *testing.T) {
	path := files(t, "brimwatch.yml", discovering)
	load := func(found []fleet.Found) *Snapshot {
		s, err := LoadWith(path, found)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := load(foundFleet()[:1])
	after := load(foundFleet())
	if c := Diff(before, after); c.String() != "instances added: r-1" {
		t.Errorf("the change reads %q", c)
	}
	if c := Diff(after, load(foundFleet())); c.String() != Diff(before, load(foundFleet()[:1])).String() {
		t.Errorf("no change reads %q", c)
	}
}

func TestKindOfInstance(t *testing.T) {
	for _, tt := range []struct{ product, id, spec, want string }{
		{"mqtt", "x", "", "mqtt"}, {"iot", "x", "", "iot"}, {"rocketmq", "MQ_INST_1_BX", "", "rocketmq4"}, {"rocketmq", "rmq-cn-1", "", "rocketmq5"},
		{"redis", "r-1", "redis.master.small.default", "redis_standard"}, {"redis", "r-1", "redis.logic.sharding.2g.8db.0rodb.8proxy.default", "redis_cluster"},
		{"redis", "r-1", "redis.logic.splitrw.mid.1db.1rodb.4proxy.default", "redis_rwsplit"}, {"own", "x", "", ""},
	} {
		in := &Instance{Instance: &fleet.Instance{ID: tt.id, Product: tt.product, Spec: tt.spec}}
		if got := kindOfInstance(in); got != tt.want {
			t.Errorf("%v: %s", tt, got)
		}
	}
}

// The Monitoring Alarms dialog of an instance that was found lists it.
func TestSetAlarmsOfFound(t *testing.T) {
	for name, text := range map[string]string{"no list": discovering, "an empty list": discovering + "instances:\n", "a list": discovering + "instances:\n  - {id: r-1, source: {type: redis, url: \"redis://127.0.0.1\"}}\n"} {
		t.Run(name, func(t *testing.T) {
			path := files(t, "brimwatch.yml", text)
			s, err := LoadWith(path, foundFleet())
			if err != nil {
				t.Fatal(err)
			}
			off := false
			if err := SetAlarms(s, "mqtt-cn-1", map[fleet.Metric]alarm.Setting{fleet.Connections: {Threshold: "80%"}, fleet.Subscriptions: {Enabled: &off}}); err != nil {
				t.Fatal(err)
			}
			s, err = LoadWith(path, foundFleet())
			if err != nil {
				t.Fatal(err)
			}
			in := s.Instances[0]
			if in.ID != "mqtt-cn-1" || in.Name != "Orders" || in.Rules[fleet.Connections].Levels[0].Threshold != 0.8 || in.Rules[fleet.Subscriptions] != nil || in.Source.Type != "aliyun" {
				t.Errorf("got %+v", in)
			}
			if len(s.Instances) != 2 {
				t.Errorf("%d instances", len(s.Instances))
			}
		})
	}
}

// What no list of the cloud tells is asked for before anything was found, too.
func TestCapacityOfTheCloudIsAskedFor(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", discovering+`
instances:
  - {id: mq, product: mqtt, account: acme, source: {type: aliyun}}
  - {id: cache, product: redis, account: acme, source: {type: aliyun}}
`))
	var about []string
	for _, w := range s.Warnings {
		if strings.Contains(w.Reason, "no capacity is known") {
			about = append(about, w.Path)
		}
	}
	if len(about) != 1 || about[0] != "instances[0]" {
		t.Errorf("asked for the capacity of %v, want that of the first", about)
	}
}

// TestWhatTheCloudCallsUnknown: a word that is new in what a cloud tells is a warning, about that
// instance alone; the same word in a file is a fault.
func TestWhatTheCloudCallsUnknown(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	orders := fleet.Found{ID: "mqtt-cn-1", Name: "Orders", Account: "acme", Region: "cn-hangzhou", Product: "mqtt", Edition: "basic", At: at, Expires: at.AddDate(1, 0, 0)}
	change := func(f func(*fleet.Found)) fleet.Found {
		out := orders
		out.ID = "new-1"
		f(&out)
		return out
	}
	listed := discovering + "instances: [{id: new-1}]\n"
	for _, tt := range []struct {
		name    string
		text    string
		found   fleet.Found
		watched bool // it is in the fleet
		source  bool // and read
		want    string
	}{
		{"a product", discovering, change(func(f *fleet.Found) { f.Product = "kafka" }), false, false, `the cloud says that new-1 is of the product "kafka", which is not known here`},
		{"a product of a listed one", listed, change(func(f *fleet.Found) { f.Product = "kafka" }), false, false, `the cloud says that new-1 is of the product "kafka"`},
		{"a product that the file gives", discovering + "instances: [{id: new-1, product: mqtt, edition: basic}]\n", change(func(f *fleet.Found) { f.Product = "kafka" }), true, true, ""},
		{"no product", discovering, change(func(f *fleet.Found) { f.Product = "" }), false, false, "which is not known here"},
		{"a kind", discovering, change(func(f *fleet.Found) { f.Kind = "mqtt_v9" }), true, false, `new-1 is of the kind "mqtt_v9"`},
		{"a kind of a listed one", listed, change(func(f *fleet.Found) { f.Kind = "mqtt_v9" }), true, false, "only its calendar is watched"},
		{"no region", strings.Replace(discovering, "[cn-hangzhou]", "[cn-hangzhou, cn-beijing]", 1), change(func(f *fleet.Found) { f.Region = "" }), true, false, "only its calendar is watched"},
		{"a billing method", discovering, change(func(f *fleet.Found) { f.Method = "barter" }), true, true, `billed by "barter"`},
		{"a billing method of a listed one", listed, change(func(f *fleet.Found) { f.Method = "barter" }), true, true, `billed by "barter"`},
		{"what comes after its expiry", discovering, change(func(f *fleet.Found) { f.PostExpiration = "museum" }), true, true, `followed by "museum" after its expiry`},
		{"a downgrade that no policy knows", listed, change(func(f *fleet.Found) { f.PostExpiration = fleet.Downgrade }), true, true, "knows no downgrade"},
		{"an id", discovering, change(func(f *fleet.Found) { f.ID = strings.Repeat("x", 300) }), false, false, "what the cloud tells of xxx"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := loadFound(t, tt.text, []fleet.Found{orders, tt.found})
			var one *Instance
			for i := range s.Instances {
				if s.Instances[i].ID == tt.found.ID {
					one = &s.Instances[i]
				}
			}
			if (one != nil) != tt.watched || one != nil && ((one.Source != nil) != tt.source || one.Watched != tt.source) {
				t.Errorf("it is %+v", one)
			}
			if !strings.Contains(warned(s), tt.want) {
				t.Errorf("no warning %q in\n%s", tt.want, warned(s))
			}
			if s.Instances[0].ID != "mqtt-cn-1" || s.Instances[0].Source == nil {
				t.Error("another instance is not watched for it")
			}
		})
	}
	for _, text := range []string{
		discovering + "instances: [{id: new-1, product: kafka}]\n", discovering + "instances: [{id: new-1, billing: {method: barter}}]\n",
		discovering + "instances: [{id: new-1, billing: {post_expiration: museum}}]\n", discovering + "instances: [{id: new-1, billing: {post_expiration: downgrade}}]\n",
		discovering + "instances: [{id: new-1, source: {type: aliyun, kind: mqtt_v9}}]\n",
	} {
		if _, err := LoadWith(files(t, "brimwatch.yml", text), []fleet.Found{orders, change(func(*fleet.Found) {})}); err == nil {
			t.Errorf("it is no fault in a file: %s", text)
		}
	}
}
