package nanomq

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// three is an answer with three subscriptions of two clients.
const three = `{"code":0,"data":[{"clientid":"a","topic":"t/1","qos":2},{"clientid":"a","topic":"t/2","qos":0},{"clientid":"b","topic":"t/1","qos":1}]}`

// listPath is where NanoMQ has the list of subscriptions.
const listPath = apiPath + "/subscriptions"

// serve answers as NanoMQ does; a list of "" is none.
func serve(t testing.TB, page, list string) *collectortest.Site {
	t.Helper()
	answers := map[string]collectortest.Answer{defaultPath: collectortest.Page(page)}
	if list != "" {
		answers[listPath] = collectortest.JSON(list)
	}
	return collectortest.Serve(t, answers)
}

// login asks for a login as NanoMQ does.
func login(username, password string) collectortest.Login {
	return collectortest.Login{Username: username, Password: password, Refusal: collectortest.JSON(`{"code":1002}`)}
}

// counting is a page of a broker that counts messages.
func counting(t testing.TB) string { return collectortest.Testdata(t, "counting.prom") }

func build(t testing.TB, o Options) *Collector {
	t.Helper()
	o.Transport = exposition.NewTransportThrough(nil)
	return collectortest.Build(t, New, o)
}

func TestConformance(t *testing.T) {
	api := "http://127.0.0.1:1" // of the broker that was started last, beside the suite's front
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			b := serve(t, counting(t), three).Require(login(collectortest.Username, password))
			api = b.URL
			return b.Addr()
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			return collectortest.Make(t, New, Options{
				URL: "http://" + addr, APIURL: api, Username: collectortest.Username, Password: password,
				Transport: exposition.NewTransportThrough(nil),
			})
		},
		Instances: 2,
		Expect: []collectortest.Figure{
			{Metric: fleet.SendTPS, Counter: true, Min: 5000, Max: 5000},
			{Metric: fleet.ReceiveTPS, Counter: true, Min: 9000, Max: 9000},
			{Metric: fleet.Connections, Min: 12, Max: 12},
			{Metric: fleet.Subscriptions, Min: 3, Max: 3},
		},
	})
}

// TestTotalsThatStayZero believes totals of 0 only where there is nothing to
// count, or once something was counted.
func TestTotalsThatStayZero(t *testing.T) {
	page := func(connections, in, out, dropped int) string {
		return fmt.Sprintf("nanomq_connections_count %d\nnanomq_messages_received %d\nnanomq_messages_sent %d\nnanomq_messages_dropped %d\n", connections, in, out, dropped)
	}
	b := serve(t, "", three)
	c := build(t, Options{URL: b.URL})
	for _, step := range []struct {
		name string
		page string
		in   float64 // -1: unknown
	}{
		{"nobody there", page(0, 0, 0, 0), 0},
		{"clients, and nothing counted", page(3, 0, 0, 0), -1},
		{"still nothing", page(3, 0, 0, 0), -1},
		{"messages", page(3, 7, 0, 0), 7},
		{"a restart", page(3, 0, 0, 0), 0},
	} {
		b.Set(defaultPath, collectortest.Page(step.page))
		v := collectortest.MustVisit(t, c)
		got, _, told := v.CounterOf(fleet.SendTPS)
		if !told {
			got = -1
		}
		if _, _, out := v.CounterOf(fleet.ReceiveTPS); got != step.in || out != told {
			t.Errorf("%s: %v messages in (out is told: %v), want %v", step.name, got, out, step.in)
		}
		if reason := collectortest.GapOf(v, fleet.ReceiveTPS); (reason != "") == told || !told && !strings.Contains(reason, "STATISTICS") {
			t.Errorf("%s: the reason is %q", step.name, reason)
		}
	}
	for name, page := range map[string]string{
		"sent alone": page(3, 0, 9, 0), "dropped alone": page(3, 0, 0, 9), "no connections on the page": "nanomq_messages_received 5\nnanomq_messages_sent 0\n",
	} {
		b.Set(defaultPath, collectortest.Page(page))
		if _, _, told := collectortest.MustVisit(t, build(t, Options{URL: b.URL})).CounterOf(fleet.ReceiveTPS); !told {
			t.Errorf("%s: the totals are not believed", name)
		}
	}
	b.Set(defaultPath, collectortest.Page("nanomq_messages_received 0\nnanomq_messages_sent 0\n"))
	if _, _, told := collectortest.MustVisit(t, build(t, Options{URL: b.URL})).CounterOf(fleet.SendTPS); told {
		t.Error("totals of 0 are believed though nobody knows whether there are clients")
	}
}

