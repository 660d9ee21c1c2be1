package notifier

import (
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier/mute"
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
// recipient is not to be told; the latest of their ends counts.
func holdFor(n *Notice, t Target, silences []Silence, now time.Time) {
	for i := range silences {
		if s := &silences[i]; s.Matches(n.Alert.Labels, now) && s.Until.After(n.NotBefore) {
			n.hold(s.Until, s.reason())
		}
	}
	at := now
	if n.NotBefore.After(at) {
		at = n.NotBefore
	}
	if until, why := heldUntil(t, n.Severity, at); why != "" {
		n.hold(until, why)
	}
}

// hold puts a notice on hold. An escalation waits for an acknowledgement first, and a later way
// for those before it; they say so.
func (n *Notice) hold(until time.Time, why string) {
	if first, _, _ := strings.Cut(n.Hold, ", then "); (n.Escalation > 0 || n.Turn > 0) && first != "" {
		why = first + ", then " + why
	}
	n.NotBefore, n.Hold = until, why
}

// holdEnd puts the notice of an end on hold while its recipient is not to be told, unless
// they were told of the beginning in the same stretch of such time: who is awake
// anyhow hears that it is over.
func holdEnd(n *Notice, t Target, toldAt, now time.Time) {
	until, why := heldUntil(t, n.Severity, now)
	if why == "" {
		return
	}
	if !toldAt.IsZero() {
		const none = alarm.Severity("") // no severity goes out all the same
		if stretch, _ := heldUntil(t, none, toldAt); stretch.After(now) {
			return
		}
	}
	n.hold(until, why)
}

// HeldUntil tells until when the recipient of a notice is not to be told of it now, and
// why; "" is that nothing stands against it. Ends are not asked for: they are held by what held
// their beginning.
func (d *Directory) HeldUntil(n *Notice, now time.Time) (until time.Time, why string) {
	t, ok := d.Reach(*n, "")
	if !ok || !Begins(n.Kind) {
		return time.Time{}, ""
	}
	return heldUntil(t, n.Severity, now)
}

// mostHolds bounds how many quiet hours and mute times are followed, one after the
// other.
const mostHolds = 1000

// heldUntil tells until when a recipient is told nothing of a severity at a moment, and
// why; "" when nothing stands against it. Quiet hours that end in a mute time and mute times that
// end in quiet hours are one stretch: its end is that of the last, which is the reason.
// Longer than mute.Longest it never is.
func heldUntil(t Target, s alarm.Severity, at time.Time) (until time.Time, why string) {
	until, last := at, at.Add(mute.Longest)
	for range mostHolds {
		next, reason := heldBy(t, s, until)
		if reason == "" || !until.Before(last) {
			break
		}
		until, why = next, reason
	}
	if until.After(last) {
		until = last
	}
	return until, why
}

// heldBy tells what holds a notice at a moment: the quiet hours or the mute time that
// ends last.
func heldBy(t Target, s alarm.Severity, at time.Time) (until time.Time, why string) {
	if end, quiet := quietUntil(t, s, at); quiet {
		until, why = end, "quiet hours"
	}
	for i := range t.Mute {
		m := &t.Mute[i]
		if slices.Contains(m.Except, s) {
			continue
		}
		if end, muted := mute.Until(m.Intervals, at); muted && end.After(until) {
			until, why = end, "mute time "+m.Name
		}
	}
	return until, why
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
	return fleet.OnClock(time.Date(local.Year(), local.Month(), day, q.To/60, q.To%60, 0, 0, time.UTC), t.Zone), true
}
