package web

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// The shape of a time in a datetime-local field, without and with seconds.
const (
	fieldTime    = "2006-01-02T15:04"
	fieldSeconds = "2006-01-02T15:04:05"
)

const (
	wantedPoints  = 400  // of each line; a screen shows little more
	mostPoints    = 2000 // of each line, where somebody asks for a step
	longestRange  = 10 * 366 * 24 * time.Hour
	usualRange    = 6 * time.Hour
	usualPreset   = "6h" // the same
	mostInstances = 8
	day           = 24 * time.Hour
)

// How charts side by side are scaled.
const (
	sameScale = "same"
	ownScale  = "own"
)

// asked is what the address of Statistics asks for: which instances, which range of time in
// which zone and steps, and how the charts are scaled.
type asked struct {
	ids      []string
	tab      bool // it is the tab of the one instance
	from, to time.Time
	last     string        // 6h where the range is one that ends now
	open     bool          // no range was asked for: it opens on what there is
	every    time.Duration // the step that was asked for; 0 leaves it to the page
	zone     *time.Location
	zoneName string // as it was asked for; empty when it was not
	scale    string // of charts side by side: sameScale, ownScale, or empty where the page decides
	search   string // for further instances
}

// preset is a range that ends now.
type preset struct {
	text   string
	length time.Duration
}

func presets() []preset {
	return []preset{{"1h", time.Hour}, {usualPreset, usualRange}, {"24h", day}, {"7d", 7 * day}, {"30d", 30 * day}, {"90d", 90 * day}, {"1y", 365 * day}}
}

// steps are the round steps, the shortest first.
func steps() []time.Duration {
	return []time.Duration{
		15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 2 * day, 4 * day, 7 * day,
	}
}

// stepFor returns a round step that gives about the wanted number of points.
func stepFor(length time.Duration) time.Duration {
	all := steps()
	for _, step := range all {
		if length/step <= wantedPoints {
			return step
		}
	}
	return all[len(all)-1]
}

// step is the distance of the points.
func (a *asked) step() time.Duration { return cmp.Or(a.every, stepFor(a.to.Sub(a.from))) }

// grid returns the range on the grid of the step, so that a page opened again a moment
// later asks for the same points.
func (a *asked) grid() (from, to time.Time, step time.Duration) {
	step = a.step()
	from, to = a.from.Truncate(step), a.to.Truncate(step)
	if to.Before(a.to) {
		to = to.Add(step)
	}
	return from, to, step
}

// endsNow tells whether the range moves on with time.
func (a *asked) endsNow() bool { return a.last != "" || a.open }

// values are what an address says of all that.
func (a *asked) values() url.Values {
	q := url.Values{}
	if !a.tab && len(a.ids) > 0 {
		q["instance"] = slices.Clone(a.ids)
	}
	switch {
	case a.last != "":
		q.Set("last", a.last)
	case !a.open && !a.from.IsZero() && !a.to.IsZero():
		q.Set("from", a.from.UTC().Format(time.RFC3339))
		q.Set("to", a.to.UTC().Format(time.RFC3339))
	}
	if a.every > 0 {
		q.Set("step", stepText(a.every))
	}
	if a.zoneName != "" {
		q.Set("zone", a.zoneName)
	}
	if a.scale != "" {
		q.Set("scale", a.scale)
	}
	return q
}

// link is the address of the page after a change.
func (a *asked) link(change func(*asked)) string {
	b := *a
	b.ids = slices.Clone(a.ids)
	change(&b)
	return b.address("/statistics")
}

