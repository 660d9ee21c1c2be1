package statistics

import (
	"context"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// TestFinal looks at through when a history says that it is final: not beyond what is
// complete, not beyond figures that are being gathered, and all that is said to be final
// can be read.
func TestFinal(t *testing.T) {
	complete := time.Now().Add(-time.Minute).Truncate(time.Millisecond)
	asked, answer := make(chan struct{}), make(chan struct{})
	s := open(t, t.TempDir(), func(o *Options) {
		o.Complete = func() time.Time { return complete }
		o.Figures = func(_ context.Context, _ time.Time, wanted func(*series.Family) bool, visit func(*series.Point)) []string {
			family := &series.Family{Name: series.Silences, Kept: series.Sampled}
			wanted(family)
			asked <- struct{}{}
			<-answer
			visit(&series.Point{Family: family, Value: 3})
			return []string{family.Name}
		}
	})
	s.SetFleet([]*fleet.Instance{orders()})
	s.Append([]*fleet.Reading{mqttReading("mqtt-1", complete, 1, 2, 3)})
	if got := s.final(); got != complete.UnixMilli() {
		t.Errorf("final through %d, want what is complete, %d", got, complete.UnixMilli())
	}
	if n := s.db.Head().NumSeries(); n != 5 {
		t.Errorf("%d series are stored, want all of what was handed over", n)
	}

	complete = time.Now().Add(time.Hour)
	began := time.Now()
	gathered := make(chan struct{})
	go func() {
		defer close(gathered)
		s.Gather(t.Context(), true)
	}()
	<-asked
	stamp := s.gathering.since
	if got := s.final(); got >= stamp || got < began.Add(-settle-time.Second).UnixMilli() {
		t.Errorf("final through %d while figures of %d are gathered", got, stamp)
	}
	answer <- struct{}{}
	<-gathered
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	if got, now := s.final(), time.Now().UnixMilli(); got < stamp || got > now {
		t.Errorf("after the end it is final through %d, want now, %d", got, now)
	}
}
