package receivers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
)

// newPerson makes the target of one contact, who gets text messages by the receiver with
// these mute times.
func newPerson(c *config.Contact, mute []notifier.MuteTime, s *config.Snapshot, providers map[string]notifier.Channel) (notifier.Target, error) {
	by := providersFor(s.SMS.Providers, c.Phone)
	if len(by) == 0 {
		return notifier.Target{}, fmt.Errorf("no sms provider sends to the country of contact %s", c.Name)
	}
	t := routeTo(notifier.Target{
		Recipient: notifier.Recipient{Channel: "sms", Name: recipientOf(c.Name), Address: c.Phone, Display: c.Name},
		Language:  c.Language, Zone: c.Zone,
		Mute: append(muteTimes(c.Mute), mute...),
		Hour: s.CalendarAt,
	}, by, s, providers)
	if c.Quiet != nil {
		t.Quiet = &notifier.Quiet{From: c.Quiet.From, To: c.Quiet.To, Except: c.Quiet.Except}
	}
	return t, nil
}

// newOnCall makes a rota with the targets of all who can be on call by it.
func newOnCall(name string, s *config.Snapshot, contacts map[string]*config.Contact, target func(*config.Contact) (notifier.Target, error)) (notifier.OnCall, error) {
	for i := range s.Rotas {
		if s.Rotas[i].Name != name {
			continue
		}
		oc := notifier.OnCall{Rota: s.Rotas[i], People: make(map[string]notifier.Target)}
		for _, person := range oc.Rota.Everybody() {
			t, err := target(contacts[person])
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

// recipientOf is the stable name of a contact as a recipient of text messages.
func recipientOf(contact string) string { return "sms/" + contact }

// people lists the contacts with a number, each with the receivers that send text messages
// to it.
func people(s *config.Snapshot) []notifier.Contact {
	receivers := make(map[string][]string)
	for i := range s.Receivers {
		for _, contact := range s.Texted(&s.Receivers[i]) {
			receivers[contact] = append(receivers[contact], s.Receivers[i].Name)
		}
	}
	out := make([]notifier.Contact, 0, len(s.Contacts))
	for i := range s.Contacts {
		c := &s.Contacts[i]
		if c.Phone == "" {
			continue
		}
		slices.Sort(receivers[c.Name])
		out = append(out, notifier.Contact{
			Name: c.Name, Phone: c.Phone, Recipient: recipientOf(c.Name), Receivers: receivers[c.Name],
			Language: c.Language, Zone: c.Zone, DailyTest: c.DailyTest,
		})
	}
	slices.SortFunc(out, func(a, b notifier.Contact) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// limits are the caps on text messages.
func limits(l *config.Limits) notifier.Limits {
	return notifier.Limits{
		PerContact: l.PerContact, PerContactEvery: l.PerContactEvery, PerDay: l.PerDay, PerMonth: l.PerMonth,
		MoneyPerMonth: l.MoneyPerMonth, ReserveCritical: l.ReserveCritical, Warn: l.Warn,
	}
}

// callLimits are the caps on telephone calls. Only critical alarms make calls, so that nothing is
// kept for them.
func callLimits(l *config.VoiceLimits) notifier.Limits {
	return notifier.Limits{PerContact: l.PerContact, PerContactEvery: l.PerContactEvery, PerDay: l.PerDay, PerMonth: l.PerMonth}
}
