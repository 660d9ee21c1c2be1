package rehearsal

import (
	"context"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// listen makes a channel that writes down what a target would be told. It bundles, and keeps
// its messages apart, as the target's own does, and calls nobody.
func (m *Machine) listen(t notifier.Target) notifier.Channel {
	powers := notifier.PowersOf(t.Channel).Silent()
	t.Channel = nil // so that nothing can be sent
	return notifier.Wrap(listener{m, t}.send, powers)
}

// listener writes down what one target is told. Every message arrives.
type listener struct {
	m      *Machine
	target notifier.Target
}

// send writes a message down.
func (l listener) send(_ context.Context, msg notifier.Message) (notifier.Receipt, error) {
	if l.m.options.Sent != nil {
		l.m.options.Sent(Sent{At: l.m.at, Message: msg, Target: l.target})
	}
	if n := &msg.Notices[0]; n.Rule == notifier.DrillRule {
		l.m.drilled = append(l.m.drilled, drilled{l.target.Recipient.Display, n.Code})
	}
	r := notifier.Receipt{Status: notifier.Delivered}
	if msg.Recipient.Channel == "sms" {
		r.Segments, _ = sms.Segments(msg.Text)
	}
	return r, nil
}

// daily are the times of day at which tests and drills may be due.
type daily map[timeOfDay]bool

type timeOfDay struct {
	minutes int
	zone    *time.Location
}

func dailyOf(d *notifier.Directory) daily {
	out := make(daily)
	drill := d.Drill()
	for _, c := range d.Contacts() {
		if c.DailyTest != nil {
			out[timeOfDay{*c.DailyTest, c.Zone}] = true
		}
		if drill.Every > 0 {
			out[timeOfDay{drill.At, c.Zone}] = true
		}
	}
	return out
}

// after is the next moment after now at which one may be due; zero is never.
func (d daily) after(now time.Time) time.Time {
	var next time.Time
	for t := range d {
		local := now.In(t.zone)
		for day := range 3 { // a time of day that an hour of summer leaves out comes a little later
			at := time.Date(local.Year(), local.Month(), local.Day()+day, t.minutes/60, t.minutes%60, 0, 0, t.zone).UTC()
			if at.After(now) {
				if next.IsZero() || at.Before(next) {
					next = at
				}
				break
			}
		}
	}
	return next
}
