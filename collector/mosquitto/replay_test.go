package mosquitto

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// message is one line of a capture of mosquitto_sub -F '%U %r %t %p'.
type message struct {
	at       time.Time
	retained bool
	topic    string
	payload  string
}

func capture(t *testing.T, file string) []message {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out []message
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		stamp, line, _ := strings.Cut(line, " ")
		retained, line, _ := strings.Cut(line, " ")
		seconds, nanos, _ := strings.Cut(stamp, ".")
		sec, err := strconv.ParseInt(seconds, 10, 64)
		if err != nil {
			t.Fatalf("%s: %q: %v", file, line, err)
		}
		nsec, err := strconv.ParseInt(nanos, 10, 64)
		if err != nil {
			t.Fatalf("%s: %q: %v", file, line, err)
		}
		// Topics may hold a space ("retained messages/count").
		cut := strings.Index(line[1:], " ") + 1
		if strings.HasPrefix(line, "$SYS/broker/retained messages/count ") {
			cut = len("$SYS/broker/retained messages/count")
		}
		out = append(out, message{time.Unix(sec, nsec), retained == "1", line[:cut], line[cut+1:]})
	}
	if len(out) == 0 {
		t.Fatalf("%s holds nothing", file)
	}
	return out
}

// everything is a tree that was granted all topics. own is how many
// subscriptions the client of the capture had.
func everything(at time.Time, own uint64) *tree {
	tr := &tree{}
	tr.connect(at)
	tr.grant(1<<numTopics-1, false)
	tr.plain = own
	return tr
}

// seen is what a visit of a replay found.
type seen struct {
	at time.Time
	collector.Visit
}

// replay feeds a capture to a tree and visits it every interval, from offset
// after the first message on. Errors that mean "not yet" are left out.
func replay(t *testing.T, messages []message, own uint64, offset, interval time.Duration) []seen {
	t.Helper()
	tr := everything(messages[0].at.Add(-time.Millisecond), own)
	var out []seen
	due := messages[0].at.Add(offset)
	for _, m := range messages {
		for ; due.Before(m.at); due = due.Add(interval) {
			s := seen{at: due}
			visits := make([]collector.Visit, 1)
			if err := tr.fill(due, visits); err != nil {
				continue
			}
			s.Visit = visits[0]
			out = append(out, s)
		}
		tr.observe(m.topic, []byte(m.payload), m.retained, m.at)
	}
	return out
}

// points returns the running totals of m, each clock once.
func points(visits []seen, m fleet.Metric) []point {
	var out []point
	for i := range visits {
		p, ok := pointOf(&visits[i].Visit, m)
		if ok && (len(out) == 0 || !p.clock.Equal(out[len(out)-1].clock)) {
			out = append(out, p)
		}
	}
	return out
}

// truths are the counts of the load generator, once a second.
func truths(t *testing.T, file string) (sent, received []point) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for d := json.NewDecoder(f); d.More(); {
		var line struct {
			T          float64
			Sent, Recv float64
		}
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		at := time.UnixMilli(int64(line.T * 1000))
		sent = append(sent, point{line.Sent, at})
		received = append(received, point{line.Recv, at})
	}
	return sent, received
}

// TestReplayRates holds the rates that come out of the captures against those
// of the load generator, for visits at every phase of a refresh.
func TestReplayRates(t *testing.T) {
	tests := []struct {
		name     string
		folder   string
		messages int // distinct refreshes under full load at least
		within   float64
	}{
		{"mosquitto", "testdata/mosquitto/", 3, 0.01},
		{"mochi", "testdata/mochi/", 7, 0.01},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			messages := capture(t, tt.folder+"sys-load-timeline.txt")
			sent, received := truths(t, tt.folder+"load-truth.jsonl")
			first, last := sent[0].clock, sent[len(sent)-1].clock
			for _, interval := range []time.Duration{time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second} {
				for offset := time.Duration(0); offset < interval; offset += interval / 20 {
					visits := replay(t, messages, 1, offset, interval)
					for _, c := range []struct {
						metric fleet.Metric
						truth  float64
					}{
						{fleet.SendTPS, rate(sent[0], sent[len(sent)-1])},
						{fleet.ReceiveTPS, rate(received[0], received[len(received)-1])},
					} {
						all := points(visits, c.metric)
						full := 0
						for i := 1; i < len(all); i++ {
							r := rate(all[i-1], all[i])
							if all[i-1].clock.Before(first) || all[i].clock.After(last) {
								if r > c.truth*(1+tt.within) {
									t.Fatalf("every %s from %s: %s is %.1f at the edge of the load of %.1f", interval, offset, c.metric, r, c.truth)
								}
								continue
							}
							full++
							if math.Abs(r-c.truth) > c.truth*tt.within {
								t.Fatalf("every %s from %s: %s is %.1f, truly %.1f", interval, offset, c.metric, r, c.truth)
							}
						}
						if full < tt.messages && interval <= time.Second {
							t.Fatalf("every %s from %s: only %d rates of %s under full load", interval, offset, full, c.metric)
						}
					}
				}
			}
		})
	}
}

