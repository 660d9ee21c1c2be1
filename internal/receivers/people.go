package receivers

import (
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
)

// recipientOf is the stable name of a contact as a recipient of text messages.
func recipientOf(contact string) string { return "sms/" + contact }

// people lists the contacts, each with the receivers that send text messages to it.
func people(s *config.Snapshot) []notifier.Contact {
	receivers := make(map[string][]string)
	for i := range s.Receivers {
		for _, contact := range s.Receivers[i].SMS {
			receivers[contact] = append(receivers[contact], s.Receivers[i].Name)
		}
	}
	out := make([]notifier.Contact, 0, len(s.Contacts))
	for i := range s.Contacts {
		c := &s.Contacts[i]
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
