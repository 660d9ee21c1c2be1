package outbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// plan is the notices of one event, with their alerts as they are stored. An alert is
// long, and most events say the same to all: it is stored once, with the event.
type plan struct {
	notices []notifier.Notice
	alert   string   // what the event says to all; "" when no notice says it
	own     []string // of each notice, what it says instead; "" is what the event says
	err     error
}

// newPlan plans the notices of an event.
func newPlan(dir *notifier.Directory, ev *alarm.Event, heard []notifier.Addressee, silences []notifier.Silence, now time.Time) plan {
	p := plan{notices: notifier.Plan(dir, ev, heard, silences, now)}
	p.own = make([]string, len(p.notices))
	var all notifier.Alert // what the event says
	for i := range p.notices {
		n := &p.notices[i]
		own := len(ev.Silent) > 0 || n.Escalation > 0 || n.Turn > 0 // it lists the instances of a receiver, or says why it is told
		if !own && p.alert != "" {
			if maps.Equal(all.Annotations, n.Alert.Annotations) {
				n.Alert = all
				continue
			}
			own = true // it is in another language, or has the times of another zone
		}
		text, err := json.Marshal(n.Alert)
		if err != nil {
			p.err = fmt.Errorf("write the alert: %w", err)
			return p
		}
		if own {
			p.own[i] = string(text)
		} else {
			p.alert, all = string(text), n.Alert
		}
	}
	return p
}

// foresight is the plans of the beginnings of a commit, made before its transaction: to
// write texts takes as long as to store them, and while they are written others can
// write to the database. They hold for the silences that they were made with.
type foresight struct {
	silences []notifier.Silence
	plans    []plan
}

// foresee plans the beginnings among some events on all processors.
func foresee(dir *notifier.Directory, events []alarm.Event, silences []notifier.Silence, now time.Time) foresight {
	f := foresight{silences, make([]plan, len(events))}
	share := max((len(events)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0), leastShare)
	var all sync.WaitGroup
	for first := 0; first < len(events); first += share {
		some := func() {
			for i := first; i < min(first+share, len(events)); i++ {
				if ev := &events[i]; notifier.Begins(ev.Kind) {
					f.plans[i] = newPlan(dir, ev, nil, silences, now)
				}
			}
		}
		if first+share >= len(events) {
			some()
			break
		}
		all.Go(some)
	}
	all.Wait()
	return f
}

// leastShare is how many events are worth a goroutine.
const leastShare = 4

// holds tells whether the plans are those that would be made under some silences.
func (f *foresight) holds(silences []notifier.Silence) bool {
	return slices.EqualFunc(f.silences, silences, func(a, b notifier.Silence) bool {
		return a.ID == b.ID && a.Until.Equal(b.Until) && maps.Equal(a.Matchers, b.Matchers)
	})
}
