package alarm

import (
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Instances of IoT Platform can be renewed in bulk. So when one is about to
// expire, those of the same account that expire within a week of it are told of
// in the same notice, and not each by itself.

// bulkProduct is the product whose instances are renewed in bulk.
const bulkProduct = "iot"

// bulkWindow is how many days after the first the last of a group expires.
const bulkWindow = 7

// bulk is a group of instances whose expiry is told together.
type bulk struct {
	topic   string
	lead    time.Duration
	members []Affected // in order of expiry
}

// others are the members but one, for the notice about that one.
func (b *bulk) others(id string) []Affected {
	var out []Affected
	for _, m := range b.members {
		if m.Instance.ID != id {
			out = append(out, m)
		}
	}
	return out
}

// bulk finds the groups of which a step is due that was not told.
func (j *dayJudge) bulk() map[string]bulk {
	byAccount := make(map[string][]*Agenda)
	for i := range j.al.calendar.Agendas {
		a := &j.al.calendar.Agendas[i]
		if a.Instance.Product == bulkProduct && a.Instance.Account != "" && a.expires() {
			byAccount[a.Instance.Account] = append(byAccount[a.Instance.Account], a)
		}
	}
	out := make(map[string]bulk)
	for account, list := range byAccount {
		slices.SortFunc(list, func(a, b *Agenda) int {
			if c := a.Course.Term.Expires.Compare(b.Course.Term.Expires); c != 0 {
				return c
			}
			return strings.Compare(a.Instance.ID, b.Instance.ID)
		})
		for i := 0; i < len(list); i++ {
			lead, due := j.dueAhead(list[i])
			if !due {
				continue
			}
			group := within(list[i:], list[i].Course)
			if len(group) < 2 {
				continue
			}
			b := bulk{topic: "bulk/" + account + "/" + list[i].Instance.ID, lead: lead}
			for _, a := range group {
				b.members = append(b.members, Affected{Instance: a.Instance, Course: a.Course, Lifecycle: a.Course.At(j.now)})
			}
			for _, a := range group {
				out[a.Instance.ID] = b
			}
			i += len(group) - 1
		}
	}
	return out
}

// expires tells whether the expiry of an instance is told, and is not left to
// automatic renewal.
func (a *Agenda) expires() bool {
	if a.Course == nil || !a.Rules.has(Expiry) {
		return false
	}
	_, awaited := a.renewalAwaited()
	return !awaited && a.Course.Term.Method == fleet.Subscription && !a.Course.Term.Expires.IsZero()
}

// dueAhead returns the step ahead of an expiry that is due and was not told.
func (j *dayJudge) dueAhead(a *Agenda) (time.Duration, bool) {
	r := a.expiry(a.Rules.Expiry, j.now, -1)
	step, due := r.due(j.now)
	if !due || step.Lead == 0 {
		return 0, false
	}
	var m Memory
	if sl := j.al.slots[Key{Rule: Expiry, Instance: a.Instance.ID, Metric: NoMetric}]; sl != nil {
		m = sl.remembered()
	}
	lead, told := m.told(r.Anchor)
	return step.Lead, !told || step.Lead < lead
}

// within returns those at the front of list that expire within a week of first.
func within(list []*Agenda, first *fleet.Course) []*Agenda {
	last := first.Term.Expires.In(first.Zone).AddDate(0, 0, bulkWindow)
	n := 0
	for n < len(list) && !list[n].Course.Term.Expires.After(last) {
		n++
	}
	return list[:n]
}
