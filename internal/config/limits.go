package config

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// resolveLimits reads the caps on text messages, and what a message costs. Who is warned
// is read when the receivers are known.
func (d *decoder) resolveLimits(l *limitsDoc) Limits {
	out := Limits{PerContact: l.PerContact.n, PerContactEvery: l.PerContact.every, ReserveCritical: l.ReserveCritical.v}
	out.PerDay, out.PerMonth = d.cap(l.place, "per_day", l.PerDay), d.cap(l.place, "per_month", l.PerMonth)
	if l.MoneyPerMonth.set && l.MoneyPerMonth.v <= 0 {
		d.fault(d.under(l.place, "money_per_month"), "a cap is an amount above 0; leave the key out for no cap")
	}
	out.MoneyPerMonth = max(l.MoneyPerMonth.v, 0)
	out.PricePerSegment = d.price(d.under(l.place, "price_per_segment"), l.PricePerSegment)
	if l.ReserveCritical.v > 1 {
		d.fault(d.under(l.place, "reserve_critical"), "the reserve is a share up to 100%%")
	}
	return out
}

// cap reads a cap; 0 is none.
func (d *decoder) cap(p place, key string, most *int) int {
	switch {
	case most == nil:
		return 0
	case *most < 1:
		d.fault(d.under(p, key), "a cap is a number from 1; leave the key out for no cap")
		return 0
	}
	return *most
}

// price reads what a segment costs.
func (d *decoder) price(p place, m money) fleet.Amount {
	if m.v < 0 {
		d.fault(p, "a price is not below 0")
		return 0
	}
	return m.v
}

// warnUnpriced points at a cap on money that counts late: a provider names its price some
// time after it took a message.
func (d *decoder) warnUnpriced(l *limitsDoc, s *Snapshot) {
	if s.SMS.Limits.MoneyPerMonth == 0 || s.SMS.Limits.PricePerSegment > 0 {
		return
	}
	for i := range s.SMS.Providers {
		if s.SMS.Providers[i].PricePerSegment == 0 {
			d.warn(d.under(l.place, "money_per_month"), "a message costs nothing until the provider %s names its price: give price_per_segment too", s.SMS.Providers[i].Name)
			return
		}
	}
}

// resolveTold reads the receivers of what is about Brimwatch itself: the limits of
// text messages, and people who cannot be reached.
func (d *decoder) resolveTold(root place, doc *document, s *Snapshot) {
	s.SMS.Limits.Warn = s.NoData.Notify
	if doc.SMS.Limits.Warn != nil {
		d.checkReceivers(d.under(doc.SMS.Limits.place, "warn"), doc.SMS.Limits.Warn, s)
		s.SMS.Limits.Warn = doc.SMS.Limits.Warn
	}
	s.Fallback = s.NoData.Notify
	if doc.Alarms.Fallback != nil {
		d.checkReceivers(d.find(root, "alarms.fallback"), doc.Alarms.Fallback, s)
		s.Fallback = doc.Alarms.Fallback
	}
}

// A contact is flooded when it is told of so many instances, and nothing keeps the text
// messages below so many an hour. One a minute is the most that is ever sent to somebody
// who is not told of anything critical.
const (
	floodInstances = 100
	floodHour      = 20
	mostAnHour     = 60
)

// warnFloods points at contacts that a large fleet could flood with text messages.
func (d *decoder) warnFloods(doc *document, s *Snapshot) {
	l := s.SMS.Limits
	hour := mostAnHour
	if l.PerContact > 0 {
		hour = min(hour, int(int64(l.PerContact)*int64(time.Hour)/int64(l.PerContactEvery)))
	}
	if hour <= floodHour {
		return
	}
	day := hour * 24
	if l.PerDay > 0 {
		day = min(day, l.PerDay)
	}
	told := toldOf(s)
	for i := range doc.Contacts {
		c := &doc.Contacts[i]
		n := told[c.Name]
		if c.node == nil || n < floodInstances {
			continue
		}
		costs := ""
		if l.PricePerSegment > 0 {
			costs = ", which costs " + (l.PricePerSegment * fleet.Amount(day)).String()
		}
		d.warn(c.place, "%s is told of %d instances: when many fail together, that may be up to %d text messages a day%s; set sms.limits.per_contact, such as 10/h, or tell of them by webhook",
			c.Name, n, day, costs)
	}
}

// toldOf counts the instances that each contact gets text messages about.
func toldOf(s *Snapshot) map[string]int {
	contacts := make(map[string][]string, len(s.Receivers))
	for i := range s.Receivers {
		contacts[s.Receivers[i].Name] = s.Receivers[i].SMS
	}
	count, last := make(map[string]int), make(map[string]int) // last is by which instance a contact was counted
	for i := range s.Instances {
		for _, receiver := range s.Instances[i].Notify {
			for _, name := range contacts[receiver] {
				if last[name] != i+1 {
					last[name] = i + 1
					count[name]++
				}
			}
		}
	}
	return count
}
