package config

import (
	"reflect"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/fleet"
)

// period is for how long a term runs: 1M, 3M, 1y.
type period struct{ v fleet.Period }

func (q *period) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	if p.node.Kind != yaml.ScalarNode {
		d.fault(p, "a period is wanted here, such as 1M, 3M or 1y, not %s", kindOf(p.node))
		return
	}
	v, err := fleet.ParsePeriod(p.node.Value)
	if err != nil {
		d.fault(p, "%s", err)
		return
	}
	q.v = v
}

// priceDoc is what a renewal costs: an amount alone, or with its currency and the
// period it is for.
type priceDoc struct {
	marked
	Amount   money  `yaml:"amount" doc:"How much." example:"410"`
	Currency string `yaml:"currency" doc:"In which currency: three capital letters." default:"that of the account"`
	For      period `yaml:"for" doc:"For how long: 1M, 3M, 1y. A longer term costs so many times as much." default:"one renewal, however long"`
}

// price is a priceDoc that may be written as its amount alone.
type price struct {
	priceDoc
	given bool
}

func (q *price) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	q.given = true
	if p.node.Kind == yaml.ScalarNode {
		q.setPlace(p)
		q.Amount.decode(d, p)
		return
	}
	d.decode(p, reflect.ValueOf(&q.priceDoc).Elem())
}

// resolve reads the price, and faults one that is none.
func (q *price) resolve(d *decoder) fleet.Price {
	if !q.given || q.node == nil {
		return fleet.Price{}
	}
	switch amount := d.find(q.place, "amount"); {
	case !q.Amount.set:
		d.fault(q.place, "amount is missing: {amount: 410, currency: CNY, for: 1M}")
	case q.Amount.v <= 0 && q.node.Kind == yaml.MappingNode:
		d.fault(amount, "a price lies above 0; leave it out when it is not known")
	case q.Amount.v < 0 || q.Amount.v == 0 && q.Amount.read:
		d.fault(q.place, "a price lies above 0; leave it out when it is not known")
	case q.Currency != "" && !isCurrency(q.Currency):
		d.fault(d.find(q.place, "currency"), "a currency has three capital letters, such as CNY, USD or EUR, not %q", clip(q.Currency))
	}
	return fleet.Price{Amount: q.Amount.v, Currency: q.Currency, For: q.For.v}
}

// isCurrency tells whether a word looks like a currency of ISO 4217.
func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// billDoc is when what is paid for as it goes is billed.
type billDoc struct {
	marked
	Cycle span   `yaml:"cycle" doc:"How long a billing cycle is: 24h is the natural day of the account's time zone, less a part of it." default:"not known" example:"24h"`
	After spread `yaml:"after" doc:"How long after the end of its cycle a bill is issued: 8h..10h, or 4h for within four hours." default:"not known" example:"8h..10h"`
}

// resolve reads when bills are issued, and faults cycles that no day is made of.
func (b *billDoc) resolve(d *decoder) fleet.Billing {
	if b == nil || b.node == nil {
		return fleet.Billing{}
	}
	cycle := b.Cycle.Duration
	switch {
	case !b.Cycle.set && !b.After.set:
		d.fault(b.place, "cycle or after is missing: {cycle: 24h, after: 8h..10h}")
	case b.Cycle.set && (cycle < time.Hour || cycle > day || day%cycle != 0):
		d.fault(d.find(b.place, "cycle"), "a billing cycle is a day (24h) or a part of it, such as 1h or 12h")
		cycle = 0
	}
	return fleet.Billing{Cycle: cycle, After: b.After.from, Within: b.After.to}
}

// spread is a length of time that is known to lie between two: 8h..10h. One alone is
// the longest.
type spread struct {
	from, to time.Duration
	set      bool
}

func (s *spread) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	from, to, two := strings.Cut(p.node.Value, "..")
	if !two {
		from, to = "0", p.node.Value
	}
	a, errA := parseSpan(from)
	b, errB := parseSpan(to)
	const most = 7 * day
	if p.node.Kind != yaml.ScalarNode || errA != nil || errB != nil || b < a || b <= 0 || b > most {
		d.fault(p, "a length of time is wanted here, up to a week, such as 4h (at the longest) or 8h..10h, not %s", kindOf(p.node))
		return
	}
	s.from, s.to, s.set = a, b, true
}

// clockIn is a time of day with the zone it is of: 08:00+08:00.
type clockIn struct{ v fleet.Clock }

func (c *clockIn) decode(d *decoder, p place) {
	if isNull(p.node) {
		return
	}
	at, err := time.Parse("15:04Z07:00", p.node.Value)
	if p.node.Kind != yaml.ScalarNode || err != nil {
		d.fault(p, `a time of day with its offset from UTC is wanted here, such as "08:00+08:00", not %s`, kindOf(p.node))
		return
	}
	at = at.UTC()
	c.v = fleet.Clock{Known: true, Minutes: at.Hour()*60 + at.Minute()}
}