func TestSubscriptions(t *testing.T) {
	for _, tt := range []struct {
		name string
		list string
		want float64 // -1: unknown
		why  string
	}{
		{"three, of two clients", three, 3, ""},
		{"none", `{"code":0,"data":[]}`, 0, ""},
		{"no list", `{"code":0}`, -1, "has not the form"},
		{"no code", `{"data":[]}`, -1, "has not the form"},
		{"a fault", `{"code":1005}`, -1, "error code 1005"},
		{"words in the list", `{"code":0,"data":["a"]}`, -1, "has not the form"},
		{"not there", "", -1, "/api/v4/subscriptions: there is no page"},
		{"cut off", `{"code":0,"data":[`, -1, "is not JSON"},
		{"HTML", "<html>", -1, "not with JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := collectortest.MustVisit(t, build(t, Options{URL: serve(t, counting(t), tt.list).URL}))
			got, told := v.GaugeOf(fleet.Subscriptions)
			if !told {
				got = -1
			}
			if got != tt.want || !strings.Contains(collectortest.GapOf(v, fleet.Subscriptions), tt.why) {
				t.Errorf("%v (%s), want %v (%s)", got, collectortest.GapOf(v, fleet.Subscriptions), tt.want, tt.why)
			}
			if n, _ := v.GaugeOf(fleet.Connections); n != 12 {
				t.Errorf("%v connections, want 12: the list is no fault of the page", n)
			}
		})
	}
}

// TestSubscriptionsAreCountedSeldom keeps the count between two lists.
func TestSubscriptionsAreCountedSeldom(t *testing.T) {
	b := serve(t, counting(t), three)
	c := build(t, Options{URL: b.URL, SubscriptionsEvery: time.Hour})
	for range 3 {
		if n, _ := collectortest.MustVisit(t, c).GaugeOf(fleet.Subscriptions); n != 3 {
			t.Errorf("%v subscriptions, want 3", n)
		}
	}
	if n := b.Asked(listPath); n != 1 {
		t.Errorf("listed %d times in three visits, want once", n)
	}
	never := collectortest.MustVisit(t, build(t, Options{URL: b.URL, SubscriptionsEvery: -1}))
	if reason := collectortest.GapOf(never, fleet.Subscriptions); !strings.Contains(reason, "turned off") || b.Asked(listPath) != 1 {
		t.Errorf("never counting: %q, listed %d times", reason, b.Asked(listPath))
	}
}

// TestPublishedPage reads the page of NanoMQ's documentation.
func TestPublishedPage(t *testing.T) {
	page := collectortest.Published(t, "nanomq", "from-docs", "prometheus.prom")
	v := collectortest.MustVisit(t, build(t, Options{URL: serve(t, page, three).URL}))
	in, _, toldIn := v.CounterOf(fleet.SendTPS)
	connections, toldConnections := v.GaugeOf(fleet.Connections)
	if !toldIn || in != 0 || !toldConnections || connections != 0 || len(v.Gaps()) != 0 {
		t.Errorf("in %v, connections %v, unknown %v; want an idle broker", in, connections, v.Gaps())
	}
	for _, m := range fleet.Metrics() {
		if limit, told := v.LimitOf(m); told {
			t.Errorf("a limit of %v %v was made of a high-water mark", limit, m)
		}
	}
}

func TestErrors(t *testing.T) {
	b := serve(t, counting(t), three).Require(login("admin", "public"))
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no login", Options{URL: b.URL}, "wants a login"},
		{"a wrong password", Options{URL: b.URL, Username: "admin", Password: "hunter2"}, "refuses the login"},
		{"a wrong path", Options{URL: b.URL + "/metrics", Username: "admin", Password: "public"}, "is the path of the url right"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			collectortest.Fails(t, build(t, tt.o), tt.want)
		})
	}
}

func TestOptionFaults(t *testing.T) {
	const url = "http://127.0.0.1:8081"
	for _, tt := range []struct {
		name string
		o    Options
		want string
	}{
		{"no url", Options{}, "url is missing"},
		{"a login in it", Options{URL: "http://a:hunter2@127.0.0.1:8081"}, "must not hold a user name or password"},
		{"an API that cannot be", Options{URL: url, APIURL: "hunter2:8081"}, "api_url: url cannot be read"},
		{"an API with a login in it", Options{URL: url, APIURL: "http://a:hunter2@127.0.0.1"}, "api_url: url must not hold"},
		{"an API that is not used", Options{URL: url, APIURL: url, SubscriptionsEvery: -1}, "never counted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			collectortest.Refused(t, New, tt.o, tt.want)
		})
	}
}

// FuzzCount counts in whatever is answered.
func FuzzCount(f *testing.F) {
	for _, seed := range []string{three, `{"code":0,"data":[]}`, `{"code":1}`, `{"code":0,"data":null}`, `{"code":0,"data":[1]}`, `{"code":0,"data":[null,{}]}`, `[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := countIn(b)
		if err != nil && n != 0 || n < 0 || n > len(b) {
			t.Errorf("%d subscriptions with %v", n, err)
		}
	})
}
