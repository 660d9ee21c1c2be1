package config

import (
	"slices"
	"strings"
	"time"
)

// Escalation is one step of telling others of an alarm that nobody acknowledges.
type Escalation struct {
	After time.Duration // since the receiver itself was told
	To    []string      // names of receivers
}

type stepDoc struct {
	marked
	After span     `yaml:"after" doc:"How long after the alarm was told here." example:"15m"`
	To    []string `yaml:"to" doc:"Receivers that are told then; their own steps count from there." example:"[managers]"`
}

// Bounds on how long an escalation waits.
const (
	minEscalation = time.Minute
	maxEscalation = 7 * 24 * time.Hour
)

// resolveEscalation reads the steps of one receiver. Whether there are the receivers
// that it names is known when all are read.
func (d *decoder) resolveEscalation(r *receiverDoc) []Escalation {
	var out []Escalation
	for i := range r.Escalate {
		e := &r.Escalate[i]
		if e.node == nil {
			continue
		}
		switch {
		case !e.After.set:
			d.fault(e.place, "after is missing: how long to wait for somebody to acknowledge, such as 15m")
		case e.After.Duration < minEscalation || e.After.Duration > maxEscalation:
			d.fault(d.find(e.place, "after"), "an escalation waits for 1m to 7d")
		}
		if len(e.To) == 0 {
			d.fault(d.under(e.place, "to"), "to is missing: the receivers that are told then")
		}
		out = append(out, Escalation{After: e.After.Duration, To: e.To})
	}
	return out
}

// checkEscalations faults steps to receivers that there are not, and those that lead back to
// where they come from.
func (d *decoder) checkEscalations(doc *document) {
	byName := make(map[string]*receiverDoc, len(doc.Receivers))
	for i := range doc.Receivers {
		if r := &doc.Receivers[i]; r.node != nil && r.Name != "" && byName[r.Name] == nil {
			byName[r.Name] = r
		}
	}
	for i := range doc.Receivers {
		r := &doc.Receivers[i]
		named := make(map[string]bool)
		for j := range r.Escalate {
			for k, to := range r.Escalate[j].To {
				at := d.nth(d.under(r.Escalate[j].place, "to"), k)
				switch {
				case byName[to] == nil:
					d.fault(at, "there is no receiver %q%s", clip(to), suggest(to, keysOf(byName)))
				case named[to]:
					d.fault(at, "%s is told by this receiver's escalation already", clip(to))
				default:
					if loop := loopFrom(byName, r.Name, to); loop != nil {
						d.fault(at, "the escalation leads back to %s: %s", clip(r.Name), strings.Join(loop, " → "))
					}
				}
				named[to] = true
			}
		}
	}
}

// loopFrom returns the way by which escalations lead from one receiver over another
// back to it; nil when they do not.
func loopFrom(byName map[string]*receiverDoc, from, over string) []string {
	seen := make(map[string]bool)
	var walk func(way []string) []string
	walk = func(way []string) []string {
		last := way[len(way)-1]
		if last == from {
			return way
		}
		r := byName[last]
		if r == nil || seen[last] {
			return nil
		}
		seen[last] = true
		for i := range r.Escalate {
			for _, to := range r.Escalate[i].To {
				if found := walk(append(slices.Clone(way), to)); found != nil {
					return found
				}
			}
		}
		return nil
	}
	if found := walk([]string{over}); found != nil {
		return append([]string{from}, found...)
	}
	return nil
}
