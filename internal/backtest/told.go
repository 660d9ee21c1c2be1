package backtest

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// Result is what a backtest came to.
type Result struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Threshold float64   `json:"threshold,omitempty"` // that was asked for
	Instances int       `json:"instances"`           // that were judged
	Recorded  int       `json:"recorded"`            // of which anything was recorded
	Readings  int       `json:"readings"`
	Gaps      []Gap     `json:"gaps"` // in which nothing was recorded, after the first reading
	Alarms    []Alarm   `json:"alarms"`
	People    []Person  `json:"people"`
	Totals    Totals    `json:"totals"`
	Before    *Totals   `json:"before,omitempty"` // under the thresholds of the configuration, where another was asked for
}

// Gap is a stretch of time in which nothing was recorded of any instance.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Alarm is one that would have been raised.
type Alarm struct {
	InstanceID string         `json:"instance_id,omitempty"` // "" is most of the fleet
	Name       string         `json:"name,omitempty"`
	Rule       alarm.RuleName `json:"rule"`
	Metric     string         `json:"metric,omitempty"`
	Severity   alarm.Severity `json:"severity"` // the gravest that it reached
	RaisedAt   time.Time      `json:"raised_at"`
	EndedAt    *time.Time     `json:"ended_at,omitempty"`  // nil: it was open at the end
	Peak       *float64       `json:"peak,omitempty"`      // highest share of the capacity
	Threshold  float64        `json:"threshold,omitempty"` // that it was raised at
	Flapping   bool           `json:"flapping,omitempty"`
	Told       []Told         `json:"told"`
}

// Told is how many messages that spoke of an alarm somebody would have got.
type Told struct {
	Recipient string `json:"recipient"`
	Channel   string `json:"channel"`
	Messages  int    `json:"messages"`
}

// Person is what one recipient would have got in all.
type Person struct {
	Recipient string `json:"recipient"`
	Channel   string `json:"channel"`
	Sums

	name string // stable and without secrets
}

// Sums are sums of messages.
type Sums struct {
	Messages int          `json:"messages"`
	Segments int          `json:"segments"`
	Price    *json.Number `json:"price,omitempty"`    // nil where no segment has one
	Unpriced int          `json:"unpriced,omitempty"` // text messages of which the price is not known

	price fleet.Amount
}

func (s *Sums) add(other Sums) {
	s.Messages += other.Messages
	s.Segments += other.Segments
	s.Unpriced += other.Unpriced
	s.price += other.price
	if other.Price != nil {
		n := json.Number(s.price.Decimal())
		s.Price = &n
	}
}

// Totals are what all of it came to.
type Totals struct {
	Alarms int `json:"alarms"`
	Sums

	Held int `json:"held,omitempty"` // notices that were held at the end
}

// judged notes alarms that begin, get graver and end.
func (c *course) judged(commit *alarm.Commit) {
	for i := range commit.Events {
		ev := &commit.Events[i]
		a := c.open[ev.Key]
		if a == nil && ev.Kind == alarm.Raised {
			a = c.raise(ev)
		}
		if a == nil {
			continue
		}
		if graver(ev.Severity, a.Severity) {
			a.Severity = ev.Severity
		}
		if ev.Kind == alarm.BeganFlapping {
			a.Flapping = true
		}
		if a.Peak != nil && ev.Known {
			*a.Peak = max(*a.Peak, ev.Utilization())
		}
		if ev.Kind == alarm.Cleared || ev.Kind == alarm.Withdrawn {
			at := ev.At
			a.EndedAt = &at
			delete(c.open, ev.Key)
		}
	}
}

func (c *course) raise(ev *alarm.Event) *Alarm {
	a := &Alarm{InstanceID: ev.Key.Instance, Rule: ev.Key.Rule, Severity: ev.Severity, RaisedAt: ev.At, Told: []Told{}}
	if ev.Instance != nil {
		a.Name = ev.Instance.Name
	}
	if ev.Key.Rule == alarm.Capacity {
		a.Metric, a.Threshold, a.Peak = ev.Key.Metric.String(), ev.Threshold, new(float64)
	}
	c.alarms, c.open[ev.Key], c.byCode[ev.Code] = append(c.alarms, a), a, a
	return a
}

func graver(a, b alarm.Severity) bool {
	order := []alarm.Severity{alarm.Info, alarm.Warning, alarm.Critical}
	return slices.Index(order, a) > slices.Index(order, b)
}

// peaks notes how high the open alarms get.
func (c *course) peaks(readings []*fleet.Reading) {
	if len(c.open) == 0 {
		return
	}
	for _, r := range readings {
		var in *fleet.Instance
		for m := range fleet.Metric(fleet.NumMetrics) {
			if !r.Known.Has(m) {
				continue
			}
			a := c.open[alarm.Key{Rule: alarm.Capacity, Instance: r.Instance, Metric: m}]
			if a == nil {
				continue
			}
			if in == nil {
				in = instanceOf(c.snapshot, r.Instance).Instance
			}
			if u, known := fleet.Utilization(in, r, m); known {
				*a.Peak = max(*a.Peak, u)
			}
		}
	}
}

// sent notes a message.
func (c *course) sent(s rehearsal.Sent) {
	m := &s.Message
	to := m.Recipient.Display
	if to == "" {
		to = strings.TrimPrefix(m.Recipient.Name, m.Recipient.Channel+"/")
	}
	p := c.person[m.Recipient.Name]
	if p == nil {
		p = &Person{Recipient: to, Channel: m.Recipient.Channel, name: m.Recipient.Name}
		c.person[m.Recipient.Name] = p
	}
	p.add(charged(&s))
	spoken := make(map[*Alarm]bool, len(m.Notices))
	for i := range m.Notices {
		if a := c.byCode[m.Notices[i].Code]; a != nil && !spoken[a] {
			spoken[a] = true
			a.tell(to, m.Recipient.Channel)
		}
	}
}

// charged is what one message comes to.
func charged(s *rehearsal.Sent) Sums {
	out := Sums{Messages: 1}
	if s.Message.Recipient.Channel != "sms" {
		return out
	}
	out.Segments, _ = sms.Segments(s.Message.Text)
	if s.Target.PricePerSegment == 0 {
		out.Unpriced = 1
		return out
	}
	out.price = s.Target.PricePerSegment * fleet.Amount(out.Segments)
	n := json.Number(out.price.Decimal())
	out.Price = &n
	return out
}

func (a *Alarm) tell(to, channel string) {
	for i := range a.Told {
		if a.Told[i].Recipient == to && a.Told[i].Channel == channel {
			a.Told[i].Messages++
			return
		}
	}
	a.Told = append(a.Told, Told{to, channel, 1})
}

// alarmList lists the alarms in order of time.
func (c *course) alarmList() []Alarm {
	out := make([]Alarm, len(c.alarms))
	for i, a := range c.alarms {
		out[i] = *a
	}
	slices.SortStableFunc(out, func(a, b Alarm) int {
		return cmp.Or(a.RaisedAt.Compare(b.RaisedAt), cmp.Compare(a.InstanceID, b.InstanceID), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Metric, b.Metric))
	})
	return out
}

func (c *course) people() []Person {
	out := make([]Person, 0, len(c.person))
	for _, name := range slices.Sorted(maps.Keys(c.person)) {
		out = append(out, *c.person[name])
	}
	return out
}

func (c *course) totals() Totals {
	out := Totals{Alarms: len(c.alarms), Held: c.held}
	for _, p := range c.people() {
		out.add(p.Sums)
	}
	return out
}
