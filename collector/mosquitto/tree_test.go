package mosquitto

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// play is a tree with a clock of its own.
type play struct {
	t   *testing.T
	now time.Time
	tree
}

func newPlay(t *testing.T) *play {
	t.Helper()
	p := &play{t: t, now: time.Unix(1_800_000_000, 0)}
	p.join()
	return p
}

// join is a connection that was granted everything.
func (p *play) join() {
	p.connect(p.now)
	p.grant(1<<numTopics-1, true)
}

func (p *play) pass(d time.Duration) { p.now = p.now.Add(d) }

// tell delivers live messages, 100 µs apart as in the captures.
func (p *play) tell(pairs ...string) { p.deliver(false, pairs) }

// retain delivers retained messages.
func (p *play) retain(pairs ...string) { p.deliver(true, pairs) }

func (p *play) deliver(retained bool, pairs []string) {
	p.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		p.pass(100 * time.Microsecond)
		p.observe("$SYS/broker/"+pairs[i], []byte(pairs[i+1]), retained, p.now)
	}
}

func (p *play) visit() (*collector.Visit, error) {
	visits := make([]collector.Visit, 1)
	err := p.fill(p.now, visits)
	return &visits[0], err
}

func (p *play) must() *collector.Visit {
	p.t.Helper()
	v, err := p.visit()
	if err != nil {
		p.t.Fatalf("visit: %v", err)
	}
	return v
}

func TestRetainedIsNoPointOfARate(t *testing.T) {
	p := newPlay(t)
	p.retain("version", "mosquitto version 2.0.11", "uptime", "100 seconds", "clients/connected", "5",
		"subscriptions/count", "7", "shared_subscriptions/count", "2", "publish/messages/received", "1000", "publish/messages/sent", "2000")
	v := p.must()
	// From before we came: nothing of ours is in them.
	if !gauges(v, 5, 9) {
		t.Errorf("retained gauges: %s", collectortest.Describe(v))
	}
	for _, m := range []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS} {
		if collectortest.GapOf(v, m) != awaitsRefresh {
			t.Errorf("%s after retained messages alone: %s", m, collectortest.Describe(v))
		}
	}
	if !v.StartedAt().IsZero() {
		t.Errorf("a start by a retained uptime, which may be old: %v", v.StartedAt())
	}

	// The first refresh changes the counts by our coming.
	p.pass(4 * time.Second)
	p.tell("uptime", "111 seconds", "clients/connected", "6", "subscriptions/count", "17", "shared_subscriptions/count", "3",
		"publish/messages/received", "1500", "publish/messages/sent", "3000")
	v = p.must()
	if !gauges(v, 5, 9) {
		t.Errorf("gauges of the first refresh: %s", collectortest.Describe(v))
	}
	in, ok := pointOf(v, fleet.SendTPS)
	if !ok || in.total != 1500 {
		t.Errorf("the first point: %s", collectortest.Describe(v))
	}
	// 7 retained and 5 live messages came to us before that figure.
	out, ok := pointOf(v, fleet.ReceiveTPS)
	if !ok || out.total != 3000-12 {
		t.Errorf("the first point less our own 12: %s", collectortest.Describe(v))
	}
	if want := p.now.Add(-111 * time.Second); v.StartedAt().Sub(want).Abs() > time.Second {
		t.Errorf("started at %v, want about %v", v.StartedAt(), want)
	}
	if p.interval() != 11*time.Second {
		t.Errorf("interval %v by the retained and the first live uptime, want 11 s", p.interval())
	}
}

