package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier/rota"
)

type rotaDoc struct {
	marked
	Name      string        `yaml:"name" doc:"Unique name." example:"primary"`
	Rotate    string        `yaml:"rotate" doc:"How long a turn lasts: daily, weekly, or a length of whole days." default:"weekly" example:"14d"`
	HandOver  string        `yaml:"hand_over" doc:"When people hand over: a time of day, for turns of whole weeks with a day before it. It is the same hour in summer and in winter." default:"Mon 09:00; 09:00 where turns are no whole weeks" example:"\"Mon 09:00\""`
	TimeZone  string        `yaml:"time_zone" doc:"Of the hand-over, and of dates." default:"UTC" example:"Asia/Shanghai"`
	People    []string      `yaml:"people" doc:"Contacts, in the order of their turns."`
	Starts    moment        `yaml:"starts" doc:"A date: the first of people takes over at the first hand-over on or after it. Turns are counted from there into both directions." default:"Monday, 1970-01-05" example:"2026-11-30"`
	Overrides []overrideFor `yaml:"overrides" doc:"Other people for some days. Of two that overlap the later in the list wins." example:"[{from: 2026-12-24, to: 2026-12-26, person: li}]"`
}

type overrideFor struct {
	marked
	From   moment `yaml:"from" doc:"First day, or the moment in RFC 3339." example:"2026-12-24"`
	To     moment `yaml:"to" doc:"Last day, which belongs to it, or the moment of the end in RFC 3339." example:"2026-12-26"`
	Person string `yaml:"person" doc:"Contact who is on call." default:"nobody is"`
}

// defaultHandOver is when people hand over where nothing is said.
const defaultHandOver = "09:00"

// maxRotation bounds how long a turn lasts.
const maxRotation = 366

// resolveRotas reads who is on call. It returns where the rotas stand, by name.
func (d *decoder) resolveRotas(doc *document, s *Snapshot, contacts map[string]*contactDoc) map[string]place {
	seen := make(map[string]place)
	for i := range doc.OnCall {
		r := &doc.OnCall[i]
		if r.node == nil {
			continue
		}
		d.named(r.place, r.Name, seen)
		out := rota.Rota{Name: r.Name, Days: d.rotation(r), Zone: d.loadZone(r.place, r.TimeZone), People: r.People}
		out.First, out.Minute = d.handOver(r, out.Days)
		if len(r.People) == 0 {
			d.fault(d.under(r.place, "people"), "nobody is in the rota; list contacts, in the order of their turns")
		}
		reach := func(at place, name string) { d.checkReach(at, name, s, contacts) }
		if onlyCalled(doc, r.Name) {
			reach = func(at place, name string) { d.checkPhone(at, name, contacts) }
		}
		for j, name := range r.People {
			reach(d.nth(d.under(r.place, "people"), j), name)
		}
		for j := range r.Overrides {
			if o := &r.Overrides[j]; o.node != nil {
				out.Overrides = append(out.Overrides, d.overrideOf(o, out.Zone, reach))
			}
		}
		s.Rotas = append(s.Rotas, out)
		s.rotas = append(s.rotas, Fault{Position: r.position(), Path: r.path})
	}
	return seen
}

// rotation reads how many days a turn lasts.
func (d *decoder) rotation(r *rotaDoc) int {
	switch r.Rotate {
	case "", "weekly":
		return 7
	case "daily":
		return 1
	}
	const day = 24 * time.Hour
	v, err := parseSpan(r.Rotate)
	if err != nil || v < day || v%day != 0 || v > maxRotation*day {
		d.fault(d.find(r.place, "rotate"), "a turn lasts daily, weekly or some whole days such as 14d, up to a year, not %q", clip(r.Rotate))
		return 7
	}
	return int(v / day)
}

// handOver reads when people hand over: the date on which the first takes over, and
// the minute of the day.
func (d *decoder) handOver(r *rotaDoc, days int) (first time.Time, minute int) {
	at := d.find(r.place, "hand_over")
	first = rota.FixedMonday()
	if r.Starts.set {
		if !r.Starts.date {
			d.fault(d.find(r.place, "starts"), "a date is wanted here, such as 2026-11-30; the hour is that of hand_over")
		}
		first = r.Starts.at.Truncate(24 * time.Hour)
	}
	words := strings.Fields(cmp.Or(r.HandOver, defaultHandOver))
	hour, err := time.Parse("15:04", words[len(words)-1])
	if err != nil || len(words) > 2 {
		d.fault(at, `a time of day is wanted here, with or without a day before it, such as "Mon 09:00", not %q`, clip(r.HandOver))
		return first, 9 * 60
	}
	minute = hour.Hour()*60 + hour.Minute()
	if len(words) == 1 {
		return first, minute
	}
	weekday, known := parseWeekday(words[0])
	switch {
	case !known:
		d.fault(at, "a day of the week is Mon, Tue, Wed, Thu, Fri, Sat or Sun, not %q", clip(words[0]))
		return first, minute
	case days%7 != 0:
		d.fault(at, "turns of %s are no whole weeks, so the day of the week changes; give the time of day alone", count(days, "day"))
		return first, minute
	}
	ahead := (int(weekday) - int(first.Weekday()) + 7) % 7
	return first.AddDate(0, 0, ahead), minute
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// parseWeekday reads Mon or Monday.
func parseWeekday(word string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := d.String(); strings.EqualFold(word, name) || strings.EqualFold(word, name[:3]) {
			return d, true
		}
	}
	return 0, false
}

func (d *decoder) overrideOf(o *overrideFor, zone *time.Location, reach func(place, string)) rota.Override {
	out := rota.Override{From: o.From.begin(zone), To: o.To.end(zone), Person: o.Person}
	if !o.From.set || !o.To.set {
		d.fault(o.place, "an override has a from and a to; to is its last day")
	} else if !out.From.Before(out.To) {
		d.fault(d.find(o.place, "to"), "the override ends before it begins")
	}
	if o.Person != "" {
		reach(d.under(o.place, "person"), o.Person)
	}
	return out
}

// Texted lists the contacts that get text messages by a receiver, whether always or while they
// are on call, each once.
func (s *Snapshot) Texted(r *Receiver) []string {
	out := slices.Clone(r.SMS)
	for _, name := range r.OnCall {
		i := slices.IndexFunc(s.Rotas, func(o rota.Rota) bool { return o.Name == name })
		if i < 0 {
			continue
		}
		for _, person := range s.Rotas[i].Everybody() {
			if !slices.Contains(out, person) {
				out = append(out, person)
			}
		}
	}
	return out
}

// warnUnusedRotas points at rotas that no receiver names.
func (d *decoder) warnUnusedRotas(doc *document, used map[string]bool) {
	for i := range doc.OnCall {
		if r := &doc.OnCall[i]; r.node != nil && r.Name != "" && !used[r.Name] {
			d.warn(r.place, "no receiver names the rota %s, so nobody is told by it", r.Name)
		}
	}
}

// Gaps lists when nobody is on call between two moments, as warnings.
func (s *Snapshot) Gaps(from, to time.Time) []Fault {
	var out []Fault
	for i := range s.Rotas {
		r, at := &s.Rotas[i], s.rotas[i]
		for _, gap := range r.Gaps(from, to) {
			const form = "Mon 2 Jan 2006 15:04"
			at.Reason = fmt.Sprintf("nobody is on call in %s from %s to %s (%s): the others of its receivers are told then, or alarms.fallback; give the override a person",
				r.Name, gap.From.In(r.Zone).Format(form), gap.To.In(r.Zone).Format(form), r.Zone)
			out = append(out, at)
		}
	}
	return out
}
