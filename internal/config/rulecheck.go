package config

import (
	"cmp"
	"slices"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// rung is one level of a draft, with where it stands.
type rung struct {
	levelValues
	doc *levelDoc // nil: the rule's own threshold
}

// ladder returns all levels of a draft, from the lowest threshold to the highest.
func (r *draft) ladder() []rung {
	out := make([]rung, 1, 1+r.count)
	out[0] = rung{levelValues: r.base}
	for i := range r.count {
		out = append(out, rung{r.further[i], r.levelDocs[i]})
	}
	slices.SortStableFunc(out, func(a, b rung) int { return cmp.Compare(a.threshold, b.threshold) })
	return out
}

// place is where a key of a level stands, or where the stage stands that has set
// it.
func (l *rung) place(d *decoder, key string, by setter) place {
	if l.doc != nil {
		return d.under(l.doc.place, key)
	}
	return by.place(d)
}

// checkRule faults what is wrong with one stage of a rule, whichever instances have
// it. It is called once for each stage.
func (d *decoder) checkRule(s *ruleDoc) {
	if s == nil || s.node == nil {
		return
	}
	d.checkSeverity(s.place, s.Severity)
	levels := 0
	for i := range s.Levels {
		l := &s.Levels[i]
		if l.node == nil {
			continue
		}
		levels++
		d.checkSeverity(l.place, l.Severity)
		if !l.Threshold.set {
			d.fault(l.place, "threshold is missing")
		}
	}
	if levels > furtherLevels {
		d.fault(d.under(s.place, "levels"), "an alarm has %d levels at most, the threshold among them", alarm.MaxLevels)
	}
	if s.Enabled != nil && !*s.Enabled {
		return
	}
	r := layRule(draft{}, s)
	ladder := r.ladder()
	if !s.Threshold.set {
		// Its own threshold is that of another stage: the two are checked together.
		ladder = slices.DeleteFunc(ladder, func(l rung) bool { return l.doc == nil })
	}
	d.checkLevels(&r, ladder)
}

// checkLevels faults levels that the engine could not judge by, and tells whether
// it can.
func (d *decoder) checkLevels(r *draft, ladder []rung) bool {
	good := true
	fault := func(p place, format string, args ...any) {
		good = false
		d.fault(p, format, args...)
	}
	for i := range ladder {
		l := &ladder[i]
		switch {
		case l.threshold <= 0:
			fault(l.place(d, "threshold", r.threshold), "a threshold lies above 0%%")
		case l.clear >= l.threshold:
			fault(l.place(d, "clear", r.clear), "the clear threshold (%s) must lie below its threshold (%s)", words.Threshold(l.clear), words.Threshold(l.threshold))
		case i > 0 && l.threshold == ladder[i-1].threshold:
			fault(blamed(r, l, &ladder[i-1], r.levels, r.threshold).place(d), "two levels have the threshold %s", words.Threshold(l.threshold))
		case i > 0 && milder(l.severity, ladder[i-1].severity):
			fault(blamed(r, l, &ladder[i-1], r.threshold, r.levels, r.severity).place(d), "at %s it would be %s, and at %s only %s; a higher threshold has no lower severity: give levels too",
				words.Threshold(ladder[i-1].threshold), ladder[i-1].severity, words.Threshold(l.threshold), l.severity)
		}
	}
	return good
}

// blamed returns who has set last what two levels do not agree about. Two further
// levels stand in one list.
func blamed(r *draft, a, b *rung, setters ...setter) setter {
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

// checkSilence faults what is wrong with one stage of a no_data rule.
func (d *decoder) checkSilence(s *ruleDoc) {
	if s == nil || s.node == nil {
		return
	}
	d.checkSeverity(s.place, s.Severity)
	if s.Threshold.set || s.Clear.set || s.Levels != nil {
		d.fault(s.place, "no_data has enabled, for, clear_for, repeat and severity, and no thresholds")
	}
}

// checkSeverity faults a severity, under the key severity of p, that there is not.
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
