package config

import "github.com/brimwatch/brimwatch/fleet"

// notify finds the receivers of an instance, and warns of one that has none, or
// none of whose capacities is known.
func (r *instanceResolver) notify(in *instanceDoc, out *Instance) {
	d := r.d
	out.Notify = r.s.NoData.Notify
	if names, ok := r.s.AccountNotify[in.Account]; ok {
		out.Notify = names
	}
	if in.Notify != nil {
		d.checkReceivers(d.find(in.place, "notify"), in.Notify, r.s)
		out.Notify = in.Notify
	}
	if len(out.Notify) == 0 {
		r.d.noReceivers(in.place, r.s, out)
	}
	if out.Source != nil && out.Configured == (fleet.Amounts{}) && out.Cloud == (fleet.Amounts{}) && out.Catalogue == (fleet.Amounts{}) && !givesLimits(out.Source) && !r.awaited(out) {
		d.warn(in.place, "no capacity is known, so nothing is held against one: give it capacity, or an edition and spec of the catalogue")
	}
}

// noReceivers points at an instance without receivers. Where there are several to choose
// from, an instance that is read and says nothing is a fault.
func (d *decoder) noReceivers(p place, s *Snapshot, in *Instance) {
	switch {
	case in.Source == nil:
		d.warn(p, "nobody is told of the calendar of this instance: %s", whyNone(in.Notify, s))
	case len(s.Receivers) > 1:
		d.fault(p, "nobody is told of this instance: %s", giveReceivers)
	default:
		d.warn(p, "nobody is told of this instance: %s", whyNone(in.Notify, s))
	}
}

const giveReceivers = "give it notify, or say who is told by default in alarms.notify"

// whyNone says why a list of receivers is empty.
func whyNone(receivers []string, s *Snapshot) string {
	switch {
	case len(s.Receivers) == 0:
		return "there is no receiver"
	case receivers != nil:
		return "its list of receivers is empty"
	}
	return giveReceivers
}

// warnWithoutReceivers points at alarms that reach nobody: those of accounts, and those of
// instances that are still to be found or listed. Instances have warnings of their
// own.
func (d *decoder) warnWithoutReceivers(root place, doc *document, s *Snapshot) {
	for i := range doc.Accounts {
		a := &doc.Accounts[i]
		if a.node != nil && len(s.AccountNotify[a.Name]) == 0 && canAlarm(s, a.Name) {
			d.warn(a.place, "nobody is told of this account: %s", whyNone(s.AccountNotify[a.Name], s))
		}
	}
	if len(s.Receivers) > 0 || len(s.Instances) > 0 {
		return
	}
	at := root
	if doc.Alarms.node != nil {
		at = doc.Alarms.place
	}
	if doc.Alarms.node != nil || discovers(s) {
		d.warn(at, "nobody is told of an alarm: there is no receiver")
	}
}

// canAlarm tells whether an account can have an alarm: a rule is on, and its balance
// or its bill is given or asked for.
func canAlarm(s *Snapshot, name string) bool {
	a, rules := s.Accounts[name], s.Payers[name]
	asked := a.Provider != "" || a.Balance != nil
	return rules.Overdue != nil && (asked || !a.OverdueSince.IsZero()) || rules.LowBalance != nil && asked && a.LowBalance > 0
}

// warnUnused points at receivers and contacts that nobody uses.
func (d *decoder) warnUnused(doc *document, s *Snapshot) {
	used := usedReceivers(s)
	reached, onCall := make(map[string]bool), make(map[string]bool)
	for i := range doc.Receivers {
		r := &doc.Receivers[i]
		for _, l := range r.lists() {
			for _, n := range l.SMS {
				reached[n] = true
			}
			for _, n := range l.Email {
				reached[n] = true
			}
			for _, n := range l.Voice { // a contact, or a rota
				reached[n], onCall[n] = true, true
			}
			for _, n := range l.OnCall {
				onCall[n] = true
			}
		}
		if r.node != nil && !used[r.Name] && len(s.Instances) > 0 {
			d.warn(r.place, "no instance notifies the receiver %s", r.Name)
		}
	}
	if len(s.Receivers) == 0 {
		return
	}
	d.warnUnusedRotas(doc, onCall)
	for i := range s.Rotas {
		for _, n := range s.Rotas[i].Everybody() {
			reached[n] = true // the rota has a warning of its own
		}
	}
	for i := range doc.Contacts {
		if c := &doc.Contacts[i]; c.node != nil && c.Name != "" && !reached[c.Name] {
			d.warn(c.place, "the contact %s is in no receiver", c.Name)
		}
	}
}

// usedReceivers are the receivers that something names.
func usedReceivers(s *Snapshot) map[string]bool {
	out := make(map[string]bool)
	add := func(names []string) {
		for _, n := range names {
			out[n] = true
		}
	}
	add(s.NoData.Notify)
	add(s.Fallback)
	add(s.SMS.Limits.Warn)
	for _, names := range s.AccountNotify {
		add(names)
	}
	for i := range s.Instances {
		add(s.Instances[i].Notify)
	}
	for i := range s.Receivers {
		for _, e := range s.Receivers[i].Escalate {
			add(e.To)
		}
	}
	return out
}
