package redis

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// FuzzInfo reads any page: all of it is taken, whatever it holds, and no figure
// comes out that is out of range.
func FuzzInfo(f *testing.F) {
	f.Add(capture(f, "info-all-load.txt"))
	f.Add(capture(f, "info-all-idle.txt"))
	f.Add("# Commandstats\r\ncmdstat_publish:calls=18446744073709551615\r\ncmdstat_spublish:calls=1,\r\n")
	f.Add("connected_clients:-1\nmaxclients:\r\nused_memory:1e9\n:\n::\nrun_id:" + strings.Repeat("x", 100))
	f.Add(strings.Repeat("y", bufferSize-1) + "\nmaxclients:1\n" + strings.Repeat("z", bufferSize) + "\nmaxmemory:2\n")
	f.Fuzz(func(t *testing.T, page string) {
		rest := "+OK\r\n"
		r := bufio.NewReaderSize(strings.NewReader(page+"\r\n"+rest), bufferSize)
		i, err := parseInfo(&bulk{r: r, left: len(page)})
		if err != nil {
			t.Fatalf("a whole page gives the error %v", err)
		}
		if left, _ := io.ReadAll(r); string(left) != rest {
			t.Errorf("what follows the page is %q, want %q", left, rest)
		}
		for n, figure := range i.figures {
			if known := i.known&(1<<n) != 0; figure > maxNumber || !known && figure != 0 {
				t.Errorf("field %d is %d, known %v", n, figure, known)
			}
		}
		if i.known&i.odd != 0 {
			t.Errorf("fields are both known and odd: %b, %b", i.known, i.odd)
		}
		var r2 run
		r2.follow(&i, i.clock(time.Unix(1_800_000_000, 0)))
		var v collector.Visit
		(&Collector{subs: subscriptions{every: time.Minute}}).fill(&v, &answer{info: i, started: r2.started})
		for _, m := range fleet.Metrics() {
			_, isGauge := v.GaugeOf(m)
			_, _, isCounter := v.CounterOf(m)
			if known := isGauge || isCounter; known == (collectortest.GapOf(&v, m) != "") {
				t.Errorf("%s is known %v and its reason %q", m, known, collectortest.GapOf(&v, m))
			}
		}
	})
}

// FuzzClients reads any list: the sum agrees with one made in a plainer way.
func FuzzClients(f *testing.F) {
	f.Add(capture(f, "client-list-type-pubsub.txt"))
	f.Add("id=1 name=sub=5 sub=2 psub=0 ssub=1 resp=2\nid=2 sub=1 psub=1 user=default\n")
	f.Add("id=1 name=" + strings.Repeat("n", 2*bufferSize) + " sub=1 psub=2 cmd=x\n")
	f.Add("sub=4294967296 \n")
	f.Fuzz(func(t *testing.T, list string) {
		got, err := countSubscriptions(bulkOf(list))
		if err != nil && err != errOddList { //nolint:errorlint // is returned as it is
			t.Fatalf("a whole list gives the error %v", err)
		}
		var want, counted uint64
		for word := range strings.SplitSeq(list, " ") {
			if n, ok, _ := subscribed([]byte(word)); ok && len(word) < bufferSize {
				want += n
				if strings.HasPrefix(word, "sub=") {
					counted++
				}
			}
		}
		if err == nil && (got != want || counted != uint64(strings.Count(list, "\n"))) {
			t.Errorf("%d subscriptions of %d clients, want %d", got, counted, want)
		}
	})
}

// FuzzConversation lets a server say anything: a visit ends with figures or with
// an error in plain words, at once.
func FuzzConversation(f *testing.F) {
	page, list := text(capture(f, "info-all-load.txt")), text(capture(f, "client-list-type-pubsub.txt"))
	f.Add([]byte("+OK\r\n" + page + list))
	f.Add([]byte("+OK\r\n" + strings.Replace(page, "maxclients", "minclients", 1) + list + "*2\r\n$10\r\nmaxclients\r\n$3\r\n512\r\n"))
	f.Add([]byte("-WRONGPASS invalid username-password pair or user is disabled.\r\n-NOAUTH Authentication required.\r\n"))
	f.Add([]byte("+OK\r\n-ERR syntax error\r\n" + page + "-NOPERM no\r\n"))
	f.Add([]byte("+OK\r\n$9000000000000000000\r\n"))
	f.Add([]byte("-ERR max number of clients reached\r\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		c, err := New(Options{URL: "redis://127.0.0.1:1", Password: "s3cret"})
		if err != nil {
			t.Fatal(err)
		}
		s := &session{Conn: &played{Reader: bytes.NewReader(stream)}}
		s.r = bufio.NewReaderSize(heedful{s}, bufferSize)
		c.session = s
		a, err := c.converse(context.Background(), s)
		if (a == nil) != (err != nil) {
			t.Fatalf("answer %v, error %v", a, err)
		}
		if err != nil {
			words := explain(context.Background(), err, asking, c.address).Error()
			if strings.TrimSpace(words) == "" || len(words) > 300 || strings.ContainsAny(words, "\r\n") {
				t.Errorf("the words are %q", words)
			}
		}
	})
}

// played is a connection whose far side has said all it will say.
type played struct {
	net.Conn
	io.Reader
}

// Read implements io.Reader.
func (p *played) Read(b []byte) (int, error) { return p.Reader.Read(b) }

// Write implements io.Writer.
func (p *played) Write(b []byte) (int, error) { return len(b), nil }
