package redis

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestRefusals puts every refusal into words, met at once and met as a reply.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, said string
		full       bool
		want       string
	}{
		{"maxclients", "-ERR max number of clients reached", true, ""},
		{"maxclients of a cluster", "-ERR max number of clients + cluster connections reached", true, ""},
		{"protected mode", "-DENIED Redis is running in protected mode because protected mode is enabled. " + strings.Repeat("1) Just do this or that. ", 50), false, "protected mode and lets in only its own machine"},
		{"loading", "-LOADING Redis is loading the dataset in memory", false, "loading its data into memory"},
		{"busy", "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", false, "SCRIPT KILL"},
		{"cannot save", "-MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.", false, "the space on its disk"},
		{"no primary", "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", false, "lost its primary"},
		{"login wanted", "-NOAUTH Authentication required.", false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			atOnce := script(t, func(p peer) { p.Say(tt.said + "\r\n") })
			later := script(t, replies(map[string]string{"INFO": tt.said + "\r\n", "AUTH": tt.said + "\r\n"}))
			for _, addr := range []string{atOnce.Addr, later.Addr} {
				for _, password := range []string{"", "secret"} {
					c := build(t, Options{URL: redisURL(addr), Password: password})
					v, err := collectortest.Visit(t, c)
					if tt.full {
						if err != nil || !v.IsFull(fleet.Connections) {
							t.Errorf("%s, error %v; want full", collectortest.Describe(v), err)
						}
						for _, m := range []fleet.Metric{fleet.SendTPS, fleet.CommandsTPS, fleet.Subscriptions, fleet.MemoryBytes} {
							if !strings.Contains(collectortest.GapOf(v, m), "maxclients") {
								t.Errorf("%s is unknown because of %q", m, collectortest.GapOf(v, m))
							}
						}
						continue
					}
					if err == nil || !strings.Contains(err.Error(), tt.want) || v.IsFull(fleet.Connections) || !v.Blank() {
						t.Errorf("%s, error %v; want %q", collectortest.Describe(v), err, tt.want)
					}
				}
			}
		})
	}
}

// TestRefusedLoginHoldsNoPassword lets a server repeat what it was sent.
func TestRefusedLoginHoldsNoPassword(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		"-ERR unknown command 'AUTH', with args beginning with: 'monitor' 's3cret' \r\n",
		"-NOPERM s3cret\r\n", "+s3cret\r\n", "$6\r\ns3cret\r\n", "s3cret\r\n-ERR s3cret\r\n",
	} {
		s := script(t, replies(map[string]string{"AUTH": said}))
		c := build(t, Options{URL: redisURL(s.Addr), Username: "monitor", Password: "s3cret"})
		_, err := collectortest.Visit(t, c)
		if err == nil || strings.HasPrefix(said, "-") && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q gives the error %v", said, err)
		}
	}
	s := script(t, replies(map[string]string{"AUTH": "-ERR wrong number of arguments for 'auth' command\r\n"}))
	c := build(t, Options{URL: redisURL(s.Addr), Username: "monitor", Password: "s3cret"})
	if _, err := collectortest.Visit(t, c); err == nil || !strings.Contains(err.Error(), "leave the username out") {
		t.Errorf("a server that knows no names: error %v", err)
	}
}

