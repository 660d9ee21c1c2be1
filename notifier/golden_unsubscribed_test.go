package notifier

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// unsubscribed is an actor that somebody unsubscribed, or will, at a moment.
func (a actor) unsubscribed(at time.Time) actor {
	return a.but(func(t *fleet.Term) { t.UnsubscribedAt = at })
}

// TestNoticesOfUnsubscribed: an instance of RocketMQ 4.x that is unsubscribed is converted or
// deleted at that moment; of others nobody knows.
func TestNoticesOfUnsubscribed(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	at := s.end.Add(-20*day + 10*time.Hour)
	gone, kept := cast["RocketMQ 4.x Platinum"].unsubscribed(at), cast["RocketMQ 4.x Platinum, downgrade set"].unsubscribed(at)
	other := cast["IoT Enterprise"].unsubscribed(at)
	late := s.end.Add(2*day + 10*time.Hour)
	goneLate, keptLate := cast["RocketMQ 4.x Platinum"].unsubscribed(late), cast["RocketMQ 4.x Platinum, downgrade set"].unsubscribed(late)
	s.golden("unsubscribed", []scene{
		{"expiry: to be deleted when it is unsubscribed in 3 days", s.event(alarm.Raised, alarm.Expiry, gone, at.Add(-3*day))},
		{"expiry: unsubscribed and deleted", s.event(alarm.Escalated, alarm.Expiry, gone, at)},
		{"release: unsubscribed and deleted", s.event(alarm.Raised, alarm.Release, gone, at)},
		{"release: unsubscribed and deleted, two days later, reminded", s.event(alarm.Reminded, alarm.Release, gone, at.Add(2*day))},
		{"expiry: to be converted when it is unsubscribed in 3 days", s.event(alarm.Raised, alarm.Expiry, kept, at.Add(-3*day))},
		{"expiry: unsubscribed and converted", s.event(alarm.Cleared, alarm.Expiry, kept, at)},
		{"expiry: to be unsubscribed in 3 days, and nobody knows what follows", s.event(alarm.Raised, alarm.Expiry, other, at.Add(-3*day))},
		{"expiry: unsubscribed, and nobody knows what follows", s.event(alarm.Escalated, alarm.Expiry, other, at)},
		{"expiry: over, and to be unsubscribed before its week is over", s.event(alarm.Escalated, alarm.Expiry, goneLate, s.end)},
		{"release: to be deleted when it is unsubscribed after its end", s.event(alarm.Raised, alarm.Release, goneLate, s.end.Add(day))},
		{"release: unsubscribed after its end", s.event(alarm.Escalated, alarm.Release, goneLate, late)},
		{"expiry: over, and to be converted when it is unsubscribed", s.event(alarm.Escalated, alarm.Expiry, keptLate, s.end)},
		{"expiry: over, and to be unsubscribed, and nobody knows what follows", s.event(alarm.Escalated, alarm.Expiry, cast["IoT Enterprise"].unsubscribed(late), s.end)},
	})
}

// TestUnsubscribedIsNotRenewed: nothing that is told of an unsubscribed instance speaks of its
// renewal or of its last day, and one text says its end and its deletion.
func TestUnsubscribedIsNotRenewed(t *testing.T) {
	s := newStage(t)
	at := s.end.Add(-20 * day) // with a day
	for name, a := range map[string]actor{
		"deleted": s.cast()["RocketMQ 4.x Platinum"].unsubscribed(at), "converted": s.cast()["RocketMQ 4.x Platinum, downgrade set"].unsubscribed(at),
		"of which nobody knows": s.cast()["IoT Enterprise"].unsubscribed(at),
	} {
		for _, after := range []time.Duration{-7 * day, -day, 0, day} {
			for _, l := range []words.Language{words.EN, words.ZH} {
				ev := s.event(alarm.Raised, alarm.Expiry, a, at.Add(after))
				full := s.words().told(ev, l, s.zone)
				all := s.words().text(ev, l, s.zone) + full.description()
				for _, wrong := range []string{"enew", "last day", "expire", "xpires", "续费", "最后一天", "到期时", "将到期"} {
					if strings.Contains(all, wrong) {
						t.Errorf("%s, %s after: %q in %s", name, after, wrong, all)
					}
				}
				if !strings.Contains(all, l.Choose("unsubscribed", "退订")) {
					t.Errorf("%s, %s after: %s", name, after, all)
				}
			}
		}
	}
	gone := s.cast()["RocketMQ 4.x Platinum"].unsubscribed(at)
	for _, l := range []words.Language{words.EN, words.ZH} {
		end, deletion := s.told(l, "A2AA", s.event(alarm.Escalated, alarm.Expiry, gone, at)), s.told(l, "B2BB", s.event(alarm.Raised, alarm.Release, gone, at))
		if !speechOf(&end, reader{l: l, zone: s.zone}).says(&deletion) || !speechOf(&deletion, reader{l: l, zone: s.zone}).says(&end) {
			t.Errorf("neither says the other: %s | %s", end.Text, deletion.Text)
		}
	}
}

