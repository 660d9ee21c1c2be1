package redis

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// capture returns a file of testdata.
func capture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// without takes lines out of a page of INFO.
func without(page string, keys ...string) string {
	var out strings.Builder
	for line := range strings.Lines(page) {
		key, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		if !slices.Contains(keys, key) {
			out.WriteString(line)
		}
	}
	return out.String()
}

// TestReplayLoad plays a Redis 7.0.15 under known load: 24 connections and the
// one that asked, 40 subscriptions on 27 channels and 3 patterns.
func TestReplayLoad(t *testing.T) {
	t.Parallel()
	s := script(t, replies(map[string]string{
		"INFO server ": text(capture(t, "info-all-load.txt")),
		"CLIENT LIST":  text(capture(t, "client-list-type-pubsub.txt")),
	}))
	v := collectortest.MustVisit(t, build(t, Options{URL: redisURL(s.Addr)}))
	const want = "send_tps total 9070, subscriptions=40, connections=24, connections limit 1000, commands_tps total 10907, memory_bytes=1170648, " +
		"receive_tps unknown (" + noDeliveries + "), message_tps unknown (" + noMessages + ")"
	if got := collectortest.Describe(v); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	_, clock, _ := v.CounterOf(fleet.SendTPS)
	if clock.UnixMicro() != 1795312543953947 {
		t.Errorf("the clock is %v, want the server's", clock)
	}
	if up := clock.Sub(v.StartedAt()); up != 78*time.Second {
		t.Errorf("it is up for %s, want 78s", up)
	}
}

// TestReplayIdle plays the same server before the load: nobody has published.
func TestReplayIdle(t *testing.T) {
	t.Parallel()
	s := script(t, replies(map[string]string{"INFO server ": text(capture(t, "info-all-idle.txt"))}))
	v := collectortest.MustVisit(t, build(t, Options{URL: redisURL(s.Addr)}))
	if n := total(t, v, fleet.SendTPS); n != 0 {
		t.Errorf("%v publishes, want 0: a missing line is none", n)
	}
	if n := gauge(t, v, fleet.Subscriptions); n != 0 {
		t.Errorf("%v subscriptions, want 0 without having listed clients", n)
	}
}

// TestReplayTimeline holds the totals of a timeline against what the generator
// had published at that moment by its own count.
func TestReplayTimeline(t *testing.T) {
	t.Parallel()
	type sample struct {
		At        float64 `json:"t"`
		Published float64 `json:"published"`
	}
	var truth []sample
	for line := range strings.Lines(capture(t, "load-truth.jsonl")) {
		var s sample
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		truth = append(truth, s)
	}
	published := func(at float64) float64 {
		n := slices.IndexFunc(truth, func(s sample) bool { return s.At > at })
		a, b := truth[n-1], truth[n]
		return a.Published + (b.Published-a.Published)*(at-a.At)/(b.At-a.At)
	}
	var at float64
	held := 0
	for line := range strings.Lines(capture(t, "ops-timeline.txt")) {
		line = strings.TrimSpace(line)
		if unix, err := strconv.ParseFloat(line, 64); err == nil {
			at = unix
		}
		if !strings.HasPrefix(line, "cmdstat_publish:") {
			continue
		}
		i, err := parseInfo(bulkOf(line))
		// 20 ms passed at most between the clock and the answer: 20 messages.
		if diff := float64(i.publishes) - published(at); err != nil || math.Abs(diff) > 20 {
			t.Errorf("at %.1f: %d publishes, %.0f more than were made, error %v", at, i.publishes, diff, err)
		}
		held++
	}
	if held < 5 {
		t.Fatalf("only %d totals were held against the truth", held)
	}
}

// TestFieldsOf60 plays what Redis 6.0 tells: no clock, no maxclients, no sharded
// channels, and INFO with one section at most.
func TestFieldsOf60(t *testing.T) {
	t.Parallel()
	page := without(capture(t, "info-all-load.txt"), "server_time_usec", "maxclients", "cluster_connections", "pubsubshard_channels")
	old := map[string]string{
		"INFO":        "-ERR syntax error\r\n",
		"INFO all":    text(page),
		"CLIENT LIST": text(strings.ReplaceAll(capture(t, "client-list-type-pubsub.txt"), " ssub=0", "")),
	}
	t.Run("limit told", func(t *testing.T) {
		t.Parallel()
		old := with(old, "CONFIG GET maxclients", "*2\r\n$10\r\nmaxclients\r\n$3\r\n512\r\n")
		s := script(t, replies(old))
		c := build(t, Options{URL: redisURL(s.Addr)})
		before := time.Now()
		v := collectortest.MustVisit(t, c)
		if got := collectortest.Describe(v); !strings.HasPrefix(got, "send_tps total 9070, subscriptions=40, connections=24, connections limit 512, commands_tps total 10906, memory_bytes=1170648, ") {
			t.Errorf("got %s", got)
		}
		if _, clock, _ := v.CounterOf(fleet.SendTPS); clock.Before(before) || clock.After(time.Now()) {
			t.Errorf("the clock is %v, want the arrival of the answer", clock)
		}
		if _, told := collectortest.MustVisit(t, c).LimitOf(fleet.Connections); told {
			t.Error("a limit that was asked for once is told as if it were read again")
		}
		if !c.whole {
			t.Error("INFO with sections is asked for again")
		}
	})
	t.Run("limit refused", func(t *testing.T) {
		t.Parallel()
		old := with(old, "CONFIG GET maxclients", "-NOPERM this user has no permissions to run the 'config' command or its subcommand\r\n")
		v := collectortest.MustVisit(t, build(t, Options{URL: redisURL(script(t, replies(old)).Addr)}))
		if n, told := v.LimitOf(fleet.Connections); told {
			t.Errorf("a limit of %v comes from nowhere", n)
		}
		if n := gauge(t, v, fleet.Connections); n != 24 {
			t.Errorf("%v connections, want 24", n)
		}
	})
}

