package aliyun

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// mqttOf tells all that an MQTT instance has.
func (s *cms) mqttOf(id string, age time.Duration, tps, connections, subscriptions float64) {
	s.tell("AverageQpsPerInstance", id, age, values("Average", tps))
	s.tell("ConnectionsPerInstance", id, age, values("Average", connections))
	s.tell("SubscriptionsPerInstance", id, age, values("Average", subscriptions))
}

func TestFiftyInstancesAreOneCallEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		ids := make([]string, mostInstances)
		for i := range ids {
			ids[i] = fmt.Sprintf("mqtt-cn-%02d", i)
			s.mqttOf(ids[i], time.Second, float64(i), float64(100+i), float64(200+i))
		}
		s.mqttOf("ghost", time.Second, 1e6, 1e6, 1e6)
		a := newTestAccount(t, "http://cloud.test")
		inProcess(a, s)
		c := newTestCollector(t, a, MQTT, ids...)
		for i, v := range read(t, c) {
			if got := gauges(&v); got["message_tps"] != float64(i) || got["connections"] != float64(100+i) || got["subscriptions"] != float64(200+i) {
				t.Errorf("%s: %v", ids[i], got)
			}
		}
		if n := len(s.questions()); n != 3 {
			t.Errorf("%d calls, want 3", n)
		}
		if b := a.Budget(time.Now()); b.Calls != 3 || b.Limit != freeCalls || b.Pace != 1 {
			t.Errorf("budget %+v", b)
		}
	})
}

func TestPagesAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		s.page = 3
		for i := range 8 {
			s.tell("ShardingUsedQPS", "r-1", time.Second, values("Average", 1, "nodeId", fmt.Sprintf("r-1-db-%d", i)))
		}
		a := newTestAccount(t, "http://cloud.test")
		inProcess(a, s)
		c := newTestCollector(t, a, RedisCluster, "r-1")
		if got := gauges(&read(t, c)[0]); got["commands_tps"] != 8 {
			t.Errorf("got %v", got)
		}
		if b := a.Budget(time.Now()); b.Calls != 6 { // 2 for connections, 3 pages, 1 for memory
			t.Errorf("%d calls were counted, want 6", b.Calls)
		}
		if got, want := a.load()*60, 6.0; got < want-1e-9 || got > want+1e-9 {
			t.Errorf("the account plans with %v calls of a sweep, want %v", got, want)
		}
	})
}

