package config

import (
	"cmp"
	"slices"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// draftLevel is one level of a draft, with where it stands.
type draftLevel struct {
	levelValues
	doc *levelDoc // nil: the rule's own threshold
}

// levels returns all levels of a draft, from the lowest threshold to the highest.
func (r *draft) sortedLevels() []draftLevel {
	out := make([]draftLevel, 1, 1+r.count)
	out[0] = draftLevel{levelValues: r.base}
	for i := range r.count {
		out = append(out, draftLevel{r.further[i], r.levelDocs[i]})
	}
	slices.SortStableFunc(out, func(a, b draftLevel) int { return cmp.Compare(a.threshold, b.threshold) })
	return out
}

// place is where a key of a level stands, or where the stage stands that has set
// it.
func (l *draftLevel) place(d *decoder, key string, by setter) place {
	if l.doc != nil {
		return d.under(l.doc.place, key)
	}
	return by.place(d)
}

// checkRule notes the faults that one stage of a rule has by itself, whichever
// instances have it. It is called once for each stage.
func (d *decoder) checkRule(s *ruleDoc) {
	if s == nil || s.node == nil {
		return
	}
	d.checkSeverity(s.place, s.Severity)
	d.warnAbove(s.place, s.Threshold)
	count := 0
	for i := range s.Levels {
		l := &s.Levels[i]
		if l.node == nil {
			continue
		}
		count++
		d.checkSeverity(l.place, l.Severity)
		d.warnAbove(l.place, l.Threshold)
		if !l.Threshold.set {
			d.fault(l.place, "threshold is missing")
		}
	}
	if count > furtherLevels {
		d.fault(d.under(s.place, "levels"), "an alarm has %d levels at most, the threshold among them", alarm.MaxLevels)
	}
	if s.Enabled != nil && !*s.Enabled {
		return
	}
	r := layRule(draft{}, s)
	levels := r.sortedLevels()
	if !s.Threshold.set {
		// Its own threshold is that of another stage: the two are checked together.
		levels = slices.DeleteFunc(levels, func(l draftLevel) bool { return l.doc == nil })
	}
	d.checkLevels(&r, levels)
}

// warnAbove warns of a threshold above the whole capacity: most servers refuse before it is reached.
func (d *decoder) warnAbove(p place, threshold share) {
	if threshold.set && threshold.v > 1 {
		d.warn(d.under(p, "threshold"), "%s is more than the capacity: nobody is told before usage exceeds it", words.Threshold(threshold.v))
	}
}

// checkLevels notes faults of levels that the engine could not judge by. It returns
// false when there are any.
func (d *decoder) checkLevels(r *draft, levels []draftLevel) bool {
	good := true
	fault := func(p place, format string, args ...any) {
		good = false
		d.fault(p, format, args...)
	}
	for i := range levels {
		l := &levels[i]
		switch {
		case l.threshold <= 0:
			fault(l.place(d, "threshold", r.threshold), "a threshold lies above 0%%")
		case l.clear >= l.threshold:
			fault(l.place(d, "clear", r.clear), "the clear threshold (%s) must lie below its threshold (%s)", words.Threshold(l.clear), words.Threshold(l.threshold))
		case i > 0 && l.threshold == levels[i-1].threshold:
			fault(lastSetter(r, l, &levels[i-1], r.levels, r.threshold).place(d), "two levels have the threshold %s", words.Threshold(l.threshold))
		case i > 0 && milder(l.severity, levels[i-1].severity):
			fault(lastSetter(r, l, &levels[i-1], r.threshold, r.levels, r.severity).place(d), "at %s it would be %s, and at %s only %s; a higher threshold has no lower severity: give levels too",
				words.Threshold(levels[i-1].threshold), levels[i-1].severity, words.Threshold(l.threshold), l.severity)
		}
	}
	return good
}

// lastSetter returns which of the setters came last to two levels that contradict
// each other. Two further levels stand in one list.
func lastSetter(r *draft, a, b *draftLevel, setters ...setter) setter {
	if a.doc != nil && b.doc != nil {
		return r.levels
	}
	return latest(setters...)
}

// milder tells whether severity a is below b. One that no stage has set yet is not.
func milder(a, b alarm.Severity) bool {
	order := []alarm.Severity{alarm.Info, alarm.Warning, alarm.Critical}
	return a != "" && slices.Index(order, a) < slices.Index(order, b)
}

// checkSilence notes the faults of one stage of a no_data rule.
func (d *decoder) checkSilence(s *ruleDoc) {
	if s == nil || s.node == nil {
		return
	}
	d.checkSeverity(s.place, s.Severity)
	if s.Threshold.set || s.Clear.set || s.Levels != nil {
		d.fault(s.place, "no_data has enabled, for, clear_for, repeat and severity, and no thresholds")
	}
}

// checkSeverity faults an unknown severity under the key severity of p.
func (d *decoder) checkSeverity(p place, name string) {
	if name != "" {
		d.severity(d.under(p, "severity"), name, "")
	}
}

// parseSeverity reads a severity; false for none and for a wrong one.
func parseSeverity(name string) (alarm.Severity, bool) {
	switch v := alarm.Severity(name); v {
	case alarm.Info, alarm.Warning, alarm.Critical:
		return v, true
	}
	return "", false
}