// TestNoRedis speaks to servers that are none, or are broken: an error in plain
// words, and no memory for what is only announced.
func TestNoRedis(t *testing.T) {
	t.Parallel()
	page := capture(t, "info-all-load.txt")
	for _, tt := range []struct{ name, said, want string }{
		{"a web server", "HTTP/1.1 400 Bad Request\r\n\r\n<html>", `answers "HTTP/1.1 400 Bad", which is not Redis`},
		{"a web page", "<!DOCTYPE html>", "which is not Redis"},
		{"a server that greets", "SSH-2.0-OpenSSH_9.2\r\n", "which is not Redis"},
		{"nothing", "", "closed the connection without an answer"},
		{"a status", "+OK\r\n", "something else than a text"},
		{"a number", ":5\r\n", "something else than a text"},
		{"an array", "*2\r\n$1\r\na\r\n$1\r\nb\r\n", "something else than a text"},
		{"no text", "$-1\r\n", "something else than a text"},
		{"an empty text", "$0\r\n\r\n", "nothing that a Redis tells"},
		{"a length that is none", "$abc\r\n", "something else than a text"},
		{"16 MiB", "$16777216\r\n" + strings.Repeat("x", 1000), "16777216 bytes, more than the 1048576 that are read"},
		{"a length without end", "$99999999999999999999\r\n", "something else than a text"},
		{"exabytes", "$9000000000000000000\r\n", "9000000000000000000 bytes"},
		{"a line without end", "-" + strings.Repeat("x", 1<<20), "line of more than 4096 bytes"},
		{"a line with another end", "+OK\n", "not Redis'"},
		{"a page cut off", text(page)[:3000], "cut off within the answer"},
		{"a head cut off", "$60", "cut off within the answer"},
		{"a page longer than announced", "$20\r\n" + page, "another place than it announced"},
		{"one line of 1 MiB", text(strings.Repeat("x", 1<<20)), "nothing that a Redis tells"},
		{"an unknown command", "-ERR unknown command 'INFO'\r\n", "refuses INFO: ERR unknown command 'INFO'"},
		{"a long refusal", "-ERR " + strings.Repeat("é", 1000) + "\r\n", "refuses INFO: ERR éé"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := script(t, func(p peer) {
				p.command()
				p.Say(tt.said)
			})
			c := build(t, Options{URL: redisURL(s.Addr)})
			v, err := collectortest.Visit(t, c)
			if err == nil || !strings.Contains(err.Error(), tt.want) || v.IsFull(fleet.Connections) || !v.Blank() {
				t.Fatalf("%s, error %v; want %q", collectortest.Describe(v), err, tt.want)
			}
			if len(err.Error()) > 300 {
				t.Errorf("the error is %d bytes long", len(err.Error()))
			}
		})
	}
}

// TestAnnouncedLengthTakesNoMemory announces the largest list that is read.
func TestAnnouncedLengthTakesNoMemory(t *testing.T) {
	s := script(t, func(p peer) {
		p.command()
		p.Say(text(capture(t, "info-all-load.txt")))
		p.command()
		p.Say("$67108864\r\nid=1 sub=1 ")
		p.Drain()
	})
	c := build(t, Options{URL: redisURL(s.Addr)})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	visits := make([]collector.Visit, 1)
	if err := c.Collect(ctx, visits); err != nil {
		t.Fatalf("the figures of INFO are lost: %v", err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("%d bytes were set aside", n)
	}
	if why := collectortest.GapOf(&visits[0], fleet.Subscriptions); !strings.Contains(why, "raise the timeout") {
		t.Errorf("subscriptions are unknown because of %q", why)
	}
	total(t, &visits[0], fleet.SendTPS)
}

// TestListGoesWrong spoils CLIENT LIST: the figures of INFO are told all the same.
func TestListGoesWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, said, want string
		kept             bool // the connection is good for the next visit
	}{
		{"refused", "-NOPERM this user has no permissions to run the 'client|list' command\r\n", "ACL SETUSER name +client|list", true},
		{"unknown", "-ERR unknown command 'CLIENT'\r\n", "refuses CLIENT LIST, without which it tells no number of subscriptions: ERR unknown command", true},
		{"Redis 4", "-ERR syntax error\r\n", "Redis before 5", true},
		{"another list", text("hello\n"), "not written as Redis does it", true},
		{"too long", "$67108865\r\n", "67108865 bytes", false},
		{"a number", ":5\r\n", "something else than a text", false},
		{"cut off", "$100\r\nid=1 sub=1 psub=0\n", "ended while clients were listed", false},
		{"hung up", "", "ended while clients were listed", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			info := text(capture(t, "info-all-load.txt"))
			s := script(t, func(p peer) {
				for {
					switch command := p.command(); {
					case command == "":
						return
					case strings.HasPrefix(command, "INFO"):
						p.Say(info)
					default:
						if p.Say(tt.said); !tt.kept {
							return
						}
					}
				}
			})
			c := build(t, Options{URL: redisURL(s.Addr)})
			for n := range 3 {
				v := collectortest.MustVisit(t, c)
				if why := collectortest.GapOf(v, fleet.Subscriptions); !strings.Contains(why, tt.want) {
					t.Errorf("visit %d: subscriptions are unknown because of %q, want %q", n, why, tt.want)
				}
				if gauge(t, v, fleet.Connections) != 24 || total(t, v, fleet.SendTPS) != 9070 {
					t.Errorf("visit %d: %s", n, collectortest.Describe(v))
				}
			}
			if want := map[bool]int{true: 1, false: 2}[tt.kept]; s.Accepted() != want {
				t.Errorf("%d connections in three visits, want %d", s.Accepted(), want)
			}
		})
	}
}