func TestSilenceMeansUnchanged(t *testing.T) {
	p := newPlay(t)
	p.retain("version", "mosquitto version 2.0.11", "uptime", "100 seconds", "publish/messages/received", "1000")
	p.tell("uptime", "111 seconds", "clients/connected", "6", "subscriptions/count", "17", "shared_subscriptions/count", "3", "publish/messages/sent", "3000")
	first, ok := pointOf(p.must(), fleet.SendTPS)
	if !ok || first.total != 1000 {
		t.Fatalf("unchanged since the retained value: %v %v", first, ok)
	}
	p.pass(11 * time.Second)
	p.tell("uptime", "122 seconds")
	if half, _ := pointOf(p.must(), fleet.SendTPS); half != first {
		t.Errorf("in the middle of a refresh the point moved from %v to %v: the new total may still come", first, half)
	}
	p.tell("publish/messages/sent", "3006")
	v := p.must()
	second, _ := pointOf(v, fleet.SendTPS)
	if second.total != first.total || second.clock.Sub(first.clock).Round(time.Second) != 11*time.Second {
		t.Errorf("unchanged over a refresh: from %v to %v", first, second)
	}
	if !gauges(v, 5, 9) {
		t.Errorf("gauges that did not change: %s", collectortest.Describe(v))
	}
	again, _ := pointOf(p.must(), fleet.SendTPS)
	if again != second {
		t.Errorf("two visits within one refresh have different points: %v, %v", second, again)
	}
}

func TestForgottenCounterIsARateOfZero(t *testing.T) {
	p := newPlay(t)
	p.retain("version", "mosquitto version 2.0.11", "uptime", "1000 seconds")
	if v := p.must(); collectortest.GapOf(v, fleet.SendTPS) != awaitsRefresh {
		t.Errorf("before a refresh: %s", collectortest.Describe(v))
	}
	p.tell("uptime", "1011 seconds", "clients/connected", "1", "subscriptions/count", "10", "shared_subscriptions/count", "1", "publish/messages/sent", "3000")
	v := p.must()
	if r, ok := v.GaugeOf(fleet.SendTPS); !ok || r != 0 {
		t.Errorf("a counter that was not told because it does not change: %s", collectortest.Describe(v))
	}
	p.pass(11 * time.Second)
	p.tell("uptime", "1022 seconds", "publish/messages/received", "70", "publish/messages/sent", "3006")
	if in, ok := pointOf(p.must(), fleet.SendTPS); !ok || in.total != 70 {
		t.Errorf("the counter after it changed: %v %v", in, ok)
	}
}

