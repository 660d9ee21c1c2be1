package notifier

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// Silence holds the notices of alarms that match all its matchers until it
// ends. Those whose alarms still last by then go out; nobody hears of the others.
type Silence struct {
	ID        string
	Matchers  map[string]string // by label of the alert; all must be equal
	Until     time.Time
	By        string
	Comment   string
	CreatedAt time.Time
}

// Matches tells whether the silence applies to an alert at the moment now.
func (s *Silence) Matches(labels map[string]string, now time.Time) bool {
	if !s.InForce(now) {
		return false
	}
	for name, value := range s.Matchers {
		if labels[name] != value {
			return false
		}
	}
	return true
}

// InForce tells whether the silence holds anything at the moment now.
func (s *Silence) InForce(now time.Time) bool { return now.Before(s.Until) && len(s.Matchers) > 0 }

// holdFor puts a notice on hold when somebody asked for silence, or when its
// recipient sleeps; the later of the two ends counts.
func holdFor(n *Notice, t Target, silences []Silence, now time.Time) {
	for i := range silences {
		if s := &silences[i]; s.Matches(n.Alert.Labels, now) && s.Until.After(n.NotBefore) {
			n.NotBefore, n.Hold = s.Until, s.reason()
		}
	}
	at := now
	if n.NotBefore.After(at) {
		at = n.NotBefore
	}
	if until, quiet := quietUntil(t, n.Severity, at); quiet {
		n.NotBefore, n.Hold = until, "quiet hours"
	}
}

// quietUntil tells whether the recipient is not to be woken at the moment at,
// and until when.
func quietUntil(t Target, s alarm.Severity, at time.Time) (time.Time, bool) {
	q := t.Quiet
	if q == nil || slices.Contains(q.Except, s) {
		return time.Time{}, false
	}
	local := at.In(t.Zone)
	minute := local.Hour()*60 + local.Minute()
	overnight := q.From > q.To
	inside := minute >= q.From && minute < q.To
	if overnight {
		inside = minute >= q.From || minute < q.To
	}
	if !inside {
		return time.Time{}, false
	}
	day := local.Day()
	if overnight && minute >= q.From { // they end tomorrow
		day++
	}
	return time.Date(local.Year(), local.Month(), day, q.To/60, q.To%60, 0, 0, t.Zone).UTC(), true
}
