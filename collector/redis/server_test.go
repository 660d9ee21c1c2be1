package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// These tests run against the Redis that Debian installs.

// subscriber holds subscriptions on a connection of its own: 2 channels and a pattern.
func subscriber(t testing.TB, addr string, n int) *goredis.PubSub {
	t.Helper()
	c := goredis.NewClient(&goredis.Options{Addr: addr, Protocol: 2, DisableIdentity: true, MaxRetries: -1})
	p := c.Subscribe(t.Context(), "load", fmt.Sprint("own", n))
	if err := p.PSubscribe(t.Context(), "lo*"); err != nil {
		t.Fatalf("psubscribe: %v", err)
	}
	for range 3 {
		if _, err := p.Receive(t.Context()); err != nil {
			t.Fatalf("subscribe: %v", err)
		}
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close a subscriber: %v", err)
		}
		_ = c.Close()
	})
	return p
}

// TestKnownLoad publishes known numbers in all the ways there are: the totals
// must come out exact, with no tolerance.
func TestKnownLoad(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t, "maxclients 200", "maxmemory 300mb")
	c := build(t, Options{URL: redisURL(srv.Addr)})
	for i := range 3 {
		subscriber(t, srv.Addr, i)
	}
	sharded := client(t, srv.Addr)
	shard := sharded.SSubscribe(t.Context(), "shard")
	if _, err := shard.Receive(t.Context()); err != nil {
		t.Fatalf("ssubscribe: %v", err)
	}
	defer func() { _ = shard.Close() }()
	publishers := [2]*goredis.Client{client(t, srv.Addr), client(t, srv.Addr)}

	before := collectortest.MustVisit(t, c)
	// 3 subscribers of 3, one of 1 with a connection for its PING, 2 publishers.
	if n := gauge(t, before, fleet.Subscriptions); n != 10 {
		t.Errorf("subscriptions are %v, want 10", n)
	}
	if n := gauge(t, before, fleet.Connections); n != 3+2+2 {
		t.Errorf("connections are %v, want 7", n)
	}
	if n, _ := before.LimitOf(fleet.Connections); n != 200 {
		t.Errorf("the limit of connections is %v, want 200", n)
	}
	if n, _ := before.LimitOf(fleet.MemoryBytes); n != 300<<20 {
		t.Errorf("the limit of memory is %v, want 300 MiB", n)
	}

	var all sync.WaitGroup
	for _, p := range publishers {
		all.Go(func() {
			for i := range 500 { // 1000 PUBLISH
				if n, err := p.Publish(t.Context(), "load", i).Result(); err != nil || n != 6 {
					t.Errorf("publish reached %d, %v; want 6", n, err)
				}
			}
			for range 50 { // 100 GET
				if err := p.Get(t.Context(), "k").Err(); !errors.Is(err, goredis.Nil) {
					t.Errorf("get: %v", err)
				}
			}
		})
	}
	all.Wait()
	p := publishers[0]
	for range 10 { // 10 EVAL of 10 PUBLISH
		do(t, p, "EVAL", "for i=1,10 do redis.call('PUBLISH','load',i) end return 0", "0")
	}
	for range 5 { // 5 MULTI and EXEC of 2 PUBLISH
		if _, err := p.TxPipelined(t.Context(), func(pipe goredis.Pipeliner) error {
			pipe.Publish(t.Context(), "load", 1)
			pipe.Publish(t.Context(), "nobody", 1)
			return nil
		}); err != nil {
			t.Fatalf("transaction: %v", err)
		}
	}
	for range 7 {
		do(t, p, "SPUBLISH", "shard", "x")
	}
	const publishes = 1000 + 10*10 + 5*2 + 7
	const commands = publishes + 100 + 10 + 5*2

	after := collectortest.MustVisit(t, c)
	if n := total(t, after, fleet.SendTPS) - total(t, before, fleet.SendTPS); n != publishes {
		t.Errorf("%v publishes were counted, want %d", n, publishes)
	}
	if n := total(t, after, fleet.CommandsTPS) - total(t, before, fleet.CommandsTPS); n != commands {
		t.Errorf("%v commands were counted, want %d", n, commands)
	}
	if collectortest.GapOf(after, fleet.ReceiveTPS) == "" || collectortest.GapOf(after, fleet.MessageTPS) == "" {
		t.Errorf("deliveries, which Redis does not count, are not said to be unknown: %s", collectortest.Describe(after))
	}
	if !after.StartedAt().Equal(before.StartedAt()) {
		t.Errorf("the start moved from %s to %s", before.StartedAt(), after.StartedAt())
	}
}

