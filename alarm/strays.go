package alarm

import (
	"maps"
	"slices"
)

// strays are the alarms of the calendar that are judged no more: of rules, instances and
// accounts that are gone. They are found by looking through all alarms, which is done when
// another calendar is in force; from then on they are known.
type strays struct {
	keys  map[Key]bool
	known bool // keys has all of them
}

// strays returns the alarms that are judged no more, in order.
func (j *clockRound) strays() []Key {
	s := &j.judge.strays
	if !s.known {
		*s = strays{make(map[Key]bool), true}
		for k := range j.judge.slots {
			if !j.judged(k) {
				s.keys[k] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(s.keys), compareKeys)
}

// gone withdraws the episodes of rules, instances and accounts that are no more,
// and forgets the steps of long ago.
func (j *clockRound) gone() {
	for _, k := range j.strays() {
		j.withdraw(k)
	}
}

// withdraw ends the episode of an alarm that is judged no more. What people were told is
// remembered for a while.
func (j *clockRound) withdraw(k Key) {
	sl := j.judge.slots[k]
	memory := sl.remembered()
	var events []Event
	if sl.state.Raised() {
		ev := dateEvent(Withdrawn, sl.state, j.now)
		ev.Reason = "the instance or this alarm is no longer in the configuration"
		ev.Removed = k.Instance != "" && j.judge.terms[k.Instance] == nil
		ev.Topic = "gone/" + k.Account + "/" + k.Instance
		events = append(events, ev)
	}
	memory.Open = 0
	if place, known := j.judge.places.of[k.Instance]; known && k.Rule == Release {
		j.see(place)
		memory.Due, memory.Said = j.found[k.Instance].Due, j.found[k.Instance].Said
	}
	if last := memory.newest(); j.now.Sub(last) > forgetAfter {
		memory = Memory{}
	}
	if memory != sl.remembered() || !sl.state.Zero() {
		j.b.remember(sl, State{}, memory, events)
	}
}

// judged tells whether an alarm is still judged.
func (j *clockRound) judged(k Key) bool { return j.judge.judges(k) }

// judges tells whether the calendar judges an alarm.
func (cj *clockJudge) judges(k Key) bool {
	if k.Instance == "" {
		p := cj.payers[k.Account]
		return p != nil && p.rule(k.Rule) != nil
	}
	a := cj.terms[k.Instance]
	return a != nil && a.Rules.has(k.Rule)
}
