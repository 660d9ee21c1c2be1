package alarm

import (
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Instances of some products can be renewed in bulk, as the catalogue says. So when
// one is about to expire, one notice names those of the same account and product that
// expire within a week of it, and none has a notice by itself.

// bulkWindow is how many days after the first the last of a group expires.
const bulkWindow = 7

// bulk is a group of instances that share the notice of their expiry.
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

// bulk finds the groups of which a step is due that is news.
func (j *clockRound) bulk() map[string]bulk {
	type together struct{ account, product string }
	byAccount := make(map[together][]*TermWatch)
	news := j.accountsDue()
	for account := range news {
		for _, place := range j.judge.places.byAccount[account] {
			if a := &j.judge.calendar.Terms[place]; a.Instance.BulkRenewal && a.expires() {
				k := together{account, a.Instance.Product}
				byAccount[k] = append(byAccount[k], a)
			}
		}
	}
	out := make(map[string]bulk)
	for of, list := range byAccount {
		slices.SortFunc(list, func(a, b *TermWatch) int {
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
			b := bulk{topic: "bulk/" + of.account + "/" + list[i].Instance.ID, lead: lead}
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

// expires tells whether people are to hear of the expiry of an instance that somebody can
// renew: it is not left to automatic renewal, nor unsubscribed.
func (a *TermWatch) expires() bool {
	if a.Course == nil || a.Course.Basis == fleet.BasisSaid || !a.Rules.has(Expiry) {
		return false
	}
	_, awaited := a.renewalAwaited()
	return !awaited && a.Course.Term.Method == fleet.Subscription && a.Course.Basis != fleet.BasisUnsubscribed
}

// dueAhead returns the step ahead of an expiry that is due and is news.
func (j *clockRound) dueAhead(a *TermWatch) (time.Duration, bool) {
	r := a.expiry(a.Rules.Expiry, j.now, 0)
	step, _ := r.due(j.now)
	if step.Lead == 0 { // the end itself, or none
		return 0, false
	}
	var m Memory
	if sl := j.judge.slots[Key{Rule: Expiry, Instance: a.Instance.ID, Metric: NoMetric}]; sl != nil {
		m = sl.remembered()
	}
	lead, known := m.lastStep(r.Anchor)
	return step.Lead, !known || step.Lead < lead
}

// within returns those at the front of list that expire within a week of first.
func within(list []*TermWatch, first *fleet.Course) []*TermWatch {
	last := first.Term.Expires.In(first.Zone).AddDate(0, 0, bulkWindow)
	n := 0
	for n < len(list) && !list[n].Course.Term.Expires.After(last) {
		n++
	}
	return list[:n]
}
