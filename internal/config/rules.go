package config

import (
	"cmp"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// clearBelow is how far the clear threshold lies below its threshold when the
// configuration does not give it.
const clearBelow = 0.05

// furtherLevels is how many levels a rule may have besides its own threshold.
const furtherLevels = alarm.MaxLevels - 1

// levelValues are one level as the engine judges by it.
type levelValues struct {
	severity         alarm.Severity
	threshold, clear float64
}

// ruleValues are a whole rule as the engine judges by it. They are comparable:
// equal values are one rule, however many instances have it.
type ruleValues struct {
	silent   bool // a no_data rule: it has no thresholds
	base     levelValues
	further  [furtherLevels]levelValues
	count    int           // of further
	hold     time.Duration // for
	clearFor time.Duration
	repeat   time.Duration
	flaps    flapValues
}

// draft is a rule while the stages (built-in, defaults, overrides, instance) are
// laid on top of each other. Besides the values it knows which stage has set them,
// so that a fault stands where a person can mend it.
type draft struct {
	ruleValues
	enabled bool
	stages  int // how many were laid
	// Who has set each part; the zero setter is the built-in rule.
	threshold, clear, severity, levels setter
	levelDocs                          [furtherLevels]*levelDoc
}

// setter is the key of a stage that has set a part of a rule.
type setter struct {
	stage int
	doc   *ruleDoc
	key   string
}

// latest returns the setter of the last stage; of several keys of one stage the
// first.
func latest(list ...setter) setter {
	return slices.MaxFunc(list, func(a, b setter) int { return cmp.Compare(a.stage, b.stage) })
}

func (s setter) place(d *decoder) place { return d.under(s.doc.place, s.key) }

func builtinCapacity() draft {
	return draft{enabled: true, ruleValues: ruleValues{
		base: levelValues{alarm.Warning, 0.70, 0.70 - clearBelow}, hold: time.Minute, clearFor: time.Minute, repeat: 24 * time.Hour,
		flaps: builtinFlapping(),
	}}
}

func builtinNoData() draft {
	return draft{enabled: true, ruleValues: ruleValues{
		silent: true, base: levelValues{alarm.Warning, 1, 1}, hold: 3 * time.Minute, clearFor: time.Minute, repeat: 24 * time.Hour,
		flaps: builtinFlapping(),
	}}
}

// layRule puts one stage on top of a draft. A new threshold takes its clear
// threshold with it, unless the same stage gives one. checkRule notes
// the faults of the stage; here they are passed over.
func layRule(r draft, s *ruleDoc) draft {
	if s == nil || s.node == nil {
		return r
	}
	r.stages++
	set := func(key string) setter { return setter{stage: r.stages, doc: s, key: key} }
	if s.Enabled != nil {
		r.enabled = *s.Enabled
	}
	if s.Threshold.set {
		r.base.threshold, r.base.clear = s.Threshold.v, clearOf(s.Threshold.v)
		r.threshold, r.clear = set("threshold"), set("threshold")
	}
	if s.Clear.set {
		r.base.clear, r.clear = s.Clear.v, set("clear")
	}
	if v, ok := parseSeverity(s.Severity); ok {
		r.base.severity, r.severity = v, set("severity")
	}
	r.hold, r.clearFor, r.repeat = s.For.or(r.hold), s.ClearFor.or(r.clearFor), s.Repeat.or(r.repeat)
	if s.Levels != nil {
		r.levels = set("levels")
		layLevels(&r, s.Levels)
	}
	return r
}

// clearOf returns the clear threshold of a threshold without one of its own.
func clearOf(threshold float64) float64 { return max(threshold-clearBelow, threshold/2) }

// layLevels puts further levels into the place of those that a draft has.
func layLevels(r *draft, levels []levelDoc) {
	r.count, r.further, r.levelDocs = 0, [furtherLevels]levelValues{}, [furtherLevels]*levelDoc{}
	for i := range levels {
		l := &levels[i]
		if l.node == nil || !l.Threshold.set || r.count == furtherLevels {
			continue
		}
		v := levelValues{severity: alarm.Critical, threshold: l.Threshold.v, clear: clearOf(l.Threshold.v)}
		if severity, ok := parseSeverity(l.Severity); ok {
			v.severity = severity
		}
		if l.Clear.set {
			v.clear = l.Clear.v
		}
		r.further[r.count], r.levelDocs[r.count] = v, l
		r.count++
	}
}

// ruleMaker makes rules of drafts. Equal rules are one: thousands of instances
// share a few.
type ruleMaker struct {
	d    *decoder
	made map[ruleValues]madeRule
}

// madeRule is a rule that was made, and whether it is one to judge by.
type madeRule struct {
	rule   *alarm.Rule
	faulty bool
}

func newRuleMaker(d *decoder) *ruleMaker {
	return &ruleMaker{d: d, made: make(map[ruleValues]madeRule)}
}

// rule checks a draft and makes its rule; nil when the alarm is off.
func (m *ruleMaker) rule(r *draft) *alarm.Rule {
	if !r.enabled {
		return nil
	}
	made, known := m.made[r.ruleValues]
	switch {
	case !known:
		made = m.make(r)
		m.made[r.ruleValues] = made
	case made.faulty:
		m.d.checkLevels(r, r.sortedLevels()) // the same fault at another place is another one
	}
	return made.rule
}

// resting makes the rule that a draft would be if its alarm were on. Its faults are none while it
// is off: nil, then.
func (m *ruleMaker) resting(r draft) *alarm.Rule {
	made, known := m.made[r.ruleValues]
	if !known {
		made = madeRule{rule: ruleOf(&r)}
		for i, l := range made.rule.Levels {
			made.faulty = made.faulty || l.Threshold <= 0 || l.Clear >= l.Threshold || i > 0 && l.Threshold == made.rule.Levels[i-1].Threshold
		}
	}
	if made.faulty {
		return nil
	}
	return made.rule
}

func (m *ruleMaker) make(r *draft) madeRule {
	return madeRule{rule: ruleOf(r), faulty: !r.silent && !m.d.checkLevels(r, r.sortedLevels())}
}

// ruleOf is the rule of a draft.
func ruleOf(r *draft) *alarm.Rule {
	rule := &alarm.Rule{For: r.hold, ClearFor: r.clearFor, Repeat: r.repeat, Flapping: r.flaps.flapping()}
	for _, l := range r.sortedLevels() {
		rule.Levels = append(rule.Levels, alarm.Level{Severity: l.severity, Threshold: l.threshold, Clear: l.clear})
	}
	return rule
}
