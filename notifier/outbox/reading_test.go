package outbox

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestEpisodesAndNoticesByFilter: the newest first, of a state, code or instance,
// as many as asked for.
func TestEpisodesAndNoticesByFilter(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}))
	r.closed()
	for _, code := range []string{"A2AA", "B2BB", "C2CC"} {
		r.happen(alarm.Raised, code)
	}
	r.exec(`UPDATE notice SET state = 'sent'`)
	r.happen(alarm.Cleared, "B2BB")
	r.happen(alarm.Lost, "C2CC")
	for _, tt := range []struct {
		filter alarm.EpisodeFilter
		want   []string
	}{
		{alarm.EpisodeFilter{}, []string{"C2CC", "B2BB", "A2AA"}},
		{alarm.EpisodeFilter{Limit: 1}, []string{"C2CC"}},
		{alarm.EpisodeFilter{Limit: -1}, []string{"C2CC", "B2BB", "A2AA"}},
		{alarm.EpisodeFilter{Open: true}, []string{"C2CC", "A2AA"}},
		{alarm.EpisodeFilter{State: alarm.EpisodeUnknown}, []string{"C2CC"}},
		{alarm.EpisodeFilter{Instance: "mqtt-A2AA"}, []string{"A2AA"}},
		{alarm.EpisodeFilter{Code: "B2BB"}, []string{"B2BB"}},
		{alarm.EpisodeFilter{Code: "Z2ZZ"}, nil},
	} {
		episodes, err := r.Episodes(t.Context(), tt.filter)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range episodes {
			got = append(got, episodes[i].Code)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("episodes of %+v (-want +got):\n%s", tt.filter, diff)
		}
	}
	for _, tt := range []struct {
		filter notifier.Filter
		want   []string
	}{
		{notifier.Filter{}, []string{"B2BB cleared", "C2CC raised", "B2BB raised", "A2AA raised"}},
		{notifier.Filter{Limit: 2}, []string{"B2BB cleared", "C2CC raised"}},
		{notifier.Filter{Limit: -1}, []string{"B2BB cleared", "C2CC raised", "B2BB raised", "A2AA raised"}},
		{notifier.Filter{Code: "B2BB"}, []string{"B2BB cleared", "B2BB raised"}},
		{notifier.Filter{State: notifier.Pending}, []string{"B2BB cleared"}},
		{notifier.Filter{State: notifier.Dead}, nil},
	} {
		records, err := r.Notices(t.Context(), tt.filter)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range records {
			got = append(got, records[i].Code+" "+string(records[i].Kind))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("notices of %+v (-want +got):\n%s", tt.filter, diff)
		}
	}
}

// TestEpisodeThroughItsEvents: each kind of event leaves its mark on the episode.
func TestEpisodeThroughItsEvents(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(nil))
	r.closed()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	type row struct {
		State     alarm.EpisodeState
		Severity  alarm.Severity
		Usage     float64
		Threshold float64
		Reason    string
		AckedBy   string
		Acked     bool
		Ended     bool
	}
	for _, tt := range []struct {
		name  string
		ev    alarm.Event
		occ   bool
		where row
	}{
		{"raised", alarm.Event{Kind: alarm.Raised, Severity: alarm.Warning, Usage: 70, Threshold: 0.7}, false, row{alarm.EpisodeRaised, alarm.Warning, 70, 0.7, "", "", false, false}},
		{"acknowledged", alarm.Event{Kind: alarm.Acked, By: "wei", Usage: 71}, false, row{alarm.EpisodeRaised, alarm.Warning, 70, 0.7, "", "wei", true, false}},
		{"reminded", alarm.Event{Kind: alarm.Reminded, Severity: alarm.Warning, Usage: 72, Threshold: 0.7}, false, row{alarm.EpisodeRaised, alarm.Warning, 72, 0.7, "", "wei", true, false}},
		{"escalated, which asks for another answer", alarm.Event{Kind: alarm.Escalated, Severity: alarm.Critical, Usage: 90, Threshold: 0.9, Reason: "more"}, false,
			row{alarm.EpisodeRaised, alarm.Critical, 90, 0.9, "more", "", false, false}},
		{"eased", alarm.Event{Kind: alarm.Eased, Severity: alarm.Warning, Usage: 75, Threshold: 0.7}, false, row{alarm.EpisodeRaised, alarm.Warning, 75, 0.7, "more", "", false, false}},
		{"lost", alarm.Event{Kind: alarm.Lost, Reason: "no data"}, false, row{alarm.EpisodeUnknown, alarm.Warning, 75, 0.7, "no data", "", false, false}},
		{"found", alarm.Event{Kind: alarm.Found, Usage: 76, Reason: "data again"}, false, row{alarm.EpisodeRaised, alarm.Warning, 76, 0.7, "data again", "", false, false}},
		{"cleared", alarm.Event{Kind: alarm.Cleared, Usage: 10, Reason: "low"}, false, row{alarm.EpisodeCleared, alarm.Warning, 10, 0.7, "", "", false, true}},
		{"raised again is another one", alarm.Event{Kind: alarm.Raised, Severity: alarm.Info, Usage: 71, Threshold: 0.7}, false, row{alarm.EpisodeRaised, alarm.Info, 71, 0.7, "", "", false, false}},
		{"withdrawn", alarm.Event{Kind: alarm.Withdrawn, Usage: 71, Reason: "gone"}, false, row{alarm.EpisodeCleared, alarm.Info, 71, 0.7, "withdrawn: gone", "", false, true}},
		{"raised by the calendar", alarm.Event{Kind: alarm.Raised, Severity: alarm.Info, Reason: "it expires"}, true, row{alarm.EpisodeRaised, alarm.Info, 0, 0, "it expires", "", false, false}},
		{"cleared by the calendar, which says why", alarm.Event{Kind: alarm.Cleared, Reason: "renewed"}, true, row{alarm.EpisodeCleared, alarm.Info, 0, 0, "renewed", "", false, true}},
	} {
		at = at.Add(time.Minute)
		ev := tt.ev
		ev.Key, ev.Code, ev.At, ev.RaisedAt = alarm.Key{Rule: alarm.Capacity, Instance: "a", Metric: fleet.Connections}, "A2BC", at, at
		if tt.occ {
			ev.Details = &alarm.Details{}
		}
		if err := r.Commit(t.Context(), alarm.Commit{Events: []alarm.Event{ev}}); err != nil {
			t.Fatal(err)
		}
		episodes, err := r.Episodes(t.Context(), alarm.EpisodeFilter{Limit: 1})
		if err != nil || len(episodes) != 1 {
			t.Fatalf("%s: %v, %v", tt.name, episodes, err)
		}
		e := episodes[0]
		got := row{e.State, e.Severity, e.Usage, e.Threshold, e.Reason, e.AckedBy, e.AckedAt.Equal(at) || tt.ev.Kind == alarm.Reminded && !e.AckedAt.IsZero(), e.EndedAt.Equal(at)}
		if diff := cmp.Diff(tt.where, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if !e.UpdatedAt.Equal(at) {
			t.Errorf("%s: updated at %v, want %v", tt.name, e.UpdatedAt, at)
		}
	}
}
