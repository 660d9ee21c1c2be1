package redis

import (
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestRights logs in as users of the manual, and as others.
func TestRights(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t, "user default off",
		"user monitor on >secret +info +ping",
		"user lister on >secret +info +ping +client|list",
		"user blind on >secret +ping",
		"user gone off >secret +info",
		"user free on nopass +info",
		"user root on >secret ~* &* +@all")
	root := func(o *goredis.Options) { o.Username, o.Password = "root", "secret" }
	sub := client(t, srv.Addr, root).Subscribe(t.Context(), "a", "b")
	for range 2 {
		if _, err := sub.Receive(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = sub.Close() })

	tests := []struct {
		name, user, password string
		fails                string // in the error; "" when INFO is read
		unknown              string // in the reason for subscriptions; "" when they are 2
	}{
		{"the rights of the manual", "monitor", "secret", "", "ACL SETUSER name +client|list"},
		{"the rights of the manual with subscriptions", "lister", "secret", "", ""},
		{"a user without a password", "free", "", "", "+client|list"},
		{"no right to INFO", "blind", "secret", "ACL SETUSER name +info", ""},
		{"a wrong password", "monitor", "s3kret", "refuses the login: wrong user name or password", ""},
		{"a user that is off", "gone", "secret", "or the user is off", ""},
		{"no such user", "nobody", "secret", "refuses the login", ""},
		{"no login", "", "", "wants a password", ""},
		{"the password of nobody", "", "secret", "refuses the login", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := build(t, Options{URL: redisURL(srv.Addr), Username: tt.user, Password: tt.password})
			v, err := collectortest.Visit(t, c)
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) || !v.Blank() {
					t.Fatalf("%s, error %v; want %q", collectortest.Describe(v), err, tt.fails)
				}
				t.Log(err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			total(t, v, fleet.SendTPS)
			total(t, v, fleet.CommandsTPS)
			gauge(t, v, fleet.Connections)
			gauge(t, v, fleet.MemoryBytes)
			if tt.unknown == "" {
				if n := gauge(t, v, fleet.Subscriptions); n != 2 {
					t.Errorf("%v subscriptions, want 2", n)
				}
				return
			}
			if n, told := v.GaugeOf(fleet.Subscriptions); told || !strings.Contains(collectortest.GapOf(v, fleet.Subscriptions), tt.unknown) {
				t.Errorf("subscriptions are %v, reason %q", n, collectortest.GapOf(v, fleet.Subscriptions))
			}
		})
	}
}

// TestRefusedListIsNotAskedAgain keeps the server's ACL LOG short.
func TestRefusedListIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	srv := server.Redis(t, "user monitor on >secret +info +ping")
	other := client(t, srv.Addr)
	sub := other.Subscribe(t.Context(), "a")
	if _, err := sub.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sub.Close() }()
	c := build(t, Options{URL: redisURL(srv.Addr), Username: "monitor", Password: "secret"})
	denied := func() string {
		t.Helper()
		stats, err := client(t, srv.Addr).Info(t.Context(), "commandstats").Result()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(stats) {
			if strings.HasPrefix(line, "cmdstat_client|list:") {
				return strings.TrimSpace(line[strings.Index(line, "rejected_calls"):])
			}
		}
		return ""
	}
	for range 10 {
		collectortest.MustVisit(t, c)
	}
	if got := denied(); got != "rejected_calls=1,failed_calls=0" {
		t.Errorf("after ten visits CLIENT LIST has %q, want one that was rejected", got)
	}
	c.subs.next = c.subs.next.Add(-refusedEvery)
	do(t, other, "ACL", "SETUSER", "monitor", "+client|list")
	if n := gauge(t, collectortest.MustVisit(t, c), fleet.Subscriptions); n != 1 {
		t.Errorf("%v subscriptions after the right was given, want 1", n)
	}
}

// TestPasswordsOfTheDefaultUser is what requirepass does, and what a password
// does that nobody wants.
func TestPasswordsOfTheDefaultUser(t *testing.T) {
	t.Parallel()
	guarded, open := server.Redis(t, "requirepass secret"), server.Redis(t)
	for _, tt := range []struct{ name, addr, user, password, want string }{
		{"the password", guarded.Addr, "", "secret", ""},
		{"the password and the name", guarded.Addr, "default", "secret", ""},
		{"another password", guarded.Addr, "", "s3kret", "refuses the login"},
		{"no password", guarded.Addr, "", "", "wants a password"},
		{"a password that nobody wants", open.Addr, "", "secret", "the server's default user has none"},
		{"a user that there is not", open.Addr, "monitor", "secret", "refuses the login"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := build(t, Options{URL: redisURL(tt.addr), Username: tt.user, Password: tt.password})
			v, err := collectortest.Visit(t, c)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				gauge(t, v, fleet.Connections)
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}