// short is an actor with a term of three months.
func (a actor) short() actor {
	return a.but(func(t *fleet.Term) { t.RenewPeriod = fleet.Period{Months: 3} })
}

func TestNoticesOfAdvisedRenewal(t *testing.T) {
	s := newStage(t)
	a := s.cast()["IoT Enterprise"].short()
	s.golden("advised", []scene{
		{"expiry: a short term without automatic renewal, 7 days ahead", s.event(alarm.Raised, alarm.Expiry, a, s.end.Add(-7*day))},
		{"expiry: two short terms without automatic renewal", s.alike(s.event(alarm.Raised, alarm.Expiry, a, s.end.Add(-7*day)), a, "Stock")},
	})
}

// TestRenewalAdvised: automatic renewal is advised with the first notice of a short term, and
// only where it is off, is there, and can still pay.
func TestRenewalAdvised(t *testing.T) {
	s := newStage(t)
	cast := s.cast()
	iot := cast["IoT Enterprise"].short()
	on := iot.but(func(t *fleet.Term) { t.AutoRenew = true })
	mixed := s.alike(s.event(alarm.Raised, alarm.Expiry, iot, s.end.Add(-7*day)), cast["IoT Enterprise"], "Stock")
	for _, tt := range []struct {
		name string
		ev   *alarm.Event
		want bool
	}{
		{"the first step", s.event(alarm.Raised, alarm.Expiry, iot, s.end.Add(-7*day)), true},
		{"the first that is told is a late one", s.event(alarm.Raised, alarm.Expiry, iot, s.end.Add(-3*day)), true},
		{"no attempt is left", s.event(alarm.Raised, alarm.Expiry, iot, s.end.Add(-12*time.Hour)), false},
		{"the next step", s.event(alarm.Escalated, alarm.Expiry, iot, s.end.Add(-3*day)), false},
		{"a reminder", s.event(alarm.Reminded, alarm.Expiry, iot, s.end.Add(-6*day)), false},
		{"another rule", s.event(alarm.Raised, alarm.Release, iot, s.end.Add(5*day)), false},
		{"the term is over", s.event(alarm.Raised, alarm.Expiry, iot, s.end.Add(day)), false},
		{"it is on", s.event(alarm.Raised, alarm.Expiry, on, s.end.Add(-day)), false},
		{"the term is a long one", s.event(alarm.Raised, alarm.Expiry, cast["IoT Enterprise"], s.end.Add(-7*day)), false},
		{"no document advises it", s.event(alarm.Raised, alarm.Expiry, cast["MQTT"].short(), s.end.Add(-7*day)), false},
		{"unsubscribed", s.event(alarm.Raised, alarm.Expiry, iot.unsubscribed(s.end.Add(-day)), s.end.Add(-7*day)), false},
		{"its account is overdue", s.event(alarm.Raised, alarm.Expiry, s.owing(iot), s.end.Add(-7*day)), false},
		{"another one in the notice has a long term", mixed, false},
	} {
		for _, l := range []words.Language{words.EN, words.ZH} {
			full := s.words().told(tt.ev, l, s.zone)
			if got := strings.Contains(full.description(), l.Choose("it is advised to switch it on", "建议开通自动续费")); got != tt.want {
				t.Errorf("%s: %v: %s", tt.name, got, full.description())
			}
		}
	}
}
