package inventory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// trouble says in plain words what went wrong in the last sweep.
func (i *Inventory) trouble() []string {
	var out []string
	for _, u := range i.all() {
		if u.failed != nil {
			out = append(out, u.title()+": "+u.failed.Error()+u.kept())
			continue
		}
		out = append(out, u.trouble...)
		if lost := i.unlisted(u); len(lost) > 0 {
			out = append(out, u.title()+": "+enumerate(lost)+" is not listed any more, but billing still has it: may the keys still see it? It is kept")
		}
	}
	return append(out, i.disputes()...)
}

// unlisted returns the instances that a list does not tell any more, and that are
// kept because billing does.
func (i *Inventory) unlisted(u *unit) []string {
	var ids []string
	for id, r := range u.records {
		if u != i.billing && r.Missed > i.opts.Keep {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// kept says what an API that fails costs.
func (u *unit) kept() string {
	switch {
	case u.region == "" && len(u.records) == 0:
		return "; ends of terms are what the products' own APIs tell, and IoT instances are not found"
	case u.region == "":
		return "; what it told before still counts"
	case len(u.records) == 0:
		return "; nothing was found there before"
	case len(u.records) == 1:
		return "; the instance that was found there before is kept"
	}
	return fmt.Sprintf("; the %d instances that were found there before are kept", len(u.records))
}

// disputes names the instances of which a product and billing tell ends that are
// more than a day apart.
func (i *Inventory) disputes() []string {
	const day = 24 * time.Hour
	var out []string
	for _, u := range i.units {
		for id, r := range u.records {
			bill := i.billing.records[id]
			if bill == nil || bill.Method == fleet.PayAsYouGo || r.Term.Expires.IsZero() || bill.Term.Expires.IsZero() {
				continue
			}
			if apart := r.Term.Expires.Sub(bill.Term.Expires).Abs(); apart > day {
				out = append(out, fmt.Sprintf("%s: %s says that it expires %s, billing says %s; billing is believed",
					id, u.name, r.Term.Expires.Format(time.RFC3339), bill.Term.Expires.Format(time.RFC3339)))
			}
		}
	}
	slices.Sort(out)
	return out
}

// asks says what the operator has to give, since the cloud does not tell it: one
// line for all instances that want the same.
func asks(found []fleet.Found) []string {
	ids := make(map[string][]string)
	var order []string
	ask := func(line, id string) {
		if ids[line] == nil {
			order = append(order, line)
		}
		ids[line] = append(ids[line], id)
	}
	for n := range found {
		f := &found[n]
		if len(f.Missing) > 0 {
			ask("the cloud tells no capacity of "+titleOf(f)+": give capacity: {"+metrics(f.Missing)+"} for", f.ID)
		}
		if f.Edition == "" {
			ask("the catalogue has no edition for these "+titleOf(f)+" instances: give billing: {policy: …} for", f.ID)
		}
		if f.Expires.IsZero() && f.Method == fleet.Subscription {
			ask("the cloud tells no end of the subscription of "+titleOf(f)+": give billing: {expires: …} for", f.ID)
		}
	}
	out := make([]string, len(order))
	for n, line := range order {
		out[n] = line + " " + enumerate(ids[line])
	}
	return out
}

// metrics writes metrics as keys of a capacity whose figures are to be filled in.
func metrics(all []fleet.Metric) string {
	names := make([]string, len(all))
	for n, m := range all {
		names[n] = m.String() + ": …"
	}
	return strings.Join(names, ", ")
}

// titleOf names an instance's product for people.
func titleOf(f *fleet.Found) string {
	switch {
	case f.Product == productMQTT:
		return "MQTT"
	case f.Product == productIoT:
		return "IoT"
	case f.Kind == kindRocketMQ4:
		return "RocketMQ 4"
	case f.Kind == kindRocketMQ5:
		return "RocketMQ 5"
	}
	return "Redis"
}

// enumerate names the first few, and how many there are besides.
func enumerate(ids []string) string {
	const most = 5
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}
