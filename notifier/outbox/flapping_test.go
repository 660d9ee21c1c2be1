package outbox

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestFlappingIsOneEpisode: its ups and downs are kept and told to nobody, and its end
// goes to whoever heard of it. Its state survives.
func TestFlappingIsOneEpisode(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		for i, kind := range []alarm.EventKind{alarm.Raised, alarm.BeganFlapping, alarm.Rose, alarm.Fell, alarm.Reminded, alarm.Settled, alarm.Cleared} {
			c := commitOf(kind, "A2BC")
			if kind == alarm.BeganFlapping {
				c.Events[0].Reason = "goes up and down"
				c.States[0].State.Flap = alarm.FlapState{Raises: [alarm.MaxFlapRaises]int64{3, 2, 1}, At: 4, MovedAt: 5, Count: 6, Peak: 1}
			}
			want := c.States[0].State.Flap
			if err := r.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			pass(2 * time.Hour)
			episodes, err := r.Episodes(t.Context(), alarm.EpisodeFilter{})
			if err != nil || len(episodes) != 1 || (episodes[0].State == alarm.EpisodeRaised) != (kind != alarm.Cleared) {
				t.Errorf("after %s: episodes %+v, %v", kind, episodes, err)
			}
			if reason := episodes[0].Reason; (reason != "") != (i >= 1 && i <= 4) {
				t.Errorf("after %s the reason is %q", kind, reason)
			}
			records, err := r.Load(t.Context())
			if err != nil || kind == alarm.BeganFlapping && (len(records) != 1 || records[0].State.Flap != want) {
				t.Errorf("after %s: stored %+v, %v", kind, records, err)
			}
		}
		want(t, "sms", sms.lines(), "sms/wei #1 raised A2BC", "sms/wei #1 flapping A2BC", "sms/wei #1 reminded A2BC", "sms/wei #1 settled A2BC", "sms/wei #1 cleared A2BC")
	})
}

// TestEpisodeOverASetClock lasted as long as it did, whatever the clock said when it began.
func TestEpisodeOverASetClock(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(nil)).start()
		defer r.stop()
		for _, kind := range []alarm.EventKind{alarm.Raised, alarm.Cleared} {
			c := commitOf(kind, "A2BC")
			c.Events[0].RaisedAt = time.Now().Add(-time.Minute)
			if err := r.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			pass(25 * time.Hour) // the clock was set: only a minute has passed for the episode
		}
		episodes, err := r.Episodes(t.Context(), alarm.EpisodeFilter{})
		if err != nil || len(episodes) != 1 || episodes[0].EndedAt.Sub(episodes[0].RaisedAt) != time.Minute {
			t.Errorf("episodes %+v, %v", episodes, err)
		}
	})
}
