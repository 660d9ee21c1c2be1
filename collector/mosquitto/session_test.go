package mosquitto

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/brimwatch/brimwatch/collector/collectortest"
)

// TestPings keeps the promise that was made with CONNECT: the broker hears from
// us at least every keepAlive, and a broker that answers keeps the connection.
func TestPings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		tr := &tree{}
		s := newSession(newLink(ours), tr)
		began := time.Now()
		far := peer{collectortest.NewPeer(theirs, 0)}
		for i := 1; i <= 20; i++ {
			if !far.pong() {
				t.Fatalf("no ping %d", i)
			}
			if at := time.Since(began); at != time.Duration(i)*pingEvery {
				t.Errorf("ping %d after %v", i, at)
			}
		}
		go func() {
			if _, ok := far.packet().(*packets.DisconnectPacket); !ok {
				t.Error("the session ended without DISCONNECT")
			}
			_ = theirs.Close()
		}()
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		synctest.Wait()
	})
}

// TestDeadConnection ends a connection on which nothing is heard any more,
// although what is sent still goes out.
func TestDeadConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		s := newSession(newLink(ours), &tree{})
		began := time.Now()
		go peer{collectortest.NewPeer(theirs, 0)}.Drain()
		<-s.done
		if at := time.Since(began); at != deadAfter || !errors.Is(s.err, os.ErrDeadlineExceeded) {
			t.Errorf("ended after %v with %v", at, s.err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		_ = theirs.Close()
	})
}

// TestBlockedWrite ends a connection whose far side does not read.
func TestBlockedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		s := newSession(newLink(ours), &tree{})
		began := time.Now()
		<-s.done
		if at := time.Since(began); at != pingEvery+writeTime {
			t.Errorf("ended after %v", at)
		}
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		_ = theirs.Close()
	})
}
