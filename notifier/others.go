package notifier

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// listed writes a list of instances; what is too much to read is counted, with
// more as its format.
func listed(list []alarm.Affected, comma, more string, write func(*alarm.Affected) string) string {
	const most = 20
	var out []string
	for i := range list[:min(most, len(list))] {
		out = append(out, write(&list[i]))
	}
	text := strings.Join(out, comma)
	if n := len(list) - most; n > 0 {
		text += fmt.Sprintf(more, n)
	}
	return text
}

// bills sorts the instances of an account by what an unpaid bill does to them.
type bills struct {
	stops   []alarm.Affected // billed by use, and they will stop; the first first
	stopped []alarm.Affected // billed by use, and they have stopped by their calendar
	unsure  []alarm.Affected // billed by use, and nobody knows when they stop
	fixed   []alarm.Affected // paid in advance: they run on, and can neither be renewed nor upgraded
	free    []alarm.Affected // free of charge: nothing happens to them
}

func billsOf(list []alarm.Affected, now time.Time) bills {
	var b bills
	for _, a := range list {
		if a.Course == nil {
			continue
		}
		stop := a.Course.Begins(fleet.LifecycleSuspended)
		switch {
		case a.Course.Term.Method == fleet.Free:
			b.free = append(b.free, a)
		case a.Course.Term.Method == fleet.Subscription:
			b.fixed = append(b.fixed, a)
		case stop.IsZero():
			b.unsure = append(b.unsure, a)
		case stop.After(now):
			b.stops = append(b.stops, a)
		default:
			b.stopped = append(b.stopped, a)
		}
	}
	slices.SortStableFunc(b.stops, func(x, y alarm.Affected) int { return stopOf(&x).Compare(stopOf(&y)) })
	return b
}

// stopOf is when an instance stops because of an unpaid bill.
func stopOf(a *alarm.Affected) time.Time { return a.Course.Begins(fleet.LifecycleSuspended) }

// payees sorts the instances of an account by how they are paid from its balance.
type payees struct {
	renew []alarm.Affected // renewed automatically; the first to end first
	use   []alarm.Affected // billed by use
}

func payeesOf(list []alarm.Affected, now time.Time) payees {
	var p payees
	for _, a := range list {
		switch {
		case a.Course == nil:
		case a.Course.Term.Method == fleet.PayAsYouGo:
			p.use = append(p.use, a)
		case a.Course.Term.Method == fleet.Subscription && a.Course.Term.AutoRenew && a.Course.Term.Expires.After(now):
			p.renew = append(p.renew, a)
		}
	}
	slices.SortStableFunc(p.renew, func(x, y alarm.Affected) int { return x.Course.Term.Expires.Compare(y.Course.Term.Expires) })
	return p
}

// called names an instance with its product and edition.
func (w Words) called(in *fleet.Instance, l words.Language) string {
	t := w.title(in, l)
	switch {
	case t == "":
		return in.Name
	case l == words.ZH:
		return in.Name + "（" + t + "）"
	}
	return in.Name + " (" + t + ")"
}