// TestReplayTotals holds the totals at the end against the truth: nothing of
// what the monitor itself was sent is left in them.
func TestReplayTotals(t *testing.T) {
	tests := []struct {
		name     string
		file     string
		in, out  float64 // from the first refresh to the last
		snapshot float64 // lines of sys-load-snapshot.txt: messages sent to a second monitor
	}{
		{"mosquitto", "testdata/mosquitto/sys-load-timeline.txt", 61991, 123982, 86},
		{"mosquitto idle", "testdata/mosquitto/sys-idle-timeline.txt", 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			messages := capture(t, tt.file)
			tr := everything(messages[0].at, 1)
			var visits []seen
			for _, m := range messages {
				tr.observe(m.topic, []byte(m.payload), m.retained, m.at)
				v := make([]collector.Visit, 1)
				if tr.fill(m.at, v) == nil {
					visits = append(visits, seen{m.at, v[0]})
				}
			}
			out := points(visits, fleet.ReceiveTPS)
			if got := out[len(out)-1].total - out[0].total; got != tt.out+tt.snapshot {
				t.Errorf("delivered %g, truly %g and %g to the second monitor", got, tt.out, tt.snapshot)
			}
			in := points(visits, fleet.SendTPS)
			if got := in[len(in)-1].total; got != tt.in {
				t.Errorf("received %g, truly %g", got, tt.in)
			}
		})
	}
}

func TestReplayGauges(t *testing.T) {
	tests := []struct {
		name                       string
		file                       string
		at                         time.Time // at the load
		connections, subscriptions float64
	}{
		{"mosquitto", "testdata/mosquitto/sys-load-timeline.txt", time.Unix(1795312280, 0), 24, 40},
		{"mosquitto with a second monitor", "testdata/mosquitto/sys-load-timeline.txt", time.Unix(1795312295, 0), 25, 41},
		{"mosquitto after the load", "testdata/mosquitto/sys-load-timeline.txt", time.Unix(1795312313, 0), 0, 0},
		{"mochi", "testdata/mochi/sys-load-timeline.txt", time.Unix(1795313090, 0), 24, 40},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			messages := capture(t, tt.file)
			tr := everything(messages[0].at, 1)
			for _, m := range messages {
				if m.at.After(tt.at) {
					break
				}
				tr.observe(m.topic, []byte(m.payload), m.retained, m.at)
			}
			visits := make([]collector.Visit, 1)
			if err := tr.fill(tt.at, visits); err != nil {
				t.Fatal(err)
			}
			v := &visits[0]
			if strings.HasPrefix(tt.name, "mosquitto") {
				// The capture is older than 60 s after the start: the broker has
				// forgotten shared_subscriptions/count, which never changed.
				if s, ok := v.GaugeOf(fleet.Subscriptions); ok {
					t.Errorf("subscriptions are %g although one of the two counts was never told", s)
				}
				tr.observe(sharedCount.name(), []byte("0"), true, tt.at)
				if err := tr.fill(tt.at, visits); err != nil {
					t.Fatal(err)
				}
			}
			if !gauges(v, tt.connections, tt.subscriptions) {
				t.Errorf("got %s, want %g connections and %g subscriptions", collectortest.Describe(v), tt.connections, tt.subscriptions)
			}
		})
	}
}

func TestReplayStart(t *testing.T) {
	messages := capture(t, "testdata/mosquitto/sys-load-timeline.txt")
	visits := replay(t, messages, 1, 0, time.Second)
	began := messages[0].at.Add(-66 * time.Second)
	var start time.Time
	for i := range visits {
		s := visits[i].StartedAt()
		if s.IsZero() {
			continue
		}
		if start.IsZero() {
			start = s
		}
		if !s.Equal(start) {
			t.Fatalf("the start moved from %v to %v within one run", start, s)
		}
	}
	if start.Sub(began).Abs() > 5*time.Second {
		t.Errorf("started at %v, truly about %v", start, began)
	}
}
