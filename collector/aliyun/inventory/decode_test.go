package inventory

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/configs"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMoments(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	tests := []struct {
		name, json string
		want       time.Time
		bad        bool
	}{
		{"milliseconds", `1741795200000`, at("2025-03-12T16:00:00Z"), false},
		{"milliseconds as text", `"1741795200000"`, at("2025-03-12T16:00:00Z"), false},
		{"ISO in UTC", `"2026-12-30T16:00:00Z"`, at("2026-12-30T16:00:00Z"), false},
		{"ISO without seconds", `"2026-12-30T16:00Z"`, at("2026-12-30T16:00:00Z"), false},
		{"ISO with an offset", `"2026-12-31T00:00:00+08:00"`, at("2026-12-30T16:00:00Z"), false},
		{"without a zone", `"2022-09-01 00:00:00"`, at("2022-08-31T16:00:00Z"), false},
		{"not told", `""`, time.Time{}, false},
		{"null", `null`, time.Time{}, false},
		{"zero", `0`, time.Time{}, false},
		{"no end", `"2099-12-31T15:59:59Z"`, time.Time{}, false},
		{"no end in milliseconds", `4102415999000`, time.Time{}, false},
		{"seconds", `1741795200`, time.Time{}, true},
		{"microseconds", `1741795200000000`, time.Time{}, true},
		{"a negative number", `-1741795200000`, time.Time{}, true},
		{"a fraction", `1.741795200e12`, time.Time{}, true},
		{"a word", `"soon"`, time.Time{}, true},
		{"a day", `"2026-12-31"`, time.Time{}, true},
		{"a day that is not", `"2026-02-30 00:00:00"`, time.Time{}, true},
		{"one figure an hour", `"2026-12-31 1:00:00"`, time.Time{}, true},
		{"before the cloud", `"1970-01-01 00:00:00"`, time.Time{}, true},
		{"a truth value", `true`, time.Time{}, true},
		{"an object", `{"a":1}`, time.Time{}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m moment
			if err := json.Unmarshal([]byte(tt.json), &m); err != nil {
				t.Fatal(err)
			}
			got, err := m.read(shanghai)
			if !got.Equal(tt.want) || (err != nil) != tt.bad {
				t.Errorf("got %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestSuccess(t *testing.T) {
	for body, fails := range map[string]bool{
		`{}`: false, `{"Success":true}`: false, `{"Success":"true"}`: false, `{"Success":"True"}`: false, `{"Success":null}`: false,
		`{"Success":false,"Code":"NotAuthorized","Message":"no"}`: true, `{"Success":"false"}`: true, `{"Success":"no"}`: true, `{"Success":0}`: true,
	} {
		var s success
		if err := json.Unmarshal([]byte(body), &s); err != nil {
			t.Fatal(err)
		}
		if err := s.failed(); (err != nil) != fails {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Every edition and specification that is made up here is one of the catalogue.
func TestTheCatalogueKnowsThem(t *testing.T) {
	var c struct {
		Products map[string]struct {
			Editions map[string]struct {
				Specs    map[string]struct{ Capacity map[string]float64 }
				Capacity map[string]float64
			}
		}
	}
	if err := yaml.Unmarshal(configs.Catalogue(), &c); err != nil {
		t.Fatal(err)
	}
	told := func(n int64) figure { return figure{n, true} }
	for product, editions := range map[string][]string{
		productMQTT:     {mqttEdition(told(0)), mqttEdition(told(1)), mqttEdition(told(4))},
		productRocketMQ: {editionStandard4, editionPlatinum4, rocketMQ5Edition("standard"), rocketMQ5Edition("professional"), rocketMQ5Edition("ultimate")},
		productIoT:      {iotEdition(fleet.Subscription), iotEdition(fleet.PayAsYouGo)},
	} {
		for _, e := range editions {
			if _, ok := c.Products[product].Editions[e]; !ok {
				t.Errorf("%s has no edition %q", product, e)
			}
		}
	}
	for _, row := range []redisRow{{Architecture: "cluster"}, {Architecture: "rwsplit"}, {Edition: "Community"}, {Edition: "Enterprise"}} {
		e, _ := redisEdition(&row)
		if _, ok := c.Products[productRedis].Editions[e]; !ok {
			t.Errorf("redis has no edition %q", e)
		}
	}
	steps := 0
	for name, spec := range c.Products[productRocketMQ].Editions[editionPlatinum4].Specs {
		if got := rocketMQ4Spec(int64(spec.Capacity["message_tps"])); got != name {
			t.Errorf("MaxTps %v is %q, the catalogue calls it %q", spec.Capacity, got, name)
		}
		steps++
	}
	if steps != 10 || rocketMQ4Spec(7000) != "" {
		t.Errorf("%d steps of MaxTps", steps)
	}
	if c.Products[productRocketMQ].Editions[editionStandard4].Capacity["message_tps"] <= 0 {
		t.Error("the catalogue does not tell the limit of RocketMQ 4 Standard, so it would have to be asked for")
	}
}

func TestMQTTRows(t *testing.T) {
	tests := []struct {
		name, row string
		want      record
	}{
		{"platinum, in service", `{"InstanceId":"a","InstanceStatus":5,"InstanceType":1,"ExpireTime":1741795200000}`,
			record{Edition: "platinum", Method: fleet.Subscription, Status: "in service (5)", Term: term{Expires: time.UnixMilli(1741795200000).UTC()}}},
		{"numbers as text", `{"InstanceId":"a","InstanceStatus":"15","InstanceType":"0"}`,
			record{Edition: "basic", Method: fleet.Subscription, Frozen: true, Status: "frozen (15)"}},
		{"professional, expired", `{"InstanceId":"a","InstanceStatus":3,"InstanceType":4,"Specific":"mqtt.p2.1xlarge"}`,
			record{Edition: "professional", Spec: "mqtt.p2.1xlarge", Method: fleet.Subscription, Status: "expired (3)"}},
		{"as it goes, overdue for too long", `{"InstanceId":"a","InstanceStatus":3,"InstanceType":2}`,
			record{Method: fleet.PayAsYouGo, Overdue: true, Status: "expired (3)", Stands: fleet.LifecycleSuspended}},
		{"serverless, overdue", `{"InstanceId":"a","InstanceStatus":2,"InstanceType":5}`,
			record{Method: fleet.PayAsYouGo, Overdue: true, Status: "overdue (2)"}},
		{"lightweight", `{"InstanceId":"a","InstanceStatus":1,"InstanceType":3}`,
			record{Method: fleet.Subscription, Status: "not activated (1)"}},
		{"a type and status of the future", `{"InstanceId":"a","InstanceStatus":77,"InstanceType":78}`,
			record{Method: fleet.Subscription, Status: "unknown status (77)"}},
		{"nothing but an id", `{"InstanceId":"a"}`, record{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var a mqttAnswer
			if err := json.Unmarshal([]byte(`{"Instances":[`+tt.row+`,{"InstanceStatus":5},{"InstanceId":"b","InstanceStatus":10}]}`), &a); err != nil {
				t.Fatal(err)
			}
			got := a.listing(time.UTC)
			if len(got.records) != 2 || got.records[1].Stands != fleet.LifecycleReleased {
				t.Fatalf("%d records", len(got.records))
			}
			tt.want.ID, tt.want.Product, tt.want.Tags = "a", productMQTT, map[string]string{}
			if diff := cmp.Diff(&tt.want, got.records[0]); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLabels(t *testing.T) {
	got := labels(map[string]string{
		"team": "orders", "cost-centre": "7", "2nd": "x", "acs:rm:rgId": "rg", "aliyun:x": "y", "团队": "zh", "cost.centre": "8", "": "nothing", "_": "nothing",
	})
	want := []fleet.Label{{Name: "_2nd", Value: "x"}, {Name: "cost_centre", Value: "7"}, {Name: "team", Value: "orders"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if labels(map[string]string{"团队": "zh"}) != nil {
		t.Error("a tag without a letter makes labels")
	}
}

func TestTerms(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2027, 1, n, 0, 0, 0, 0, time.UTC) }
	paid, asItGoes := fleet.Subscription, fleet.PayAsYouGo
	tests := []struct {
		name    string
		method  fleet.Method
		product term
		bill    *record
		want    term
	}{
		{"the product's, without a bill", paid, term{Expires: day(1), Releases: day(8)}, nil, term{Expires: day(1), Releases: day(8)}},
		{"the product's, when billing tells none", paid, term{Expires: day(1)}, &record{}, term{Expires: day(1)}},
		{"billing's", paid, term{Expires: day(1)}, &record{Term: term{day(2), day(2), day(9)}}, term{day(2), day(2), day(9)}},
		{"joined when they agree", paid, term{Expires: day(1), Releases: day(8)}, &record{Term: term{Expires: day(1), Suspends: day(1)}}, term{day(1), day(1), day(8)}},
		{"not joined when they do not", paid, term{Expires: day(3), Releases: day(10)}, &record{Term: term{Expires: day(1), Suspends: day(1)}}, term{Expires: day(1), Suspends: day(1)}},
		{"all three the same is no release", paid, term{}, &record{Term: term{day(1), day(1), day(1)}}, term{Expires: day(1), Suspends: day(1)}},
		{"stops before its end", paid, term{}, &record{Term: term{day(5), day(1), day(12)}}, term{Expires: day(5), Releases: day(12)}},
		{"deleted before it stops", paid, term{}, &record{Term: term{day(1), day(9), day(5)}}, term{Expires: day(1), Suspends: day(9)}},
		{"as it goes has no end", asItGoes, term{Expires: day(1)}, &record{Term: term{day(1), day(1), day(8)}}, term{}},
		{"as it goes, overdue", asItGoes, term{}, &record{Overdue: true, Term: term{day(1), day(2), day(9)}}, term{Suspends: day(2), Releases: day(9)}},
		{"as it goes, without a bill", asItGoes, term{Expires: day(1)}, nil, term{}},
		{"nothing at all", "", term{}, nil, term{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, termOf(tt.method, &record{Term: tt.product}, tt.bill)); diff != "" {
				t.Errorf("term (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPages(t *testing.T) {
	tests := []struct {
		name  string
		pages []string // ids of each
		total int
		want  string
		whole bool
		calls int
	}{
		{"none", []string{""}, 0, "", true, 1},
		{"one", []string{"ab"}, 2, "ab", true, 1},
		{"three", []string{"ab", "cd", "e"}, 5, "abcde", true, 3},
		{"one moved to the next page", []string{"ab", "bc"}, 4, "abc", false, 2},
		{"an empty page too early", []string{"ab", "", "cd"}, 4, "ab", false, 2},
		{"more than are counted", []string{"abc"}, 2, "abc", true, 1},
		{"not counted", []string{"ab", "cd"}, 0, "ab", true, 1},
		{"the same page for ever", []string{"ab", "ab", "ab"}, 5, "ab", false, 3},
		{"a row without an id", []string{"a "}, 2, "a", false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, whole, calls, err := pages(
				func(r *rune) string { return strings.TrimSpace(string(*r)) },
				func(n int) (page[rune], error) { return page[rune]{[]rune(tt.pages[n-1]), tt.total}, nil })
			if err != nil || string(rows) != tt.want || whole != tt.whole || calls != tt.calls {
				t.Errorf("got %q, whole %v, in %d calls, %v", string(rows), whole, calls, err)
			}
		})
	}
	endless := 0
	_, whole, _, _ := pages(func(*int) string { return "" }, func(int) (page[int], error) { endless++; return page[int]{[]int{1}, 1 << 30}, nil })
	if whole || endless != maxPages {
		t.Errorf("a list without an end: whole %v after %d pages", whole, endless)
	}
}

// Where a call goes: to the endpoint of its region, unless one serves several.
func TestEndpoints(t *testing.T) {
	tests := []struct {
		name        string
		q           question
		api, region string
		path        string
	}{
		{"MQTT", question{operation: listMQTT, region: "cn-hangzhou"}, "onsmqtt", "cn-hangzhou", ""},
		{"RocketMQ 4", question{operation: getRocketMQ4, region: "cn-hangzhou"}, "ons", "cn-hangzhou", ""},
		{"RocketMQ 5", question{operation: listRocketMQ5, region: "cn-hangzhou"}, "rocketmq", "cn-hangzhou", "/instances"},
		{"one of RocketMQ 5", question{operation: getRocketMQ5, region: "cn-hangzhou", id: "rmq-cn-a/../b"}, "rocketmq", "cn-hangzhou", "/instances/rmq-cn-a%2F..%2Fb"},
		{"Redis, together", question{operation: describeRedis, region: "cn-hangzhou"}, "r-kvstore", "", ""},
		{"Redis, apart", question{operation: describeRedis, region: "cn-zhangjiakou"}, "r-kvstore", "cn-zhangjiakou", ""},
		{"billing", question{operation: queryBilling}, "business", "", ""},
		{"billing abroad", question{operation: queryBilling, abroad: true}, "business", "ap-southeast-1", ""},
	}
	for _, tt := range tests {
		c := tt.q.call()
		if c.API != tt.api || c.Region != tt.region || c.Path != tt.path || c.Query["RegionId"] != tt.q.region {
			t.Errorf("%s: %+v", tt.name, c)
		}
	}
}
