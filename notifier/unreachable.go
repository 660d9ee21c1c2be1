package notifier

import (
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Unreachable is what others are told of a recipient who cannot be reached: the others
// of its receiver, or the fallback receivers where there is nobody else. name is how
// people know it, about the alarm that it should have been told of, why the reason in
// the words of the far side.
func Unreachable(d *Directory, receiver, recipient, name, about, why string) Self {
	short := why
	if before, _, some := strings.Cut(why, "; "); some {
		short = before
	}
	s := Self{
		Rule: DeliveryRule, Subject: recipient, Severity: alarm.Critical, Page: "/people", Except: recipient,
		Advice: why,
		Text: fleet.Text{
			EN: name + " was not told of " + about + ": " + short + ".",
			ZH: about + "未能通知" + name + "：" + short + "。",
		},
		To: []string{receiver},
	}
	if r, ok := d.Receiver(receiver); !ok || !hasOther(r, recipient) {
		s.To = d.Fallback()
	}
	return s
}

// hasOther tells whether a receiver has another recipient.
func hasOther(r Receiver, recipient string) bool {
	for i := range r.Targets {
		if r.Targets[i].Recipient.Name != recipient {
			return true
		}
	}
	return false
}
