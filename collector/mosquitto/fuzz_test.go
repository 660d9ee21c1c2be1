package mosquitto

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// FuzzObserve tells a tree anything: no figure may come out that is negative,
// and no reason that is empty or long.
func FuzzObserve(f *testing.F) {
	for id := range numTopics {
		f.Add(id.name(), []byte("66 seconds"), true, []byte("18446744073709551614"))
		f.Add(id.name(), []byte("mosquitto version 2.0.11"), false, []byte("7"))
	}
	f.Add("$SYS/broker/uptime", []byte("99999999999999 seconds"), false, []byte("-2"))
	f.Add("", []byte(nil), false, []byte("NaN"))
	f.Fuzz(func(t *testing.T, name string, payload []byte, retained bool, second []byte) {
		now := time.Unix(1_800_000_000, 0)
		tr := everything(now, 10)
		for _, prefix := range []string{"", "mosquitto version 2", "2.7.9"} {
			tr.observe(version.name(), []byte(prefix), true, now)
			tr.observe(name, payload, retained, now)
			tr.observe(uptime.name(), second, false, now)
			tr.observe(name, second, !retained, now)
			tr.observe(publishSent.name(), second, false, now)
			visits := make([]collector.Visit, 1)
			if err := tr.fill(now.Add(time.Second), visits); err != nil {
				continue
			}
			v := &visits[0]
			for _, m := range fleet.Metrics() {
				if g, ok := v.GaugeOf(m); ok && (g < 0 || g > maxCount*2) {
					t.Errorf("%s is %g", m, g)
				}
				if p, ok := pointOf(v, m); ok && (p.total < 0 || p.total > maxCount) {
					t.Errorf("%s total is %g", m, p.total)
				}
			}
			for _, g := range v.Gaps() {
				if g.Reason == "" || len(g.Reason) > 300 {
					t.Errorf("%s: reason %q", g.Metric, g.Reason)
				}
			}
		}
	})
}

// FuzzSession lets a server say anything after CONNACK: the reader takes it or
// ends the connection, it does not fall over and does not hang.
func FuzzSession(f *testing.F) {
	f.Add([]byte("\x90\x03\x00\x01\x00\xd0\x00"))
	f.Add([]byte("\x31\x1b\x00\x12$SYS/broker/uptime66 sec"))
	f.Add([]byte("\x30\xff\xff\xff\x7f"))
	f.Add([]byte("\x90\x42\x00\x01"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		ours, theirs := net.Pipe()
		tr := &tree{}
		tr.connect(time.Now())
		s := newSession(newLink(ours), tr)
		go func() {
			_, _ = theirs.Write(stream)
			_ = theirs.Close()
		}()
		<-s.done
		if s.err == nil {
			t.Error("the connection ended without a reason")
		}
		_ = theirs.Close()
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		_, _ = io.Copy(io.Discard, theirs)
	})
}