// TestClosedWithoutAnswerIsTriedOnce bounds what a visit does when the server
// closes every connection as soon as it is asked.
func TestClosedWithoutAnswerIsTriedOnce(t *testing.T) {
	t.Parallel()
	info := text(capture(t, "info-all-idle.txt"))
	first := make(chan struct{}, 1)
	first <- struct{}{}
	s := script(t, func(p peer) {
		select {
		case <-first:
			p.command()
			p.Say(info)
			p.command()
		default:
			p.command()
		}
	})
	c := build(t, Options{URL: redisURL(s.Addr)})
	collectortest.MustVisit(t, c)
	if _, err := collectortest.Visit(t, c); err == nil || !strings.Contains(err.Error(), "closed the connection without an answer") {
		t.Errorf("error %v", err)
	}
	if n := s.Accepted(); n != 2 {
		t.Errorf("%d connections for two visits, want 2", n)
	}
}

// TestNothingListens names what cannot be reached.
func TestNothingListens(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, url, want string }{
		{"refused", "redis://127.0.0.1:1", "redis://127.0.0.1:1: connection refused, nothing listens there"},
		{"no such host", "redis://cache.invalid", "host name cannot be resolved"},
		{"no such socket", "unix:///nowhere/redis.sock", "no such socket"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := collectortest.Visit(t, build(t, Options{URL: tt.url})); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// TestTimeouts lets the server stop at every stage of a visit.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	info := text(capture(t, "info-all-load.txt"))
	for name, serve := range map[string]func(p peer){
		"before the login": func(p peer) { p.Drain() },
		"after the login":  func(p peer) { p.command(); p.Say("+OK\r\n"); p.Drain() },
		"within INFO":      func(p peer) { p.command(); p.Say("+OK\r\n"); p.command(); p.Say(info[:2000]); p.Drain() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := build(t, Options{URL: redisURL(script(t, serve).Addr), Password: "x"})
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			visits := make([]collector.Visit, 1)
			if err := c.Collect(ctx, visits); !errors.Is(err, context.DeadlineExceeded) || !visits[0].Blank() {
				t.Errorf("%s, error %v; want the deadline", collectortest.Describe(&visits[0]), err)
			}
			if c.session != nil {
				t.Error("a connection in the middle of an answer is kept")
			}
		})
	}
}

// TestSilentTLS gives up a server that does not answer to TLS.
func TestSilentTLS(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		serve func(p peer)
		want  string
		full  bool
	}{
		"says something else": {func(p peer) { p.Say("-ERR what\r\n"); p.Drain() }, "does not answer by TLS", false},
		"dislikes it":         {func(p peer) { _, _ = p.R.ReadByte() }, "instead of greeting by TLS", false},
		"closes at once":      {func(peer) {}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := build(t, Options{URL: "rediss://" + script(t, tt.serve).Addr})
			v, err := collectortest.Visit(t, c)
			if v.IsFull(fleet.Connections) != tt.full || !tt.full && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%s, error %v; want %q", collectortest.Describe(v), err, tt.want)
			}
		})
	}
}