// TestOursAreSubtracted reads an idle server in every way: nothing may move.
func TestOursAreSubtracted(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t, "requirepass secret", "user narrow on >secret +info", "user wide on >secret +info +client|list")
	other := client(t, srv.Addr, func(o *goredis.Options) { o.Password = "secret" })
	sub := other.Subscribe(t.Context(), "a") // so that there is something to list
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	for _, tt := range []struct {
		name, user string
		whole      bool
	}{{"default user", "", false}, {"INFO all", "", true}, {"may list", "wide", false}, {"may not list", "narrow", false}} {
		t.Run(tt.name, func(t *testing.T) {
			c := build(t, Options{URL: redisURL(srv.Addr), Username: tt.user, Password: "secret"})
			c.whole = tt.whole
			first := total(t, collectortest.MustVisit(t, c), fleet.CommandsTPS)
			for i := range 20 {
				if i%5 == 0 {
					c.drop() // AUTH comes anew
				}
				if i%3 == 0 {
					c.subs.next = time.Time{} // clients are listed
				}
				if n := total(t, collectortest.MustVisit(t, c), fleet.CommandsTPS); n != first {
					t.Fatalf("visit %d: %v commands, want %v as at first: ours are counted", i, n, first)
				}
			}
		})
	}
}

// TestResetStat resets the counters in place.
func TestResetStat(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t)
	c := build(t, Options{URL: redisURL(srv.Addr)})
	other := client(t, srv.Addr)
	for range 300 {
		do(t, other, "PUBLISH", "a", "b")
	}
	before := collectortest.MustVisit(t, c)
	do(t, other, "CONFIG", "RESETSTAT")
	do(t, other, "PUBLISH", "a", "b")
	after := collectortest.MustVisit(t, c)
	if n := total(t, after, fleet.SendTPS); n != 1 {
		t.Errorf("after the reset %v publishes, want 1", n)
	}
	if !after.StartedAt().After(before.StartedAt()) {
		t.Error("nothing says that the counters began anew")
	}
	again := collectortest.MustVisit(t, c)
	if a, b := total(t, after, fleet.CommandsTPS), total(t, again, fleet.CommandsTPS); a != b {
		t.Errorf("commands went from %v to %v on an idle server", a, b)
	}
	if !again.StartedAt().Equal(after.StartedAt()) {
		t.Error("the start of the counters moves on by itself")
	}
}

// TestRestart restarts a server, which then counts higher than before.
func TestRestart(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t)
	c := build(t, Options{URL: redisURL(srv.Addr)})
	before := collectortest.MustVisit(t, c)
	srv.Kill()
	if _, err := collectortest.Visit(t, c); err == nil || !strings.Contains(err.Error(), "connection refused, nothing listens there") {
		t.Errorf("a server that is gone: error %v", err)
	}
	srv.Start()
	other := client(t, srv.Addr)
	for range 100 {
		do(t, other, "PUBLISH", "a", "b")
	}
	after := collectortest.MustVisit(t, c)
	if a, b := total(t, before, fleet.CommandsTPS), total(t, after, fleet.CommandsTPS); b <= a {
		t.Fatalf("the test is none: commands fell from %v to %v", a, b)
	}
	if d := after.StartedAt().Sub(before.StartedAt()); d < beyondJitter {
		t.Errorf("the start moved by %s, which might be taken for jitter", d)
	}
	if n := total(t, after, fleet.CommandsTPS); n != 102 { // with HELLO and PING of the client
		t.Errorf("%v commands since the restart, want 102", n)
	}
}

// TestRestartBetweenVisits is not seen as a failure: the visit that finds its
// connection closed makes a new one.
func TestRestartBetweenVisits(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t)
	c := build(t, Options{URL: redisURL(srv.Addr)})
	collectortest.MustVisit(t, c)
	srv.Stop()
	srv.Start()
	collectortest.MustVisit(t, c)
}

// TestIdleTimeout is a server that closes connections that say nothing.
func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t)
	c := build(t, Options{URL: redisURL(srv.Addr)})
	collectortest.MustVisit(t, c)
	other := client(t, srv.Addr)
	for range 3 {
		do(t, other, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
		collectortest.MustVisit(t, c)
	}
}

// TestFull fills a server up to its maxclients: a monitor that is in goes on
// seeing, one that comes late is told that it is full, with and without a login.
func TestFull(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t, "maxclients 5", "user monitor on >secret +info +ping")
	in := build(t, Options{URL: redisURL(srv.Addr)})
	collectortest.MustVisit(t, in)
	for range 4 {
		client(t, srv.Addr)
	}
	v := collectortest.MustVisit(t, in)
	if n, limit := gauge(t, v, fleet.Connections), 5.0; n != limit-1 {
		t.Errorf("%v connections at a limit of %v with our own", n, limit)
	}
	for _, o := range []Options{{URL: redisURL(srv.Addr)}, {URL: redisURL(srv.Addr), Username: "monitor", Password: "secret"}} {
		for i := range 50 { // the refusal and our words race each other
			late := build(t, o)
			v, err := collectortest.Visit(t, late)
			if err != nil || !v.IsFull(fleet.Connections) {
				t.Fatalf("attempt %d of user %q: %s, error %v; want full", i, o.Username, collectortest.Describe(v), err)
			}
		}
	}
}

