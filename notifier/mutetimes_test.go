package notifier

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier/mute"
)

// hours is a mute time on each day, in hours of UTC.
func hours(name string, from, to int, except ...alarm.Severity) MuteTime {
	return MuteTime{Name: name, Intervals: []mute.Interval{{Times: []mute.Range{{From: from * 60, To: to * 60}}}}, Except: except}
}

func TestHeldUntil(t *testing.T) {
	always := MuteTime{Name: "always", Intervals: []mute.Interval{{Years: []mute.Range{{From: 2000, To: 3000}}}}}
	tests := []struct {
		name   string
		target Target
		want   string // "" is not held
		why    string
	}{
		{name: "nothing is given"},
		{name: "a mute time", target: Target{Mute: []MuteTime{hours("lunch", 11, 14)}}, want: "2026-11-22 14:00", why: "mute time lunch"},
		{name: "a mute time that is not now", target: Target{Mute: []MuteTime{hours("night", 0, 8)}}},
		{name: "of two the longer", target: Target{Mute: []MuteTime{hours("lunch", 11, 14), hours("day", 9, 17), hours("noon", 12, 13)}}, want: "2026-11-22 17:00", why: "mute time day"},
		{name: "two, one after the other", target: Target{Mute: []MuteTime{hours("day", 14, 17), hours("lunch", 11, 14)}}, want: "2026-11-22 17:00", why: "mute time day"},
		{
			name: "quiet hours that end in a mute time", target: Target{Quiet: &Quiet{From: 11 * 60, To: 13 * 60}, Mute: []MuteTime{hours("lunch", 12, 14)}},
			want: "2026-11-22 14:00", why: "mute time lunch",
		},
		{
			name: "a mute time that ends in quiet hours", target: Target{Quiet: &Quiet{From: 13 * 60, To: 15 * 60}, Mute: []MuteTime{hours("lunch", 12, 14)}},
			want: "2026-11-22 15:00", why: "quiet hours",
		},
		{name: "except this severity", target: Target{Mute: []MuteTime{hours("lunch", 11, 14, alarm.Warning)}}},
		{name: "except another severity", target: Target{Mute: []MuteTime{hours("lunch", 11, 14, alarm.Critical)}}, want: "2026-11-22 14:00", why: "mute time lunch"},
		{name: "for ever is 370 days", target: Target{Mute: []MuteTime{always}}, want: "2027-11-27 12:00", why: "mute time always"},
		{
			name: "two that never leave a gap", target: Target{Quiet: &Quiet{From: 6 * 60, To: 18 * 60}, Mute: []MuteTime{{
				Name: "night", Intervals: []mute.Interval{{Times: []mute.Range{{From: 18 * 60, To: 24 * 60}}}, {Times: []mute.Range{{From: 0, To: 6 * 60}}}},
			}}},
			want: "2027-11-27 12:00", why: "quiet hours",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.target.Zone = time.UTC
			until, why := heldUntil(tt.target, alarm.Warning, noon())
			if why != tt.why || why != "" && until.Format("2006-01-02 15:04") != tt.want {
				t.Errorf("held until %s by %q, want %s by %q", until, why, tt.want, tt.why)
			}
		})
	}
}

// TestEndOfWhatWokeSomebody: who was told of the beginning in the same quiet hours hears
// of the end at once, whatever its severity is by then.
func TestEndOfWhatWokeSomebody(t *testing.T) {
	quiet := func(t *Target) {
		t.Quiet = &Quiet{From: 10 * 60, To: 14 * 60, Except: []alarm.Severity{alarm.Critical}}
	}
	tests := []struct {
		name   string
		change func(*Target)
		toldAt time.Time
		want   string
	}{
		{name: "told in these quiet hours", change: quiet, toldAt: noon().Add(-time.Hour), want: "cleared sms/alice owners"},
		{name: "told at this moment", change: quiet, toldAt: noon(), want: "cleared sms/alice owners"},
		{name: "told before they began", change: quiet, toldAt: noon().Add(-3 * time.Hour), want: "cleared sms/alice owners held: quiet hours until 14:00:00"},
		{name: "told in those of yesterday", change: quiet, toldAt: noon().Add(-25 * time.Hour), want: "cleared sms/alice owners held: quiet hours until 14:00:00"},
		{name: "not told yet", change: quiet, want: "cleared sms/alice owners held: quiet hours until 14:00:00"},
		{
			name: "told in quiet hours that go on as a mute time", toldAt: noon().Add(-90 * time.Minute),
			change: func(t *Target) {
				t.Quiet = &Quiet{From: 10 * 60, To: 11 * 60}
				t.Mute = []MuteTime{hours("lunch", 11, 14)}
			},
			want: "cleared sms/alice owners",
		},
		{
			name: "told before a mute time", toldAt: noon().Add(-90 * time.Minute),
			change: func(t *Target) { t.Mute = []MuteTime{hours("lunch", 11, 14)} },
			want:   "cleared sms/alice owners held: mute time lunch until 14:00:00",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := entries()
			tt.change(&e.Receivers["owners"].Targets[1])
			to := []Addressee{{Receiver: "owners", Recipient: "sms/alice", Channel: "sms", ToldAt: tt.toldAt}}
			if got := planned(Plan(NewDirectory(e), connections(alarm.Cleared), to, nil, noon())); len(got) != 1 || got[0] != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestDigestAtTheEndOfQuietHours: what is held over night is due at the same moment.
func TestDigestAtTheEndOfQuietHours(t *testing.T) {
	e := entries()
	e.Receivers["oncall"].Targets[0].Quiet = &Quiet{From: 22 * 60, To: 8 * 60}
	e.Notify["mqtt-cn-0pp1abc"] = []string{"oncall"}
	d := NewDirectory(e)
	night := time.Date(2026, 11, 22, 22, 0, 0, 0, time.UTC)
	for h := range 10 {
		n := Plan(d, connections(alarm.Raised), nil, nil, night.Add(time.Duration(h)*59*time.Minute))[0]
		if want := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC); !n.NotBefore.Equal(want) || n.Hold != "quiet hours" {
			t.Errorf("hour %d of the night: until %s by %q, want %s", h, n.NotBefore, n.Hold, want)
		}
	}
}
