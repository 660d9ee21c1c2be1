package notifier

import (
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Holding is what a silence holds at a moment.
type Holding struct {
	Instances []*fleet.Instance // about which it would hold the notices of some alarm
	Accounts  []string          // the same of accounts as a whole
	Alarms    []alarm.Episode   // that are open: it holds their further notices
	Notices   []Record          // that wait because of it; of one that is not stored yet, that wait and have its labels
	// Strange are the matchers that fit no instance, account or alarm even alone, as
	// name=value: mistyped, most probably.
	Strange []string
}

// Nothing tells whether the silence fits nothing.
func (h *Holding) Nothing() bool {
	return len(h.Instances) == 0 && len(h.Accounts) == 0 && len(h.Alarms) == 0 && len(h.Notices) == 0
}

// Remark says that a silence fits nothing, and what may be the matter.
func (h *Holding) Remark() string {
	text := "It fits nothing now: no instance, account or open alarm has these labels. It holds what is raised with them before it ends."
	if len(h.Strange) > 0 {
		text += " Nothing at all has " + strings.Join(h.Strange, " or ") + "."
	}
	return text
}

// Present is what there is at a moment for silences to hold.
type Present struct {
	Now       time.Time
	Instances []*fleet.Instance
	Accounts  []string
	Open      []alarm.Episode
	Held      []Record

	byID map[string]*fleet.Instance // of Instances; nil before it is needed
}

// HeldBy returns what a silence holds of what there is. It is not for several goroutines.
func (p *Present) HeldBy(s *Silence) Holding {
	if p.byID == nil {
		p.byID = make(map[string]*fleet.Instance, len(p.Instances))
		for _, in := range p.Instances {
			p.byID[in.ID] = in
		}
	}
	h := p.fitting(s)
	for i := range p.Held {
		if n := &p.Held[i]; s.ID != "" && n.Reason == s.reason() || s.ID == "" && s.Matches(n.Alert.Labels, p.Now) {
			h.Notices = append(h.Notices, *n)
		}
	}
	for name, value := range s.Matchers {
		alone := Silence{Matchers: map[string]string{name: value}, Until: s.Until}
		if of := p.fitting(&alone); of.Nothing() {
			h.Strange = append(h.Strange, name+"="+value)
		}
	}
	slices.Sort(h.Strange)
	return h
}

// fitting returns the instances, accounts and open alarms that a silence fits.
func (p *Present) fitting(s *Silence) (h Holding) {
	cover := CoverOf([]Silence{*s}, p.Now)
	for _, in := range p.Instances {
		if cover.Instance(in) {
			h.Instances = append(h.Instances, in)
		}
	}
	for _, name := range p.Accounts {
		if s.matchesAccount(name, p.Now) {
			h.Accounts = append(h.Accounts, name)
		}
	}
	for i := range p.Open {
		e := &p.Open[i]
		ev := alarm.Event{Key: e.Key, Severity: e.Severity, Instance: p.byID[e.Key.Instance]}
		if s.Matches(labels(&ev), p.Now) {
			h.Alarms = append(h.Alarms, *e)
		}
	}
	return h
}

// matchesAccount tells whether a silence would hold some alert about an account as a
// whole.
func (s *Silence) matchesAccount(name string, now time.Time) bool {
	for _, rule := range []alarm.RuleName{alarm.LowBalance, alarm.Overdue, alarm.Shortfall} {
		for _, severity := range []alarm.Severity{alarm.Info, alarm.Warning, alarm.Critical} {
			ev := alarm.Event{Key: alarm.Key{Rule: rule, Account: name, Metric: alarm.NoMetric}, Severity: severity}
			if s.Matches(labels(&ev), now) {
				return true
			}
		}
	}
	return false
}

// reason is why a notice that the silence holds waits.
func (s *Silence) reason() string { return "silenced by " + s.ID }

// MatchersOf are the labels by which a silence holds one alarm, however grave it gets.
// There are none for an alarm about the whole fleet: what holds it would hold others, too.
func MatchersOf(k alarm.Key) map[string]string {
	out := map[string]string{labelAlert: string(k.Rule)}
	switch {
	case k.Account != "":
		out[labelAccount] = k.Account
	case k.Instance != alarm.FleetInstance:
		out[labelID] = k.Instance
	default:
		return nil
	}
	if m := k.MetricName(); m != "" {
		out[labelMetric] = m
	}
	return out
}
