package outbox

import (
	"context"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// startAfter runs the outbox as a process does that starts, until the test ends.
func (r *rig) startAfter(first ...<-chan struct{}) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Begin(ctx, first...) }()
	r.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
		if err := r.Close(); err != nil {
			r.t.Error(err)
		}
	}
}

// TestAStartHasAnOrder: what waits is let go when it was judged what became due, or ended,
// while nothing ran.
func TestAStartHasAnOrder(t *testing.T) {
	for _, tt := range []struct {
		name     string
		judge    func(*rig) // what the first judgement finds
		sms      []string
		becoming []string
	}{
		{"it is over", func(r *rig) { r.happen(alarm.Cleared, "A2BC") }, nil, []string{
			"sms/wei raised dropped 0: the alarm ended while this was held (silenced by sil_1)",
		}},
		{"it got worse", func(r *rig) { r.happen(alarm.Escalated, "A2BC") }, []string{"sms/wei #1 escalated A2BC"}, []string{
			"sms/wei raised dropped 0: a newer notice of the same alarm says it better", "sms/wei escalated sent 1",
		}},
		{"something else began", func(r *rig) { r.happen(alarm.Raised, "D3EF") }, []string{"sms/wei #1 raised A2BC raised D3EF"}, []string{
			"sms/wei raised sent 1", "sms/wei raised sent 1",
		}},
		{"nothing", func(*rig) {}, []string{"sms/wei #1 raised A2BC"}, []string{"sms/wei raised sent 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms := &fakeChannel{bundle: 64}
				dir := directoryOf(map[string]notifier.Channel{"sms/wei": sms})
				r := open(t, path, dir).start()
				silence := notifier.Silence{Matchers: map[string]string{"instance_id": "mqtt-A2BC"}, Until: time.Now().Add(time.Hour)}
				if _, err := r.AddSilence(t.Context(), silence); err != nil {
					t.Fatal(err)
				}
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				r.stop()
				pass(2 * time.Hour)

				r = open(t, path, dir)
				judged, planned := make(chan struct{}), make(chan struct{})
				r.startAfter(judged, planned)
				defer func() { r.stop() }()
				pass(time.Second)
				want(t, "before it is judged", sms.lines())
				tt.judge(r)
				close(planned)
				pass(time.Second)
				want(t, "while one of two is open", sms.lines())
				close(judged)
				synctest.Wait()
				want(t, "sms", sms.lines(), tt.sms...)
				states := r.states()
				for i := range states {
					states[i] = regexp.MustCompile(`sil_\w+`).ReplaceAllString(states[i], "sil_1")
				}
				want(t, "notices", states, tt.becoming...)
			})
		})
	}
}

// TestAStartWaitsForNobody: a judgement that does not end holds up what waits for a moment only.
func TestAStartWaitsForNobody(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms}))
		r.happen(alarm.Raised, "A2BC")
		r.startAfter(make(chan struct{}), make(chan struct{}))
		defer r.stop()
		pass(startPatience - time.Millisecond)
		want(t, "before", sms.lines())
		pass(time.Millisecond)
		want(t, "sms", sms.lines(), "sms/wei #1 raised A2BC")
	})
}

// TestAStartThatEndsAtOnce leaves what waits where it is.
func TestAStartThatEndsAtOnce(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms}))
		r.happen(alarm.Raised, "A2BC")
		r.startAfter(make(chan struct{}))
		began := time.Now()
		r.stop()
		if took := time.Since(began); took > 0 {
			t.Errorf("the end took %s", took)
		}
		want(t, "sms", sms.lines())
	})
}
