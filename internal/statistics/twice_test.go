package statistics

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestTheClockIsPutBack: an hour that comes twice leaves no gap. What is read in it is kept and
// shown at once, beside what bore the same times before.
func TestTheClockIsPutBack(t *testing.T) {
	const connections = `brimwatch_instance_usage{metric="connections"}`
	for _, tt := range []struct {
		name    string
		by      time.Duration
		restart bool
		kept    bool
	}{
		{name: "by a few seconds", by: 20 * time.Second, kept: true},
		{name: "by an hour", by: time.Hour, kept: true},
		{name: "by an hour, and started anew", by: time.Hour, restart: true, kept: true},
		{name: "by a day and an hour", by: putBack, kept: true},
		{name: "by two days", by: 48 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			dir := t.TempDir()
			begin := func() *Store {
				s := open(t, dir, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
				s.SetFleet([]*fleet.Instance{orders()})
				return s
			}
			s := begin()
			live := func(from, until time.Time, connections float64) (n int) {
				for at := from; at.Before(until); at = at.Add(15 * time.Second) {
					s.Append([]*fleet.Reading{mqttReading("mqtt-1", at, 1, 2, connections)})
					s.commit(at.Add(100 * time.Millisecond))
					n++
				}
				return n
			}
			stands := func(when string, at time.Time, want ...float64) {
				t.Helper()
				if diff := cmp.Diff(append([]float64{}, want...), values(t, s, connections, at)); diff != "" {
					t.Errorf("%s (-want +got)\n%s", when, diff)
				}
			}
			old := start() // what the clock says when it is put back
			before := live(old.Add(-10*time.Minute), old, 1000)
			back := old.Add(-tt.by)
			if tt.restart {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = begin()
			}
			again := live(back, back.Add(time.Minute), 2000)
			if tt.kept {
				stands("at once", back.Add(46*time.Second), 2000)
			} else {
				stands("it is refused", back.Add(46*time.Second))
			}
			if got := testutil.ToFloat64(s.metrics.dropped.WithLabelValues(dropOutOfOrder)); (got == 0) != tt.kept {
				t.Errorf("%v readings are refused", got)
			}
			if n := strings.Count(log.String(), "the clock was put back"); (n == 1) != tt.kept {
				t.Errorf("it was said %d times\n%s", n, log.String())
			}
			if !tt.kept {
				return
			}
			again += live(back.Add(time.Minute), old.Add(time.Minute), 2000)
			stands("when the old time is over", old.Add(46*time.Second), 2000)
			all := func(when string) {
				t.Helper()
				for _, query := range []string{connections, "brimwatch_instance_up"} {
					whole := fmt.Sprintf("count_over_time(%s[%ds])", query, int((tt.by + 20*time.Minute).Seconds()))
					if diff := cmp.Diff([]float64{float64(before + again)}, values(t, s, whole, old.Add(time.Minute))); diff != "" {
						t.Errorf("%s: %s (-want +got)\n%s", when, whole, diff)
					}
				}
			}
			all("as it was read")
			if n := archived(t, dir, old); n != before+again {
				t.Errorf("beside the process %d readings are read, want %d", n, before+again)
			}
			if !strings.Contains(log.String(), "the history goes on as ever") {
				t.Errorf("the end is not said\n%s", log.String())
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = begin()
			stands("after a restart", old.Add(46*time.Second), 2000)
			stands("after a restart, in the time that came twice", back.Add(46*time.Second), 2000)
			all("after a restart")
			if err := s.db.CompactOOOHead(t.Context()); err != nil {
				t.Fatal(err)
			}
			all("in a block")
		})
	}
}

// archived counts the readings of connections that are read beside the process.
func archived(t *testing.T, dir string, around time.Time) (n int) {
	t.Helper()
	a, err := OpenArchive(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	metrics := fleet.MetricSet(0).With(fleet.Connections)
	err = a.EachUsage(t.Context(), []string{"mqtt-1"}, metrics, around.Add(-50*time.Hour), around.Add(time.Hour), func(_ string, _ fleet.Metric, samples Samples) {
		for _, _, some := samples(); some; _, _, some = samples() {
			n++
		}
	})
	if err := errors.Join(err, a.Close()); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestATimeThatComesThrice is kept each time.
func TestATimeThatComesThrice(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	s.SetFleet([]*fleet.Instance{orders()})
	at := start()
	for pass, connections := range []float64{1000, 2000, 3000} {
		from := at.Add(-time.Duration(pass) * time.Minute)
		for n := range 20 {
			when := from.Add(time.Duration(n) * 15 * time.Second)
			s.Append([]*fleet.Reading{mqttReading("mqtt-1", when, 1, 2, connections)})
			s.commit(when)
		}
	}
	got := values(t, s, `count_over_time(brimwatch_instance_usage{metric="connections"}[1h])`, at.Add(5*time.Minute))
	if diff := cmp.Diff([]float64{60}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
