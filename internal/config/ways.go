package config

import (
	"slices"
	"strconv"
	"time"
)

// listsDoc is whom a receiver tells, or one of its ways.
type listsDoc struct {
	SMS           []string     `yaml:"sms" doc:"Contacts that get a text message."`
	Voice         []string     `yaml:"voice" doc:"Contacts, and rotas whose person on call is called, when a critical alarm is not acknowledged (call_after)." example:"[wei, primary]"`
	Email         []string     `yaml:"email" doc:"Contacts that get an e-mail. It needs smtp."`
	Webhooks      []webhookDoc `yaml:"webhooks" doc:"URLs to which notices are posted."`
	Alertmanagers []managerDoc `yaml:"alertmanagers" doc:"Alertmanagers in which open alarms are kept firing, each as its URL or as a mapping. Those of one receiver are one cluster: each is told of all." example:"[http://127.0.0.1:9093]"`
	OnCall        []string     `yaml:"oncall" doc:"Rotas: whoever is on call gets a text message." example:"[primary]"`
}

func (l *listsDoc) empty() bool {
	return len(l.SMS) == 0 && len(l.Voice) == 0 && len(l.OnCall) == 0 && len(l.Webhooks) == 0 && len(l.Email) == 0 && len(l.Alertmanagers) == 0
}

// wayDoc is one of the ways of a receiver that tells by them in order.
type wayDoc struct {
	marked
	listsDoc
}

// list is one of the lists of a receiver: what stands where, and which turn it has.
type list struct {
	place
	*listsDoc
	turn int
}

// lists returns the lists of a receiver: its own, or those of its ways.
func (r *receiverDoc) lists() []list {
	if len(r.Ways) == 0 {
		return []list{{r.place, &r.listsDoc, 0}}
	}
	var out []list
	for i := range r.Ways {
		if w := &r.Ways[i]; w.node != nil {
			out = append(out, list{w.place, &w.listsDoc, i})
		}
	}
	return out
}

// The keys of Receiver.Turns.
func smsTurn(contact string) string { return "sms/" + contact }
func onCallTurn(rota string) string { return "oncall/" + rota }
func webhookTurn(i int) string      { return "webhook/" + strconv.Itoa(i) }

// TurnOfSMS is which of the ways of a receiver tells a contact; 0 is the first, or the only one.
func (r *Receiver) TurnOfSMS(contact string) int { return r.Turns[smsTurn(contact)] }

// TurnOfRota is the same of whoever is on call by a rota.
func (r *Receiver) TurnOfRota(rota string) int { return r.Turns[onCallTurn(rota)] }

// TurnOfWebhook is the same of a webhook, by its place among all.
func (r *Receiver) TurnOfWebhook(i int) int { return r.Turns[webhookTurn(i)] }

// Bounds on the time that a way has to deliver.
const (
	minWithin     = 10 * time.Second
	maxWithin     = 24 * time.Hour
	within        = 15 * time.Minute
	withinIfGrave = 2 * time.Minute
)

// resolveWays reads for how long each way of a receiver may take, and whether its ways are
// some.
func (d *decoder) resolveWays(r *receiverDoc, out *Receiver) {
	if len(r.Ways) == 0 {
		if r.Within.set {
			d.fault(d.find(r.place, "within"), "within is for a receiver that has ways: how long each has to deliver before the next is taken")
		}
		return
	}
	out.Within, out.WithinCritical = r.Within.or(within), r.Within.or(withinIfGrave)
	if r.Within.set && (r.Within.Duration < minWithin || r.Within.Duration > maxWithin) {
		d.fault(d.find(r.place, "within"), "a way has 10s to 24h to deliver")
	}
	if !r.empty() {
		d.fault(d.find(r.place, "ways"), "a receiver has ways, or lists of its own: put them into the first of its ways")
	}
	for i := range r.Ways {
		if w := &r.Ways[i]; w.node != nil && w.empty() {
			d.fault(w.place, "this way tells nobody; give it sms, email, oncall, webhooks or alertmanagers")
		}
	}
	if len(r.Ways) == 1 {
		d.warn(d.find(r.place, "ways"), "there is one way only, so nothing comes after it")
	}
}

// resolveLists reads whom a receiver tells.
func (d *decoder) resolveLists(r *receiverDoc, out *Receiver, s *Snapshot, contacts map[string]*contactDoc, rotas map[string]place) {
	urls := make(map[string]place)
	for _, l := range r.lists() {
		d.checkTexts(&l, out, s, contacts)
		d.checkCalled(&l, out, s, contacts, rotas)
		d.checkRotas(&l, out, rotas)
		d.resolveMails(&l, out, s, contacts)
		d.resolveAlertmanagers(&l, out, urls)
		out.SMS, out.OnCall = append(out.SMS, l.SMS...), append(out.OnCall, l.OnCall...)
		for _, name := range l.Voice {
			if _, isRota := rotas[name]; isRota {
				out.VoiceOnCall = append(out.VoiceOnCall, name)
			} else {
				out.Voice = append(out.Voice, name)
			}
		}
		for j := range l.Webhooks {
			w := &l.Webhooks[j]
			if w.node == nil {
				continue
			}
			if first, twice := urls[w.URL]; twice && w.URL != "" && w.Format != formatPagerDuty {
				d.fault(d.under(w.place, "url"), "this receiver has the URL twice; the first is at %s", first.where())
			}
			urls[w.URL] = w.place
			out.turn(webhookTurn(len(out.Webhooks)), l.turn)
			out.Webhooks = append(out.Webhooks, d.resolveWebhook(w, r.Name, s))
		}
		for _, name := range l.SMS {
			out.turn(smsTurn(name), l.turn)
		}
		for _, name := range l.Voice {
			out.turn(voiceTurn(name), l.turn)
		}
		for _, name := range l.OnCall {
			out.turn(onCallTurn(name), l.turn)
		}
	}
}

// turn notes the turn of an item that does not have the first.
func (r *Receiver) turn(key string, n int) {
	if n == 0 {
		return
	}
	if r.Turns == nil {
		r.Turns = make(map[string]int)
	}
	r.Turns[key] = n
}

// checkTexts makes sure that each contact of a list can be sent to, and is named once in the
// receiver.
func (d *decoder) checkTexts(l *list, before *Receiver, s *Snapshot, contacts map[string]*contactDoc) {
	for j, name := range l.SMS {
		at := d.nth(d.under(l.place, "sms"), j)
		if slices.Contains(l.SMS[:j], name) || slices.Contains(before.SMS, name) {
			d.fault(at, "%q is named twice", clip(name))
			continue
		}
		d.checkReach(at, name, s, contacts)
	}
}

// checkRotas makes sure that there are the rotas that a list names.
func (d *decoder) checkRotas(l *list, before *Receiver, rotas map[string]place) {
	for j, name := range l.OnCall {
		at := d.nth(d.under(l.place, "oncall"), j)
		if _, known := rotas[name]; !known {
			d.fault(at, "there is no rota %q under oncall%s", clip(name), suggest(name, keysOf(rotas)))
		} else if slices.Contains(l.OnCall[:j], name) || slices.Contains(before.OnCall, name) {
			d.fault(at, "%q is named twice", clip(name))
		}
	}
}
