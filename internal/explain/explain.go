// Package explain says of one instance why Brimwatch judges and tells as it does: who
// has set each value that is in force, how its alarms stand and what runs, who would be told of each by
// what and when, and what became of the notices so far. It decides nothing: it asks
// those who do.
package explain

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/notifier"
)

// recent is how many of the newest notices of an instance are listed.
const recent = 20

// Engine tells how the alarms of an instance stand.
type Engine interface {
	Explain(id string, now time.Time) []alarm.Explained
}

// Outbox says whom a notice would go to, and what became of those so far.
type Outbox interface {
	readers.Notices

	Preview(ctx context.Context, ev *alarm.Event) ([]notifier.Previewed, error)
}

// Options are what New needs.
type Options struct {
	Configuration func() *config.Snapshot // in force
	Found         func() []fleet.Found    // by clouds' APIs
	Fleet         readers.Fleet
	Engine        Engine
	Outbox        Outbox
	Now           func() time.Time // nil is time.Now
}

// Explainer explains instances. It is safe for use from several goroutines.
type Explainer struct {
	o       Options
	reading sync.Mutex // the files of a large fleet take a second to read: one at a time
}

// New returns an Explainer.
func New(o Options) *Explainer {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Explainer{o: o}
}

// Explanation is all there is to say of one instance.
type Explanation struct {
	At       time.Time
	Standing fleet.Standing
	Values   []config.Origin
	// Remarks say why Values may not be what is in force.
	Remarks []string
	Alarms  []Alarm
	Notices []notifier.Record // the newest first
}

// Alarm is how one alarm stands, and who would be told of it now, by severity.
type Alarm struct {
	alarm.Explained

	Tells []Tell
}

// Tell is who would be told of an alarm at a severity, if it began now.
type Tell struct {
	Severity alarm.Severity
	To       []notifier.Previewed
}

// Explain explains the instance with an id; false when there is none.
func (x *Explainer) Explain(ctx context.Context, id string) (Explanation, bool, error) {
	now := x.o.Now()
	out := Explanation{At: now}
	var known bool
	if out.Standing, known = x.o.Fleet.Standing(id); !known {
		return out, false, nil
	}
	x.values(&out)
	var err error
	if out.Alarms, err = x.Tells(ctx, out.Standing.Instance); err != nil {
		return out, true, err
	}
	if out.Notices, err = x.o.Outbox.Notices(ctx, notifier.Filter{Instance: id, Limit: recent}); err != nil {
		return out, true, fmt.Errorf("read its notices: %w", err)
	}
	return out, true, nil
}

// Tells says how the alarms of an instance stand, and who would be told of each if it began now.
func (x *Explainer) Tells(ctx context.Context, in *fleet.Instance) (out []Alarm, err error) {
	now := x.o.Now()
	for _, a := range x.o.Engine.Explain(in.ID, now) {
		one := Alarm{Explained: a}
		for _, severity := range severities(&a) {
			to, err := x.o.Outbox.Preview(ctx, beginning(in, &a, severity, now))
			if err != nil {
				return out, fmt.Errorf("find out who would be told: %w", err)
			}
			one.Tells = append(one.Tells, Tell{severity, to})
		}
		out = append(out, one)
	}
	return out, nil
}

// values says who has set what is in force. The files are read anew for it: what is in
// force does not remember its lines. Where they are not what was loaded, that is said.
func (x *Explainer) values(out *Explanation) {
	s := x.o.Configuration()
	id := out.Standing.Instance.ID
	x.reading.Lock()
	in, origins, err := config.Explain(s.Path, x.o.Found(), id)
	x.reading.Unlock()
	switch {
	case err != nil:
		out.Remarks = append(out.Remarks, "the files of the configuration have faults now, so nobody can say which line has set what; what was loaded before stays in force: "+err.Error())
		return
	case in == nil:
		out.Remarks = append(out.Remarks, "the files of the configuration do not have this instance any more, and are not loaded yet")
		return
	case s.Changed():
		out.Remarks = append(out.Remarks, "the files of the configuration have changed since they were loaded: what follows is as they are now")
	}
	for _, o := range origins {
		if m, ok := fleet.ParseMetric(firstKey(o.Key)); !ok || out.Standing.Concerns(m) {
			out.Values = append(out.Values, o)
		}
	}
}

// firstKey is what stands before the first dot of a key.
func firstKey(key string) string {
	head, _, _ := strings.Cut(key, ".")
	return head
}

// severities are those at which an alarm may tell people.
func severities(a *alarm.Explained) []alarm.Severity {
	var out []alarm.Severity
	seen := make(map[alarm.Severity]bool)
	add := func(s alarm.Severity) {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	if a.Off != "" {
		return nil
	}
	for _, s := range a.Severities {
		add(s)
	}
	add(a.State.Severity)
	return out
}

// beginning is the event that the alarm of an instance begins, as far as routing and
// holding need it.
func beginning(in *fleet.Instance, a *alarm.Explained, severity alarm.Severity, now time.Time) *alarm.Event {
	return &alarm.Event{Key: a.Key, Kind: alarm.Raised, Severity: severity, Instance: in, At: now, RaisedAt: now, Level: 1, Known: true, Capacity: 1, Usage: 1}
}