func with(m map[string]string, key, value string) map[string]string {
	out := map[string]string{key: value}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// TestKindsOfServers plays what other versions and servers tell.
func TestKindsOfServers(t *testing.T) {
	t.Parallel()
	whole := capture(t, "info-all-load.txt")
	for _, tt := range []struct {
		name, page string
		fails      string
		metric     fleet.Metric
		want       string // in the reason why metric is unknown
	}{
		{name: "a Sentinel", page: strings.Replace(whole, "redis_mode:standalone", "redis_mode:sentinel", 1), fails: "a Sentinel answers there"},
		{name: "something else", page: "hello:world\r\n", fails: "nothing that a Redis tells"},
		{name: "an empty page", page: "", fails: "nothing that a Redis tells"},
		{name: "no commandstats", page: whole[:strings.Index(whole, "# Commandstats")], metric: fleet.SendTPS, want: "has no commandstats"},
		{name: "odd commandstats", page: strings.Replace(whole, "cmdstat_publish:calls=9070", "cmdstat_publish:9070", 1), metric: fleet.SendTPS, want: "not written as Redis does it"},
		{name: "a negative figure", page: strings.Replace(whole, "connected_clients:25", "connected_clients:-1", 1), metric: fleet.Connections, want: "not a number"},
		{name: "a huge figure", page: strings.Replace(whole, "used_memory:1170648", "used_memory:18446744073709551615", 1), metric: fleet.MemoryBytes, want: "not a number"},
		{name: "a figure that is missing", page: without(whole, "total_commands_processed"), metric: fleet.CommandsTPS, want: "has no total_commands_processed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := script(t, replies(map[string]string{"INFO server ": text(tt.page), "CLIENT LIST": text("")}))
			v, err := collectortest.Visit(t, build(t, Options{URL: redisURL(s.Addr)}))
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) || !v.Blank() {
					t.Fatalf("%s, error %v; want %q", collectortest.Describe(v), err, tt.fails)
				}
				return
			}
			if err != nil || !strings.Contains(collectortest.GapOf(v, tt.metric), tt.want) {
				t.Errorf("error %v, %s is %q; want %q", err, tt.metric, collectortest.GapOf(v, tt.metric), tt.want)
			}
			if n := total(t, v, otherOf(tt.metric)); n == 0 {
				t.Errorf("what was told well is lost: %s", collectortest.Describe(v))
			}
		})
	}
}

// otherOf returns a running total that is not m.
func otherOf(m fleet.Metric) fleet.Metric {
	if m == fleet.CommandsTPS {
		return fleet.SendTPS
	}
	return fleet.CommandsTPS
}

// bulkOf returns a text as it comes from a server, its head read.
func bulkOf(s string) *bulk {
	return &bulk{r: bufio.NewReaderSize(strings.NewReader(s+"\r\n"), bufferSize), left: len(s)}
}

// TestCountSubscriptions counts lists of several versions.
func TestCountSubscriptions(t *testing.T) {
	for _, tt := range []struct {
		name, list string
		want       uint64
		fails      bool
	}{
		{"capture", capture(t, "client-list-type-pubsub.txt"), 40, false},
		{"nobody", "", 0, false},
		{"6.0", "id=1 addr=a:1 name= sub=2 psub=3 multi=-1 cmd=psubscribe user=default\n", 5, false},
		{"7.0", "id=1 name= sub=2 psub=3 ssub=4 multi=-1 resp=2\nid=2 name= sub=0 psub=1 ssub=0 resp=3\n", 10, false},
		{"a name like a figure", "id=1 name=sub=7 sub=1 psub=0 resp=2\n", 1, false},
		{"a name longer than the buffer", "id=1 name=" + strings.Repeat("sub=1", 3000) + " sub=1 psub=0 resp=2\n", 1, false},
		{"no figure", "id=1 name= sub=x psub=0 resp=2\n", 0, true},
		{"a negative figure", "id=1 name= sub=-1 psub=0 resp=2\n", 0, true},
		{"a client without", "id=1 name= sub=1 psub=0 resp=2\nid=2 name= resp=2\n", 0, true},
		{"another list", "hello\nworld\n", 0, true},
		{"half a line", "id=1 name= sub=1 psub=0 resp=2\nid=2 name= sub=3", 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, err := countSubscriptions(bulkOf(tt.list))
			if n != tt.want || (err != nil) != tt.fails {
				t.Errorf("%d, error %v; want %d, error %v", n, err, tt.want, tt.fails)
			}
		})
	}
}
