package receivers

import (
	"fmt"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
)

// newPerson makes the target of one contact, who gets text messages by the receiver with
// these mute times.
func newPerson(c *config.Contact, mute []notifier.MuteTime, s *config.Snapshot, providers map[string]notifier.Channel) (notifier.Target, error) {
	p := providerFor(s.SMS.Providers, c.Phone)
	if p == nil {
		return notifier.Target{}, fmt.Errorf("no sms provider sends to the country of contact %s", c.Name)
	}
	t := notifier.Target{
		Recipient: notifier.Recipient{Channel: "sms", Name: "sms/" + c.Name, Address: c.Phone, Display: c.Name},
		Channel:   providers[p.Name], Provider: p.Name, Way: "sms " + p.Name, Language: c.Language, Zone: c.Zone,
		Mute: append(muteTimes(c.Mute), mute...),
	}
	if c.Quiet != nil {
		t.Quiet = &notifier.Quiet{From: c.Quiet.From, To: c.Quiet.To, Except: c.Quiet.Except}
	}
	return t, nil
}

// newOnCall makes a rota with the targets of all who can be on call by it.
func newOnCall(name string, mute []notifier.MuteTime, s *config.Snapshot, contacts map[string]*config.Contact,
	providers map[string]notifier.Channel,
) (notifier.OnCall, error) {
	for i := range s.Rotas {
		if s.Rotas[i].Name != name {
			continue
		}
		oc := notifier.OnCall{Rota: s.Rotas[i], People: make(map[string]notifier.Target)}
		for _, person := range oc.Rota.Everybody() {
			t, err := newPerson(contacts[person], mute, s, providers)
			if err != nil {
				return oc, fmt.Errorf("rota %s: %w", name, err)
			}
			oc.People[person] = t
		}
		return oc, nil
	}
	return notifier.OnCall{}, fmt.Errorf("there is no rota %s", name)
}

func muteTimes(in []config.MuteTime) []notifier.MuteTime {
	var out []notifier.MuteTime
	for _, m := range in {
		out = append(out, notifier.MuteTime(m))
	}
	return out
}
