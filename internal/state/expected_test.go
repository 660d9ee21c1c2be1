package state

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// TestWhyNothingIsRead: what the calendar says goes before what the source says, as long as the
// source does not answer.
func TestWhyNothingIsRead(t *testing.T) {
	now := time.Now()
	due := fleet.Term{Method: fleet.PayAsYouGo, ReleasesAt: now.AddDate(0, 0, -1)}
	stopped := fleet.Term{Method: fleet.PayAsYouGo, SuspendsAt: now.AddDate(0, 0, -1)}
	day := now.UTC().AddDate(0, 0, -1).Format("2 Jan 2006")
	for _, tt := range []struct {
		name     string
		term     fleet.Term
		up       bool
		because  string
		want     string
		gone     bool
		expected bool // its silence says nothing about us
	}{
		{"nothing is known of its term", fleet.Term{}, false, "connection refused", "connection refused", false, false},
		{"stopped", stopped, false, "connection refused", "expected: stopped since " + day + ", by what the cloud tells; connection refused", false, true},
		{"due for deletion", due, false, "", "expected: due for deletion since " + day + ", by what the cloud tells, so it is read only once an hour", true, true},
		{"due for deletion, and it answers", due, true, "", "", true, false},
	} {
		f := New(&config.Snapshot{Instances: []config.Instance{
			{Instance: &fleet.Instance{ID: "a", Term: tt.term}, Source: &config.Source{Interval: time.Second}},
		}}, nil, now)
		f.Put([]*fleet.Reading{{Instance: "a", At: now.Add(-time.Hour), Up: tt.up, Reason: tt.because}})
		st, _ := f.one("a", now)
		if st.Reading.Reason != tt.want || f.Gone("a") != tt.gone || f.Gone("b") {
			t.Errorf("%s: %q, %v", tt.name, st.Reading.Reason, f.Gone("a"))
		}
		if err := f.Alive(now); (err == nil) != tt.expected {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