func TestPagesWithoutEnd(t *testing.T) {
	for _, token := range []string{"same", ""} {
		t.Run("token "+token, func(t *testing.T) {
			s := newCMS()
			n := 0
			s.setFault(func(w http.ResponseWriter, _ *http.Request) {
				n++
				next := token
				if next == "" {
					next = strconv.Itoa(n)
				}
				_, _ = fmt.Fprintf(w, `{"Code":"200","Success":true,"NextToken":%q,"Datapoints":"[]"}`, next)
			})
			c := newTestCollector(t, newTestAccount(t, serve(t, s)), MQTT, "mqtt-cn-1")
			if _, err := visit(t.Context(), c); err == nil || !strings.Contains(err.Error(), "has no end") {
				t.Errorf("got %v", err)
			}
			if n > 3*maxPages {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestTheNewestPointCounts(t *testing.T) {
	s := newCMS()
	s.mqttOf("mqtt-cn-1", time.Second, 1, 1, 1)
	for i, age := range []time.Duration{2 * time.Minute, 30 * time.Second, 90 * time.Second} {
		s.tell("ConnectionsPerInstance", "mqtt-cn-2", age, values("Average", 10+i))
	}
	c := newTestCollector(t, newTestAccount(t, serve(t, s)), MQTT, "mqtt-cn-1", "mqtt-cn-2")
	if got := gauges(&read(t, c)[1]); got["connections"] != 11 {
		t.Errorf("got %v, want the one from 30 s ago", got)
	}
}

func TestWhatIsUnknown(t *testing.T) {
	s := newCMS()
	s.mqttOf("well", time.Second, 1, 2, 3)
	s.mqttOf("late", 4*time.Minute, 1, 2, 3) // subscriptions come every five minutes
	s.tell("ConnectionsPerInstance", "idle", time.Second, values("Average", 5))
	s.tell("AverageQpsPerInstance", "idle", time.Second, values("Minimum", 5))
	s.mqttOf("ahead", -10*time.Minute, 1, 2, 3)
	s.tell("ConnectionsPerInstance", "below", time.Second, values("Average", -1))
	ids := []string{"well", "late", "idle", "ahead", "below", "nowhere"}
	c := newTestCollector(t, newTestAccount(t, serve(t, s)), MQTT, ids...)
	v := read(t, c)
	for _, tt := range []struct {
		id     string
		metric fleet.Metric
		want   string // in the reason; "" is a figure
	}{
		{"well", fleet.MessageTPS, ""}, {"well", fleet.Subscriptions, ""},
		{"late", fleet.MessageTPS, "AverageQpsPerInstance is from 20"}, {"late", fleet.Connections, "4m0s ago"}, {"late", fleet.Subscriptions, ""},
		{"idle", fleet.Connections, ""}, {"idle", fleet.Subscriptions, "told nothing of SubscriptionsPerInstance"},
		{"idle", fleet.MessageTPS, "without Average, Value, Maximum, Sum"},
		{"ahead", fleet.Connections, "set the clock"},
		{"below", fleet.Connections, "below zero"},
	} {
		visit := &v[slices.Index(ids, tt.id)]
		_, known := visit.GaugeOf(tt.metric)
		if reason := collectortest.GapOf(visit, tt.metric); known != (tt.want == "") || !strings.Contains(reason, tt.want) {
			t.Errorf("%s: %s is known %v, reason %q, want %q", tt.id, tt.metric, known, reason, tt.want)
		}
	}
	if err := v[5].Err(); err == nil || !strings.Contains(err.Error(), "no figures of nowhere (mqtt) in cn-hangzhou") {
		t.Errorf("an instance without figures: %v", err)
	}
	for i := range 5 {
		if err := v[i].Err(); err != nil {
			t.Errorf("%s failed: %v", ids[i], err)
		}
	}
}

func TestASilentNodeMakesTheSumUnknown(t *testing.T) {
	s := newCMS()
	s.tell("ShardingUsedMemory", "r-1", time.Second, values("Average", 1e9, "nodeId", "r-1-db-0"))
	s.tell("ShardingUsedMemory", "r-1", 20*time.Minute, values("Average", 1e9, "nodeId", "r-1-db-1"))
	c := newTestCollector(t, newTestAccount(t, serve(t, s)), RedisCluster, "r-1")
	v := &read(t, c)[0]
	if reason := collectortest.GapOf(v, fleet.MemoryBytes); len(gauges(v)) > 0 || !strings.Contains(reason, "r-1-db-1") || !strings.Contains(reason, "too low") {
		t.Errorf("got %v, reason %q", gauges(v), reason)
	}
}

func TestThePeriodThatIsToldCounts(t *testing.T) {
	s := newCMS()
	s.period = "300"
	s.mqttOf("mqtt-cn-1", 10*time.Minute, 1, 2, 3)
	c := newTestCollector(t, newTestAccount(t, serve(t, s)), MQTT, "mqtt-cn-1")
	if got := gauges(&read(t, c)[0]); len(got) != 3 {
		t.Errorf("with a period of five minutes, ten minutes are young: %v", got)
	}
}

func TestOneMetricThatFailsLeavesTheOthers(t *testing.T) {
	s := newCMS()
	s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
	s.faults["ConnectionsPerInstance"] = refusing(http.StatusBadRequest, "ParameterInvalid", "no such metric")
	s.faults["SubscriptionsPerInstance"] = func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"Code":"200","Success":true,"Datapoints":"[{]"}`))
	}
	c := newTestCollector(t, newTestAccount(t, serve(t, s)), MQTT, "mqtt-cn-1")
	v := &read(t, c)[0]
	if got := gauges(v); len(got) != 1 || got["message_tps"] != 1 {
		t.Errorf("got %v", got)
	}
	if reason := collectortest.GapOf(v, fleet.Connections); !strings.Contains(reason, "ParameterInvalid") {
		t.Errorf("connections: %q", reason)
	}
	if reason := collectortest.GapOf(v, fleet.Subscriptions); !strings.Contains(reason, "cannot be read") {
		t.Errorf("subscriptions: %q", reason)
	}
	s.faults["AverageQpsPerInstance"] = refusing(http.StatusBadRequest, "ParameterInvalid", "no such metric")
	c.asked = time.Time{}
	if _, err := visit(t.Context(), c); err == nil || !strings.Contains(err.Error(), "ParameterInvalid") {
		t.Errorf("all failed: %v", err)
	}
}

func TestBetweenSweepsWhatIsKnownIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		a := newTestAccount(t, "http://cloud.test")
		inProcess(a, s)
		c := newTestCollector(t, a, MQTT, "mqtt-cn-1")
		s.mqttOf("mqtt-cn-1", 90*time.Second, 1, 2, 3)
		for visits := range 12 {
			if got := gauges(&read(t, c)[0]); len(got) != 3 {
				t.Fatalf("visit %d: %v", visits, got)
			}
			if n, want := len(s.questions()), 3*(1+visits/4); n != want {
				t.Fatalf("after visit %d there were %d calls, want %d", visits, n, want)
			}
			pass(15*time.Second - 3*time.Millisecond) // a little early
			if visits%4 == 3 {
				s.forget()
				s.mqttOf("mqtt-cn-1", 90*time.Second, 1, 2, 3)
			}
		}
		// The cloud goes on telling the same point: it grows old, also between sweeps.
		pass(15 * time.Second)
		s.forget()
		s.mqttOf("mqtt-cn-1", 150*time.Second, 1, 2, 3)
		pass(time.Minute)
		if reason := collectortest.GapOf(&read(t, c)[0], fleet.Connections); !strings.Contains(reason, "3m30s ago") {
			t.Errorf("a point of three and a half minutes: %q", reason)
		}
	})
}

func TestIntervalsAreStretched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		// A month has one sweep every ten minutes for this account.
		a := newTestAccount(t, "http://cloud.test", func(o *AccountOptions) { o.MonthlyCalls = 3 * 31 * 24 * 6 })
		inProcess(a, s)
		c := newTestCollector(t, a, MQTT, "mqtt-cn-1")
		if b := a.Budget(time.Now()); b.Pace < 9.9 || b.Pace > 10.1 {
			t.Errorf("a pace of %v, want 10", b.Pace)
		}
		known, visits := 0, 0
		for range 24 * 60 * 4 { // a day
			s.forget()
			s.mqttOf("mqtt-cn-1", 100*time.Second, 1, 2, 3)
			if visits++; len(gauges(&read(t, c)[0])) == 3 {
				known++
			}
			pass(15 * time.Second)
		}
		if known != visits {
			t.Errorf("the figures were known at %d of %d visits, although none was older than the pace allows", known, visits)
		}
		b := a.Budget(time.Now())
		if share := float64(b.Calls) / float64(b.Limit) * 31; share < 0.9 || share > 1.02 {
			t.Errorf("%d calls of %d in one of 31 days", b.Calls, b.Limit)
		}
	})
}

func TestAMonthThatIsUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		a := newTestAccount(t, "http://cloud.test", func(o *AccountOptions) { o.MonthlyCalls = 4 })
		inProcess(a, s)
		c := newTestCollector(t, a, MQTT, "mqtt-cn-1")
		s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
		read(t, c)
		other := newTestCollector(t, a, MQTT, "mqtt-cn-2")
		if _, err := visit(t.Context(), other); err == nil || !strings.Contains(err.Error(), "used its 4 calls of this month") || !strings.Contains(err.Error(), "2000-02-01") {
			t.Errorf("without calls: %v", err)
		}
		for range 8 * 60 {
			_, err := visit(t.Context(), c)
			if err != nil && !strings.Contains(err.Error(), "used its 4 calls") {
				t.Fatal(err)
			}
			pass(time.Minute)
		}
		v, err := visit(t.Context(), c)
		if err == nil {
			if reason := collectortest.GapOf(&v[0], fleet.Connections); !strings.Contains(reason, "calls of this month") {
				t.Errorf("after eight hours: %q", reason)
			}
		}
		if n := len(s.questions()); n != 4 {
			t.Errorf("%d calls were made of 4", n)
		}
		pass(time.Until(time.Date(2000, 2, 1, 0, 0, 0, 0, time.UTC)))
		s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
		if got := gauges(&read(t, c)[0]); len(got) != 3 {
			t.Errorf("in the new month: %v", got)
		}
	})
}

func TestThrottlingIsBackedOffAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		a := newTestAccount(t, "http://cloud.test")
		inProcess(a, s)
		c := newTestCollector(t, a, MQTT, "mqtt-cn-1")
		s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
		read(t, c)
		s.setFault(refusing(http.StatusBadRequest, "Throttling.User", "Request was denied due to user flow control."))
		before := len(s.questions())
		var said string
		for range 60 { // a quarter of an hour
			pass(15 * time.Second)
			v, err := visit(t.Context(), c)
			switch {
			case err != nil:
				said = err.Error()
			case len(gauges(&v[0])) == 0 && said == "":
				said = collectortest.GapOf(&v[0], fleet.Connections)
			}
		}
		if !strings.Contains(said, "too often (Throttling.User)") || !strings.Contains(said, "left alone until") {
			t.Errorf("said %q", said)
		}
		if n := len(s.questions()) - before; n > 25 {
			t.Errorf("asked %d times in a quarter of an hour although throttled", n)
		}
		s.setFault(nil)
		s.forget()
		pass(longestPause)
		s.mqttOf("mqtt-cn-1", time.Second, 4, 5, 6)
		if got := gauges(&read(t, c)[0]); got["connections"] != 5 {
			t.Errorf("after the throttling: %v", got)
		}
	})
}

func TestShortThrottlingCostsNoFigure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		a := newTestAccount(t, "http://cloud.test")
		inProcess(a, s)
		c := newTestCollector(t, a, MQTT, "mqtt-cn-1")
		s.mqttOf("mqtt-cn-1", time.Second, 1, 2, 3)
		read(t, c)
		pass(time.Minute)
		s.setFault(refusing(http.StatusTooManyRequests, "", ""))
		if got := gauges(&read(t, c)[0]); len(got) != 3 {
			t.Errorf("throttled once: %v", got)
		}
	})
}

func TestTheCloudIsNotAskedMoreThanThirtyTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newCMS()
		a := newTestAccount(t, "http://cloud.test")
		inProcess(a, s)
		var at []time.Time
		for range 200 {
			err := a.Call(t.Context(), Call{API: "metrics", Version: "2019-01-01", Action: "DescribeMetricLast", Region: "cn-hangzhou",
				Query: map[string]string{"Dimensions": dimensions([]string{"a"})}}, &lastAnswer{})
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, time.Now())
		}
		for i, first := range at {
			n := 0
			for _, other := range at[i:] {
				if other.Sub(first) < time.Second {
					n++
				}
			}
			if n >= 50 {
				t.Fatalf("%d calls within a second", n)
			}
		}
	})
}