func (a *asked) address(path string) string {
	q := a.values()
	if a.tab {
		path = linkTo(a.ids[0])
		q.Set("tab", tabStatistics)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// export is the address of a file with the same figures.
func (a *asked) export(kind string, of func(url.Values)) string {
	b := *a
	b.tab = false
	q := b.values()
	if of != nil {
		of(q)
	}
	return "/statistics." + kind + "?" + q.Encode()
}

// over sets a range of its own. It stays among the years that a calendar has.
func (a *asked) over(from, to time.Time) {
	if from.Year() < 1970 {
		from = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	a.from, a.to, a.last, a.open, a.every = from, to, "", false, 0
}

// ask reads an address. The text says what is wrong with it, and is empty when nothing is.
func (p *pages) ask(q url.Values, ids []string, zones *zones) (*asked, string) {
	now := p.Now()
	a := &asked{ids: ids, zone: zones.usual(), zoneName: q.Get("zone"), search: q.Get("q")}
	if s := q.Get("scale"); s == sameScale || s == ownScale {
		a.scale = s
	}
	if a.zoneName != "" {
		zone, ok := zones.named(a.zoneName)
		if !ok {
			a.zoneName = ""
			a.from, a.to, a.open = now.Add(-usualRange), now, true
			return a, p.say.T("There is no time zone of that name; write one such as %s.", "Asia/Shanghai")
		}
		a.zone = zone
	}
	if fault := p.askRange(a, q, now); fault != "" {
		return a, fault
	}
	return a, p.askStep(a, q.Get("step"))
}

// askRange reads the range: from and to, or last, or none.
func (p *pages) askRange(a *asked, q url.Values, now time.Time) string {
	a.from, a.to, a.open = now.Add(-usualRange), now, true
	if q.Get("from") == "" && q.Get("to") == "" {
		for _, c := range presets() {
			if c.text == q.Get("last") {
				a.from, a.last, a.open = now.Add(-c.length), c.text, false
			}
		}
		return ""
	}
	from, okFrom := parseField(q.Get("from"), a.zone)
	to, okTo := parseField(q.Get("to"), a.zone)
	switch {
	case !okFrom || !okTo:
		return p.say.T("A time is missing, or is not written like %s.", now.In(a.zone).Format(fieldTime))
	case !from.Before(to):
		return p.say.T("The end of the range must lie after its beginning.")
	case to.Sub(from) > longestRange:
		return p.say.T("The range is longer than ten years; take a shorter one.")
	case from.After(now):
		return p.say.T("The range lies in the future; nothing can have been recorded yet.")
	}
	a.from, a.to, a.open = from, to, false
	return ""
}

func parseField(text string, zone *time.Location) (time.Time, bool) {
	for _, shape := range [...]string{fieldTime, fieldSeconds, time.RFC3339} {
		if t, err := time.ParseInLocation(shape, text, zone); err == nil && t.Year() >= 1970 && t.Year() <= 9999 {
			return t, true
		}
	}
	return time.Time{}, false
}

// askStep reads the step, and holds it against the range.
func (p *pages) askStep(a *asked, text string) string {
	if text == "" {
		return ""
	}
	step, ok := parseStep(text)
	length := a.to.Sub(a.from)
	switch {
	case !ok:
		return p.say.T("A step is a whole number with its unit, such as 30s, 5m, 2h or 1d.")
	case step > length:
		return p.say.T("The step is longer than the range.")
	case length/step > mostPoints:
		least := length / mostPoints
		for _, s := range steps() {
			if s >= least {
				least = s
				break
			}
		}
		return p.say.T("That would be more than %d points; take a step of %s or more, or a shorter range. The API gives more points.", mostPoints, words.Duration(least, p.lang()))
	}
	a.every = step
	return ""
}

// stepText writes a step as parseStep reads it.
func stepText(step time.Duration) string {
	return strconv.FormatInt(int64(step/time.Second), 10) + "s"
}

// parseStep reads a step: 30s, 5m, 2h, 1d.
func parseStep(text string) (time.Duration, bool) {
	if len(text) < 2 {
		return 0, false
	}
	unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': day}[text[len(text)-1]]
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 32)
	if err != nil || unit == 0 || n == 0 || n > uint64(math.MaxInt64/int64(unit)) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}