func TestOddFigures(t *testing.T) {
	tests := []struct{ name, payload, want string }{
		{"empty", "", "empty figure"},
		{"text", "lots", `not a count: "lots"`},
		{"negative", "-2", `not a count: "-2"`},
		{"not a number", "NaN", "not a count"},
		{"infinite", "+Inf", "not a count"},
		{"a fraction", "1.5", "not a count"},
		{"spaces", " 7", "not a count"},
		{"minus two without a sign", "18446744073709551614", "impossible figure"},
		{"beyond 64 bits", "99999999999999999999999", "impossible figure"},
		{"long", strings.Repeat("x", 1000), "…"},
		{"not text", "\xff\x00\n", `"\xff\x00\n"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlay(t)
			p.retain("version", "mosquitto version 2.0.11")
			p.tell("uptime", "11 seconds", "clients/connected", tt.payload, "subscriptions/count", "10", "shared_subscriptions/count", tt.payload,
				"publish/messages/received", tt.payload, "publish/messages/sent", tt.payload)
			v := p.must()
			for _, m := range []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Connections, fleet.Subscriptions} {
				if !strings.Contains(collectortest.GapOf(v, m), tt.want) || len(collectortest.GapOf(v, m)) > 200 {
					t.Errorf("%s: the reason is %q, want %q", m, collectortest.GapOf(v, m), tt.want)
				}
			}
			p.pass(11 * time.Second)
			p.tell("uptime", "22 seconds", "clients/connected", "1", "shared_subscriptions/count", "1", "publish/messages/received", "5", "publish/messages/sent", "50")
			if v := p.must(); !gauges(v, 0, 0) || len(v.Gaps()) != 0 {
				t.Errorf("after sound figures: %s", collectortest.Describe(v))
			}
		})
	}
}

func TestNeverNegative(t *testing.T) {
	p := newPlay(t)
	p.retain("version", "mosquitto version 2.0.11")
	p.tell("uptime", "11 seconds", "clients/connected", "0", "subscriptions/count", "3", "shared_subscriptions/count", "0",
		"publish/messages/received", "0", "publish/messages/sent", "0")
	v := p.must()
	if !gauges(v, 0, 0) {
		t.Errorf("less than our own: %s", collectortest.Describe(v))
	}
	if out, ok := pointOf(v, fleet.ReceiveTPS); !ok || out.total != 0 {
		t.Errorf("less than we were sent: %s", collectortest.Describe(v))
	}
}

func TestDialects(t *testing.T) {
	mochi := []string{"clients/connected", "3", "messages/received", "100", "messages/sent", "200", "subscriptions", "20", "uptime", "66"}
	tests := []struct {
		name    string
		version string
		extra   []string
		want    dialect
	}{
		{"mosquitto", "mosquitto version 2.0.11", []string{"messages/received", "999", "messages/sent", "999"}, mosquittoDialect},
		{"mosquitto with somebody's look-alike topic", "mosquitto version 2.1.2", []string{"subscriptions", "999"}, mosquittoDialect},
		{"a broker with Mosquitto's topics", "flash 1.0", []string{"publish/messages/sent", "20"}, mosquittoDialect},
		{"mochi", "2.7.9", mochi, mochiDialect},
		{"mochi with Mosquitto's topics published by hand", "2.7.9", append([]string{"publish/messages/sent", "999"}, mochi...), mochiDialect},
		{"no version told", "", mochi, mochiDialect},
		{"nothing told", "", nil, unknownDialect},
		{"a stranger", "7", []string{"messages/received", "1"}, unknownDialect},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlay(t)
			if tt.version != "" {
				p.retain("version", tt.version)
			}
			p.tell(tt.extra...)
			if got := p.dialect(); got != tt.want {
				t.Errorf("dialect %d, want %d", got, tt.want)
			}
			if tt.want != mochiDialect {
				return
			}
			p.pass(time.Second)
			p.tell(mochi...)
			v := p.must()
			if !gauges(v, 2, 9) {
				t.Errorf("mochi's gauges: %s", collectortest.Describe(v))
			}
			if in, ok := pointOf(v, fleet.SendTPS); !ok || in.total != 100 {
				t.Errorf("mochi's messages: %s", collectortest.Describe(v))
			}
		})
	}
}

func TestLookalikesAreNotUsed(t *testing.T) {
	p := newPlay(t)
	p.retain("version", "mosquitto version 2.0.11")
	p.tell("uptime", "11 seconds", "clients/connected", "2", "subscriptions/count", "10", "shared_subscriptions/count", "1",
		"messages/received", "777", "messages/sent", "888", "subscriptions", "999", "publish/messages/received", "5", "publish/messages/sent", "50")
	v := p.must()
	in, _ := pointOf(v, fleet.SendTPS)
	out, _ := pointOf(v, fleet.ReceiveTPS)
	if !gauges(v, 1, 0) || in.total != 5 || out.total > 50 {
		t.Errorf("look-alikes of mochi were used: %s", collectortest.Describe(v))
	}
}

func TestRestarts(t *testing.T) {
	// first is a run of 100 s in which 5000 messages were delivered, 9 of them to us.
	first := func(t *testing.T) *play {
		t.Helper()
		p := newPlay(t)
		p.retain("version", "mosquitto version 2.0.11")
		p.tell("uptime", "100 seconds", "clients/connected", "1", "subscriptions/count", "10", "shared_subscriptions/count", "1",
			"publish/messages/received", "5", "publish/messages/sent", "5000")
		return p
	}
	refresh := func(p *play, uptime, sent string) {
		p.tell("uptime", uptime, "clients/connected", "1", "subscriptions/count", "10", "shared_subscriptions/count", "1",
			"publish/messages/received", "5", "publish/messages/sent", sent)
	}
	tests := []struct {
		name   string
		uptime string // 20 s later, after a reconnect
		sent   string
		total  float64
		moved  bool
	}{
		// 7 messages on the first connection and 5 on the second before the figure.
		{"the same run", "120 seconds", "6000", 6000 - 7 - 5, false},
		{"the same run, rounded otherwise", "118 seconds", "6000", 6000 - 7 - 5, false},
		{"a new run", "4 seconds", "30", 30 - 5, true},
		{"a new run that delivered more already", "4 seconds", "9000", 9000 - 5, true},
		{"a new run hidden in the slack", "120 seconds", "30", 30 - 5, false},
		{"an odd uptime", "soon", "6000", 6000 - 7 - 5, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := first(t)
			was := p.must().StartedAt()
			p.pass(20 * time.Second)
			p.join()
			refresh(p, tt.uptime, tt.sent)
			v := p.must()
			out, ok := pointOf(v, fleet.ReceiveTPS)
			if !ok || out.total != tt.total {
				t.Errorf("total %v (%v), want %v", out.total, ok, tt.total)
			}
			if moved := v.StartedAt().After(was); moved != tt.moved {
				t.Errorf("the start moved: %v, want %v (%v to %v)", moved, tt.moved, was, v.StartedAt())
			}
		})
	}
}

func TestSilences(t *testing.T) {
	version := []string{"version", "mosquitto version 2.0.11"}
	tests := []struct {
		name   string
		period time.Duration // 0: no refresh at all
		retain []string
		quiet  time.Duration
		want   string // "" for no error
		notYet bool
	}{
		{"nothing told, at first", 0, nil, 29 * time.Second, "", true},
		{"nothing told, for long", 0, nil, 31 * time.Second, `acl_file needs "topic read $SYS/#"`, false},
		{"only retained, at first", 0, version, 29 * time.Second, "", false},
		{"only retained, for long", 0, append([]string{"uptime", "5 seconds"}, version...), 31 * time.Second, "sys_interval is far above", false},
		{"fast refreshes that stop, at first", 2 * time.Second, version, 29 * time.Second, "", false},
		{"fast refreshes that stop", 2 * time.Second, version, 31 * time.Second, "it told it every 2s before", false},
		{"usual refreshes that stop, at first", 11 * time.Second, version, 32 * time.Second, "", false},
		{"usual refreshes that stop", 11 * time.Second, version, 34 * time.Second, "silent on $SYS/broker/uptime for 34s", false},
		{"rare refreshes, between two", 60 * time.Second, version, 170 * time.Second, "", false},
		{"rare refreshes that stop", 60 * time.Second, version, 181 * time.Second, "it told it every 1m0s before", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlay(t)
			p.retain(tt.retain...)
			if tt.period > 0 {
				for i := range 3 {
					p.pass(tt.period - time.Duration(4*i)*time.Microsecond)
					p.tell("uptime", "11 seconds", "publish/messages/sent", "1")
				}
			}
			p.pass(tt.quiet)
			v, err := p.visit()
			switch {
			case tt.notYet:
				if !errors.Is(err, collector.ErrNotYet) {
					t.Errorf("error %v, want not yet", err)
				}
			case tt.want == "":
				if err != nil {
					t.Errorf("error %v", err)
				}
			default:
				if err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, collector.ErrNotYet) {
					t.Errorf("error %v, want %q", err, tt.want)
				}
				if !v.Blank() {
					t.Errorf("a silent broker has told: %s", collectortest.Describe(v))
				}
			}
		})
	}
}

func TestUptimeAlone(t *testing.T) {
	p := newPlay(t)
	for range 3 {
		p.tell("uptime", "11 seconds")
		p.pass(11 * time.Second)
	}
	if _, err := p.visit(); err == nil || !strings.Contains(err.Error(), "none of its figures") {
		t.Errorf("a broker that tells uptime alone: error %v", err)
	}
}

// TestVisitsNeverMixRefreshes plays brokers of both dialects with visits at any
// moment: the rate between any two points is the true one.
func TestVisitsNeverMixRefreshes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		isMochi := rapid.Bool().Draw(rt, "mochi")
		p := newPlay(t)
		if !isMochi {
			p.retain("version", "mosquitto version 2.0.11")
		}
		var in, out, ours int // true totals; what we were sent
		ours = int(p.received)
		var lastIn, lastOut point
		perRefresh := 1000
		check := func() {
			v, err := p.visit()
			if err != nil {
				return
			}
			for _, c := range []struct {
				m    fleet.Metric
				last *point
			}{{fleet.SendTPS, &lastIn}, {fleet.ReceiveTPS, &lastOut}} {
				q, ok := pointOf(v, c.m)
				if !ok {
					continue
				}
				if !c.last.clock.IsZero() && q.clock.After(c.last.clock) {
					refreshes := q.clock.Sub(c.last.clock).Seconds() / 10
					if got := q.total - c.last.total; got < refreshes*float64(perRefresh)-1 || got > refreshes*float64(perRefresh)+1 {
						rt.Fatalf("%s rose by %g in %.2f refreshes of %d", c.m, got, refreshes, perRefresh)
					}
				}
				if q.clock.Equal(c.last.clock) && q.total != c.last.total {
					rt.Fatalf("%s changed from %g to %g at one clock", c.m, c.last.total, q.total)
				}
				*c.last = q
			}
		}
		for range rapid.IntRange(2, 12).Draw(rt, "refreshes") {
			p.pass(10 * time.Second)
			in += perRefresh
			out += perRefresh
			if isMochi {
				names := []string{"version", "uptime", "clients/connected", "messages/received", "messages/sent", "subscriptions"}
				values := map[string]string{
					"version": "2.7.9", "uptime": "10", "clients/connected": "1", "subscriptions": "11",
					"messages/received": itoa(in), "messages/sent": itoa(out + ours),
				}
				for _, name := range rapid.Permutation(names).Draw(rt, "order") {
					if rapid.Bool().Draw(rt, "visit") {
						check()
					}
					p.tell(name, values[name])
					ours++
				}
				check()
				continue
			}
			say := func(name string, value func() string) {
				if rapid.Bool().Draw(rt, "visit") {
					check()
				}
				p.tell(name, value())
				ours++
			}
			say("uptime", func() string { return "10 seconds" })
			if rapid.Bool().Draw(rt, "gauges change") {
				say("clients/connected", func() string { return "2" })
			}
			say("publish/messages/received", func() string { return itoa(in) })
			say("publish/messages/sent", func() string { return itoa(out + ours) })
			check()
		}
	})
}

// TestRefreshesWithoutSent reads a broker whose publish/messages/sent may not
// be read: a refresh is over when the next one begins, and the next total may
// come right after that.
func TestRefreshesWithoutSent(t *testing.T) {
	p := newPlay(t)
	p.retain("version", "mosquitto version 2.0.11")
	p.tell("uptime", "10 seconds", "publish/messages/received", "100")
	p.pass(10 * time.Second)
	p.tell("uptime", "20 seconds")
	unchanged := p.now
	p.pass(10 * time.Second)
	p.tell("uptime", "30 seconds")
	if q, ok := pointOf(p.must(), fleet.SendTPS); !ok || q.total != 100 || !q.clock.Equal(unchanged) {
		t.Errorf("got %v at %v, want 100 as of the refresh that is over, at %v", q.total, q.clock, unchanged)
	}
	p.tell("publish/messages/received", "1100")
	q, _ := pointOf(p.must(), fleet.SendTPS)
	if r := rate(point{100, unchanged}, q); r < 99 || r > 101 {
		t.Errorf("the rate over the refresh is %g, want 100", r)
	}
}

// TestTotalBeforeUptime gives no total that may belong to a new run of the
// broker: mochi publishes in any order.
func TestTotalBeforeUptime(t *testing.T) {
	p := newPlay(t)
	p.retain("version", "2.7.9", "subscriptions", "11", "clients/connected", "1", "uptime", "5")
	p.tell("messages/received", "7", "messages/sent", "70")
	v := p.must()
	if collectortest.GapOf(v, fleet.SendTPS) != awaitsRefresh || collectortest.GapOf(v, fleet.ReceiveTPS) != awaitsRefresh {
		t.Errorf("before uptime: %s", collectortest.Describe(v))
	}
	p.tell("uptime", "6")
	v = p.must()
	if in, ok := pointOf(v, fleet.SendTPS); !ok || in.total != 7 || v.StartedAt().IsZero() {
		t.Errorf("with uptime: %s", collectortest.Describe(v))
	}
}