// TestFullCluster is refused in other words by a node of a cluster.
func TestFullCluster(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t, "cluster-enabled yes", fmt.Sprintf("cluster-port %d", server.Port(t, server.FreeAddr(t))), "maxclients 2")
	in := build(t, Options{URL: redisURL(srv.Addr)})
	if n := gauge(t, collectortest.MustVisit(t, in), fleet.Connections); n != 0 {
		t.Errorf("%v connections of an idle node", n)
	}
	client(t, srv.Addr)
	v, err := collectortest.Visit(t, build(t, Options{URL: redisURL(srv.Addr)}))
	if err != nil || !v.IsFull(fleet.Connections) {
		t.Fatalf("%s, error %v; want full", collectortest.Describe(v), err)
	}
	if n := gauge(t, collectortest.MustVisit(t, in), fleet.Connections); n != 1 {
		t.Errorf("%v connections, want 1", n)
	}
}

// TestBusy reads a server that runs a script without end, and again when the
// script was killed.
func TestBusy(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t, "busy-reply-threshold 1")
	c := build(t, Options{URL: redisURL(srv.Addr)})
	collectortest.MustVisit(t, c)
	stuck, other := client(t, srv.Addr), client(t, srv.Addr)
	killed := make(chan error, 1)
	go func() {
		killed <- stuck.Do(context.WithoutCancel(t.Context()), "EVAL", "while true do end", "0").Err()
	}()
	server.Eventually(t, "the server to be busy", func() bool {
		_, err := collectortest.Visit(t, c)
		return err != nil && strings.Contains(err.Error(), "SCRIPT KILL or FUNCTION KILL (BUSY)")
	})
	do(t, other, "SCRIPT", "KILL")
	if err := <-killed; err == nil {
		t.Error("the script came to an end")
	}
	collectortest.MustVisit(t, c)
}

// TestReplica reads a replica, which counts what its primary sends it.
func TestReplica(t *testing.T) {
	t.Parallel()
	primary := server.Redis(t)
	replica := server.Redis(t, fmt.Sprintf("replicaof 127.0.0.1 %d", server.Port(t, primary.Addr)))
	of, on := build(t, Options{URL: redisURL(replica.Addr)}), build(t, Options{URL: redisURL(primary.Addr)})
	other := client(t, primary.Addr)
	server.Eventually(t, "the replica to follow", func() bool {
		v := collectortest.MustVisit(t, of)
		do(t, other, "PUBLISH", "a", "b")
		return total(t, v, fleet.SendTPS) > 0
	})
	if of.role != "slave" || on.role == "slave" {
		t.Errorf("the roles are %q and %q", of.role, on.role)
	}
	// The link between the two is a client on the replica only.
	if n := gauge(t, collectortest.MustVisit(t, on), fleet.Connections); n != 1 {
		t.Errorf("the primary has %v connections, want 1", n)
	}
	if n := gauge(t, collectortest.MustVisit(t, of), fleet.Connections); n != 1 {
		t.Errorf("the replica has %v connections, want the link to its primary", n)
	}
}

// TestCountsAreHeld lists clients once and tells that count until it is due again.
func TestCountsAreHeld(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t)
	c := build(t, Options{URL: redisURL(srv.Addr)})
	if n := gauge(t, collectortest.MustVisit(t, c), fleet.Subscriptions); n != 0 {
		t.Errorf("%v subscriptions of a server without", n)
	}
	subscriber(t, srv.Addr, 1)
	if n := gauge(t, collectortest.MustVisit(t, c), fleet.Subscriptions); n != 3 {
		t.Errorf("%v subscriptions, want 3: the first ones are counted at once", n)
	}
	subscriber(t, srv.Addr, 2)
	if n := gauge(t, collectortest.MustVisit(t, c), fleet.Subscriptions); n != 3 {
		t.Errorf("%v subscriptions, want the 3 that were counted less than a minute ago", n)
	}
	c.subs.next = c.subs.next.Add(-defaultEvery)
	if n := gauge(t, collectortest.MustVisit(t, c), fleet.Subscriptions); n != 6 {
		t.Errorf("%v subscriptions, want 6", n)
	}
	other := client(t, srv.Addr)
	stats, err := other.Info(t.Context(), "commandstats").Result()
	if err != nil || !strings.Contains(stats, "client|list:calls=2,") {
		t.Errorf("clients were not listed twice: %v\n%s", err, stats)
	}
}

// TestVisitsAreAlike reads for several instances at once.
func TestVisitsAreAlike(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t)
	c := build(t, Options{URL: redisURL(srv.Addr)})
	visits := make([]collector.Visit, 3)
	if err := c.Collect(t.Context(), visits); err != nil {
		t.Fatal(err)
	}
	for i := range visits {
		if collectortest.Describe(&visits[i]) != collectortest.Describe(&visits[0]) {
			t.Errorf("visit %d differs: %s", i, collectortest.Describe(&visits[i]))
		}
	}
}
